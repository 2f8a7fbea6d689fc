"""A real Spark cluster for these tests, and lakes that are hard to count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cluster as spark_cluster
from leadline.core.signal import Act
from leadline.warehouse import spark
from leadline.warehouse.lake import TABLES

ARROW = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}
DAY = 86_400_000_000
START = 1_700_000_000_000_000
SOON = START + 400 * DAY
FAR_PAST, FAR_FUTURE = -62_135_596_800_000_000, 253_402_300_799_000_000  # years 1 and 9999
MAILS = ["mail sent", "mail received"]
EXECUTORS = {
    "spark.executor.memory": "600m",
    "spark.driver.memory": "600m",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",  # few rows: planning anew costs more than it saves
    "spark.ui.enabled": "false",
}


@pytest.fixture(scope="session")
def cluster() -> Iterator[spark_cluster.Cluster]:
    """One master and two workers, for all tests here."""
    if why := spark_cluster.missing():
        pytest.skip(why)
    with spark_cluster.running() as running:
        yield running


@pytest.fixture(scope="session")
def session(cluster: spark_cluster.Cluster) -> Iterator[Any]:
    """A session on it, which whatever runs in this process shares."""
    with spark.session(cluster.url, settings=EXECUTORS) as opened:
        yield opened


def some(rng: np.random.Generator, values: Any, rows: int, blank: float = 0.0, kind: str = "int64") -> pa.Array:
    """Drawn values, some of them blank."""
    drawn = [values[at] for at in rng.integers(0, len(values), rows)]
    return pa.array([None if rng.random() < blank else value for value in drawn], ARROW[kind])


def _of(rng: np.random.Generator, account: pa.Array, each: int, blank: float) -> pa.Array:
    """Ids of `each` members of each account, some blank."""
    own = account.fill_null(0).to_numpy() * each + rng.integers(0, each, len(account))
    return pa.array(own, pa.int64(), mask=rng.random(len(account)) < blank)


def tables(seed: int = 0, rows: int = 1500) -> dict[str, dict[str, pa.Array]]:
    """The columns of a lake's tables: blanks, ties in time, texts of all kinds, times far off, amounts that are odd."""
    rng = np.random.default_rng(seed)
    few = np.sort(rng.integers(START, SOON, 40))  # so that many acts share a time to the microsecond
    times = np.concatenate([rng.integers(START, SOON, 60), few, [FAR_PAST, -1, 0, 1, FAR_FUTURE]])
    later = lambda at: pa.array([None if v is None else v + int(rng.integers(0, 3)) * DAY for v in at.to_pylist()])  # noqa: E731
    ids = pa.array(np.arange(1, rows + 1), pa.int64())
    accounts, people, deals = range(1, 25), range(1, 60), range(1, 40)
    at = some(rng, times.tolist(), rows)
    account = some(rng, accounts, rows, 0.1)
    signals = {
        "id": ids,
        "at": at,
        "recorded_at": later(at),
        "act": some(
            rng, [*(act.value for act in Act), *["mail sent", "mail received"] * 9, "– Ünï 日本"], rows, kind="string"
        ),
        "actor": some(rng, ["buyer", "seller", "system"], rows, kind="string"),
        "account_id": account,
        "person_id": _of(rng, account, 2, 0.2),  # two people and one deal of each, so that they answer each other
        "deal_id": _of(rng, account, 1, 0.3),
        "human": some(rng, [0.0, 0.3, 0.8, 1.0], rows, 0.4, "float64"),
        "counts": some(rng, [True, True, False], rows, 0.0, "boolean"),
        "depth": some(rng, [0.1, 12.25, 86_399.999, 1e-9], rows, 0.5, "float64"),
        "words": some(rng, [0, 1, 250, 10_000], rows),
        "page": some(rng, [1, 2, 2**59], rows, 0.5),
    }
    count = 39
    opened = some(rng, times.tolist(), count, 0.1)
    deals_ = {
        "id": pa.array(np.arange(1, count + 1), pa.int64()),
        "stage": some(rng, ["Qualified", "Angebot – geprüft", "見積", "O'Hara; DROP"], count, 0.1, "string"),
        "state": some(rng, ["open", "won", "lost"], count, 0.05, "string"),
        "amount": some(rng, [0.0, 0.005, 1234.56, -50.0, 9.99e11], count, 0.2, "float64"),
        "currency": some(rng, ["EUR", "USD"], count, 0.2, "string"),
        "probability": some(rng, [0.1, 33.333333333333336, 100.0], count, 0.3, "float64"),
        "opened_at": opened,
        "closed_at": some(rng, times.tolist(), count, 0.5),
        "expected_on": some(
            rng, ["2024-02-29", "1969-12-31", "9999-12-31", "2024-1-5", "soon", "", "2024-13-45"], count, 0.2, "string"
        ),
        "pipeline": some(rng, ["new", "old"], count, 0.2, "string"),
        "channel": some(rng, ["web", "fair"], count, 0.5, "string"),
        "account_id": some(rng, accounts, count, 0.1),
        "person_id": some(rng, people, count, 0.1),
        "owner_id": some(rng, [1, 2], count, 0.1),
        "product_id": some(rng, [1, 2, 3], count, 0.3),
        "created_at": some(rng, times.tolist(), count),
    }
    changes = 160
    changed = some(rng, times.tolist(), changes)
    odd = [
        "10",
        "20.5",
        "1e3",
        " 7 ",
        "1_000",
        "12abc",
        "1.5d",
        "2f",
        "0x1A",
        "NaN",
        "Infinity",
        "-",
        "1,200",
        "٣",
        "1e400",
    ]
    deal_changes = {
        "id": pa.array(np.arange(1, changes + 1), pa.int64()),
        "deal_id": some(rng, deals, changes),
        "field": some(rng, ["stage", "state", "amount", "probability", "expected_on"], changes, kind="string"),
        "before": some(rng, ["open", "won", "Qualified", "2024-03-01", *odd], changes, 0.2, "string"),
        "after": some(rng, ["open", "lost", "見積", "2024-04-01", *odd], changes, 0.2, "string"),
        "at": changed,
        "recorded_at": later(changed),
    }
    read = 300
    when = some(rng, times.tolist(), read)
    facts = {
        "id": pa.array(np.arange(1, read + 1), pa.int64()),
        "kind": some(rng, ["intent", "theme", "sentiment", "language", "entity"], read, kind="string"),
        "account_id": some(rng, accounts, read, 0.1),
        "person_id": some(rng, people, read, 0.2),
        "deal_id": some(rng, deals, read, 0.3),
        "signal_id": some(rng, range(1, 60), read, 0.1),
        "actor": some(rng, ["buyer", "seller"], read, kind="string"),
        "label": some(
            rng, ["question", "objection", "price", "negative", "positive", "Lieferzeit", "納期"], read, 0.1, "string"
        ),
        "score": some(rng, [-1.0, -0.333333, 0.0, 0.1234567, 1.0], read, 0.4, "float64"),
        "confidence": some(rng, [0.5, 1.0], read, 0.1, "float64"),
        "made_by": some(rng, ["rules", "model"], read, kind="string"),
        "at": when,
        "recorded_at": later(when),
    }
    many = 80
    orders = {
        "id": pa.array(np.arange(1, many + 1), pa.int64()),
        "state": some(rng, ["placed", "delivered", "cancelled", "returned"], many, 0.1, "string"),
        "amount": some(rng, [0.0, 19.99, 1e6, -5.0], many, 0.1, "float64"),
        "currency": some(rng, ["EUR"], many, 0.2, "string"),
        "ordered_at": some(rng, times.tolist(), many, 0.1),
        "account_id": some(rng, accounts, many, 0.1),
        "person_id": some(rng, people, many, 0.1),
        "deal_id": some(rng, deals, many, 0.4),
        "created_at": some(rng, times.tolist(), many),
    }
    return {"signals": signals, "deals": deals_, "deal_changes": deal_changes, "facts": facts, "orders": orders,
            **_parties(rng, times.tolist())}  # fmt: skip


