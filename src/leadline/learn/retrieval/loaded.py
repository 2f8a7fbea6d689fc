"""What of an index is kept in memory between searches, as of one state of the shelf."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from leadline.core.retrieval import Filters
from leadline.learn.retrieval import folding, postings, subjects
from leadline.learn.retrieval.postings import Postings, Scorer
from leadline.learn.retrieval.shelf import Shelf
from leadline.learn.retrieval.vectors import Near

Masks = tuple[np.ndarray | None, np.ndarray | None]


class Loaded:
    """What was folded, and what is fresh. The folded part is taken over from `before` where it is still the same."""

    def __init__(self, shelf: Shelf, before: Loaded | None = None) -> None:
        self._shelf = shelf
        self.generation = shelf.number("generation")
        self.folder = folding.folder_of(shelf)
        self.old: Postings
        self.near: Near | None
        if before is not None and before.folder == self.folder:
            self.old, self.near = before.old, before.near
        else:
            self.old = postings.read(self.folder) if self.folder else postings.nothing()
            self.near = Near(self.folder, shelf.number("width")) if self.folder else None
        gone = folding.removed(shelf)
        self._standing = ~np.isin(self.old.ids, gone) if len(gone) else None

    def masks(self, filters: Filters) -> Masks:
        """Which of the folded and of the fresh passages may be found; None where all may."""
        if filters == Filters():
            return self._standing, None
        rows = subjects.mapped(self.folder)
        old = subjects.passing(rows, filters, self._shelf.kinds(filters.kinds))
        fresh = np.isin(self.fresh[0], self._shelf.passing(filters))
        return (old if self._standing is None else old & self._standing), fresh

    @cached_property
    def fresh(self) -> tuple[np.ndarray, np.ndarray]:
        """(ids, vectors) of what was not folded yet."""
        found = list(folding.fresh_vectors(self._shelf))
        if not found:
            return np.zeros(0, np.int64), np.zeros((0, self._shelf.number("width")), np.float32)
        return np.concatenate([ids for ids, _ in found]), np.concatenate([part for _, part in found]).astype(np.float32)

    @cached_property
    def fresh_words(self) -> Postings:
        """The postings of what was not folded yet."""
        return folding.fresh_words(self._shelf, self.fresh[0])

    @cached_property
    def scorers(self) -> tuple[Scorer, Scorer]:
        """Of what is folded and of what is fresh, by the average length of both."""
        lengths = np.concatenate([self.old.lengths, self.fresh_words.lengths])
        average = float(lengths.mean()) if len(lengths) else 1.0
        return Scorer(self.old, average), Scorer(self.fresh_words, average)

    def weights(self, terms: list[str]) -> list[tuple[str, float]]:
        """Each term with what it tells, among all passages."""
        count = len(self.old) + len(self.fresh_words)
        return [
            (term, postings.weight(count, sum(len(one.find(term)[0]) for one in (self.old, self.fresh_words))))
            for term in terms
        ]
