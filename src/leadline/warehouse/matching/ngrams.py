"""Texts as weighted letter groups (tf-idf of groups of three and four bytes), compared by their cosine.

A word misspelt keeps most of its groups, and a word that every text has weighs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.matching.blocking import Rows
from leadline.warehouse.matching.fields import Codes

SIZES = (3, 4)
COMMON = 0.05  # share of texts from which on a group proposes no neighbours, where there are many texts
FEW_TEXTS = 3_000
UNLIKE = 0.1  # cosine below which a text is nobody's neighbour
PRODUCTS = 20_000_000  # multiplications in one piece of work
Floats = NDArray[np.float32]


def vectors(texts: pa.Array) -> sp.csr_array:
    """A row of unit length for each text (null or '' gives an empty row), shape (texts, groups), float32."""
    padded = pc.binary_join_element_wise(" ", pc.fill_null(texts, ""), " ", "")
    offsets = np.frombuffer(padded.buffers()[1], dtype=np.int32)[padded.offset : padded.offset + len(padded) + 1]
    raw = np.frombuffer(padded.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]].astype(np.uint64)
    ends = (offsets - offsets[0])[1:].astype(np.int64)
    owner = np.repeat(np.arange(len(padded)), np.diff(offsets))
    places = np.arange(len(raw))
    rows, groups = [], []
    for size in SIZES:
        at = places[places + size <= ends[owner]]
        group = np.full(len(at), size, dtype=np.uint64)
        for step in range(size):
            group = (group << np.uint64(8)) | raw[at + step]
        rows.append(owner[at])
        groups.append(group)
    row, group = np.concatenate(rows), np.concatenate(groups)
    known, column = np.unique(group, return_inverse=True)
    counts = sp.coo_array((np.ones(len(row), dtype=np.float32), (row, column)), shape=(len(padded), len(known))).tocsr()
    counts.sum_duplicates()
    texts_with = np.bincount(counts.indices, minlength=len(known))
    rarity = np.log(1 + len(padded) / texts_with).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * rarity[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(counts.indptr)).astype(np.float32)
    return counts


def cosines(of: sp.csr_array, left: Codes, right: Codes) -> Floats:
    """The cosine of each pair of rows, 0 to 1."""
    made = np.zeros(len(left), dtype=np.float32)
    piece = 100_000
    for start in range(0, len(left), piece):
        stop = start + piece
        product = of[left[start:stop]].multiply(of[right[start:stop]])
        made[start:stop] = np.asarray(product.sum(axis=1)).ravel()
    return np.clip(made, 0, 1)


def repeats(of: sp.csr_array, likeness: float) -> float:
    """The share of rows of which another row is at least so alike."""
    narrowed = _narrowed(of)
    a, b = _nearest(narrowed, narrowed, 2, lambda _share: None)
    a, b = a[a != b], b[a != b]
    return float(len(np.unique(a[cosines(of, a, b) >= likeness])) / max(1, of.shape[0]))


def neighbours(of: sp.csr_array, rows: Rows, most: int, tell: Callable[[float], None] = lambda _share: None) -> Codes:
    """The `most` nearest rows of each row (of the other list, where there are two), as left * rows + right."""
    narrowed = _narrowed(of)
    if rows.two:
        first, second = narrowed[: rows.second], narrowed[rows.second :]
        a, b = _nearest(first, second, most, tell)
        d, c = _nearest(second, first, most, tell)
        left, right = np.r_[a, c], np.r_[b, d] + rows.second
    else:
        a, b = _nearest(narrowed, narrowed, most + 1, tell)
        apart = a != b
        left, right = np.minimum(a, b)[apart], np.maximum(a, b)[apart]
    return np.unique(left * rows.count + right)


def _narrowed(of: sp.csr_array) -> sp.csr_array:
    """Without the groups that so many texts have that they tell nothing apart."""
    if of.shape[0] <= FEW_TEXTS:
        return of
    texts_with = np.bincount(of.indices, minlength=of.shape[1])
    limit = max(FEW_TEXTS * COMMON, min(COMMON * of.shape[0], 2e6 / max(1.0, of.nnz / of.shape[0]) ** 0.5))
    common = texts_with > limit
    made = of.copy()
    made.data[common[of.indices]] = 0
    made.eliminate_zeros()
    return made


def _nearest(a: sp.csr_array, b: sp.csr_array, most: int, tell: Callable[[float], None]) -> tuple[Codes, Codes]:
    """For each row of `a` up to `most` rows of `b` with the largest cosines above 0."""
    across = b.T.tocsr()
    work = np.diff(across.indptr).astype(np.float64)
    cost = np.cumsum(sp.csr_array((np.ones(a.nnz), a.indices, a.indptr), shape=a.shape) @ work)
    lefts, rights = [], []
    start = 0
    while start < a.shape[0]:
        spent = cost[start - 1] if start else 0.0
        stop = max(start + 1, int(np.searchsorted(cost, spent + PRODUCTS)))
        product = (a[start:stop] @ across).tocsr()
        owner = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
        near = np.flatnonzero(product.data >= UNLIKE)
        owner, cosine, found = owner[near], product.data[near], product.indices[near].astype(np.int64)
        order = np.lexsort((found, -cosine, owner))
        ahead = np.r_[0, np.cumsum(np.bincount(owner, minlength=product.shape[0]))]
        best = order[np.arange(len(order)) - ahead[owner[order]] < most]
        lefts.append(owner[best] + start)
        rights.append(found[best])
        start = stop
        tell(start / a.shape[0])
    if not lefts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(lefts), np.concatenate(rights)