def _parties(rng: np.random.Generator, times: list[int]) -> dict[str, dict[str, pa.Array]]:
    many, people, lines = 20, 50, 120
    said = ["Maschinenbau", "Retail & Co", "製造", None, " "]
    text = lambda rows, blank=0.3: some(rng, said, rows, blank, "string")  # noqa: E731
    accounts = {
        "id": pa.array(np.arange(1, many + 1), pa.int64()),
        **{name: text(many) for name in ("name", "domain", "industry")},
        "employees": some(rng, [0, 1, 49, 50, 100_000], many, 0.3),
        "revenue": some(rng, [0.0, 1e6, 3.3e11], many, 0.4, "float64"),
        **{name: text(many) for name in ("currency", "city", "region", "country")},
        "parent_id": some(rng, range(1, 20), many, 0.6),
        "owner_id": some(rng, [1, 2], many, 0.2),
        "created_at": some(rng, times, many),
    }
    persons = {
        "id": pa.array(np.arange(1, people + 1), pa.int64()),
        "title": some(rng, ["CFO", "Head of IT", "Geschäftsführer", "購買", "VP Sales"], people, 0.2, "string"),
        **{name: text(people) for name in ("department", "country")},
        "account_id": some(rng, range(1, 25), people, 0.1),
        "owner_id": some(rng, [1], people, 0.5),
        "created_at": some(rng, times, people),
    }
    products = {
        "id": pa.array([1, 2, 3], pa.int64()),
        "code": pa.array(["A", "B", "Ç"]),
        "name": pa.array(["one", None, "три"]),
        "family": pa.array(["x", "x", "y"]),
        "price": pa.array([9.99, None, 0.0]),
        "currency": pa.array(["EUR", "EUR", None]),
    }
    deal_products = {
        "deal_id": some(rng, range(1, 40), lines),
        "product_id": some(rng, [1, 2, 3], lines),
        "quantity": some(rng, [1.0, 0.5, 12.0], lines, 0.1, "float64"),
        "price": some(rng, [9.99, 100.0], lines, 0.2, "float64"),
    }
    roles = {
        "id": pa.array(np.arange(1, lines + 1), pa.int64()),
        "deal_id": some(rng, range(1, 40), lines),
        "person_id": some(rng, range(1, 60), lines),
        "role": some(rng, ["champion", "economic buyer", "blocker", "user", "legal"], lines, kind="string"),
        "at": some(rng, times, lines),
        "confirmed_at": some(rng, times, lines, 0.5),
    }
    order_lines = {
        "order_id": some(rng, range(1, 81), lines),
        "number": some(rng, [1, 2, 3], lines),
        "product_id": some(rng, [1, 2, 3], lines, 0.1),
        "quantity": some(rng, [1.0, 2.5], lines, 0.1, "float64"),
        "price": some(rng, [9.99, 20.0], lines, 0.1, "float64"),
    }
    return {"accounts": accounts, "people": persons, "products": products, "deal_products": deal_products,
            "roles": roles, "order_lines": order_lines}  # fmt: skip


