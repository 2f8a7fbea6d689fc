"""Roles found from names and cells, on made columns and on the real sets."""

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.errors import ColumnNotFound
from leadline.core.formats import ColumnFormat
from leadline.core.roles import Role
from leadline.learn.roles import find_roles

N = 200
RNG = np.random.default_rng(0)


def _roles(table, outcome="won", **options):
    return {role.column: role.role for role in find_roles(table, outcome, **options)}


def _table(**columns):
    return pa.table({**columns, "won": pa.array(RNG.integers(0, 2, N).astype(float))})


@pytest.mark.parametrize(
    ("name", "cells", "role"),
    [
        ("lead_id", [f"L{value:05d}" for value in RNG.permutation(N)], Role.IDENTIFIER),
        ("row", np.arange(N, dtype=float), Role.ORDER),
        ("Opportunity Number", RNG.permutation(N) + 1000.0, Role.ORDER),
        ("token", RNG.integers(1e9, 9e9, N).astype(float), Role.NUMBER),
        ("Customer ID", RNG.integers(0, 40, N).astype(float), Role.ACCOUNT),
        ("Kundennummer", RNG.integers(0, 40, N).astype(float), Role.ACCOUNT),
        ("company", [f"Firm {value} Ltd" for value in RNG.integers(0, 40, N)], Role.ACCOUNT),
        ("customer segment", [f"S{value}" for value in RNG.integers(0, 9, N)], Role.CATEGORY),
        ("Number of employees", RNG.permutation(N) * 3.0, Role.NUMBER),
        ("Amount", RNG.integers(1, 9000, N) * 10.0, Role.MONEY),
        ("preis", RNG.integers(1, 9000, N) * 10.0, Role.MONEY),
        ("age", RNG.integers(18, 90, N).astype(float), Role.NUMBER),
        ("mail", [f"p{value}@firm{value % 9}.example" for value in range(N)], Role.EMAIL),
        ("site", [f"https://firm{value}.example/a" for value in range(N)], Role.URL),
        ("phone", [f"+49 30 {value:07d}" for value in range(N)], Role.PHONE),
        ("full name", [f"An S{'abcdefghij'[v % 10]}{'aeiou'[v // 40]}{'xyz'[v % 3]}" for v in range(N)], Role.PERSON),
        ("notes", [f"They asked for a quote about part {v} and a visit soon" for v in range(N)], Role.TEXT),
        ("region", [f"R{value}" for value in RNG.integers(0, 5, N)], Role.CATEGORY),
        ("empty", pa.nulls(N, pa.string()), Role.EMPTY),
        ("same", np.ones(N), Role.EMPTY),
        ("flag", [None if v % 3 else "x" for v in range(N)], Role.CATEGORY),
    ],
)  # fmt: skip
def test_role_of_a_column(name, cells, role):
    assert _roles(_table(**{name: cells}))[name] == role


def test_dates_units_and_hand_set_roles():
    table = _table(when=pa.array(np.arange(N), pa.int64()).cast(pa.timestamp("us")), x=RNG.normal(size=N))
    units = (ColumnFormat("x", "number", unit="EUR"),)
    assert _roles(table, formats=units) == {"when": Role.DATE, "x": Role.MONEY, "won": Role.OUTCOME}
    found = find_roles(table, "won", {"x": Role.IGNORED})
    assert [role.given for role in found] == [False, True, False]
    assert found[1].role == Role.IGNORED


def test_shares_of_blanks_and_counts_of_values():
    role = find_roles(_table(x=[None, *["a", "b"] * 50, *[None] * 99]), "won")[0]
    assert role.missing == pytest.approx(0.5)
    assert role.distinct == 2
    nan = find_roles(_table(x=[float("nan"), *[1.0, 2.0] * 50, *[None] * 99]), "won")[0]
    assert nan.missing == pytest.approx(0.5)
    assert nan.distinct == 2


def test_no_such_column():
    with pytest.raises(ColumnNotFound, match="did you mean 'won'"):
        find_roles(_table(), "wonn")
    with pytest.raises(ColumnNotFound, match="budgt"):
        find_roles(_table(budget=np.ones(N)), "won", {"budgt": Role.MONEY})


def test_of_several_entities_the_one_whose_rows_share_most_is_the_account():
    notice = np.repeat(np.arange(40), 5)
    table = _table(
        notice_id=notice.astype(float),
        firm_id=RNG.integers(0, 30, N).astype(float),
        price=(notice * 7.5).tolist(),
        city=[f"C{value % 9}" for value in notice],
    )
    roles = _roles(table)
    assert roles["notice_id"] == Role.ACCOUNT
    assert roles["firm_id"] == Role.CATEGORY


def test_row_numbers_of_a_file_sorted_by_account_carry_no_time():
    table = _table(customer=np.repeat(np.arange(40.0), 5), row=np.arange(N, dtype=float))
    assert _roles(table)["row"] == Role.IDENTIFIER


EXPECTED = {
    "ibm": {"Opportunity Number": Role.ORDER, "Opportunity Amount USD": Role.MONEY, "Competitor Type": Role.CATEGORY},
    "crm": {"opportunity_id": Role.IDENTIFIER, "account": Role.ACCOUNT, "sales_agent": Role.CATEGORY,
            "engage_date": Role.DATE},
    "olist": {"mql_id": Role.IDENTIFIER, "landing_page_id": Role.CATEGORY, "first_contact_date": Role.DATE},
    "bank": {"Cust_num": Role.ORDER, "contact": Role.CATEGORY, "age": Role.NUMBER, "campaign": Role.NUMBER},
    "metals": {"Customer": Role.ACCOUNT, "RowInFile": Role.IDENTIFIER, "PricePerLb": Role.MONEY},
    "software": {"ID": Role.ORDER, "Created Date": Role.DATE, "Amount": Role.MONEY, "New Logo": Role.NUMBER},
    "web": {"row_id": Role.ORDER, "Month": Role.CATEGORY, "Region": Role.NUMBER},
    "tender": {"bid_notice_id": Role.ACCOUNT, "estimated_price": Role.MONEY, "num_bidders": Role.NUMBER},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_real_sets(real, real_sets, name):
    roles = _roles(real(name), real_sets[name].outcome.split("=")[0])
    assert {column: roles[column] for column in EXPECTED[name]} == EXPECTED[name]
    assert all(role.reason for role in find_roles(real(name), real_sets[name].outcome.split("=")[0]))
