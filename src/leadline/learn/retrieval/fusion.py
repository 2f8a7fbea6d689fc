"""Two rankings made one by reciprocal rank (Cormack, Clarke and Büttcher 2009)."""

from __future__ import annotations

from collections.abc import Sequence

K = 60  # as in the paper: how soon lower ranks cease to count


def fused(by_words: Sequence[int], by_meaning: Sequence[int]) -> list[tuple[int, float, int | None, int | None]]:
    """(number, score, rank by words, rank by meaning), the best first; among equals the smaller number."""
    words = {number: rank for rank, number in enumerate(by_words, 1)}
    meaning = {number: rank for rank, number in enumerate(by_meaning, 1)}
    found = []
    for number in {**words, **meaning}:
        ranks = words.get(number), meaning.get(number)
        found.append((number, sum(1 / (K + rank) for rank in ranks if rank is not None), *ranks))
    found.sort(key=lambda one: (-one[1], one[0]))
    return found
