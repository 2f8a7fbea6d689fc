"""One search: the best by words, the best by meaning, fused, and read from the shelf."""

from __future__ import annotations

import numpy as np

from leadline.core.retrieval import Filters, Hit
from leadline.learn.retrieval.fusion import fused
from leadline.learn.retrieval.loaded import Loaded, Masks
from leadline.learn.retrieval.shelf import Shelf
from leadline.learn.retrieval.tokens import matching
from leadline.understand.embedding import Size

DEPTH = 100  # how far each ranking goes
# Cosines below which a passage has nothing to do with a query: under what the best passage of a real question has, over
# what made-up words have with most texts (docs/explain/retrieval.md).
FLOORS: dict[Size, float] = {"bulk": 0.25, "best": 0.2}


def found(
    shelf: Shelf, loaded: Loaded, terms: dict[str, str], vector: np.ndarray, k: int, filters: Filters, floor: float
) -> list[Hit]:
    """The best `k` passages, without marks; by meaning only those whose cosine is above `floor`."""
    depth = max(DEPTH, k)
    masks = loaded.masks(filters)
    words = by_words(shelf, loaded, terms, depth, masks) if terms else []
    meaning = by_meaning(loaded, vector, depth, masks, floor) if vector.any() else []
    return _read(shelf, fused(words, meaning), k)


def by_words(shelf: Shelf, loaded: Loaded, terms: dict[str, str], k: int, masks: Masks) -> list[int]:
    """Numbers by BM25: FTS5's own where nothing was folded yet, else the same figure from postings."""
    if loaded.folder is None:
        return _by_fts(shelf, loaded, terms, k, masks[1])
    weights = loaded.weights(list(terms))
    parts = []
    for scorer, ids, mask in zip(loaded.scorers, (loaded.old.ids, loaded.fresh[0]), masks, strict=True):
        places, scores = scorer.best(weights, k, mask)
        parts.append((ids[places], scores))
    return _best(np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]), k)


def by_meaning(loaded: Loaded, vector: np.ndarray, k: int, masks: Masks, floor: float = 0.0) -> list[int]:
    """Numbers by cosine, those above `floor`."""
    ids, fresh = loaded.fresh
    scores = fresh @ vector
    if masks[1] is not None:
        ids, scores = ids[masks[1]], scores[masks[1]]
    if loaded.near is not None:
        places, more = loaded.near.nearest(vector, k, masks[0])
        ids, scores = np.concatenate([loaded.old.ids[places], ids]), np.concatenate([more, scores])
    keep = scores > floor
    return _best(ids[keep], scores[keep], k)


def _by_fts(shelf: Shelf, loaded: Loaded, terms: dict[str, str], k: int, mask: np.ndarray | None) -> list[int]:
    among, values = "", [matching(terms)]
    if mask is not None:
        # Unary plus: the words lead, the list only lets through.
        among, values = "AND +rowid IN (SELECT value FROM json_each(?))", [*values, str(loaded.fresh[0][mask].tolist())]
    sql = f"SELECT rowid FROM fresh WHERE fresh MATCH ? {among} ORDER BY bm25(fresh), rowid LIMIT {k:d}"  # noqa: S608  constants
    return [row[0] for row in shelf.rows(sql, *values)]


def _best(ids: np.ndarray, scores: np.ndarray, k: int) -> list[int]:
    """The k best, the smaller number first among equals."""
    if len(ids) > k:
        edge = np.partition(scores, len(scores) - k)[len(scores) - k]
        keep = scores >= edge
        ids, scores = ids[keep], scores[keep]
    return [int(one) for one in ids[np.lexsort((ids, -scores))[:k]]]


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
