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
from leadline.learn.information import tells_more

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

BINS = 12
QUANTILES = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)  # finer where values lie far apart
MOSTLY = 0.5
FEWEST_BINS = 4  # of what is left beside values that many rows share
KEPT_VALUES = 200_000  # distinct values whose frequency is remembered
KEPT_CATEGORIES = 5_000
MIN_CATEGORY = 5  # rows a category needs for a bin of its own
NATIVE_VALUES = 30  # categories with no more are split by the trees as sets of values
SMOOTHING = 20.0  # rows that the base rate is worth beside a category's own rate
FEW_VALUES = 12  # numbers with no more distinct values are binned value by value
MAX_ROUND = 7.0
LARGEST = float(np.finfo(np.float32).max)
COARSE = 2  # bins joined when that is judged: a fine grid of values would seem to tell it all


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
    """How one category is encoded: `values` by falling frequency, with counts and smoothed log-odds against the base
    rate."""

    part: Part
    values: pa.Array
    counts: Floats
    rates: Floats
    own_bin: int  # the first `own_bin` values have a bin of their own

    @property
    def native(self) -> bool:
        """Whether the trees take the values as they are, in sets: with few values that beats any numbers for them."""
        return len(self.values) <= NATIVE_VALUES


Code = NumberCode | CategoryCode


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """`trees`: float32 (rows, features); `bins`: int32 (rows, scorecard columns), 0 = blank, 1 = rare or new.

    `lines` (while fitting only): for each scorecard column that counts or measures, where each of its bins lies on
    straight lines (bins, lines) of unit spread; None for categories.
    """

    trees: NDArray[np.float32]
    bins: Codes
    lines: tuple[Floats | None, ...] = ()


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
    def native(self) -> tuple[int, ...]:
        """The places of the tree features that are codes of categories."""
        ends = np.cumsum([0, *(_tree_width(c) for c in self.codes)])
        return tuple(int(a) for a, c in zip(ends, self.codes, strict=False) if isinstance(c, CategoryCode) and c.native)

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
        return self.encode(take(batch, self.parts), batch.num_rows, seen=False)

    def encode(self, arrays: Sequence[Floats | pa.Array], rows: int, *, seen: bool) -> Encoded:
        """Encode parts that were taken already; rows that were `seen` in fitting are not counted in frequencies."""
        trees = np.empty((rows, len(self.tree_sources)), dtype=np.float32)
        bins = np.empty((rows, len(self.cardinalities)), dtype=np.int32)
        at, bin_at = 0, 0
        for code, array in zip(self.codes, arrays, strict=True):
            if isinstance(code, NumberCode):
                at, bin_at = _encode_number(code, np.asarray(array), seen, trees, bins, at, bin_at)
            else:
                at, bin_at = _encode_category(code, array, seen, trees, bins, at, bin_at)
        return Encoded(trees, bins)


def fit(
    table: pa.Table, parts: Sequence[Part], y: NDArray[np.int8], folds: NDArray[np.int64], *, recurring: bool = False
) -> tuple[Encoder, Encoded]:
    """Fit on all rows of `table` (y: 1 won, 0 lost) and encode them.

    The win rates of categories are, for the rows of a fold, those of the other folds (`folds`: fold number per row).
    Where subjects are `recurring` how often a number occurs is not counted: it would tell how long a deal went on.
    """
    arrays = take(table, parts)
    base = float(np.clip(y.mean(), 1e-6, 1 - 1e-6)) if len(y) else 0.5
    codes: list[Code] = []
    for part, array in zip(parts, arrays, strict=True):
        codes.append(
            _fit_number(part, np.asarray(array), y, recurring=recurring)
            if part.kind == "number"
            else _fit_category(part, array, y, base)
        )
    told = [_ratio_tells(part, codes, arrays, y) for part in parts]
    codes = [code for code, tells in zip(codes, told, strict=True) if tells]
    arrays = [array for array, tells in zip(arrays, told, strict=True) if tells]
    encoder = Encoder(tuple(part for part, tells in zip(parts, told, strict=True) if tells), tuple(codes), base)
    encoded = encoder.encode(arrays, table.num_rows, seen=True)
    _out_of_fold_rates(encoder, arrays, y, folds, encoded)
    return encoder, Encoded(encoded.trees, encoded.bins, _lines(encoder, encoded))


def _ratio_tells(part: Part, codes: Sequence[Code], arrays: Sequence[Floats | pa.Array], y: NDArray[np.int8]) -> bool:
    """Whether a part is worth having: a ratio only where it tells clearly more than its two columns."""
    if part.how != "ratio":
        return True
    places = []
    for column, how in ((part.column, "value"), (part.against, "value"), (part.column, "ratio")):
        for code, array in zip(codes, arrays, strict=True):
            same = code.part.column == column and code.part.how == how
            if same and isinstance(code, NumberCode) and (how == "value" or code.part.against == part.against):
                values = np.asarray(array)
                place = np.searchsorted(code.edges, values, side="right") // COARSE + 1
                places.append(np.where(np.isnan(values), 0, place).astype(np.int64))
                break
    if len(places) < 3:
        return False
    above, below, ratio = places
    return tells_more(above * (int(below.max()) + 1) + below, ratio, y)


def _lines(encoder: Encoder, encoded: Encoded) -> tuple[Floats | None, ...]:
    found: list[Floats | None] = []
    at = 0
    for code in encoder.codes:
        sizes = _cardinalities(code)
        for place, size in enumerate(sizes):
            line = (
                None
                if isinstance(code, CategoryCode)
                else _line(encoded.trees[:, at + place], encoded.bins[:, len(found)], size)
            )
            found.append(line)
        at += _tree_width(code)
    return tuple(found)


