"""Kernel ridge regression with leave-one-out scores in closed form.

Sources: Saunders, Gammerman, Vovk (1998); Rifkin and Lippert (2007), Notes on regularized least squares.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from leadline.core.errors import DataError
from leadline.understand.embedding import Size
from leadline.understand.intent_model import View
from leadline.understand.ngrams import Ngrams, Rows


def likenesses(vectors: dict[Size, np.ndarray], views: tuple[View, ...]) -> np.ndarray:
    """Gaussian kernel of the vectors, weighted over the views: examples x examples, float32."""
    (first, *_) = vectors.values()
    total = np.zeros((len(first), len(first)), np.float32)
    for view in views:
        one = vectors[view.kind].astype(np.float16).astype(np.float32)  # as the model keeps them
        cosine = one @ one.T
        cosine -= 1
        cosine *= view.gamma
        np.exp(cosine, out=cosine)
        cosine *= view.weight
        total += cosine
    return total


def shared_terms(rows: Rows, ngrams: Ngrams) -> np.ndarray:
    """Linear kernel of the n-grams: examples x examples, float32."""
    matrix = as_sparse(rows, ngrams)
    made: np.ndarray = (matrix @ matrix.T).toarray()
    return made


def as_sparse(rows: Rows, ngrams: Ngrams) -> sparse.csr_array:
    """SciPy's form of the rows."""
    shape = (len(rows.starts) - 1, len(ngrams.terms))
    return sparse.csr_array((rows.values, rows.columns, rows.starts), shape=shape)


def solve(kernel: np.ndarray, target: np.ndarray, ridges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the examples, and each one's prediction by a model that was not given it (float32, as `target`)."""
    made = kernel.astype(np.float32)
    made[np.diag_indices_from(made)] += ridges.astype(np.float32)
    made, wrong = lapack.spotrf(made.T, lower=1, overwrite_a=1)
    if not wrong:
        made, wrong = lapack.spotri(made, lower=1, overwrite_c=1)
    if wrong:
        raise DataError("The messages are too much alike to learn from; give more that differ")
    lower = np.tril(made)
    diagonal = np.diag(lower).copy()
    alpha = lower @ target + lower.T @ target - diagonal[:, None] * target
    return alpha.astype(np.float32), (target - alpha / diagonal[:, None]).astype(np.float32)
