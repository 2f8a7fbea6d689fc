"""From parts to two matrices: plain features for the trees, bins for the scorecard.

A number gives the trees its value and, where values repeat or carry trailing zeros, how many other rows hold the very
same value and how round it is: in CRM data a repeated or round amount is a guess and an odd one is a quote. A category
gives its rank by frequency, its frequency, and its smoothed win rate measured on other folds only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.learn.derive import Part, take

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

BINS = 10
KEPT_VALUES = 200_000  # distinct values whose frequency is remembered
KEPT_CATEGORIES = 5_000
MIN_CATEGORY = 5  # rows a category needs for a bin of its own
SMOOTHING = 20.0  # rows that the base rate is worth beside a category's own rate
FEW_VALUES = 12  # numbers with no more distinct values are binned value by value
MAX_ROUND = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class NumberCode:
    """How one number is encoded. `values`/`counts` are () when its frequency tells nothing."""

    part: Part
    edges: Floats
    few: bool
    values: Floats
    counts: Floats
    count_edges: Floats
    rounded: bool
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class CategoryCode:
    """How one category is encoded: `values` by falling frequency, with counts and smoothed log-odds against the base."""

    part: Part
    values: pa.Array
    counts: Floats
    rates: Floats
    own_bin: int  # the first `own_bin` values have a bin of their own


Code = NumberCode | CategoryCode


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """`trees`: float32 (rows, features); `bins`: int32 (rows, scorecard columns), 0 = blank, 1 = rare or new."""

    trees: NDArray[np.float32]
    bins: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A fitted encoding: the same numbers for the same cells, for ever."""

    parts: tuple[Part, ...]
    codes: tuple[Code, ...]
    base: float

    @property
    def tree_sources(self) -> tuple[str, ...]:
        """The source column of each tree feature."""
        return tuple(c.part.column for c in self.codes for _ in range(_tree_width(c)))

    @property
    def tree_starts(self) -> tuple[int, ...]:
        """The place of each code's first tree feature, which is its value (or rank)."""
        return tuple(int(n) for n in np.cumsum([0, *(_tree_width(c) for c in self.codes)])[:-1])

    @property
    def bin_starts(self) -> tuple[int, ...]:
        """The place of each code's first scorecard column, which bins its value."""
        return tuple(int(n) for n in np.cumsum([0, *(len(_cardinalities(c)) for c in self.codes)])[:-1])

    @property
    def bin_sources(self) -> tuple[str, ...]:
        """The source column of each scorecard column."""
        return tuple(c.part.column for c in self.codes for _ in range(len(_cardinalities(c))))

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """The count of bins of each scorecard column."""
        return tuple(n for c in self.codes for n in _cardinalities(c))

    def transform(self, batch: pa.Table | pa.RecordBatch) -> Encoded:
        """Encode rows that were not used to fit."""
        return self._encode(take(batch, self.parts), batch.num_rows, seen=False)

    def _encode(self, arrays: Sequence[Floats | pa.Array], rows: int, *, seen: bool) -> Encoded:
        trees = np.empty((rows, len(self.tree_sources)), dtype=np.float32)
        bins = np.empty((rows, len(self.cardinalities)), dtype=np.int32)
        at, bin_at = 0, 0
        for code, array in zip(self.codes, arrays, strict=True):
            if isinstance(code, NumberCode):
                at, bin_at = _encode_number(code, np.asarray(array), seen, trees, bins, at, bin_at)
            else:
                at, bin_at = _encode_category(code, array, seen, trees, bins, at, bin_at)
        return Encoded(trees, bins)


