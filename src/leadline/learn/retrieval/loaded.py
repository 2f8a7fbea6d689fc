"""What of an index is kept in memory between searches, as of one state of the shelf."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from leadline.learn.retrieval import folding, postings
from leadline.learn.retrieval.postings import Postings, Scorer
from leadline.learn.retrieval.shelf import Shelf
from leadline.learn.retrieval.vectors import FILE, Inverted, bits


class Loaded:
    """Postings and vectors that were folded, and what is fresh. Large parts are taken over from `before` where the
    shelf still names the same folders."""

    def __init__(self, shelf: Shelf, before: Loaded | None = None) -> None:
        self._shelf = shelf
        self.generation = shelf.number("generation")
        words, vectors = (folding.folder_of(shelf, kind) for kind in (folding.WORDS, folding.VECTORS))
        self.folders = words, vectors
        self.words_last, self.vectors_last = shelf.number("words last"), shelf.number("vectors last")
        self.gone = np.array([row[0] for row in shelf.rows("SELECT id FROM gone")], np.int64)
        self.last = int(shelf.rows("SELECT coalesce(max(id), 0) FROM vector")[0][0])
        same = before is not None and before.folders == self.folders
        self.old: Postings | None = before.old if before is not None and same else self._postings(words)
        self.inverted: Inverted | None = before.inverted if before is not None and same else self._inverted(vectors)
        self._terms: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    @staticmethod
    def _postings(folder: Path | None) -> Postings | None:
        return postings.read(folder) if folder else None

    @staticmethod
    def _inverted(folder: Path | None) -> Inverted | None:
        return Inverted(folder / FILE) if folder and (folder / FILE).exists() else None

    @cached_property
    def fresh_ids(self) -> np.ndarray:
        """The numbers of the passages whose words are not folded yet, rising."""
        return np.array([row[0] for row in self._shelf.rows("SELECT id FROM fresh_docsize ORDER BY id")], np.int64)

    @cached_property
    def average(self) -> float:
        """The average length in words of all passages."""
        parts = [one.lengths for one in (self.old, self._fresh) if one is not None]
        return float(np.concatenate(parts).mean()) if sum(map(len, parts)) else 1.0

    @cached_property
    def scorers(self) -> tuple[Scorer, Scorer]:
        """Of what is folded and of what is fresh."""
        return Scorer(self.old or postings.nothing(), self.average), Scorer(self._fresh, self.average)

    @cached_property
    def _fresh(self) -> Postings:
        run = self._shelf.file.execute
        return postings.from_words(
            run("SELECT term, cnt FROM fresh_term"), run("SELECT doc FROM fresh_said"), self.fresh_ids
        )

    def weights(self, terms: list[str]) -> list[tuple[str, float]]:
        """Each term with what it tells, among all passages."""
        old = self.old or postings.nothing()
        count = len(old) + len(self._fresh)
        return [
            (term, postings.weight(count, len(old.find(term)[0]) + len(self._fresh.find(term)[0]))) for term in terms
        ]

    @property
    def fresh_words(self) -> Postings:
        """The postings of what is fresh."""
        return self._fresh

    @cached_property
    def standing(self) -> np.ndarray | None:
        """A mask of the folded passages that were not removed; None where none was."""
        return ~np.isin(self.old.ids, self.gone) if self.old is not None and len(self.gone) else None

    @cached_property
    def standing_bits(self) -> np.ndarray | None:
        """The same for the inverted file."""
        if self.inverted is None or not len(self.gone):
            return None
        flags = np.ones(self.vectors_last + 1, bool)
        flags[self.gone[self.gone <= self.vectors_last]] = False
        return bits(np.flatnonzero(flags), self.vectors_last)

    @cached_property
    def fresh_vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """(ids, vectors) of passages that are not in the inverted file."""
        found = list(folding.chunks(self._shelf, self.vectors_last))
        if not found:
            return np.zeros(0, np.int64), np.zeros((0, self._shelf.number("width")), np.float32)
        return np.concatenate([ids for ids, _ in found]), np.concatenate([part for _, part in found])
