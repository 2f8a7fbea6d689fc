"""Word and character n-grams of texts as TF-IDF vectors, in plain Python and NumPy (no scikit-learn).

Terms are single words and pairs of neighbours ('word' part), and 2 to 5 characters within a word with its edges
('character' part); each part has unit length and the two count the same. Sources: Salton and Buckley (1988), with
sublinear counts; Cavnar and Trenkle (1994) for characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

READ = 10_000  # characters of a text that are looked at
WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
SHORTEST, LONGEST = 2, 5
LONGEST_WORD = 40
MARK = "\t"  # before a term of characters, since no word begins with it


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix: row i has `values[starts[i]:starts[i + 1]]` in the columns of the same places."""

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray

    def times(self, weights: np.ndarray) -> np.ndarray:
        """The product with a dense matrix, float32."""
        out = np.zeros((len(self.starts) - 1, weights.shape[1]), np.float32)
        for row in range(len(out)):
            low, high = self.starts[row], self.starts[row + 1]
            if high > low:
                out[row] = self.values[low:high] @ weights[self.columns[low:high]].astype(np.float32)
        return out


@dataclass(frozen=True)
class Ngrams:
    """The terms known, in the order of their columns, and how rare each is (idf)."""

    terms: tuple[str, ...]
    rarity: np.ndarray

    @cached_property
    def _place(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    def rows(self, texts: Sequence[str]) -> Rows:
        """TF-IDF of texts; unknown terms are left out."""
        starts, columns, values = [0], [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
        place = self._place
        for text in texts:
            counted = terms_of(text)
            found = [(place[term], count) for term, count in counted.items() if term in place]
            at = np.array([p for p, _ in found], np.int32)
            value = (1 + np.log(np.array([c for _, c in found], np.float32))) * self.rarity[at]
            characters = self._characters[at]
            for part in (characters, ~characters):
                length = float(np.linalg.norm(value[part]))
                if length:
                    value[part] /= length * math.sqrt(2)
            starts.append(starts[-1] + len(at))
            columns.append(at)
            values.append(value.astype(np.float32))
        return Rows(np.array(starts), np.concatenate(columns), np.concatenate(values))

    @cached_property
    def _characters(self) -> np.ndarray:
        return np.array([term.startswith(MARK) for term in self.terms], bool)


def words_of(text: str) -> list[str]:
    """Words and signs in lower case."""
    return WORD.findall(text[:READ].lower())


def terms_of(text: str) -> Counter[str]:
    """How often each term occurs."""
    words = words_of(text)
    found = Counter(words)
    found.update(f"{one} {two}" for one, two in pairwise(words))
    for word in words:
        edged = f" {word[:LONGEST_WORD]} "
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(edged) - size + 1):
                found[MARK + edged[start : start + size]] += 1
            if size >= len(edged):
                break
    return found


def learn(texts: Iterable[str], rarest: int = 1, most: int = 60_000) -> Ngrams:
    """The terms that occur in at least `rarest` texts, the `most` frequent of them, in alphabetical order."""
    counted: Counter[str] = Counter()
    total = 0
    for text in texts:
        counted.update(terms_of(text).keys())
        total += 1
    ranked = sorted((-n, term) for term, n in counted.items() if n >= rarest)[:most]
    terms = tuple(sorted(term for _, term in ranked))
    rarity = np.array([math.log((1 + total) / (1 + counted[term])) + 1 for term in terms], np.float32)
    return Ngrams(terms, rarity)
