"""Parts: what is taken from columns, blank where nothing can be, and chosen without the outcome."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.roles import ColumnRole, Role
from leadline.learn import derive
from leadline.learn.derive import Part


def role(column: str, kind: Role) -> ColumnRole:
    return ColumnRole(column, kind, "", 0, 0)


def dates(days: int, rows: int = 40) -> pa.Array:
    start = datetime(2023, 1, 1)
    return pa.array([start + timedelta(days=days * i / (rows - 1)) for i in range(rows)], pa.timestamp("us"))


def hows(parts: tuple[Part, ...]) -> list[str]:
    return [part.how for part in parts]


def test_a_date_gives_weekday_distance_and_after_two_years_its_month() -> None:
    table = pa.table({"Created": dates(800), "Due": dates(300)})
    roles = [role("Created", Role.DATE), role("Due", Role.DATE)]
    parts = derive.plan(table, roles, "Created")
    assert hows(parts[:3]) == ["weekday", "moment", "month"]
    due = [part for part in parts if part.column == "Due"]
    assert "month" not in hows(tuple(due))
    distance = next(part for part in due if part.how == "days_before")
    assert distance.against == "Created"
    found = derive.take(table, [distance])[0]
    assert found[0] == 0
    assert found[-1] == pytest.approx(500)


def test_the_rows_own_time_is_no_distance_to_itself() -> None:
    parts = derive.plan(pa.table({"Created": dates(10)}), [role("Created", Role.DATE)], "Created")
    assert "days_before" not in hows(parts)
    moment = next(part for part in parts if part.how == "moment")
    assert derive.take(pa.table({"Created": dates(10)}), [moment])[0][-1] - 19358 == pytest.approx(10)


def test_a_date_of_blanks_gives_nothing() -> None:
    table = pa.table({"Created": pa.array([None, None], pa.timestamp("us"))})
    assert derive.plan(table, [role("Created", Role.DATE)]) == ()


def prices(rows: int = 400) -> pa.Table:
    rng = np.random.default_rng(1)
    list_price = np.exp(rng.normal(8, 1, rows))
    return pa.table(
        {
            "List price": list_price,
            "Bid": list_price * np.exp(rng.normal(0, 0.1, rows)),
            "Employees": np.exp(rng.normal(8, 1, rows)),
            "Balance": rng.normal(0, 1000, rows),
            "Share": list_price / 1e5,
        }
    )


def test_like_quantities_that_rise_together_give_their_ratio() -> None:
    table = prices()
    parts = derive.plan(table, [role(name, Role.NUMBER) for name in table.column_names])
    assert [part.name for part in parts if part.how == "ratio"] == ["List price / Bid"]
    ratio = derive.take(table, [part for part in parts if part.how == "ratio"])[0]
    wanted = np.log(np.asarray(table["List price"]) / np.asarray(table["Bid"]))
    assert ratio == pytest.approx(wanted)


def test_the_order_of_columns_chooses_no_ratio() -> None:
    table = prices()
    names = table.column_names
    one = derive.plan(table, [role(name, Role.NUMBER) for name in names])
    other = derive.plan(table, [role(name, Role.NUMBER) for name in reversed(names)])
    pair = [frozenset((part.column, part.against)) for part in one if part.how == "ratio"]
    assert pair == [frozenset((part.column, part.against)) for part in other if part.how == "ratio"]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), min_size=1, max_size=20))
def test_a_ratio_is_blank_where_either_is_blank_nought_or_negative(cells: list[float | None]) -> None:
    table = pa.table({"A": pa.array(cells, pa.float64()), "B": pa.array(list(reversed(cells)), pa.float64())})
    found = derive.take(table, [Part("A / B", "A", "number", "ratio", "B")])[0]
    above, below = derive.numbers(table["A"]), derive.numbers(table["B"])
    assert np.array_equal(np.isfinite(found), (above > 0) & (below > 0))


@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_do(rows: int) -> None:
    table = prices().slice(0, rows)
    parts = derive.plan(table, [role(name, Role.NUMBER) for name in table.column_names])
    assert [len(array) for array in derive.take(table, parts)] == [rows] * len(parts)


def test_columns_read_are_those_of_both_sides() -> None:
    parts = (Part("A / B", "A", "number", "ratio", "B"), Part("A", "A", "number", "value"))
    assert derive.columns_read(parts) == ["A", "B"]


def test_addresses_never_come_out() -> None:
    column = pa.array(["ann@gmail.com", "bo@mit.edu", "cy@firm.example", "none", None])
    assert derive.mail_kind(column).to_pylist() == ["free", "education", "company", "not an address", None]
    assert derive.host(pa.array(["https://www.Firm.example/path?q=1"])).to_pylist() == ["firm.example"]
