"""Drift: named where it is, and not where it is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import drift, scoring
from leadline.learn.drift import DriftCount, stability
from leadline.learn.qualified import Qualified

shares = st.lists(st.integers(0, 400), min_size=2, max_size=12).filter(lambda n: sum(n) > 0)


def found(qualified: Qualified, table: pa.Table, batch: int = 10_000) -> dict[str, drift.Drift]:
    counted = DriftCount(qualified.model)
    for at in range(0, table.num_rows, batch):
        counted.add(scoring.score(qualified.model, table.slice(at, batch)).encoded.bins)
    return {one.column: one for one in counted.found()}


def changed(table: pa.Table, name: str, cells: object) -> pa.Table:
    column = pa.array(cells, table.schema.field(name).type)
    return table.set_column(table.schema.get_field_index(name), name, column)


def test_the_rows_learned_from_have_not_drifted(plain: Qualified) -> None:
    closed = plain.task.table.take(pa.array(plain.task.closed))
    assert found(plain, closed) == {}
    assert found(plain, closed.take(pa.array(np.arange(0, closed.num_rows, 3)))) == {}


@pytest.mark.parametrize("name", ["Industry", "Amount", "Budget", "Lead Source", "People Engaged"])
def test_the_column_that_went_blank_is_named_first(plain: Qualified, name: str) -> None:
    table = plain.task.table.take(pa.array(plain.task.closed))
    seen = found(plain, changed(table, name, [None] * table.num_rows))
    assert next(iter(seen)) == name
    assert set(seen) <= {name, "Amount"}  # the budget is also read as a share of the amount
    assert seen[name].severe
    assert seen[name].words.startswith(f"'{name}' is ")
    assert "of these rows" in seen[name].words
    assert "in training" in seen[name].words


def test_values_that_moved_are_named(plain: Qualified) -> None:
    table = plain.task.table.take(pa.array(plain.task.closed))
    pounds = found(
        plain, changed(table, "Amount", [None if a is None else a * 20 for a in table["Amount"].to_pylist()])
    )
    assert list(pounds) == ["Amount"]
    assert pounds["Amount"].severe
    spelt = found(plain, changed(table, "Region", ["region one"] * table.num_rows))
    assert list(spelt) == ["Region"]
    assert spelt["Region"].severe
    assert "'Region' is rare or new in 100 % of these rows" in spelt["Region"].words


def test_the_worst_comes_first_whatever_the_batches(plain: Qualified) -> None:
    table = plain.task.table.take(pa.array(plain.task.closed))
    table = changed(table, "Region", ["North"] * table.num_rows)
    table = changed(table, "Industry", [None] * table.num_rows)
    seen = list(found(plain, table).values())
    assert [one.psi for one in seen] == sorted((one.psi for one in seen), reverse=True)
    assert {one.column for one in seen} == {"Region", "Industry"}
    assert list(found(plain, table, 97).values()) == seen


def test_the_calendar_is_named_and_stops_nothing(plain: Qualified) -> None:
    table = plain.task.table.take(pa.array(plain.task.closed[:300]))
    monday = [datetime(2024, 6, 3) + timedelta(days=7 * (n % 8)) for n in range(300)]
    wait = [None if d is None else m + (d - c) for m, c, d in zip(
        monday, table["Created Date"].to_pylist(), table["Needed By"].to_pylist(), strict=True)]  # fmt: skip
    table = changed(changed(table, "Created Date", monday), "Needed By", wait)
    seen = found(plain, table)
    assert "Created Date" in seen
    assert not any(one.severe for one in seen.values())


def test_few_rows_tell_nothing(plain: Qualified) -> None:
    table = plain.task.table.slice(0, drift.FEWEST - 1)
    assert found(plain, changed(table, "Industry", [None] * table.num_rows)) == {}


@settings(deadline=None)
@given(shares, st.integers(100, 5_000), st.integers(100, 5_000))
def test_the_same_shares_are_no_drift(counts: list[int], trained: int, rows: int) -> None:
    share = np.array(counts) / sum(counts)
    index, chance = stability(share, share, trained, rows)
    assert index == 0.0
    assert chance >= 0.0


@settings(deadline=None)
@given(shares, shares, st.integers(100, 5_000))
def test_the_index_is_finite_and_falls_with_doubt(before: list[int], now: list[int], rows: int) -> None:
    size = max(len(before), len(now))
    p, q = (np.array(counts + [0] * (size - len(counts))) / sum(counts) for counts in (before, now))
    sure, _ = stability(p, q, 1_000_000, rows)
    unsure, _ = stability(p, q, 100, rows)
    assert 0.0 <= unsure <= sure < np.inf


def test_chance_alone_is_hardly_ever_named() -> None:
    """Twelve like bins, 200 rows learned from and 150 scored: without the correction 4 of 5 pairs passed .1."""
    rng = np.random.default_rng(0)
    named = severe = plain_index = 0
    for _ in range(2_000):
        before, now = (rng.multinomial(n, np.full(12, 1 / 12)) / n for n in (200, 150))
        index, chance = stability(before, now, 200, 150)
        named += index >= max(drift.NAMED, drift.SURE * chance)
        severe += index >= max(drift.SEVERE, drift.STOPS * chance)
        plain_index += float(np.sum((np.maximum(now, 1 / 300) - np.maximum(before, 1 / 300)) * np.log(
            np.maximum(now, 1 / 300) / np.maximum(before, 1 / 300)))) >= drift.NAMED  # fmt: skip
    assert plain_index > 1_000
    assert named <= 20
    assert severe <= 1