def fit(table: pa.Table, parts: Sequence[Part], y: NDArray[np.int8], folds: NDArray[np.int64]) -> tuple[Encoder, Encoded]:
    """Fit on all rows of `table` (y: 1 won, 0 lost) and encode them.

    The win rates of categories are, for the rows of a fold, those of the other folds (`folds`: fold number per row).
    """
    arrays = take(table, parts)
    base = float(np.clip(y.mean(), 1e-6, 1 - 1e-6)) if len(y) else 0.5
    codes: list[Code] = []
    for part, array in zip(parts, arrays, strict=True):
        codes.append(_fit_number(part, np.asarray(array)) if part.kind == "number" else _fit_category(part, array, y, base))
    encoder = Encoder(tuple(parts), tuple(codes), base)
    encoded = encoder._encode(arrays, table.num_rows, seen=True)
    _out_of_fold_rates(encoder, arrays, y, folds, encoded)
    return encoder, encoded


def _tree_width(code: Code) -> int:
    if isinstance(code, CategoryCode):
        return 3
    return 1 + (len(code.values) > 0) + code.rounded


def _cardinalities(code: Code) -> list[int]:
    if isinstance(code, CategoryCode):
        return [2 + code.own_bin]
    widths = [2 + len(code.edges) + (0 if code.few else 1)]
    if len(code.values):
        widths.append(2 + len(code.count_edges) + 1)
    if code.rounded:
        widths.append(2 + int(MAX_ROUND) + 1)
    return widths


def _fit_number(part: Part, array: Floats) -> NumberCode:
    known = array[~np.isnan(array)]
    values, counts = np.unique(known, return_counts=True)
    empty = np.empty(0)
    if not len(values):
        return NumberCode(part, empty, True, empty, empty, empty, False, np.nan, np.nan)
    few = len(values) <= FEW_VALUES
    edges = values if few else np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    frequent, held, count_edges = empty, empty, empty
    if not few and part.how == "value" and len(known) / len(values) > 1.02:
        if len(values) > KEPT_VALUES:
            keep = np.sort(np.argsort(-counts, kind="stable")[:KEPT_VALUES])
            frequent, held = values[keep], counts[keep].astype(np.float64)
        else:
            frequent, held = values, counts.astype(np.float64)
        others = np.log1p(np.repeat(counts, counts) - 1.0)
        count_edges = np.unique(np.quantile(others, [0.1, 0.25, 0.5, 0.75, 0.9]))
    rounded = not few and part.how == "value" and bool(np.max(np.abs(known)) >= 100) and bool(np.ptp(roundness(known)))
    return NumberCode(part, edges, few, frequent, held, count_edges, rounded, float(values[0]), float(values[-1]))


def roundness(values: Floats) -> Floats:
    """Trailing decimal zeros of each number before the point, 0 to 6; 7 for zero itself; NaN counts as 0."""
    result = np.zeros(len(values))
    left = np.abs(np.nan_to_num(values, nan=0.5))
    alive = np.arange(len(values))
    for power in range(1, 7):
        alive = alive[np.mod(left[alive], 10.0**power) == 0]
        if not len(alive):
            return result
        result[alive] = power
    result[left == 0] = MAX_ROUND
    return result


def _encode_number(
    code: NumberCode, x: Floats, seen: bool, trees: NDArray[np.float32], bins: Codes, at: int, bin_at: int
) -> tuple[int, int]:
    blank = np.isnan(x)
    trees[:, at] = x
    at += 1
    place = np.searchsorted(code.edges, x, side="left" if code.few else "right")
    if code.few:
        known = code.edges[np.minimum(place, max(len(code.edges) - 1, 0))] == x if len(code.edges) else ~blank & False
        bins[:, bin_at] = np.where(blank, 0, np.where(known, place + 2, 1))
    else:
        bins[:, bin_at] = np.where(blank, 0, place + 2)
    bin_at += 1
    if len(code.values):
        found = np.minimum(np.searchsorted(code.values, x), len(code.values) - 1)
        count = np.where(code.values[found] == x, code.counts[found], 0.0)
        frequency = np.log1p(np.maximum(count - seen, 0.0))
        trees[:, at] = np.where(blank, np.nan, frequency)
        bins[:, bin_at] = np.where(blank, 0, 2 + np.searchsorted(code.count_edges, frequency, side="right"))
        at, bin_at = at + 1, bin_at + 1
    if code.rounded:
        zeros = roundness(x)
        trees[:, at] = np.where(blank, np.nan, zeros)
        bins[:, bin_at] = np.where(blank, 0, 2 + zeros.astype(np.int32))
        at, bin_at = at + 1, bin_at + 1
    return at, bin_at