def _line(values: NDArray[np.float32], bins: Codes, size: int) -> Floats | None:
    """Where bins lie by value (its odd ends cut off) and by rank; blanks lie in the middle."""
    known = ~np.isnan(values)
    if not known.any():
        return None
    low, high = np.quantile(values[known], [0.01, 0.99])
    count = np.bincount(bins[known], minlength=size).astype(np.float64)
    middle = np.bincount(bins[known], weights=np.clip(values[known], low, high), minlength=size) / np.maximum(count, 1)
    rank = (np.cumsum(count) - count / 2) / count.sum()
    both = np.column_stack([middle, rank])
    share = count / count.sum()
    both -= share @ both
    spread = np.sqrt(share @ both**2)
    both[count == 0] = 0.0
    return np.asarray((both / np.where(spread > 0, spread, 1.0))[:, : 2 if size > 4 else 1])


def _tree_width(code: Code) -> int:
    if isinstance(code, CategoryCode):
        return 1 if code.native else 3
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


def _fit_number(part: Part, array: Floats, y: NDArray[np.int8], *, recurring: bool) -> NumberCode:
    there = ~np.isnan(array)
    known, outcome = array[there], y[there]
    values, counts = np.unique(known, return_counts=True)
    empty = np.empty(0)
    if part.how == "moment" or not len(values):  # time itself is for the trees alone: one bin, no range to leave
        return NumberCode(part, empty, True, empty, empty, empty, False, np.nan, np.nan)
    few = len(values) <= FEW_VALUES
    edges = values if few else _edges(known, values, counts)
    frequent, held, count_edges = empty, empty, empty
    counted = rounded = False
    if not few and part.how == "value":
        place = np.searchsorted(edges, known, side="right")
        repeats = np.log1p(np.repeat(counts, counts) - 1.0)[np.argsort(np.argsort(known, kind="stable"), kind="stable")]
        count_edges = np.unique(np.quantile(repeats, [0.1, 0.25, 0.5, 0.75, 0.9]))
        counted = not recurring and tells_more(
            place // COARSE, np.searchsorted(count_edges, repeats, side="right"), outcome
        )
        rounded = bool(np.max(np.abs(known)) >= 100) and tells_more(
            place // COARSE, roundness(known).astype(np.int64), outcome
        )
    if counted:
        if len(values) > KEPT_VALUES:
            keep = np.sort(np.argsort(-counts, kind="stable")[:KEPT_VALUES])
            frequent, held = values[keep], counts[keep].astype(np.float64)
        else:
            frequent, held = values, counts.astype(np.float64)
    return NumberCode(part, edges, few, frequent, held, count_edges, rounded, float(values[0]), float(values[-1]))


def _edges(known: Floats, values: Floats, counts: NDArray[np.int64]) -> Floats:
    """Upper-open bin edges of like mass; a value that many rows share has a bin to itself, so it hides no others."""
    heavy = values[counts > len(known) / BINS]
    rest = known[~np.isin(known, heavy)]
    pieces = [heavy, np.nextafter(heavy, np.inf)]
    share = len(rest) / len(known)
    if share > MOSTLY:
        pieces.append(np.quantile(rest, QUANTILES))
    elif len(rest):
        many = max(FEWEST_BINS, round(BINS * share))
        pieces.append(np.quantile(rest, np.linspace(0, 1, many + 1)[1:-1]))
    return np.unique(np.concatenate(pieces))


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
    trees[:, at] = np.clip(x, -LARGEST, LARGEST)
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
    wins = np.bincount(codes[codes >= 0], weights=y[codes >= 0], minlength=size).astype(np.float64)
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
    return np.asarray(ranks[np.asarray(pc.fill_null(encoded.indices, len(ranks) - 1))])


def _encode_category(
    code: CategoryCode, array: pa.Array, seen: bool, trees: NDArray[np.float32], bins: Codes, at: int, bin_at: int
) -> tuple[int, int]:
    ranks = category_codes(code, array)
    size = len(code.values)
    own = np.where(np.arange(size) < code.own_bin, np.arange(size) + 2, 1)
    bins[:, bin_at] = np.append(own, [1, 0])[ranks]
    # two more places at the end: new (-2) and blank (-1)
    if code.native:
        trees[:, at] = np.append(np.arange(size, dtype=np.float64), [np.nan, size])[ranks]
        return at + 1, bin_at + 1
    trees[:, at] = np.append(np.arange(size, dtype=np.float64), [size, np.nan])[ranks]
    trees[:, at + 1] = np.append(np.log1p(np.maximum(code.counts - seen, 0)), [0.0, np.nan])[ranks]
    trees[:, at + 2] = np.append(code.rates, [0.0, np.nan])[ranks]
    return at + 3, bin_at + 1


def _out_of_fold_rates(
    encoder: Encoder,
    arrays: Sequence[Floats | pa.Array],
    y: NDArray[np.int8],
    folds: NDArray[np.int64],
    encoded: Encoded,
) -> None:
    at = 0
    for code, array in zip(encoder.codes, arrays, strict=True):
        if isinstance(code, CategoryCode) and not code.native:
            ranks = category_codes(code, array)
            inside = ranks >= 0
            for fold in np.unique(folds):
                there = folds == fold
                other = inside & ~there
                counts = np.bincount(ranks[other], minlength=len(code.values)).astype(np.float64)
                wins = np.bincount(ranks[other], weights=y[other], minlength=len(code.values)).astype(np.float64)
                rates = np.append(_rates(counts, wins, encoder.base), [0.0, np.nan])
                encoded.trees[there, at + 2] = rates[ranks[there]]
        at += _tree_width(code)
