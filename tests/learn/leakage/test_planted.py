"""Leaks planted under neutral names, and clean tables in which nothing may be found."""

import numpy as np
import pyarrow as pa
import pytest

from leadline.learn.leakage.guard import hunt
from leadline.learn.roles import find_roles

IDS = {"order", "identifier", "repeat"}
DAY = 86_400_000_000


def _dates(days):
    days = np.asarray(days, dtype=np.float64)
    micros = np.where(np.isfinite(days), np.round(days), 0).astype(np.int64) * DAY
    return pa.array(micros, pa.int64(), mask=~np.isfinite(days)).cast(pa.timestamp("us"))


def _clean(seed, n=3000, named=True):
    """A market with strong honest columns (the truth's AUC is about .8), honest blanks and two dates."""
    rng = np.random.default_rng(seed)
    amount = np.round(rng.lognormal(9, 1.2, n), -2)
    fit = rng.normal(size=n)
    visits = rng.poisson(1.2, n)
    meetings = np.where(rng.random(n) < 0.5, 0, rng.poisson(3, n))
    region = rng.integers(0, 6, n)
    known = rng.random(n) < 0.7
    effect = np.array([-0.8, -0.3, 0, 0.2, 0.5, 0.9])[region]
    logit = -0.9 + 1.2 * fit - 0.4 * (np.log(amount + 1) - 9) + 0.25 * meetings + 0.2 * visits + effect + 0.5 * known
    won = rng.random(n) < 1 / (1 + np.exp(-logit))
    created = 17_000 + np.sort(rng.integers(0, 700, n)).astype(float)
    founded = created - rng.integers(300, 20_000, n)
    columns = {
        "Lead ID": pa.array([f"L-{value:07d}" for value in rng.permutation(10 * n)[:n]]),
        "Created": _dates(created),
        "Founded": _dates(founded),
        "Amount": pa.array(amount),
        "Fit index": pa.array(fit),
        "Web visits": pa.array(visits.astype(float)),
        "Demos seen": pa.array(meetings.astype(float)),
        "Region": pa.array([f"R{value}" for value in region]),
        "Industry": pa.array(
            [f"I{value}" if ok else None for value, ok in zip(rng.integers(0, 9, n), known, strict=True)]
        ),
        "Employees": pa.array(np.round(rng.lognormal(4, 1.5, n)), mask=rng.random(n) < 0.4),
        "Hardware share": pa.array(np.round(rng.random(n), 3)),
        "New customer": pa.array((rng.random(n) < np.where(won, 0.7, 0.25)).astype(float)),
    }
    columns["Software share"] = pa.array(1 - np.asarray(columns["Hardware share"]))
    table = pa.table({**columns, "Won": pa.array(won.astype(float))})
    if not named:
        table = table.rename_columns([*[f"x{at}" for at in range(table.num_columns - 1)], "Won"])
    return table, won.astype(np.int8)


def _found(table, labels):
    return {
        left.column: left for left in hunt(table, find_roles(table, "Won"), labels).left_out if left.kind not in IDS
    }


@pytest.mark.parametrize("n", [80, 600, 3000])
@pytest.mark.parametrize("seed", range(5))
def test_clean_tables_are_clean(seed, n):
    table, labels = _clean(seed, n)
    assert _found(table, labels) == {}


@pytest.mark.parametrize("seed", range(5))
def test_clean_tables_with_neutral_names(seed):
    table, labels = _clean(seed, named=False)
    assert len(_found(table, labels)) <= 1


def _with(table, name, cells):
    return table.append_column(name, cells)


@pytest.mark.parametrize("seed", range(3))
def test_near_perfect_number(seed):
    table, labels = _clean(seed)
    rng = np.random.default_rng(seed + 100)
    planted = _with(table, "x1", pa.array(labels * 3.0 + rng.normal(size=labels.size)))
    assert _found(planted, labels)["x1"].kind == "answer"


@pytest.mark.parametrize("seed", range(3))
def test_near_perfect_category(seed):
    table, labels = _clean(seed)
    rng = np.random.default_rng(seed + 100)
    right = np.where(rng.random(labels.size) < 0.97, labels, 1 - labels)
    planted = _with(table, "x1", pa.array([f"{'pq'[value]}{rng.integers(4)}" for value in right]))
    assert _found(planted, labels)["x1"].kind == "answer"


@pytest.mark.parametrize(("in_won", "in_lost"), [(0.95, 0.02), (0.7, 0.05), (0.2, 0.0), (0.05, 0.9), (0.0, 0.3)])
def test_missingness(in_won, in_lost):
    table, labels = _clean(1)
    rng = np.random.default_rng(7)
    filled = rng.random(labels.size) < np.where(labels == 1, in_won, in_lost)
    number = pa.array(rng.normal(size=labels.size), mask=~filled)
    text = pa.array([f"v{rng.integers(5)}" if ok else None for ok in filled])
    found = _found(_with(_with(table, "x1", number), "x2", text), labels)
    assert {"x1", "x2"} == set(found)
    assert {left.kind for left in found.values()} == {"missingness"}
    assert "%" in found["x1"].reason


