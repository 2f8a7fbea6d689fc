"""Which passages hold which term, as arrays in files: BM25 over a million passages in a few milliseconds.

FTS5's own bm25() takes some two microseconds for each passage that holds a word, and common words stand in a third of
them. Here one pass over arrays gives the same figure (k1 1.2, b .75, as FTS5 has them), the rare terms first; once no
other passage can reach the best k by the terms that are left, those are looked up for the candidates only. That is
exact (Turtle and Flood 1995, max-score). Robertson and Zaragoza (2009), The probabilistic relevance framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

K1, B = 1.2, 0.75
NEVER = 1e-6  # what FTS5 takes for the weight of a term that stands in half of all passages
_PART = 4_000_000  # postings that are put together at once


@dataclass(frozen=True, slots=True)
class Postings:
    """Term t, the t-th in order of bytes, stands `counts[j]` times in passage `ids[docs[j]]` for j from `starts[t]` to
    `starts[t + 1]`; `lengths` are the passages' lengths in words, `ids` rise."""

    terms: Any  # bytes of all terms on end
    terms_at: np.ndarray
    starts: np.ndarray
    docs: np.ndarray
    counts: np.ndarray
    lengths: np.ndarray
    ids: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, term: str) -> tuple[np.ndarray, np.ndarray]:
        """Places and counts of a term; empty where it stands nowhere."""
        at = self._place(term.encode("utf-8", "replace"))
        if at < 0:
            return self.docs[:0], self.counts[:0]
        part = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.docs[part], self.counts[part]

    def term(self, at: int) -> bytes:
        """The term with a number."""
        return bytes(self.terms[int(self.terms_at[at]) : int(self.terms_at[at + 1])])

    def _place(self, term: bytes) -> int:
        low, high = 0, len(self.starts) - 1
        while low < high:
            middle = (low + high) // 2
            if self.term(middle) < term:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.starts) - 1 and self.term(low) == term else -1


def weight(passages: int, holding: int) -> float:
    """How much a term tells that stands in `holding` of `passages` (inverse document frequency as in FTS5)."""
    return max(float(np.log((passages - holding + 0.5) / (holding + 0.5))), NEVER)


