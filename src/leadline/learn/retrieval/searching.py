"""One search: the best by words, the best by meaning, fused, and read from the shelf."""

from __future__ import annotations

import numpy as np

from leadline.core.retrieval import Filters, Hit
from leadline.learn.retrieval import folding
from leadline.learn.retrieval.fusion import fused
from leadline.learn.retrieval.loaded import Loaded
from leadline.learn.retrieval.shelf import Shelf
from leadline.learn.retrieval.tokens import matching
from leadline.learn.retrieval.vectors import bits

DEPTH = 100  # how far each ranking goes
NARROW = 2_000  # passages let through by a filter up to which their vectors are compared one by one
LEAST = 0.0  # a cosine below which a passage has nothing to do with the query


def found(
    shelf: Shelf, loaded: Loaded, terms: dict[str, str], vector: np.ndarray, k: int, filters: Filters
) -> list[Hit]:
    """The best `k` passages, without marks."""
    depth = max(DEPTH, k)
    allowed = None
    if filters != Filters():
        allowed = np.fromiter(shelf.allowed(filters), np.int64)
        if not len(allowed):
            return []
    by_words = _by_words(shelf, loaded, terms, depth, allowed) if terms else []
    by_meaning = _by_meaning(shelf, loaded, vector, depth, allowed) if vector.any() else []
    return _read(shelf, fused(by_words, by_meaning), k)


def _by_words(shelf: Shelf, loaded: Loaded, terms: dict[str, str], k: int, allowed: np.ndarray | None) -> list[int]:
    """Numbers by BM25: FTS5's own where nothing was folded yet, else the same figure from postings."""
    if loaded.old is None:
        return _by_fts(shelf, terms, k, allowed)
    weights = loaded.weights(list(terms))
    old, fresh = loaded.scorers
    parts = []
    for scorer, ids, mask in (
        (old, loaded.old.ids, _mask(loaded.old.ids, allowed, loaded.standing)),
        (fresh, loaded.fresh_ids, _mask(loaded.fresh_ids, allowed, None)),
    ):
        places, scores = scorer.best(weights, k, mask)
        parts.append((ids[places], scores))
    ids = np.concatenate([one for one, _ in parts])
    scores = np.concatenate([one for _, one in parts])
    return [int(one) for one in ids[np.lexsort((ids, -scores))[:k]]]


def _by_fts(shelf: Shelf, terms: dict[str, str], k: int, allowed: np.ndarray | None) -> list[int]:
    among, values = "", [matching(terms)]
    if allowed is not None:
        # Unary plus: the words lead, the list only lets through.
        among, values = "AND +rowid IN (SELECT value FROM json_each(?))", [*values, str(allowed.tolist())]
    sql = f"SELECT rowid FROM fresh WHERE fresh MATCH ? {among} ORDER BY bm25(fresh), rowid LIMIT {k:d}"  # noqa: S608  constants
    return [row[0] for row in shelf.rows(sql, *values)]


def _mask(ids: np.ndarray, allowed: np.ndarray | None, standing: np.ndarray | None) -> np.ndarray | None:
    if allowed is None:
        return standing
    mask = np.zeros(len(ids), bool)
    if len(ids):
        at = np.minimum(np.searchsorted(ids, allowed), len(ids) - 1)
        mask[at[ids[at] == allowed]] = True
    return mask if standing is None else mask & standing


def _by_meaning(shelf: Shelf, loaded: Loaded, vector: np.ndarray, k: int, allowed: np.ndarray | None) -> list[int]:
    """Numbers by cosine; exact for what is fresh or narrow, else through the inverted file and scored again."""
    fresh_ids, fresh = loaded.fresh_vectors
    if allowed is not None and len(allowed) <= NARROW:
        ids, scores = _scored(shelf, allowed, vector)
    else:
        scores = fresh @ vector
        ids = fresh_ids
        if allowed is not None:
            keep = np.isin(fresh_ids, allowed, assume_unique=True)
            ids, scores = ids[keep], scores[keep]
        if loaded.inverted is not None and loaded.inverted.count:
            flags = loaded.standing_bits if allowed is None else bits(allowed, loaded.vectors_last)
            more, again = _scored(shelf, loaded.inverted.nearest(vector, k, flags), vector)
            ids, scores = np.concatenate([ids, more]), np.concatenate([scores, again])
    keep = scores > LEAST
    ids, scores = ids[keep], scores[keep]
    if len(ids) > 4 * k:
        best = np.argpartition(-scores, 2 * k)[: 2 * k]
        edge = scores[best].min()
        keep = scores >= edge
        ids, scores = ids[keep], scores[keep]
    return [int(one) for one in ids[np.lexsort((ids, -scores))[:k]]]


def _scored(shelf: Shelf, ids: np.ndarray, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of the passages that are here, with their exact cosine."""
    rows = shelf.rows(
        "SELECT v.id, v.value FROM json_each(?) j JOIN vector v ON v.id = j.value", str([int(one) for one in ids])
    )
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    return np.array([row[0] for row in rows], np.int64), folding.unpacked([row[1] for row in rows]) @ vector


def _read(shelf: Shelf, ranked: list[tuple[int, float, int | None, int | None]], k: int) -> list[Hit]:
    hits = []
    for number, score, words, meaning in ranked:
        row = shelf.rows(
            "SELECT d.key, p.text, p.start, p.stop, d.kind, d.at, d.account, d.person, d.deal, d.who "
            "FROM passage p JOIN document d ON d.id = p.document WHERE p.id = ?",
            number,
        )
        if row:  # else it was removed since
            key, text, start, stop, *rest = row[0]
            hits.append(Hit(key, text, start, stop, score, words, meaning, (), *rest))
        if len(hits) == k:
            break
    return hits