def test_honest_blanks_stay():
    table, labels = _clean(2)
    rng = np.random.default_rng(7)
    filled = rng.random(labels.size) < np.where(labels == 1, 0.8, 0.5)
    assert _found(_with(table, "x1", pa.array(rng.normal(size=labels.size), mask=~filled)), labels) == {}


def test_amount_that_is_zero_unless_won():
    table, labels = _clean(3)
    rng = np.random.default_rng(7)
    paid = np.where((labels == 1) & (rng.random(labels.size) < 0.85), np.round(rng.lognormal(5, 1, labels.size)), 0.0)
    assert _found(_with(table, "x1", pa.array(paid)), labels)["x1"].kind == "missingness"


def test_written_at_close_is_blank_in_open_rows():
    table, labels = _clean(4)
    rng = np.random.default_rng(7)
    state = labels.copy()
    state[rng.random(labels.size) < 0.3] = -1
    cells = pa.array(rng.normal(size=labels.size), mask=(state < 0))
    left = _found(_with(table, "x1", cells), state)["x1"]
    assert left.kind == "missingness"
    assert "open" in left.reason


@pytest.mark.parametrize("close_name", ["x1", "Closed on"])
def test_cycle_length_and_close_date(close_name):
    table, labels = _clean(5)
    rng = np.random.default_rng(7)
    created = np.asarray(table["Created"].cast(pa.int64())) / DAY
    lag = np.round(rng.gamma(2, np.where(labels == 1, 15, 30)))
    planted = _with(table, close_name, _dates(created + lag))
    planted = _with(planted, "x2", pa.array(lag))
    planted = _with(planted, "x3", pa.array(np.round(lag / 7, 1)))
    assert {close_name, "x2", "x3"} == set(_found(planted, labels))


def test_shares_of_a_cycle_pull_their_kin_with_them():
    table, labels = _clean(6)
    rng = np.random.default_rng(7)
    days = rng.integers(0, 20, (labels.size, 3)) * (rng.random((labels.size, 3)) < 0.6)
    days[:, 0] += labels * rng.integers(0, 9, labels.size)
    total = days.sum(axis=1)
    with np.errstate(all="ignore"):
        shares = np.nan_to_num(np.round(days / total[:, None], 4))
    for at in range(3):
        table = _with(table, f"x{at}", pa.array(shares[:, at]))
    table = _with(table, "x3", pa.array(total.astype(float)))
    assert {"x0", "x1", "x2", "x3"} == set(_found(table, labels))


def test_made_from_a_leak():
    table, labels = _clean(7)
    rng = np.random.default_rng(7)
    amount = np.asarray(table["Amount"])
    cut = np.round(amount * rng.uniform(0.03, 0.3, labels.size), 2)
    shown = rng.random(labels.size) < np.where(labels == 1, 0.9, 0.1)
    table = _with(table, "x1", pa.array(cut, mask=~shown))
    table = _with(table, "x2", pa.array(amount - np.where(shown, cut, 0)))
    found = _found(table, labels)
    assert {"x1", "x2"} == set(found)
    assert "Amount" in found["x2"].reason


def test_twin_of_a_leak():
    table, labels = _clean(8)
    rng = np.random.default_rng(7)
    days = rng.gamma(2, np.where(labels == 1, 15, 30))
    table = _with(_with(table, "Days to close", pa.array(np.round(days))), "x1", pa.array(np.round(days * 24)))
    found = _found(table, labels)
    assert {"Days to close", "x1"} == set(found)
    assert "Days to close" in found["x1"].reason


def test_few_rows_and_one_class():
    table, labels = _clean(9, 12)
    hunt(table, find_roles(table, "Won"), labels)
    one = hunt(table, find_roles(table, "Won"), np.ones(12, dtype=np.int8))
    assert one.repeats.shape == (12,)
    hunt(table.slice(0, 0), find_roles(table.slice(0, 0), "Won"), labels[:0])


def test_repeats_keep_the_first_and_open_rows():
    table = pa.table({"a": pa.array([1.0, 1.0, 1.0, None, None]), "Won": pa.array([1.0, 1.0, 0.0, None, None])})
    labels = np.array([1, 1, 0, -1, -1], dtype=np.int8)
    assert hunt(table, find_roles(table, "Won"), labels).repeats.tolist() == [False, True, False, False, False]


def test_rows_alike_by_chance_are_no_repeats():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 4000).astype(np.int8)
    few = pa.table({"a": rng.integers(0, 9, 4000) * 1.0, "b": rng.integers(0, 60, 4000) * 1.0, "Won": labels * 1.0})
    assert not hunt(few, find_roles(few, "Won"), labels).repeats.any()


@pytest.mark.parametrize("copies", [2, 30])
def test_a_file_written_several_times_is_repeats(copies):
    table, labels = _clean(10, 200)
    table = table.drop_columns(["Lead ID"])
    written = pa.concat_tables([table] * copies)
    repeats = hunt(written, find_roles(written, "Won"), np.tile(labels, copies)).repeats
    assert repeats.sum() == 200 * (copies - 1)
    assert not repeats[:200].any()
