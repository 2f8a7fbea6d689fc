"""The nearest passages by meaning: all of them compared by 64 bytes each, the best of those by their whole vectors.

Codes of 128 four-bit parts are compared in the processor's registers (André, Kermarrec and Le Scouarnec 2017, Quick
ADC; faiss, Douze et al. 2024), a quarter of a million vectors in a millisecond, so that no list is left out; what comes
out is scored again by 16-bit floats. Beside an inverted file: docs/decisions/0016-retrieval.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

CODES, EXACT, MEAN = "codes.faiss", "vectors.bin", "mean.npy"
PARTS = 128  # of four bits
NARROW = 5_000  # passages that a filter leaves up to which whole vectors are compared at once
_AGAIN = 4  # times as many as wanted are scored again by their whole vectors
_TRAINED_ON = 65_536
_SEED = 20_260_101

Chunk = tuple[np.ndarray, np.ndarray]


def _faiss() -> Any:
    import faiss  # its annotations tell of the C++ side, not of the calls that Python may make

    faiss.omp_set_num_threads(1)  # threads that wait for each other cost more than they bring for one query
    return faiss


def write(parts: Iterator[np.ndarray], width: int, folder: Path) -> None:
    """Writes 16-bit vectors, in order, and their codes where there are more than NARROW."""
    with (folder / EXACT).open("wb") as file:
        for part in parts:
            file.write(part.astype(np.float16).tobytes())
    exact = mapped(folder, width)
    if len(exact) <= NARROW:
        return
    rng = np.random.default_rng(_SEED)
    some = np.sort(rng.permutation(len(exact))[:_TRAINED_ON])
    sample = exact[some].astype(np.float32)
    # The mean moves every product by the same, so that ranks stay; without it more bits tell passages apart.
    mean = sample.mean(axis=0)
    faiss = _faiss()
    codes = faiss.IndexPQFastScan(width, PARTS, 4, faiss.METRIC_INNER_PRODUCT)
    codes.train(sample - mean)
    for at in range(0, len(exact), 50_000):
        codes.add(exact[at : at + 50_000].astype(np.float32) - mean)
    faiss.write_index(codes, str(folder / CODES))


def mapped(folder: Path, width: int) -> np.ndarray:
    """The 16-bit vectors of a folder, (passages, width); mapped, not read."""
    path = folder / EXACT
    if not path.stat().st_size:
        return np.zeros((0, width), np.float16)
    return np.memmap(path, np.float16, "r").view(np.ndarray).reshape(-1, width)


class Near:
    """Vectors of a folder that are searched."""

    def __init__(self, folder: Path, width: int) -> None:
        self._exact = mapped(folder, width)
        codes = folder / CODES
        self._codes: Any = _faiss().read_index(str(codes)) if codes.exists() else None

    def nearest(self, vector: np.ndarray, k: int, mask: np.ndarray | None) -> Chunk:
        """Places and cosines of the k nearest among those that `mask` lets through, and of some more."""
        count = len(self._exact)
        left = count if mask is None else int(mask.sum())
        if left <= NARROW or self._codes is None:
            places = np.arange(count) if mask is None else np.flatnonzero(mask)
            return places, self.exact(places, vector)
        # Half as many again as the share tells, since what passes does not lie evenly.
        depth = min(count, _AGAIN * k if mask is None else int(1.5 * _AGAIN * k * count / left))
        _, found = self._codes.search(vector[None, :], depth)
        places = found[0][found[0] >= 0]
        if mask is not None:
            places = places[mask[places]][: _AGAIN * k]
        return places, self.exact(places, vector)

    def exact(self, places: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """The cosines of passages with a vector."""
        found: np.ndarray = self._exact[places].astype(np.float32) @ vector
        return found


def unpacked(values: Sequence[bytes], width: int) -> np.ndarray:
    """16-bit vectors from how the shelf keeps them."""
    return np.frombuffer(b"".join(values), np.float16).reshape(-1, width)
