"""Small random histories for features: acts that fall on the edges of windows, ties, blanks, merges of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from feature_oracle import DAY, GROUPS, INTENTS, ROLES, SECOND, Row, Tables
from leadline.warehouse.lake import TABLES

NOW = 1_772_323_200 * SECOND  # 2026-03-01
ARROW = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}
IDS = st.integers(1, 3)
MAYBE = st.none() | IDS
_ACTS = sorted({act for acts, _ in GROUPS.values() for act in acts} | {"time on page", "note written"})
_EDGES = st.sampled_from((0, 7, 30, 60, 90, 91, 365))
_MONEY = st.none() | st.integers(0, 10**7).map(lambda cents: cents / 100)


@st.composite
def times(draw: Any) -> int:
    """A moment near NOW: at the edge of a window, some microseconds off it, or anywhere in fourteen months."""
    if draw(st.booleans()):
        return NOW - int(draw(_EDGES)) * DAY + int(draw(st.sampled_from((-1, 0, 1, DAY - 1, 3600 * SECOND))))
    return NOW + int(draw(st.integers(-430, 40))) * DAY + int(draw(st.integers(0, 86_399))) * SECOND


def _rows(most: int, **columns: Any) -> Any:
    def numbered(rows: list[Row]) -> list[Row]:
        return [{"id": number, **row} for number, row in enumerate(rows, start=1)]

    return st.lists(st.fixed_dictionaries(columns), max_size=most).map(numbered)


_OF = {"account_id": MAYBE, "person_id": MAYBE, "deal_id": MAYBE}
_STAGES = st.sampled_from((None, "Qualified", "Proposal", "Closed Won"))
_STATES = st.sampled_from(("open", "won", "lost"))
_DATES = st.sampled_from((None, "2025-12-31", "2026-02-28", "2026-03-01", "2028-02-29", "1969-07-20"))
_VALUES = {
    "stage": _STAGES,
    "state": _STATES,
    "expected_on": _DATES,
    "amount": st.sampled_from((None, "1200.00", "99.5", "much")),
    "probability": st.sampled_from((None, "0.25", "80")),
}


@st.composite
def _changes(draw: Any) -> list[Row]:
    made = []
    for number in range(draw(st.integers(0, 8))):
        field = draw(st.sampled_from(sorted(_VALUES)))
        row = {
            "id": number + 1,
            "deal_id": draw(IDS),
            "field": field,
            "at": draw(times()),
            "recorded_at": draw(times()),
        }
        made.append({**row, "before": draw(_VALUES[field]), "after": draw(_VALUES[field])})
    return made


@st.composite
def _signals(draw: Any) -> list[Row]:
    rows = draw(
        _rows(
            40,
            at=times(),
            recorded_at=times(),
            act=st.sampled_from(_ACTS),
            actor=st.sampled_from(("buyer", "buyer", "seller", "system")),
            **_OF,
            human=st.none() | st.sampled_from((0.1, 0.9)),
            counts=st.sampled_from((True, True, True, False)),
            depth=st.none() | st.integers(0, 400_000).map(lambda thousandth: thousandth / 1000),
            words=st.integers(0, 90),
            page=MAYBE,
        )
    )
    return list(rows)


def _whole(**columns: Any) -> Any:
    """Objects 1 to 3, each of them there or not."""
    one = st.none() | st.fixed_dictionaries(columns)
    return st.tuples(one, one, one).map(
        lambda rows: [{"id": number, **row} for number, row in enumerate(rows, start=1) if row is not None]
    )


def tables() -> st.SearchStrategy[Tables]:
    """A whole lake."""
    word = st.sampled_from((None, "Steel", "EUR"))
    return st.fixed_dictionaries(
        {
            "signals": _signals(),
            "accounts": _whole(
                industry=word,
                country=word,
                region=word,
                employees=MAYBE,
                revenue=_MONEY,
                currency=word,
                created_at=times(),
            ),
            "people": _whole(title=word, department=word, country=word, account_id=MAYBE, created_at=times()),
            "deals": _whole(
                stage=_STAGES,
                state=_STATES,
                amount=_MONEY,
                currency=word,
                probability=st.none() | st.floats(0, 1),
                opened_at=st.none() | times(),
                closed_at=st.none() | times(),
                expected_on=_DATES,
                pipeline=word,
                channel=word,
                account_id=MAYBE,
                person_id=MAYBE,
                product_id=MAYBE,
                created_at=times(),
            ),
            "deal_changes": _changes(),
            "roles": _rows(
                6,
                deal_id=IDS,
                person_id=IDS,
                role=st.sampled_from(sorted(ROLES.values())),
                at=times(),
                confirmed_at=st.none() | times(),
            ),
            "orders": _rows(6, amount=_MONEY, ordered_at=st.none() | times(), created_at=times(), **_OF),
            "order_lines": _rows(6, order_id=IDS, product_id=IDS),
            "facts": st.lists(_facts(), max_size=14),
        }
    )


@st.composite
def _facts(draw: Any) -> Row:
    kind = draw(st.sampled_from(("intent", "sentiment", "theme", "language")))
    labels: dict[str, list[Any]] = {
        "intent": sorted(INTENTS.values()),
        "sentiment": ["negative", "neutral", "positive"],
        "theme": ["price", "delivery", None],
        "language": ["en"],
    }
    score = draw(st.none() | st.integers(-1000, 1000).map(lambda k: k / 1000)) if kind == "sentiment" else None
    return {
        "id": draw(st.integers(1, 10**6)),
        "kind": kind,
        **{name: draw(MAYBE) for name in ("account_id", "person_id", "deal_id", "signal_id")},
        "actor": draw(st.sampled_from(("buyer", "buyer", "seller", None))),
        "label": draw(st.sampled_from(labels[kind])),
        "score": score,
        "at": draw(times()),
        "recorded_at": draw(times()),
    }


def write(folder: Path, world: Tables) -> None:
    """The world as a plain folder of Parquet."""
    for name, schema in TABLES.items():
        rows = world.get(name, [])
        columns = {column: pa.array([r.get(column) for r in rows], ARROW[kind]) for column, kind in schema.items()}
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), folder / name / "rows.parquet")
