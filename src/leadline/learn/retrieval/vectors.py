"""The nearest passages by meaning: an inverted file with 8-bit vectors (IVF-SQ8) for many, exact for the rest.

Jégou, Douze and Schmid (2011), Product quantization for nearest neighbor search; Johnson, Douze and Jégou (2019),
Billion-scale similarity search with GPUs (faiss). What comes out of the inverted file is scored again by its 16-bit
vectors, so that scores of both kinds are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

FILE = "ivf.faiss"
PROBES = 32  # lists that are looked into: docs/explain/retrieval.md
_TRAINED_ON = 40  # vectors for each list
_ROUNDS = 8
_SEED = 20_260_101

Chunks = Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]]


def _faiss() -> Any:
    import faiss  # its annotations tell of the C++ side, not of the calls that Python may make

    return faiss


def lists(vectors: int) -> int:
    """How many lists an inverted file of so many vectors has."""
    return int(max(16, min(4 * np.sqrt(vectors), vectors / 39)))


def build(chunks: Chunks, count: int, width: int, path: Path) -> None:
    """Trains an inverted file on a sample of the vectors, fills it with all of them and writes it.

    `chunks` gives (ids, float32 vectors) in order, each time anew.
    """
    faiss = _faiss()
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(width), width, lists(count), faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter, index.cp.seed = _ROUNDS, _SEED
    wanted = min(count, _TRAINED_ON * index.nlist)
    rng = np.random.default_rng(_SEED)
    taken = [part[rng.random(len(part)) < wanted / count] for _, part in chunks()]
    index.train(np.concatenate(taken))
    for ids, part in chunks():
        index.add_with_ids(part, ids)
    faiss.write_index(index, str(path))


def extended(old: Path, gone: np.ndarray, chunks: Chunks, path: Path) -> None:
    """Writes the inverted file `old` without `gone` and with what `chunks` gives."""
    faiss = _faiss()
    index = faiss.read_index(str(old))
    if len(gone):
        index.remove_ids(gone)
    for ids, part in chunks():
        index.add_with_ids(part, ids)
    faiss.write_index(index, str(path))


class Inverted:
    """An inverted file that is searched."""

    def __init__(self, path: Path) -> None:
        self._faiss = faiss = _faiss()
        self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        self.count = int(self._index.ntotal)

    def nearest(self, vector: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
        """Numbers of the k nearest, about in order. `allowed` has a bit for each number that may be found."""
        given = self._faiss.SearchParametersIVF(nprobe=min(PROBES, self._index.nlist))
        if allowed is not None:
            share = max(1, int(np.bitwise_count(allowed).sum())) / self.count
            selector = self._faiss.IDSelectorBitmap(allowed)
            # The rarer what may be found, the further it is looked for.
            probes = min(self._index.nlist, int(PROBES / min(1.0, share)))
            given = self._faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        _, found = self._index.search(vector[None, :], k, params=given)
        ids: np.ndarray = found[0][found[0] >= 0]
        return ids


def bits(ids: np.ndarray, last: int) -> np.ndarray:
    """A bit for each number from 0 to `last`, set for `ids`."""
    flags = np.zeros(last + 1, bool)
    flags[ids[ids <= last]] = True
    return np.packbits(flags, bitorder="little")
