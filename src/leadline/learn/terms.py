"""Words of free text as a linear member: TF-IDF weighted terms in a ridge logistic regression.

The terms and their weights are kept as they are, so that a reason can name them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.learn import ridge

Floats = NDArray[np.float64]

WORD = re.compile(r"[^\W\d_]{2,30}")
READ_CHARACTERS = 5_000  # of each cell
KEPT_TERMS = 3_000
PRIOR_SD = 0.7
COMMON = 0.6  # terms in more of the rows say nothing
STOP = frozenset(
    "the a an and or of to in is it for on with was are be this that as at by we they he she you i our their not "
    "der die das und ist ein eine zu den von mit "
    "le la les et de des un une est pour que el los las y en es por il lo di che e".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The terms of one text column: `weights` in log-odds for a row whose only term it is, `idf` per term."""

    column: str
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: Floats

    def matrix(self, texts: Sequence[str | None]) -> Any:
        """The length-normalised TF-IDF rows of `texts` (CSR, rows x terms)."""
        return _matrix(texts, {term: place for place, term in enumerate(self.vocabulary)}, self.idf)

    def margin(self, texts: Sequence[str | None]) -> Floats:
        """Log-odds that the words of each text add (0 for blank)."""
        result = np.zeros(len(texts))
        if not self.vocabulary:
            return result
        index = {term: place for place, term in enumerate(self.vocabulary)}
        # Lists, not arrays: a Python loop reads single numbers from them many times faster.
        idf, pushes = self.idf.tolist(), (self.idf * self.weights).tolist()
        for row, text in enumerate(texts):
            if text:
                count: dict[int, int] = {}
                for term in tokens(text):
                    place = index.get(term)
                    if place is not None:
                        count[place] = count.get(place, 0) + 1
                push = square = 0.0
                for place, times in count.items():
                    more = 1.0 if times == 1 else 1 + math.log(times)
                    push += more * pushes[place]
                    square += (more * idf[place]) ** 2
                result[row] = push / math.sqrt(square) if square else 0.0
        return result

    def strongest(self, text: str, up: bool) -> str:
        """The term of `text` that raises (or lowers) the score most; '' if none does."""
        index = {term: place for place, term in enumerate(self.vocabulary)}
        places, values = _row(text, index, self.idf)
        pushes = {p: v * self.weights[p] * (1 if up else -1) for p, v in zip(places, values, strict=True)}
        best = max(pushes, key=lambda p: pushes[p], default=-1)
        return self.vocabulary[best] if best >= 0 and pushes[best] > 0 else ""


def tokens(text: str) -> list[str]:
    """Lower-case words and pairs of neighbouring words, without stop words."""
    words = [w for w in WORD.findall(text[:READ_CHARACTERS].casefold()) if w not in STOP]
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def choose(texts: Sequence[str | None], column: str) -> Terms:
    """The vocabulary of a column, chosen without looking at outcomes; weights zero."""
    count: Counter[str] = Counter()
    for text in texts:
        if text:
            count.update(set(tokens(text)))
    rows = max(1, sum(1 for t in texts if t))
    fewest = max(3, rows // 1000)
    common = [(n, t) for t, n in count.items() if fewest <= n <= COMMON * rows]
    common.sort(key=lambda item: (-item[0], item[1]))
    vocabulary = tuple(sorted(t for _, t in common[:KEPT_TERMS]))
    idf = np.array([math.log((1 + rows) / (1 + count[t])) + 1 for t in vocabulary])
    return Terms(column, vocabulary, idf, np.zeros(len(vocabulary)))


def fit(terms: Terms, matrix: Any, y: NDArray[np.int8], offset: Floats) -> Terms:
    """Terms with weights learned from rows of `terms.matrix`."""
    if not terms.vocabulary:
        return terms
    theta = ridge.fit(matrix, y, offset, 1.0 / PRIOR_SD**2)
    return Terms(terms.column, terms.vocabulary, terms.idf, theta[:-1])


def texts_of(column: pa.ChunkedArray | pa.Array) -> list[str | None]:
    """The cells as Python strings."""
    return list(column.to_pylist())


def _row(text: str, index: dict[str, int], idf: Floats) -> tuple[list[int], list[float]]:
    count = Counter(index[t] for t in tokens(text) if t in index)
    places = list(count)
    values = [(1 + math.log(n)) * float(idf[p]) for p, n in count.items()]
    length = math.sqrt(sum(v * v for v in values)) or 1.0
    return places, [v / length for v in values]


def _matrix(texts: Sequence[str | None], index: dict[str, int], idf: Floats) -> Any:
    from scipy import sparse

    places: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        if text:
            p, v = _row(text, index, idf)
            places.extend(p)
            values.extend(v)
        ends.append(len(places))
    return sparse.csr_matrix((values, places, ends), shape=(len(texts), len(index)))
