"""The hunt among numbers that fit together with what was found: shares, twins, sums, differences and ratios."""

from __future__ import annotations

import numpy as np

from leadline.core.roles import FEATURE_ROLES
from leadline.learn.headers import is_neutral
from leadline.learn.leakage.chase import Chase
from leadline.learn.leakage.columns import Column
from leadline.learn.leakage.quantities import (
    filled_with,
    made_from,
    parts_of,
    rank_matrix,
    shares_of_one,
    shares_span,
    weighed_from,
    zero_with,
)

_LOOK = 4_000  # rows on which relations between columns are sought
_NEAREST = 30  # columns kept for the search of sums and ratios when there are more than _TRIES triples
_TRIES = 8_000
_TWIN = 0.95
_WHOLES = 12  # columns found that are tried as a sum or as parts of one


def by_quantity(chase: Chase) -> None:
    """Numbers that fit together with what was found."""
    look = chase.closed[
        np.unique(np.linspace(0, chase.closed.size - 1, min(_LOOK, chase.closed.size)).astype(np.int64))
    ]
    numbers = {c.name: c.at(look) for c in chase.columns if c.is_number and c.role in FEATURE_ROLES}
    for group in shares_of_one(list(numbers.values())):
        unnamed = [name for name in group if is_neutral(name)]
        speaks = any(chase.speaks(column) for column in chase.columns if column.name in unnamed)
        of_span = any(shares_span([numbers[name] for name in group], numbers[c]) for c in chase.spans if c in numbers)
        if chase.spans.isdisjoint(group) and not of_span and not (len(unnamed) == len(group) and speaks):
            continue
        whole = ", ".join(group)
        for name in group:
            chase.add(name, "after", f"{whole} are shares that add up to one whole, known only at its end", span=True)
        for name, column in numbers.items():
            if name not in chase.found and zero_with(column, [numbers[one] for one in group]):
                chase.add(name, "after", f"It is zero in the same rows as the shares {whole}", span=True)
    for _ in range(3):
        before = len(chase.found)
        _twins(chase, numbers)
        _summed(chase, numbers)
        _made(chase, numbers)
        if len(chase.found) == before:
            break
    sources = chase.guilty("missingness")
    for column in chase.free():
        other = filled_with(column, sources, chase.closed)
        if other:
            chase.add(
                column.name, "missingness", f"It is blank in the same rows as {other}, whose blanks tell the outcome"
            )


def _twins(chase: Chase, numbers: dict[str, Column]) -> None:
    guilty = [numbers[c.name] for c in chase.guilty("after", "answer") if c.name in numbers and c.name in chase.spans]
    free = [column for name, column in numbers.items() if name not in chase.found]
    if not guilty or not free:
        return
    alike = np.abs(rank_matrix(free) @ rank_matrix(guilty).T)
    for at in np.flatnonzero(alike.max(axis=1) >= _TWIN):
        other = guilty[int(alike[at].argmax())].name
        reason = f"It rises and falls with {other}, which was left out (rank correlation {alike[at].max():.2f})"
        chase.add(free[at].name, "after", reason, float(alike[at].max()), span=True)


def _summed(chase: Chase, numbers: dict[str, Column]) -> None:
    """Parts of a time that leaks, and weighted sums of such."""
    spans = [numbers[c.name] for c in chase.guilty("after") if c.name in numbers and c.name in chase.spans]
    for whole in spans[:_WHOLES]:
        free = [column for name, column in numbers.items() if name not in chase.found]
        parts = parts_of(whole, free)
        for name in parts:
            kin = ", ".join(parts)
            chase.add(name, "after", f"{kin} add up to {whole.name}, which was left out", span=True)
    if not 2 <= len(spans) <= _WHOLES:
        return
    for name, column in numbers.items():
        if name not in chase.found:
            used = weighed_from(column, spans)
            if used:
                chase.add(name, "after", f"It is a weighted sum of {', '.join(used)}, which was left out", span=True)


def _made(chase: Chase, numbers: dict[str, Column]) -> None:
    guilty = [numbers[c.name] for c in chase.guilty("after", "answer", "missingness") if c.name in numbers]
    free = [column for name, column in numbers.items() if name not in chase.found]
    if not guilty or not free:
        return
    if len(free) * len(free) * len(guilty) > _TRIES:
        alike = np.abs(rank_matrix(free) @ rank_matrix(guilty).T)
        free = [free[at] for at in np.sort(np.argsort(-alike.max(axis=1), kind="stable")[:_NEAREST])]
        guilty = [guilty[at] for at in np.sort(np.argsort(-alike.max(axis=0), kind="stable")[: _TRIES // _NEAREST**2])]
    for column in free:
        pair = made_from(column, guilty, [*free, *guilty])
        if pair:
            reason = f"It is computed from {pair[1]} and {pair[0]}, which was left out"
            chase.add(column.name, "after", reason)
