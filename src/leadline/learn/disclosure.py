"""Re-identification risk: how many rows share their quasi-identifiers, and a refusal where too few do.

k-anonymity: Sweeney (2002), k-anonymity: a model for protecting privacy. l-diversity: Machanavajjhala et al. (2007).
A blank is a value of its own: two rows are alike only where both are blank.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.core.disclosure import ColumnPart, Diversity, Risk, SmallClass
from leadline.core.errors import CallError, ColumnNotFound, DataError
from leadline.warehouse.arrow import pa, pc

K = 5  # the smallest class that may leave the house unless told otherwise
SHOWN = 5  # smallest classes
Codes = np.ndarray  # int64, one a row: rows with the same number are alike


def measure(table: pa.Table, quasi: Sequence[str], sensitive: Sequence[str] = ()) -> Risk:
    """Measure the risk that rows are recognised by `quasi`, and what they then tell of `sensitive`.

    `table` holds columns of any type. Raises ColumnNotFound for a name that is not in it, CallError where `quasi`
    names none.
    """
    quasi = tuple(dict.fromkeys(quasi))
    if not quasi:
        raise CallError("Name at least one column by which a person could be recognised")
    for name in (*quasi, *sensitive):
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names, "the table")
    if not table.num_rows:
        return Risk(0, quasi, 0, 0)
    codes = [codes_of(table[name]) for name in quasi]
    group = combined(codes)
    counts = np.bincount(group)
    sizes, classes = np.unique(counts, return_counts=True)
    return Risk(
        rows=table.num_rows,
        quasi=quasi,
        k=int(sizes[0]),
        classes=len(counts),
        sizes=tuple((int(size), int(count)) for size, count in zip(sizes, classes, strict=True)),
        smallest=_smallest(table, quasi, group, counts),
        columns=_parts(quasi, codes),
        sensitive=tuple(_diversity(name, group, counts, codes_of(table[name])) for name in dict.fromkeys(sensitive)),
    )


def refuse_below(risk: Risk, k: int = K) -> str | None:
    """Why a table of this risk may not leave the house, in one sentence that names the mend; None where it may."""
    if not risk.rows or risk.k >= k:
        return None
    below = risk.below(k)
    rows = "1 row shares" if below == 1 else f"{below:,} of {risk.rows:,} rows share"
    names = ", ".join(f"'{name}'" for name in risk.quasi[:4]) + (" …" if len(risk.quasi) > 4 else "")
    if risk.rows < k:
        return (
            f"The table has {risk.rows:,} {'row' if risk.rows == 1 else 'rows'} and people could be recognised in it; "
            f"export a group of {k:,} or more"
        )
    best = max(risk.columns, key=lambda part: (part.k_without, -part.unique_without), default=None)
    mend = f"leave out or coarsen '{best.column}', the column that sets most rows apart" if best else "coarsen them"
    return (
        f"{rows} the values of {names} with fewer than {k - 1:,} others, so people could be recognised; {mend}, "
        f"or ask leadline risk what to change"
    )


def guard(table: pa.Table, quasi: Sequence[str], k: int = K) -> Risk:
    """The risk of a table that is about to leave the house. Raises DataError, in one sentence, where a class is smaller
    than `k`."""
    risk = measure(table, quasi)
    if refusal := refuse_below(risk, k):
        raise DataError(refusal)
    return risk


def codes_of(column: pa.ChunkedArray | pa.Array) -> Codes:
    """A number from 0 for each different value of a column; a blank is 0, whether null, not a number or ''."""
    plain = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(plain.type):
        plain = plain.dictionary_decode()
    if pa.types.is_floating(plain.type):
        plain = pc.if_else(pc.is_nan(plain), pa.scalar(None, plain.type), plain)
    if pa.types.is_string(plain.type) or pa.types.is_large_string(plain.type):
        plain = pc.utf8_trim_whitespace(plain)
        plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, plain.type), plain)
    if pa.types.is_nested(plain.type):
        plain = pa.array([None if value is None else str(value) for value in plain.to_pylist()], pa.string())
    indices: Codes = plain.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return indices.astype(np.int64) + 1


def combined(columns: Sequence[Codes]) -> Codes:
    """One number for each different combination, from 0 and without gaps."""
    group = dense(columns[0])
    for codes in columns[1:]:
        group = dense(group * (int(codes.max()) + 1) + codes)
    return group


def dense(codes: Codes) -> Codes:
    """The same classes with numbers from 0 and without gaps."""
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _smallest(table: pa.Table, quasi: Sequence[str], group: Codes, counts: np.ndarray) -> tuple[SmallClass, ...]:
    first = np.full(len(counts), len(group), np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    order = np.lexsort((first, counts))[:SHOWN]
    rows = table.select(list(quasi)).take(pa.array(first[order]))
    return tuple(
        SmallClass(tuple("" if row[name] is None else str(row[name]) for name in quasi), int(counts[place]))
        for row, place in zip(rows.to_pylist(), order, strict=True)
    )


def _parts(quasi: Sequence[str], codes: Sequence[Codes]) -> tuple[ColumnPart, ...]:
    """What each column does, by grouping without it: the columns before it, and those after it, are combined once."""
    rows = len(codes[0])
    nothing = np.zeros(rows, np.int64)
    before, after = [nothing], [nothing]
    for column in codes[:-1]:
        before.append(combined([before[-1], column]))
    for column in reversed(codes[1:]):
        after.append(combined([after[-1], column]))
    after.reverse()
    found = []
    for name, own, left, right in zip(quasi, codes, before, after, strict=True):
        alone = np.bincount(dense(own))
        without = np.bincount(combined([left, right]))
        found.append(
            ColumnPart(name, len(alone), int((alone == 1).sum()), int(without.min()), int((without == 1).sum()))
        )
    return tuple(found)


def _diversity(name: str, group: Codes, counts: np.ndarray, values: Codes) -> Diversity:
    pair = group * (int(values.max()) + 1) + values
    pairs, times = np.unique(pair, return_counts=True)
    owner = pairs // (int(values.max()) + 1)
    different = np.bincount(owner, minlength=len(counts))
    share = times / counts[owner]
    entropy = np.bincount(owner, weights=-share * np.log(share), minlength=len(counts))
    return Diversity(name, int(different.min()), float(np.exp(entropy.min())), int(counts[different == 1].sum()))
