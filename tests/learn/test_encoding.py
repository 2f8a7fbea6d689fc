"""Encoding: new rows as old ones are, save where an old row would see its own outcome or itself."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import encoding
from leadline.learn.derive import Part, PartKind
from leadline.learn.encoding import CategoryCode, NumberCode


def part(name: str, kind: PartKind) -> Part:
    return Part(name, name, kind, "value")


def fitted(columns: dict[str, pa.Array], y: np.ndarray, parts: list[Part] | None = None) -> tuple:
    table = pa.table(columns)
    if parts is None:
        parts = [part(n, "category" if pa.types.is_string(table.schema.field(n).type) else "number") for n in columns]
    folds = np.arange(len(y)) % 3
    encoder, encoded = encoding.fit(table, parts, np.asarray(y, dtype=np.int8), folds.astype(np.int64))
    return table, encoder, encoded


cells = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(["a", "b", "c", "ä"])),
        st.one_of(st.none(), st.integers(-3, 3).map(float), st.floats(-1e9, 1e9)),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(cells)
def test_few_values_are_encoded_alike_in_training_and_later(rows: list[tuple[str | None, float | None, int]]) -> None:
    columns = {"C": pa.array([r[0] for r in rows], pa.string()), "N": pa.array([r[1] for r in rows], pa.float64())}
    table, encoder, encoded = fitted(columns, np.array([r[2] for r in rows]))
    later = encoder.transform(table)
    assert np.array_equal(later.bins, encoded.bins)
    assert np.array_equal(later.trees, encoded.trees, equal_nan=True)
    assert (later.bins >= 0).all()
    assert (later.bins < np.array(encoder.cardinalities)).all()


def repeated(rows: int = 3000) -> tuple[dict[str, pa.Array], np.ndarray]:
    """Amounts of which those that are repeated are lost more often, and many codes."""
    rng = np.random.default_rng(2)
    round_one = rng.random(rows) < 0.5
    amount = np.where(round_one, rng.integers(1, 40, rows) * 1000.0, rng.integers(1_000, 40_000, rows) + 0.5)
    y = (rng.random(rows) < np.where(round_one, 0.1, 0.6)).astype(np.int8)
    code = pa.array([f"c{n}" for n in rng.integers(0, 200, rows)])
    return {"Amount": pa.array(amount), "Code": code}, y


def test_frequency_and_roundness_are_kept_where_they_tell() -> None:
    columns, y = repeated()
    _, encoder, _ = fitted(columns, y)
    amount = encoder.codes[0]
    assert isinstance(amount, NumberCode)
    assert len(amount.values)
    assert amount.rounded
    _, encoder, _ = fitted(columns, np.random.default_rng(0).permutation(y))
    amount = encoder.codes[0]
    assert isinstance(amount, NumberCode)
    assert not len(amount.values)
    assert not amount.rounded


def test_a_training_row_does_not_count_itself_or_its_own_outcome() -> None:
    columns, y = repeated()
    table, encoder, encoded = fitted(columns, y)
    later = encoder.transform(table)
    counts = [encoder.tree_starts[0] + 1, encoder.tree_starts[1] + 1]
    assert np.expm1(later.trees[:, counts]) == pytest.approx(np.expm1(encoded.trees[:, counts]) + 1, rel=1e-3)
    rate = encoder.tree_starts[1] + 2
    assert isinstance(encoder.codes[1], CategoryCode)
    assert not encoder.codes[1].native
    codes = np.asarray(columns["Code"].to_pylist())
    row = 0  # of fold 0: what its fold won does not matter to it
    changed = y.copy()
    changed[(np.arange(len(y)) % 3 == 0) & (codes == codes[row])] = 1 - changed[row]
    _, _, other = fitted(columns, changed)
    flips = changed.mean() != y.mean()  # the base rate may move every row a little
    assert other.trees[row, rate] == pytest.approx(encoded.trees[row, rate], abs=0.05 if flips else 1e-6)
    assert np.array_equal(np.delete(later.trees, [*counts, rate], 1), np.delete(encoded.trees, [*counts, rate], 1))


def test_new_and_blank_values_are_safe() -> None:
    columns, y = repeated()
    columns["Few"] = pa.array(["x", "y", None] * 1000)
    _, encoder, _ = fitted(columns, y)
    strange = pa.table({"Amount": [np.nan, np.inf, 1e300], "Code": ["never", None, "c1"], "Few": ["new", None, "x"]})
    found = encoder.transform(strange)
    assert (found.bins >= 0).all()
    assert (found.bins < np.array(encoder.cardinalities)).all()
    first = encoder.bin_starts
    assert found.bins[:, first[0]].tolist()[:2] == [0, 0]
    assert found.bins[:2, first[1]].tolist() == [1, 0]
    few = encoder.tree_starts[2]
    assert np.isnan(found.trees[0, few])  # new: in no set
    assert found.trees[1, few] == 2  # blank: a value of its own
    assert encoder.native == (few,)


@pytest.mark.parametrize("column", [pa.array([None] * 30, pa.float64()), pa.array([4.0] * 30), pa.array(["a"] * 30)])
def test_empty_and_constant_columns_do(column: pa.Array) -> None:
    _, encoder, encoded = fitted({"X": column}, np.arange(30) % 2)
    assert len(set(map(tuple, encoded.bins.tolist()))) == 1
    assert encoder.transform(pa.table({"X": column.slice(0, 1)})).bins.shape == (1, 1)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_row_or_two_do(rows: int) -> None:
    columns = {"N": pa.array([5.0, 7.0][:rows]), "C": pa.array(["a", None][:rows], pa.string())}
    _, encoder, encoded = fitted(columns, np.array([1, 0])[:rows])
    assert encoded.bins.shape == (rows, 2)
    assert np.isfinite(encoder.base)


def test_the_order_of_columns_changes_nothing_but_their_places() -> None:
    columns, y = repeated(600)
    _, one, a = fitted(columns, y)
    _, other, b = fitted(dict(reversed(columns.items())), y)
    assert sorted(map(bytes, a.bins.T.copy())) == sorted(map(bytes, b.bins.T.copy()))
    assert sorted(one.tree_sources) == sorted(other.tree_sources)


def test_a_value_that_many_share_has_a_bin_to_itself() -> None:
    rng = np.random.default_rng(0)
    days = np.where(rng.random(2000) < 0.8, -1.0, rng.integers(1, 800, 2000))
    _, _, encoded = fitted({"Days": pa.array(days)}, rng.integers(0, 2, 2000))
    held = encoded.bins[:, 0]
    assert len(set(held[days == -1])) == 1
    assert set(held[days == -1]).isdisjoint(held[days != -1])
    assert len(set(held[days != -1])) >= encoding.FEWEST_BINS


def test_a_ratio_is_kept_only_where_it_tells_more_than_its_columns() -> None:
    rng = np.random.default_rng(3)
    cost = np.exp(rng.normal(5, 1, 4000))
    ratio = rng.normal(0, 0.1, 4000)
    columns = {"Price": pa.array(cost * np.exp(ratio)), "Cost": pa.array(cost)}
    parts = [part("Price", "number"), part("Cost", "number"), Part("P / C", "Price", "number", "ratio", "Cost")]
    telling = (rng.random(4000) < 1 / (1 + np.exp(20 * ratio))).astype(np.int8)
    _, encoder, _ = fitted(columns, telling, parts)
    assert [p.name for p in encoder.parts] == ["Price", "Cost", "P / C"]
    _, encoder, encoded = fitted(columns, rng.permutation(telling), parts)
    assert [p.name for p in encoder.parts] == ["Price", "Cost"]
    assert encoded.trees.shape[1] == len(encoder.tree_sources)


def test_time_itself_is_for_trees_alone() -> None:
    column = pa.array(np.arange(100) * 86_400_000_000, pa.timestamp("us"))
    moment = Part("When itself", "When", "number", "moment")
    _, encoder, encoded = fitted({"When": column}, np.arange(100) % 2, [moment])
    assert len(set(encoded.bins[:, 0])) == 1
    assert encoded.trees[:, 0].tolist() == list(range(100))
    assert np.isnan(encoder.codes[0].low)  # later rows are not unusual for being later


@given(st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=20))
def test_roundness_counts_trailing_noughts(values: list[int]) -> None:
    found = encoding.roundness(np.array(values, dtype=np.float64))
    for value, zeros in zip(values, found, strict=True):
        text = str(abs(value))
        assert zeros == (7 if value == 0 else min(6, len(text) - len(text.rstrip("0"))))


def test_lines_have_no_mean_and_unit_spread() -> None:
    columns, y = repeated()
    _, _, encoded = fitted(columns, y)
    line = encoded.lines[0]
    assert line is not None
    over_rows = line[encoded.bins[:, 0]]
    assert over_rows.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert over_rows.std(axis=0) == pytest.approx(1, abs=1e-6)
    assert encoded.lines[-1] is None  # a category lies on no line
