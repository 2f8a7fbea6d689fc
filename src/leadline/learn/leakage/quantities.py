"""What numbers mean by how they fit together: shares of one whole, differences, twins of columns found to leak."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from leadline.learn.leakage.columns import Column

_PARTS = 12  # columns that are tried as parts of a whole
_PROBE = 30  # rows on which a sum or a ratio is tried first
_FIRST = 200  # rows from which those are taken


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks with ties averaged, as float64."""
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2.0)[inverse], dtype=np.float64)


def rank_matrix(columns: Sequence[Column]) -> np.ndarray:
    """Ranks of number columns, one row each, scaled so that a product of two rows is Spearman's correlation.

    Blank cells stand at the mean; a constant column is all zero.
    """
    matrix = np.zeros((len(columns), columns[0].rows if columns else 0), dtype=np.float32)
    for at, column in enumerate(columns):
        cells, known = np.asarray(column.numbers), column.filled
        if known.sum() < 20:
            continue
        ranks = _ranks(cells[known])
        ranks -= ranks.mean()
        scale = float(np.sqrt(ranks @ ranks))
        if scale and np.unique(cells[known]).size >= 4:
            matrix[at, known] = ranks / scale
    return matrix


def shares_of_one(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """Groups of two to five number columns in [0, 1] (or 0 to 100) that add up to one whole in most rows.

    Rows in which all are zero are set aside: nothing was measured there.
    """
    found: list[tuple[str, ...]] = []
    for whole in (1.0, 100.0):
        fit: list[tuple[str, np.ndarray]] = []
        for column in columns:
            if column.numbers is None or column.is_date:
                continue
            cells = column.numbers
            known = cells[np.isfinite(cells)]
            if known.size < 20 or known.min() < 0 or known.max() > whole * 1.001 or known.max() < 0.3 * whole:
                continue
            if whole == 1.0 and (known == np.floor(known)).all():
                continue
            fit.append((column.name, np.nan_to_num(cells)))
        taken: set[str] = set()
        for size in (2, 3, 4, 5):
            for group in combinations([one for one in fit[:20] if one[0] not in taken], size):
                names = tuple(name for name, _ in group)
                if taken.intersection(names):
                    continue
                total = np.sum([cells for _, cells in group], axis=0)
                used = total > 1e-9
                if used.sum() >= 20 and (np.abs(total[used] - whole) <= 0.002 * whole).mean() >= 0.8:
                    lone = max(float((np.abs(c[used] - whole) <= 0.002 * whole).mean()) for _, c in group)
                    if lone < 0.8:
                        found.append(names)
                        taken.update(names)
    return found


def shares_span(shares: Sequence[Column], span: Column) -> bool:
    """Whether each share times the span is a whole number in nearly all rows: whole days of that many days."""
    whole = np.asarray(span.numbers)
    for share in shares:
        part = np.asarray(share.numbers)
        scale = 100.0 if np.nanmax(part) > 1.5 else 1.0
        use = np.isfinite(part) & np.isfinite(whole) & (whole >= 5) & (part > 0) & (part < scale)
        if use.sum() < 20:
            return False
        days = part[use] / scale * whole[use]
        if (np.abs(days - np.round(days)) <= 0.02).mean() < 0.9:
            return False
    return True


def zero_with(column: Column, shares: Sequence[Column]) -> bool:
    """Whether a whole, non-negative number is zero in the same rows in which shares of a whole are all zero."""
    if column.numbers is None or column.is_date:
        return False
    cells = column.numbers
    known = cells[np.isfinite(cells)]
    if known.size < 100 or known.min() < 0 or (known != np.floor(known)).any():
        return False
    mine = cells == 0
    none = np.sum([np.nan_to_num(np.asarray(share.numbers)) for share in shares], axis=0) <= 1e-9
    if min(mine.sum(), none.sum()) < 20:
        return False
    both = float((mine & none).sum())
    return bool(both / np.sqrt(float(mine.sum()) * float(none.sum())) >= 0.75)


def made_from(column: Column, found: Sequence[Column], others: Sequence[Column]) -> tuple[str, str] | None:
    """Two columns, the first of them `found` to leak, of which this one is the sum, difference, product or ratio.

    A blank in the found column counts as zero. Of the two ends of a difference the one with more distinct values is
    taken to be made: a price before discount is a rounder number than one after it.
    """
    if column.numbers is None or column.is_date:
        return None
    mine = column.numbers
    if np.unique(mine[np.isfinite(mine)]).size < 4:
        return None
    for leak in found:
        if leak.numbers is None or leak.is_date or leak.name == column.name:
            continue
        part = np.nan_to_num(leak.numbers)
        if (part != 0).mean() < 0.03:
            continue
        for other in others:
            if other.numbers is None or other.is_date or other.name in (leak.name, column.name):
                continue
            base = other.numbers
            if not _may_make(mine[:_FIRST], part[:_FIRST], base[:_FIRST]):
                continue
            use = np.isfinite(mine) & np.isfinite(base) & (part != 0) & (base != 0)
            if use.sum() < 20 or not _makes(mine[use], part[use], base[use]):
                continue
            known = np.isfinite(mine) & np.isfinite(base)
            if np.unique(mine[known]).size > np.unique(base[known]).size:
                return leak.name, other.name
    return None


def _tries(part: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, ...]:
    return base - part, base + part, part / base, 100 * part / base, 1 - part / base, base * part, base / part


def _near(mine: np.ndarray, made: np.ndarray) -> float:
    return float(np.count_nonzero(np.abs(mine - made) <= 1e-6 + 5e-3 * np.abs(made))) / max(1, mine.size)


def _may_make(mine: np.ndarray, part: np.ndarray, base: np.ndarray) -> bool:
    """Whether the first rows leave it open that `mine` is made of the two: nearly all pairs fall here."""
    use = np.isfinite(mine) & np.isfinite(base) & (part != 0) & (base != 0)
    if np.count_nonzero(use) < _PROBE // 2:
        return True
    mine, part, base = mine[use][:_PROBE], part[use][:_PROBE], base[use][:_PROBE]
    with np.errstate(all="ignore"):
        return any(_near(mine, made) >= 0.8 for made in _tries(part, base))


def _makes(mine: np.ndarray, part: np.ndarray, base: np.ndarray) -> bool:
    """Whether `mine` is base - part, base + part, part / base, their complement, or base * part in nearly all rows."""
    with np.errstate(all="ignore"):
        return any(_near(mine, made) >= 0.9 and np.ptp(made) > 0 for made in _tries(part, base))


def filled_with(column: Column, found: Sequence[Column], rows: np.ndarray) -> str:
    """The column among `found` whose blanks lie in the same rows (995 of 1,000), or ''."""
    mine = column.filled[rows]
    count = int(mine.sum())
    if min(count, mine.size - count) < 20:
        return ""
    for other in found:
        theirs = other.filled[rows]
        apart = int((mine != theirs).sum())
        if apart <= 0.005 * mine.size and apart <= 0.1 * min(count, mine.size - count):
            return other.name
    return ""


def parts_of(whole: Column, columns: Sequence[Column]) -> tuple[str, ...]:
    """Two to five number columns that add up to the whole in nearly all rows: days in each stage make the cycle's."""
    target = np.asarray(whole.numbers)
    known = np.isfinite(target) & (target > 0)
    if known.sum() < 40 or np.unique(target[known]).size < 4:
        return ()
    fit: list[tuple[str, np.ndarray]] = []
    for column in columns:
        cells = np.nan_to_num(np.asarray(column.numbers))[known]
        inside = (cells >= 0) & (cells <= target[known] * 1.001)
        if inside.mean() >= 0.98 and (cells > 0).mean() >= 0.1 and np.unique(cells).size >= 4:
            fit.append((column.name, cells))
    # The parts are what is nearest to the whole in size.
    fit = sorted(fit, key=lambda one: -float(one[1].sum()))[:_PARTS]
    told = target[known]
    probe = np.linspace(0, told.size - 1, min(_PROBE, told.size)).astype(np.int64)
    for size in (2, 3, 4, 5):
        for group in combinations(fit, size):
            if _adds_up(group, told, probe) and _adds_up(group, told, slice(None)):
                return tuple(name for name, _ in group)
    return ()


def _adds_up(group: Sequence[tuple[str, np.ndarray]], told: np.ndarray, rows: np.ndarray | slice) -> bool:
    total = np.sum([cells[rows] for _, cells in group], axis=0)
    return bool((np.abs(total - told[rows]) <= 1e-6 + 2e-3 * told[rows]).mean() >= 0.9)


def weighed_from(column: Column, found: Sequence[Column]) -> tuple[str, ...]:
    """The columns among `found` of which this one is a weighted sum in nearly all rows, or ()."""
    mine = np.asarray(column.numbers)
    rows = np.isfinite(mine)
    for other in found:
        rows = rows & np.isfinite(np.asarray(other.numbers))
    if rows.sum() < max(60, 20 * len(found)) or rows.mean() < 0.3 or np.unique(mine[rows]).size < 8:
        return ()
    told = mine[rows]
    parts = np.column_stack([np.asarray(other.numbers)[rows] for other in found])
    scale = parts.std(axis=0)
    if not told.std() or not scale.all():
        return ()
    matrix = np.column_stack([(parts - parts.mean(axis=0)) / scale, np.ones(told.size)])
    weights, *_ = np.linalg.lstsq(matrix, told, rcond=1e-8)
    off = np.abs(matrix @ weights - told)
    # In each row, not on the whole: a few large rows could carry an R² alone.
    if (off <= 0.02 * told.std() + 1e-9).mean() < 0.95:
        return ()
    heavy = np.abs(weights[:-1]) > 0.02 * told.std()
    return tuple(other.name for other, used in zip(found, heavy, strict=True) if used)
