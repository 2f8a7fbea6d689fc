"""From a table to a task: what may speak, what is closed, who is called what."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.roles import Role
from leadline.learn.qualified import Qualified
from leadline.learn.task import Options, Task, prepare


def deals(rows: int = 120) -> pa.Table:
    rng = np.random.default_rng(0)
    start = [datetime(2023, 1, 2) + timedelta(days=int(n)) for n in rng.permutation(rows)]
    return pa.table(
        {
            "Deal ID": [f"D-{n}" for n in range(rows)],
            "Created Date": pa.array(start, pa.timestamp("us")),
            "Source": rng.choice(["Web", "Fair", "Referral"], rows).tolist(),
            "Deal Value": rng.integers(1_000, 90_000, rows).astype(np.float64),
            "Unit Price": rng.integers(1, 90, rows).astype(np.float64),
            "Note": [
                " ".join(rng.choice(["met", "asked", "wants", "budget", "later", "price", "call"], 12))
                for _ in range(rows)
            ],
            "Code": rng.integers(0, 4, rows).astype(np.float64),
            "Stage": rng.choice(["Won", "Lost", "Open"], rows).tolist(),
        }
    )


def task(table: pa.Table | None = None, **said: object) -> Task:
    return prepare(deals() if table is None else table, (), Options("Stage=Won", ("Lost",), **said))  # type: ignore[arg-type]


def test_what_is_found() -> None:
    found = task()
    stage = np.array(deals()["Stage"].to_pylist())
    assert np.array_equal(found.labels, np.where(stage == "Won", 1, np.where(stage == "Lost", 0, -1)))
    assert sorted(found.closed.tolist()) == np.flatnonzero(stage != "Open").tolist()
    assert (found.id_column, found.money_column, found.time_column) == ("Deal ID", "Deal Value", "Created Date")
    assert found.text_columns == ("Note",)
    assert {role.column for role in found.features} == {
        "Created Date",
        "Source",
        "Deal Value",
        "Unit Price",
        "Note",
        "Code",
    }
    assert [item.column for item in found.left_out] == ["Deal ID"]


def test_closed_rows_come_in_time_order_and_those_of_unknown_time_first() -> None:
    table = deals()
    dates = table["Created Date"].to_pylist()
    for row in (3, 50, 119):
        dates[row] = None
    found = task(table.set_column(1, "Created Date", pa.array(dates, pa.timestamp("us"))))
    order = [dates[row] for row in found.closed.tolist()]
    blank = sum(date is None for date in order)
    assert blank
    assert all(date is None for date in order[:blank])
    assert order[blank:] == sorted(order[blank:])


def test_formats_of_a_table_that_came_typed() -> None:
    kinds = {form.column: form.kind for form in task().formats}
    assert kinds["Deal Value"] == "number"
    assert kinds["Created Date"] == "date"
    assert kinds["Source"] == "text"
    assert list(kinds) == deals().column_names


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (dict(roles={"Sorce": Role.CATEGORY}), "no column 'Sorce' in the file; did you mean 'Source'"),
        (dict(keep=("Deal",)), "no column 'Deal'"),
        (dict(amount="Valu"), "no column 'Valu'"),
        (dict(id_column="ID"), "no column 'ID'"),
        (dict(product="Produkt"), "no column 'Produkt'"),
        (dict(split="time:Created"), "did you mean 'Created Date'"),
    ],
)
def test_names_that_are_not_there(said: dict[str, object], message: str) -> None:
    with pytest.raises(ColumnNotFound, match=message):
        task(**said)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (dict(roles={"Stage": Role.CATEGORY}), "is the outcome and can play no other part"),
        (dict(roles={"Source": Role.OUTCOME}), "cannot be an outcome beside 'Stage'"),
        (
            dict(roles={"Source": Role.NUMBER}),
            r"'Source' holds text \(row 1: '.*'\), which cannot play the role of number",
        ),
        (dict(roles={"Note": Role.MONEY}), "cannot play the role of money"),
        (dict(roles={"Deal Value": Role.DATE}), "'Deal Value' holds numbers"),
        (dict(roles={"Code": Role.TEXT}), "cannot play the role of text; try Code=category"),
        (dict(roles={"Created Date": Role.EMAIL}), "'Created Date' holds dates"),
        (dict(roles={"Source": Role.ORDER}), "cannot play the role of order"),
        (dict(amount="Source"), "'Source' holds no numbers, so it cannot be the amount"),
        (dict(split="sometimes"), "is no split"),
        (dict(split="time:Source"), "gives no order"),
    ],
)
def test_parts_that_cannot_be_played(said: dict[str, object], message: str) -> None:
    with pytest.raises(CallError, match=message):
        task(**said)


def test_roles_by_hand_win() -> None:
    found = task(roles={"Code": Role.CATEGORY, "Source": Role.IGNORED}, amount="Unit Price", id_column="Source")
    features = {role.column: role.role for role in found.features}
    assert features["Code"] is Role.CATEGORY
    assert "Source" not in features
    assert (found.money_column, found.id_column) == ("Unit Price", "Source")


def test_what_is_kept_takes_part() -> None:
    found = task(keep=("Deal ID",))
    assert {role.column: role.role for role in found.features}["Deal ID"] is Role.CATEGORY
    assert [(item.column, item.kept) for item in found.left_out] == [("Deal ID", True)]
    numbered = deals().append_column("Row No", pa.array(np.arange(120.0)))
    kept = task(numbered, keep=("Row No",), split="random")
    assert {role.column: role.role for role in kept.features}["Row No"] is Role.NUMBER


def test_young_rows_are_neither_won_nor_lost() -> None:
    found = task(mature_after=40.0)
    dates = np.array(deals()["Created Date"].to_numpy(), dtype="datetime64[D]")
    young = dates > dates.max() - np.timedelta64(40, "D")
    assert young.any()
    assert not young[found.closed].any()
    assert np.array_equal(np.flatnonzero(found.young), np.flatnonzero(young & (found.labels == 0)))
    assert "under 40 days old" in found.mature_words


def test_leaks_are_no_features(plain: Qualified) -> None:
    out = {item.column for item in plain.task.left_out}
    assert {"Probability (%)", "Close Date", "Days in Stage", "Last Activity Date", "Lost Reason"} <= out
    assert not out & {role.column for role in plain.task.features}
    assert plain.task.money_column == "Amount"
    assert plain.task.id_column == "Opportunity ID"
