"""What would make people harder to recognise: values that are coarsened step by step until each class is large enough.

Greedy on the generalisation hierarchies of Samarati and Sweeney (1998), one level at a time: of all next levels the one
that frees most rows for the information it costs (the entropy of the column that goes); then what was not needed is
taken back, and few rows that are left alone go as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadline.core.disclosure import Coarsening
from leadline.learn.disclosure import Codes, codes_of, combined, dense
from leadline.warehouse.arrow import pc

MOST_ROWS = 500_000
LEFT_OUT = 0.01  # share of rows that may go before values are made coarser still
_BANDS = (20, 10, 5, 3)
_RARE = (0.005, 0.02, 0.05)
_TEXT_CUTS = (4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class _Level:
    words: str
    codes: Codes


def suggest(table: pa.Table, quasi: Sequence[str], k: int, typed: pa.Table | None = None) -> tuple[Coarsening, ...]:
    """Changes that bring every class of `quasi` to at least `k` rows, one a column, those that cost least first.

    The k of each is that of the table after it and those before it. Up to LEFT_OUT of the rows may go in place of
    coarser values: that is the last change then, of no column. None where the table is good enough or has fewer than
    `k` rows. `typed` is the same table with numbers and dates read as such, where `table` holds their cells as text.
    Of a table with more than MOST_ROWS rows the first ones are looked at.
    """
    rows = table.select(list(quasi)).slice(0, MOST_ROWS)
    if rows.num_rows < k:
        return ()
    values = rows if typed is None else typed.select(list(quasi)).slice(0, MOST_ROWS)
    ladders = {name: _ladder(rows[name], values[name]) for name in quasi}
    entropy = {name: [_entropy(level.codes) for level in ladder] for name, ladder in ladders.items()}
    allowed = int(LEFT_OUT * rows.num_rows)

    def below(at: Mapping[str, int]) -> int:
        return int((_sizes([ladders[name][level].codes for name, level in at.items()]) < k).sum())

    def cost(name: str, level: int) -> float:
        return (entropy[name][0] - entropy[name][level]) / (entropy[name][0] or 1.0)

    at = dict.fromkeys(quasi, 0)
    many = below(at)
    if not many:
        return ()
    while many > allowed:
        steps = [(name, level + 1) for name, level in at.items() if level + 1 < len(ladders[name])]
        if not steps:
            break
        tried = [(below({**at, name: level}), name, level) for name, level in steps]
        many, name, level = max(
            tried,
            key=lambda one: ((many - one[0] + 1) / (cost(one[1], one[2]) - cost(one[1], at[one[1]]) + 0.01), one[1]),
        )
        at[name] = level
    at = _finer(at, allowed, below, cost)
    return _told(at, ladders, cost, rows.num_rows, k)


def _finer(
    at: Mapping[str, int], allowed: int, below: Callable[[Mapping[str, int]], int], cost: Callable[[str, int], float]
) -> dict[str, int]:
    """Takes back what turned out not to be needed, what cost most first."""
    found = dict(at)
    for name in sorted(found, key=lambda name: -cost(name, found[name])):
        for level in range(found[name]):
            if below({**found, name: level}) <= allowed:
                found[name] = level
                break
    return found


def _told(
    at: Mapping[str, int], ladders: Mapping[str, list[_Level]], cost: Callable[[str, int], float], rows: int, k: int
) -> tuple[Coarsening, ...]:
    """The changes in order of their cost, with what the table is after each."""
    now = dict.fromkeys(at, 0)
    found = []
    sizes = np.zeros(0)
    for name in sorted((name for name in at if at[name]), key=lambda name: cost(name, at[name])):
        now[name] = at[name]
        sizes = _sizes([ladders[other][level].codes for other, level in now.items()])
        words = ladders[name][at[name]].words
        found.append(
            Coarsening(name, words, int(sizes.min()), int((sizes < k).sum()), max(0.0, 1 - cost(name, at[name])))
        )
    if not found:
        sizes = _sizes([ladders[name][0].codes for name in at])
    gone = int((sizes < k).sum())
    if 0 < gone < rows:
        words = f"leave out the {gone:,} rows that are still too few alike"
        found.append(Coarsening("", words, int(sizes[sizes >= k].min()), 0, 1 - gone / rows))
    return tuple(found)


def _sizes(columns: Sequence[Codes]) -> np.ndarray:
    """Rows in the class of each row."""
    group = combined(columns)
    sizes: np.ndarray = np.bincount(group)[group]
    return sizes


def _entropy(codes: Codes) -> float:
    share = np.bincount(codes) / len(codes)
    share = share[share > 0]
    return float(-(share * np.log(share)).sum())


def _ladder(cells: pa.ChunkedArray, column: pa.ChunkedArray) -> list[_Level]:
    """The cells as they are, then coarser and coarser values, at last one for all. No level is as fine as another."""
    start = dense(codes_of(cells))
    levels = [_Level("as it is", start)]
    kind = column.type
    if pa.types.is_temporal(kind):
        levels += _dates(column)
    elif pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        levels += _numbers(column)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        levels += _texts(column, start)
    levels.append(_Level("left out", np.zeros(len(start), np.int64)))
    kept = [levels[0]]
    for level in levels[1:]:
        one_for_all = level.codes.max() == 0 and level is not levels[-1]
        if level.codes.max() < kept[-1].codes.max() and not one_for_all:
            kept.append(level)
    return kept


def _dates(column: pa.ChunkedArray) -> list[_Level]:
    days = column.combine_chunks().cast(pa.timestamp("us"), safe=False)
    found = []
    for unit, words in (("month", "month and year only"), ("quarter", "quarter and year only"), ("year", "year only")):
        found.append(_Level(words, dense(codes_of(pc.floor_temporal(days, unit=unit)))))
    years = pc.year(days)
    spans = ((size, dense(codes_of(pc.divide(years, size)))) for size in (5, 10))
    return [*found, *(_Level(f"in spans of {size} years", codes) for size, codes in spans)]


def _numbers(column: pa.ChunkedArray) -> list[_Level]:
    numbers = column.combine_chunks().cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return []
    found = []
    for many in _BANDS:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, many + 1)[1:-1]))
        codes = np.where(np.isfinite(numbers), np.searchsorted(edges, numbers, side="right") + 1, 0)
        shown = f"{edges[0]:,.6g}, {edges[1]:,.6g} …" if len(edges) > 1 else f"{edges[0]:,.6g}"
        found.append(_Level(f"in {len(edges) + 1} bands from {shown}", dense(codes.astype(np.int64))))
    return found


def _texts(column: pa.ChunkedArray, start: Codes) -> list[_Level]:
    """Codes such as postcodes lose their last signs; of words the rare ones become 'other'."""
    text = column.combine_chunks()
    cells = pc.drop_null(text)
    shaped = (
        len(cells) > 0 and pc.mean(pc.match_substring_regex(cells, r"^[A-Z]{0,3}[- ]?\d{2,}[\dA-Z -]*$")).as_py() > 0.8
    )
    found = []
    if shaped:
        for signs in _TEXT_CUTS:
            first = pc.utf8_slice_codeunits(text, 0, signs)
            found.append(_Level(f"first {signs} sign{'s' if signs > 1 else ''} only", dense(codes_of(first))))
        return found
    counts = np.bincount(start)
    for share in _RARE:
        few = counts < share * len(start)
        if few.any() and not few.all():
            codes = np.where(few[start], 0, start + 1)
            words = f"its {int(few.sum()):,} rarest values (under {100 * share:g} %) as 'other'"
            found.append(_Level(words, dense(codes.astype(np.int64))))
    return found