def write(folder: Path, made: dict[str, dict[str, pa.Array]]) -> Path:
    """A lake of those tables: signals in two files of a partition each, the others a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in made.items():
        schema = pa.schema([(column, ARROW[kind]) for column, kind in TABLES[name].items()])
        table = pa.table({column: columns[column] for column in schema.names}).cast(schema)
        if name != "signals":
            pq.write_table(table, folder / f"{name}.parquet")
            continue
        half = table.num_rows // 2
        for month, part in (("2024-01", table.slice(0, half)), ("2024-02", table.slice(half))):
            place = folder / "signals" / f"month={month}"
            place.mkdir(parents=True)
            pq.write_table(part, place / "part-0.parquet")
    return folder


@pytest.fixture(scope="session")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in which nothing is easy."""
    return write(tmp_path_factory.mktemp("lakes") / "hard – größe [1]", tables())


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of signals with one row and empty or missing tables beside them."""
    made = tables(rows=20)
    cut = {
        name: {c: v.slice(0, 1 if name == "signals" else 0) for c, v in columns.items()}
        for name, columns in made.items()
    }
    return write(
        tmp_path_factory.mktemp("lakes") / "bare", {k: v for k, v in cut.items() if k not in ("roles", "facts")}
    )


@pytest.fixture(scope="session")
def cutoffs() -> pa.Table:
    """Several cutoffs a subject: in between, on the microsecond of acts, before and after all; of unknown ids too."""
    rng = np.random.default_rng(5)
    ids = [*range(1, 30), 999, -1, 2**40]
    moments = [SOON, START + 200 * DAY, *np.sort(rng.integers(START, SOON, 2)).tolist(), -(2**53), 0, 2**53]
    pairs = [(one, at) for one in ids for at in moments]
    order = rng.permutation(len(pairs))
    return pa.table(
        {key: pa.array([pairs[i][at] for i in order], pa.int64()) for at, key in enumerate(("subject_id", "cutoff"))}
    )
