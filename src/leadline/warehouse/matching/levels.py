"""How far the fields of a pair agree, as a few levels that the weights are learned for.

Level 0 is unknown (one side is blank), 1 is different, the last is equal; those between are degrees of likeness:
Jaro-Winkler for names, edits for codes and dates, cosine for texts, distance for numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import duckdb
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.matching import nicknames
from leadline.warehouse.matching.cleaning import local_parts
from leadline.warehouse.matching.fields import Codes, Field
from leadline.warehouse.matching.ngrams import cosines, vectors

Levels = NDArray[np.uint8]

NAME = (0.70, 0.84, 0.92)  # Jaro-Winkler
TEXT = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9)  # cosine
EDITS = (2.5, 1.5)  # fewer edits than these
NUMBER = (0.25, 0.02)  # less apart than these, as a share of the larger
PIECE = 400_000
LONGEST = 60  # letters of a name that are compared

_SLIPS = "SELECT damerau_levenshtein(a, b) AS v FROM words"
_ALIKE = "SELECT jaro_winkler_similarity(a, b) AS v FROM words"
_EDITED = ("birth", "date", "phone", "postcode", "house", "code", "id", "region", "country")


class Comparer:
    """Compares pairs of rows field by field. Use as a context manager: it holds a database in memory."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = tuple(fields)
        self._base = duckdb.connect(config={"threads": 2, "memory_limit": "500MB"})
        self._vectors: dict[int, sp.csr_array] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        self._base.close()

    @property
    def sizes(self) -> list[int]:
        """How many levels each field has, with the unknown one."""
        return [len(_cuts(field)) + 3 for field in self.fields]

    def levels(self, left: Codes, right: Codes) -> Levels:
        """The level of each field for each pair, shape (pairs, fields)."""
        made = np.zeros((len(left), len(self.fields)), dtype=np.uint8)
        for start in range(0, len(left), PIECE):
            piece = slice(start, start + PIECE)
            for at in range(len(self.fields)):
                made[piece, at] = self._level(at, left[piece], right[piece])
            self._exchanged(made[piece], left[piece], right[piece])
        return made

    def vectors(self, at: int) -> sp.csr_array:
        """The letter groups of the words of field `at`."""
        if at not in self._vectors:
            self._vectors[at] = vectors(self.fields[at].words)
        return self._vectors[at]

    def _level(self, at: int, left: Codes, right: Codes) -> Levels:
        field = self.fields[at]
        a, b = field.codes[left], field.codes[right]
        top = len(_cuts(field)) + 2
        made = np.where(a == b, top, 1).astype(np.uint8)
        made[(a < 0) | (b < 0)] = 0
        unlike = np.flatnonzero(made == 1)
        if len(unlike) == 0:
            return made
        low, high = np.minimum(a, b)[unlike], np.maximum(a, b)[unlike]
        distinct, back = np.unique(low * len(field.words) + high, return_inverse=True)
        made[unlike] = self._likeness(at, distinct // len(field.words), distinct % len(field.words))[back]
        return made

    def _likeness(self, at: int, a: Codes, b: Codes) -> Levels:
        """Levels of pairs of different words."""
        field = self.fields[at]
        cuts = np.asarray(_cuts(field))
        if field.sort == "text":
            return (np.searchsorted(cuts, cosines(self.vectors(at), a, b), side="right") + 1).astype(np.uint8)
        if field.sort == "number":
            values = _numbers(field.words)
            x, y = values[a], values[b]
            apart = np.abs(x - y) / np.maximum(np.maximum(np.abs(x), np.abs(y)), 1e-9)
            if _years(values):
                apart = np.where(np.abs(x - y) <= 1, NUMBER[1] / 2, np.where(np.abs(x - y) <= 3, NUMBER[0] / 2, 1.0))
            return _at_most(apart, cuts)
        start = pc.utf8_slice_codeunits(field.words, 0, LONGEST)
        words = pa.table({"a": start.take(pa.array(a)), "b": start.take(pa.array(b))})
        if field.sort in _EDITED:
            return _at_most(self._measured(_SLIPS, words), cuts)
        if field.sort == "email":
            words = pa.table({name: local_parts(words[name]) for name in ("a", "b")})
        alike = self._measured(_ALIKE, words)
        made = (np.searchsorted(cuts, alike, side="right") + 1).astype(np.uint8)
        if field.sort == "given":
            made = np.where(nicknames.same(words["a"], words["b"]), len(cuts) + 1, made).astype(np.uint8)
        return made

    def _measured(self, query: str, words: pa.Table) -> NDArray[np.float64]:
        self._base.register("words", words)
        found = self._base.execute(query).fetchnumpy()["v"]
        self._base.unregister("words")
        return np.asarray(found, dtype=np.float64)

    def _exchanged(self, made: Levels, left: Codes, right: Codes) -> None:
        """'Berg Anna' is as good as 'Anna Berg': given name and surname exchanged count as nearly equal."""
        places = [next((i for i, f in enumerate(self.fields) if f.sort == sort), -1) for sort in ("given", "surname")]
        if min(places) < 0:
            return
        given, surname = (self.fields[i] for i in places)
        both = pa.concat_arrays([given.words, surname.words]).dictionary_encode().indices
        of = both.to_numpy(zero_copy_only=False).astype(np.int64)
        first, last = of[: len(given.words)], of[len(given.words) :]
        unlike = np.flatnonzero((made[:, places[0]] == 1) & (made[:, places[1]] == 1))
        g1, g2 = first[given.codes[left[unlike]]], first[given.codes[right[unlike]]]
        s1, s2 = last[surname.codes[left[unlike]]], last[surname.codes[right[unlike]]]
        swapped = unlike[(g1 == s2) & (s1 == g2)]
        for place, field in zip(places, (given, surname), strict=True):
            made[swapped, place] = len(_cuts(field)) + 1


def _cuts(field: Field) -> tuple[float, ...]:
    if field.sort == "text":
        return TEXT
    if field.sort == "number":
        return NUMBER
    return EDITS if field.sort in _EDITED else NAME


def _at_most(values: NDArray[np.float64], cuts: NDArray[np.float64]) -> Levels:
    """1 where no cut holds, one more for each cut that the value stays under."""
    return np.asarray(1 + (values[:, None] < cuts[None, :]).sum(axis=1), dtype=np.uint8)


def _numbers(words: pa.Array) -> NDArray[np.float64]:
    made = np.zeros(len(words))
    for at, word in enumerate(words.to_pylist()):
        try:
            made[at] = float(word.rstrip("%"))
        except ValueError:
            made[at] = np.nan
    return made


def _years(values: NDArray[np.float64]) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and bool(((known >= 1500) & (known <= 2200) & (known == np.floor(known))).mean() > 0.95)