class Scorer:
    """BM25 over postings whose average length is `average`."""

    def __init__(self, postings: Postings, average: float) -> None:
        self._postings = postings
        self._norm = (K1 * (1 - B + B * postings.lengths / max(average, 1e-9))).astype(np.float32)

    def best(
        self, terms: Sequence[tuple[str, float]], k: int, mask: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The places and scores of the k best of those that `mask` lets through, best first, smaller place first among
        equals; `terms` have their weights. Exact."""
        found = [(*self._postings.find(term), worth) for term, worth in terms]
        found = [one for one in found if len(one[0])]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        found.sort(key=lambda one: -one[2])
        scores = np.zeros(len(self._postings), np.float32)
        floor = 0.0
        left = [worth * (K1 + 1) for _, _, worth in found]  # the most that each may add
        used = 0
        for every, many, worth in found:
            # Whoever holds none of the terms so far can no longer be among the best.
            if floor > sum(left[used:]):
                break
            used += 1
            keep = slice(None) if mask is None else mask[every]
            docs, counts = every[keep], many[keep]
            sums = scores.take(docs) + self._gain(docs, counts, worth)
            scores[docs] = sums
            better = sums[sums > floor]
            if len(better) >= k:
                floor = float(np.partition(better, len(better) - k)[len(better) - k])
        rest = sum(left[used:])
        # Whoever holds a term has a score above nought; less what rounding may take.
        among = np.flatnonzero(scores >= floor - rest - 1e-3) if floor - rest > 2e-3 else np.flatnonzero(scores)
        for docs, counts, worth in found[used:]:
            at = np.minimum(np.searchsorted(docs, among), len(docs) - 1)
            here = docs[at] == among
            hit = among[here]
            scores[hit] += self._gain(hit, counts[at[here]], worth)
        return _top(among, scores[among], k)

    def _gain(self, docs: np.ndarray, counts: np.ndarray, worth: float) -> np.ndarray:
        many = counts.astype(np.float32)
        gain: np.ndarray = many + self._norm.take(docs)
        np.divide(many, gain, out=gain)
        gain *= np.float32(worth * (K1 + 1))
        return gain


def _top(places: np.ndarray, scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    if len(places) > k:
        edge = np.partition(scores, len(scores) - k)[len(scores) - k]
        keep = scores >= edge
        places, scores = places[keep], scores[keep]
    order = np.lexsort((places, -scores))[:k]
    return places[order], scores[order]


# ---- from FTS5, together, to files -----------------------------------------------------------------------------------


def from_words(rows: Iterable[tuple[str, int]], said: Iterable[tuple[int]], ids: np.ndarray) -> Postings:
    """Postings from fts5vocab: `rows` are all terms in order with how often each was said, `said` the passage of each
    saying in the same order, `ids` the passages, rising."""
    terms: list[bytes] = []
    sizes: list[int] = []
    for term, count in rows:
        terms.append(term.encode("utf-8", "replace"))
        sizes.append(count)
    total = sum(sizes)
    docs = np.fromiter(map(itemgetter(0), said), np.int64, total)
    docs = np.searchsorted(ids, docs).astype(np.int32)
    lengths = np.bincount(docs, minlength=len(ids)).astype(np.int32)
    begins = np.zeros(total, bool)
    bounds = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    begins[1:] = docs[1:] != docs[:-1]
    begins[bounds[:-1]] = True
    first = np.flatnonzero(begins)
    counts = np.minimum(np.diff(np.append(first, total)), 255).astype(np.uint8)
    starts = np.searchsorted(first, bounds).astype(np.int64)
    return Postings(b"".join(terms), _offsets(terms), starts, docs[first], counts, lengths, ids)


def together(old: Postings, new: Postings, gone: np.ndarray, folder: Path) -> None:
    """Writes both as one into `folder`, without the passages `gone`; the ids of `new` lie above those of `old`."""
    keeps = [~np.isin(one.ids, gone) for one in (old, new)]
    shifts = [np.cumsum(keeps[0]) - 1, np.cumsum(keeps[1]) - 1 + int(keeps[0].sum())]
    np.save(folder / "ids.npy", np.concatenate([one.ids[keep] for one, keep in zip((old, new), keeps, strict=True)]))
    lengths = [one.lengths[keep] for one, keep in zip((old, new), keeps, strict=True)]
    np.save(folder / "lengths.npy", np.concatenate(lengths).astype(np.int32))
    terms: list[bytes] = []
    starts = [0]
    with (folder / "docs.bin").open("wb") as docs_file, (folder / "counts.bin").open("wb") as counts_file:
        for names, sizes, docs, counts in _merged(old, new, keeps, shifts):
            for name, size in zip(names, sizes, strict=True):
                if size:
                    terms.append(name)
                    starts.append(starts[-1] + size)
            docs_file.write(docs.astype(np.int32).tobytes())
            counts_file.write(counts.tobytes())
    (folder / "terms.bin").write_bytes(b"".join(terms))
    np.save(folder / "terms_at.npy", _offsets(terms))
    np.save(folder / "starts.npy", np.array(starts, np.int64))


def _merged(
    old: Postings, new: Postings, keeps: Sequence[np.ndarray], shifts: Sequence[np.ndarray]
) -> Iterator[tuple[list[bytes], list[int], np.ndarray, np.ndarray]]:
    """Terms, how many postings each has, and the postings, some millions at a time."""
    a = b = size = 0
    ends = len(old.starts) - 1, len(new.starts) - 1
    names: list[bytes] = []
    sizes: list[int] = []
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    left, right = _name(old, 0), _name(new, 0)
    while a < ends[0] or b < ends[1]:
        name = min(one for one in (left, right) if one is not None)
        held = 0
        if left == name:
            parts.append(_kept(old, a, keeps[0], shifts[0]))
            held += len(parts[-1][0])
            a += 1
            left = _name(old, a)
        if right == name:
            parts.append(_kept(new, b, keeps[1], shifts[1]))
            held += len(parts[-1][0])
            b += 1
            right = _name(new, b)
        names.append(name)
        sizes.append(held)
        size += held
        if size > _PART:
            yield names, sizes, *_joined(parts)
            names, sizes, parts, size = [], [], [], 0
    if names:
        yield names, sizes, *_joined(parts)


def _name(postings: Postings, at: int) -> bytes | None:
    return postings.term(at) if at < len(postings.starts) - 1 else None


def _kept(postings: Postings, at: int, keep: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    part = slice(int(postings.starts[at]), int(postings.starts[at + 1]))
    docs, counts = postings.docs[part], postings.counts[part]
    stay = keep[docs]
    return shift[docs[stay]], counts[stay]


def _joined(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([docs for docs, _ in parts]), np.concatenate([counts for _, counts in parts])


def _offsets(terms: Sequence[bytes]) -> np.ndarray:
    return np.concatenate(([0], np.cumsum([len(term) for term in terms], dtype=np.int64)))


def read(folder: Path) -> Postings:
    """Postings as `together` wrote them; the large arrays are mapped, not read."""

    def mapped(name: str, kind: Any) -> np.ndarray:
        path = folder / name
        return np.memmap(path, kind, "r").view(np.ndarray) if path.stat().st_size else np.zeros(0, kind)

    return Postings(
        (folder / "terms.bin").read_bytes(),
        np.load(folder / "terms_at.npy", allow_pickle=False),
        np.load(folder / "starts.npy", allow_pickle=False),
        mapped("docs.bin", np.int32),
        mapped("counts.bin", np.uint8),
        np.load(folder / "lengths.npy", allow_pickle=False),
        np.load(folder / "ids.npy", allow_pickle=False),
    )


def nothing() -> Postings:
    """No postings."""
    none = np.zeros(0, np.int64)
    one = np.zeros(1, np.int64)
    return Postings(b"", one, one, none.astype(np.int32), none.astype(np.uint8), none.astype(np.int32), none)
