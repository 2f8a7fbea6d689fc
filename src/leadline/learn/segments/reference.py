"""Data without segments that look like the file, to compare with: shuffled columns, and a continuum.

Shuffled columns have each column's values and nothing that goes together. A continuum has each column's values and the
same rank correlations, but rows that differ by degree and not in kind (a Gaussian copula; after SigClust: Liu, Hayes,
Nobel and Marron 2008, Statistical Significance of Clustering for High-Dimension, Low-Sample Size Data, JASA).
"""

from __future__ import annotations

import numpy as np

from leadline.learn.segments.mixture import Codes, Floats, spread

CORRECTIONS = 6
DRAWN = 6_000  # rows that correlations of a continuum are measured on


def shuffled(codes: Codes, blocks: list[list[int]], rng: np.random.Generator) -> Codes:
    """Each block of columns in an order of its own; blanks stay where they are."""
    made = codes.copy()
    for block in blocks:
        filled = np.flatnonzero((codes[:, block] >= 0).all(axis=1))
        places = np.array(block)
        made[filled[:, None], places] = codes[rng.permutation(filled)[:, None], places]
    return made


class Continuum:
    """Draws files with the columns' own shares and the same rank correlations."""

    def __init__(self, codes: Codes, sizes: list[int], ordered: list[bool], rng: np.random.Generator) -> None:
        self.codes = codes
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.order = _orders(codes, starts, ordered)
        ranked = self._ranked(codes)
        self.cuts = [_cuts(ranked[:, at], size) for at, size in enumerate(sizes)]
        wanted = _correlation(ranked)
        drawn = rng.standard_normal((DRAWN, codes.shape[1]))
        target = wanted
        for _ in range(CORRECTIONS):
            self.root = _root(target)
            target = np.clip(target + (wanted - _correlation(self._bands(drawn @ self.root.T))), -0.99, 0.99)
        self.root = _root(target)
        self.correlation = wanted

    def draw(self, rng: np.random.Generator) -> Codes:
        """One file as long as the real one; blanks lie where they lie there."""
        bands = self._bands(rng.standard_normal(self.codes.shape) @ self.root.T)
        back = np.empty_like(bands)
        for at, order in enumerate(self.order):
            back[:, at] = order[bands[:, at]]
        return np.where(self.codes >= 0, back, -1).astype(np.int16)

    def _ranked(self, codes: Codes) -> Codes:
        made = np.full_like(codes, -1)
        for at, order in enumerate(self.order):
            place = np.empty(len(order), np.int16)
            place[order] = np.arange(len(order))
            filled = codes[:, at] >= 0
            made[filled, at] = place[codes[filled, at]]
        return made

    def _bands(self, z: Floats) -> Codes:
        return np.column_stack([np.searchsorted(cut, z[:, at]).astype(np.int16) for at, cut in enumerate(self.cuts)])


def _orders(codes: Codes, starts: np.ndarray, ordered: list[bool]) -> list[np.ndarray]:
    """The order of each column's bands: their own, or for categories that of the first axis of correspondence."""
    wide = spread(codes, starts).astype(np.float64)
    share = np.maximum(wide.mean(axis=0), 1e-9)
    scaled = (wide - share) / np.sqrt(share)
    _, vectors = np.linalg.eigh(scaled.T @ scaled)
    axis = vectors[:, -1] / np.sqrt(share)
    return [
        np.arange(end - start) if plain else np.argsort(axis[start:end], kind="stable")
        for start, end, plain in zip(starts[:-1], starts[1:], ordered, strict=True)
    ]


def _cuts(column: np.ndarray, size: int) -> Floats:
    from scipy.special import ndtri

    counts = np.bincount(column[column >= 0], minlength=size).astype(np.float64)
    return np.asarray(ndtri(np.cumsum(counts)[:-1] / max(1.0, counts.sum())))


def _correlation(bands: Codes) -> Floats:
    """Correlations of mid-ranks; pairs of cells of which one is blank are left out."""
    known = (bands >= 0).astype(np.float64)
    scores = np.zeros(bands.shape)
    for at in range(bands.shape[1]):
        column = bands[:, at]
        filled = column >= 0
        if filled.any():
            counts = np.bincount(column[filled])
            middle = np.cumsum(counts) - counts / 2
            value = middle / filled.sum() - 0.5
            scores[filled, at] = value[column[filled]]
    squares = (scores**2).T @ known
    found = (scores.T @ scores) / np.sqrt(np.maximum(squares * squares.T, 1e-12))
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _root(correlation: Floats) -> Floats:
    """A root of the nearest matrix that is a correlation matrix."""
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 1e-6))
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True))
