"""Splits by time, group and chance: no group on both sides, no later row before an earlier one."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.qualification import Scheme
from leadline.learn.outcome import read_outcome
from leadline.learn.roles import find_roles
from leadline.learn.splits import Split, folds, holdout, mature, propose, younger

DAY = 86_400_000_000


def _dates(days):
    days = np.asarray(days, dtype=float)
    known = np.isfinite(days)
    return pa.array(np.where(known, days, 0).astype(np.int64) * DAY, pa.int64(), mask=~known).cast(pa.timestamp("us"))


def _split(kind, order=None, groups=None):
    return Split(Scheme(kind, "c", "w"), order, groups)


def _proposed(table, outcome="won", given=""):
    reading, labels = read_outcome(table, outcome)
    roles = find_roles(table, reading.column)
    return propose(table, roles, labels, given), roles, labels


@st.composite
def _cases(draw):
    n = draw(st.integers(10, 120))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    labels = rng.integers(0, 2, n).astype(np.int8)
    order = rng.integers(0, draw(st.integers(2, 60)), n).astype(float)
    order[rng.random(n) < 0.05] = np.nan
    groups = rng.integers(0, draw(st.integers(3, 80)), n).astype(np.int64)
    rows = np.sort(rng.permutation(n)[: draw(st.integers(8, n))])
    return labels, order, groups, rows


@settings(max_examples=80, deadline=None)
@given(_cases(), st.sampled_from(["time", "group", "random"]), st.booleans(), st.integers(0, 5))
def test_holdout_and_folds_keep_their_promises(case, kind, grouped, seed):
    labels, order, groups, rows = case
    split = _split(kind, order if kind == "time" else None, groups if grouped or kind == "group" else None)
    train, test = holdout(split, rows, labels, 0.3, seed)
    assert sorted([*train, *test]) == rows.tolist()
    again = holdout(split, rows, labels, 0.3, seed)
    assert np.array_equal(train, again[0])
    assert np.array_equal(test, again[1])
    if split.groups is not None:
        assert not set(groups[train]) & set(groups[test])
    if kind == "time" and train.size and test.size:
        known = np.isfinite(order[test])
        assert known.all()
        first = order[test] if split.groups is None else np.array(
            [np.nanmin(order[rows][groups[rows] == group]) for group in groups[test]]
        )  # fmt: skip
        begun = order[train] if split.groups is None else np.array(
            [np.nanmin(np.r_[-np.inf if np.isnan(order[rows][groups[rows] == g]).any() else np.inf,
                             order[rows][groups[rows] == g]]) for g in groups[train]]
        )  # fmt: skip
        assert first.min() > np.nanmax(np.r_[-np.inf, begun])
    for into, out in folds(split, rows, labels, 5, seed):
        assert sorted([*into, *out]) == rows.tolist()
        for side in (into, out):
            assert set(labels[side]) == {0, 1}
        if split.groups is not None:
            assert not set(groups[into]) & set(groups[out])


def test_shares_and_strata():
    rng = np.random.default_rng(0)
    labels = (rng.random(5000) < 0.1).astype(np.int8)
    rows = np.arange(5000)
    groups = rng.integers(0, 700, 5000)
    for split in (_split("random"), _split("group", None, groups), _split("time", rng.random(5000))):
        train, test = holdout(split, rows, labels)
        assert test.size == pytest.approx(1500, abs=25)
        if split.scheme.kind != "time":
            assert labels[test].mean() == pytest.approx(labels.mean(), abs=0.01)
        rates = [labels[out].mean() for _, out in folds(split, train, labels, 5)]
        assert max(rates) - min(rates) < 0.02


def test_ties_stay_on_one_side():
    order = np.repeat(np.arange(10.0), 10)
    labels = np.tile([0, 1], 50).astype(np.int8)
    train, test = holdout(_split("time", order), np.arange(100), labels, 0.27)
    assert not set(order[train]) & set(order[test])
    assert test.size == 30


def test_a_cut_that_leaves_one_class_moves():
    labels = np.r_[np.tile([0, 1], 40), np.zeros(30)].astype(np.int8)
    train, test = holdout(_split("time", np.arange(110.0)), np.arange(110), labels, 0.2)
    assert set(labels[test]) == {0, 1}
    assert train.max() < test.min()


def test_few_wins_give_fewer_folds():
    labels = np.zeros(60, dtype=np.int8)
    labels[:3] = 1
    assert len(folds(_split("random"), np.arange(60), labels, 10)) == 3
    labels[1:] = 0
    assert folds(_split("random"), np.arange(60), labels, 10) == []


def _base(n=300, seed=0):
    rng = np.random.default_rng(seed)
    return rng, {"won": pa.array(rng.integers(0, 2, n).astype(float)), "x": pa.array(rng.normal(size=n))}


def test_created_wins_over_close_birth_and_modified():
    rng, columns = _base()
    created = rng.integers(17000, 17500, 300)
    for name, later in (("Close date", 20), ("Last modified", 30), ("Date of birth", -9000), ("Created on", 0)):
        columns[name] = _dates(created + later)
    split, _, _ = _proposed(pa.table(columns))
    assert (split.scheme.kind, split.scheme.column) == ("time", "Created on")
    del columns["Created on"]
    assert _proposed(pa.table(columns))[0].scheme.column == "Close date"


def test_order_group_and_random():
    rng, columns = _base()
    assert _proposed(pa.table(columns))[0].scheme.kind == "random"
    grouped = {**columns, "customer": pa.array(rng.integers(0, 50, 300).astype(float))}
    split, _, _ = _proposed(pa.table(grouped))
    assert (split.scheme.kind, split.scheme.column) == ("group", "customer")
    assert len(set(split.groups)) == len(set(np.asarray(grouped["customer"])))
    numbered = {**columns, "Quote no": pa.array(rng.permutation(300) + 500.0)}
    split, _, _ = _proposed(pa.table(numbered))
    assert "rises with time as far as can be told" in split.scheme.words


def test_given_schemes():
    _, columns = _base()
    table = pa.table({**columns, "when": _dates(np.arange(300)), "who": [f"g{at % 20}" for at in range(300)]})
    assert _proposed(table, given="random")[0].scheme.given
    assert _proposed(table, given="group:who")[0].groups.max() == 19
    assert _proposed(table, given="time:x")[0].scheme.column == "x"
    with pytest.raises(CallError, match="no split"):
        _proposed(table, given="rand")
    with pytest.raises(CallError, match="no split"):
        _proposed(table, given="time")
    with pytest.raises(CallError, match="holds text"):
        _proposed(table, given="time:who")
    with pytest.raises(ColumnNotFound, match="did you mean 'when'"):
        _proposed(table, given="time:whn")


def test_repeated_record_numbers_stay_together():
    _, columns = _base()
    numbers = np.arange(300.0)
    numbers[1::50] = numbers[::50]
    split, _, labels = _proposed(pa.table({**columns, "Deal number": numbers}))
    assert split.scheme.kind == "time"
    train, test = holdout(split, np.arange(300), labels)
    assert not set(numbers[train]) & set(numbers[test])


@pytest.mark.parametrize(
    ("name", "kind", "column"),
    [
        ("ibm", "time", "Opportunity Number"),
        ("crm", "time", "engage_date"),
        ("olist", "time", "first_contact_date"),
        ("bank", "time", "Cust_num"),
        ("metals", "group", "Customer"),
        ("software", "time", "Created Date"),
        ("web", "time", "row_id"),
        ("tender", "group", "bid_notice_id"),
    ],
)
def test_real_sets(real, real_sets, name, kind, column):
    split, _, labels = _proposed(real(name), real_sets[name].outcome)
    assert (split.scheme.kind, split.scheme.column) == (kind, column)
    rows = np.flatnonzero(labels >= 0)
    train, test = holdout(split, rows, labels)
    assert test.size / rows.size == pytest.approx(0.3, abs=0.02)
    if kind == "time":
        assert split.order[train].max() < split.order[test].min()
    if split.groups is not None:
        assert not set(split.groups[train]) & set(split.groups[test])


def _young(seed=0, n=4000, mark=True):
    """Leads over 400 days; wins take 40 days on average, and the export ends with the last lead."""
    rng = np.random.default_rng(seed)
    created = np.sort(rng.integers(0, 400, n)).astype(float)
    lag = rng.exponential(40, n)
    will = rng.random(n) < 0.3
    won = will & (created + lag <= 400)
    columns = {"Created": _dates(created), "x": pa.array(rng.normal(size=n)), "won": pa.array(won.astype(float))}
    if mark:
        columns["Won on"] = _dates(np.where(won, created + lag, np.nan))
    return pa.table(columns), created, will


@pytest.mark.parametrize("mark", [True, False])
def test_young_leads_are_not_lost(mark):
    table, created, will = _young(mark=mark)
    split, roles, labels = _proposed(table)
    young, days, words = mature(table, roles, labels, split, None)
    assert days is not None
    assert 30 <= days <= 130
    assert young.sum() > 50
    assert not (young & (labels != 0)).any()
    assert (400 - created)[young].max() < days + 1
    assert will[young].mean() > 3 * will[(labels == 0) & ~young].mean()
    assert "not counted as lost" in words
    aside = younger(table, roles, labels, split, days)
    assert (aside & (labels == 0)).sum() == young.sum()
    assert (aside & (labels == 1)).any()
    assert not aside[created < 398 - days].any()


@pytest.mark.parametrize("name", ["ibm", "crm", "olist", "bank", "metals", "software", "web", "tender"])
def test_no_young_rows_where_none_are(real, real_sets, name):
    split, roles, labels = _proposed(real(name), real_sets[name].outcome)
    young, days, words = mature(real(name), roles, labels, split, None)
    assert not young.any()
    assert days is None
    assert words == ""


def test_steady_conversion_is_not_young():
    rng = np.random.default_rng(1)
    table = pa.table({"Created": _dates(np.sort(rng.integers(0, 400, 3000))), "x": rng.normal(size=3000),
                      "won": (rng.random(3000) < 0.2).astype(float)})  # fmt: skip
    split, roles, labels = _proposed(table)
    assert mature(table, roles, labels, split, None)[1] is None


def test_mature_after_is_obeyed_and_spares_rows_closed_as_lost():
    table, created, _ = _young()
    split, roles, labels = _proposed(table)
    young, days, _ = mature(table, roles, labels, split, 10)
    assert days == 10
    assert np.array_equal(young, (labels == 0) & (created.max() - created < 10))
    closed = table.append_column("Close date", _dates(created + 5))
    split, roles, labels = _proposed(closed)
    assert not mature(closed, roles, labels, split, 10)[0].any()
    bare = table.select(["x", "won"])
    split, roles, labels = _proposed(bare)
    with pytest.raises(CallError, match="--mature-after"):
        mature(bare, roles, labels, split, 10)
