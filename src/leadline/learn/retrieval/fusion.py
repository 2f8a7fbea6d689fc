"""Two rankings made one by reciprocal rank (Cormack, Clarke and Büttcher 2009)."""

from __future__ import annotations

from collections.abc import Sequence

# Chosen on two labelled sets among K of 1 to 60 and shares of .5 and .6 (docs/explain/retrieval.md); the paper has 60.
K = 20  # how soon lower ranks cease to count
MEANING = 0.6  # the share of the rank by meaning


def fused(by_words: Sequence[int], by_meaning: Sequence[int]) -> list[tuple[int, float, int | None, int | None]]:
    """(number, score, rank by words, rank by meaning), the best first; among equals the smaller number."""
    words = {number: rank for rank, number in enumerate(by_words, 1)}
    meaning = {number: rank for rank, number in enumerate(by_meaning, 1)}
    found = []
    for number in {**words, **meaning}:
        ranks = words.get(number), meaning.get(number)
        score = sum(
            share / (K + rank) for share, rank in zip((1 - MEANING, MEANING), ranks, strict=True) if rank is not None
        )
        found.append((number, score, *ranks))
    found.sort(key=lambda one: (-one[1], one[0]))
    return found