def _fit_category(part: Part, array: pa.Array, y: NDArray[np.int8], base: float) -> CategoryCode:
    encoded = pc.dictionary_encode(array)
    codes = np.asarray(pc.fill_null(encoded.indices, -1))
    size = len(encoded.dictionary)
    counts = np.bincount(codes[codes >= 0], minlength=size).astype(np.float64)
    wins = np.bincount(codes[codes >= 0], weights=y[codes >= 0], minlength=size)
    names = encoded.dictionary.to_pylist()
    order = np.array(sorted(range(size), key=lambda i: (-counts[i], names[i]))[:KEPT_CATEGORIES], dtype=np.int64)
    values = encoded.dictionary.take(pa.array(order))
    counts, wins = counts[order], wins[order]
    return CategoryCode(part, values, counts, _rates(counts, wins, base), int(np.sum(counts >= MIN_CATEGORY)))


def _rates(counts: Floats, wins: Floats, base: float) -> Floats:
    rate = (wins + SMOOTHING * base) / (counts + SMOOTHING)
    return np.asarray(np.log(rate / (1 - rate)) - np.log(base / (1 - base)))


def category_codes(code: CategoryCode, array: pa.Array) -> NDArray[np.int64]:
    """The rank of each value, -1 for blank, -2 for new."""
    if not len(code.values):
        return np.where(np.asarray(pc.is_null(array)), -1, -2)
    encoded = pc.dictionary_encode(array)
    ranks = pc.fill_null(pc.index_in(encoded.dictionary, value_set=code.values), -2)
    ranks = np.append(np.asarray(ranks, dtype=np.int64), -1)
    return ranks[np.asarray(pc.fill_null(encoded.indices, len(ranks) - 1))]


def _encode_category(
    code: CategoryCode, array: pa.Array, seen: bool, trees: NDArray[np.float32], bins: Codes, at: int, bin_at: int
) -> tuple[int, int]:
    ranks = category_codes(code, array)
    size = len(code.values)
    # two more places at the end: new (-2) and blank (-1)
    trees[:, at] = np.append(np.arange(size, dtype=np.float64), [size, np.nan])[ranks]
    trees[:, at + 1] = np.append(np.log1p(np.maximum(code.counts - seen, 0)), [0.0, np.nan])[ranks]
    trees[:, at + 2] = np.append(code.rates, [0.0, np.nan])[ranks]
    own = np.where(np.arange(size) < code.own_bin, np.arange(size) + 2, 1)
    bins[:, bin_at] = np.append(own, [1, 0])[ranks]
    return at + 3, bin_at + 1


def _out_of_fold_rates(
    encoder: Encoder, arrays: Sequence[Floats | pa.Array], y: NDArray[np.int8], folds: NDArray[np.int64], encoded: Encoded
) -> None:
    at = 0
    for code, array in zip(encoder.codes, arrays, strict=True):
        if isinstance(code, CategoryCode) and len(code.values):
            ranks = category_codes(code, array)
            inside = ranks >= 0
            for fold in np.unique(folds):
                there = folds == fold
                other = inside & ~there
                counts = np.bincount(ranks[other], minlength=len(code.values)).astype(np.float64)
                wins = np.bincount(ranks[other], weights=y[other], minlength=len(code.values))
                rates = np.append(_rates(counts, wins, encoder.base), [0.0, np.nan])
                encoded.trees[there, at + 2] = rates[ranks[there]]
        at += _tree_width(code)
