"""Finds the rows of one table, or of two, that are one person, company or record. No labels, one setting for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import DataError
from leadline.core.matching import JOIN, REVIEW, Engine, Kind, MatchSummary, Pair
from leadline.core.progress import Progress, quiet
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.matching import addresses, blocking, decisions, ngrams, reasons, weights
from leadline.warehouse.matching.blocking import Rows
from leadline.warehouse.matching.fields import Codes, Field, Fields, read
from leadline.warehouse.matching.levels import Comparer, Levels

Floats = NDArray[np.float64]
NEAREST, NEAREST_WITHIN = 3, 10  # rows that each text is compared with, across two lists and within one
REPEATED, ALMOST_EQUAL = 0.1, 0.95  # share of rows with an almost equal one (cosine), from which a list has duplicates
FEW_ROWS = 200  # below, what was learned joins nothing by itself: only equal rows and equal addresses do
UNLEARNED = float(np.log(0.85 / 0.15))  # the most that log odds are then
FEW_WORDS = f"under {FEW_ROWS} rows are too few to learn from, so only equal rows and equal addresses are joined"
FAR = 0.35  # cosine below which texts are not one, whatever lies between them
VARIED = 0.3  # distinct texts a row, from which a column is searched for neighbours of its own
MARGINS = (0.0, 0.2, 0.7, 1.5, 3.0)  # of log odds by which a partner is better than any other
NEIGHBOURS_UP_TO = 60_000  # rows, up to which texts beside other fields are searched for neighbours too
ENGINES: dict[Engine, str] = {
    "fields": "field by field (Fellegi-Sunter weights, learned from this file without labels)",
    "texts": "by text (cosine of rare letter groups, weighed without labels)",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """Duplicates found.

    `pairs` has left, right (0-based rows; with two tables `right` is a row of the second), probability, band ('join'
    or 'review') and reasons, the most probable first. `clusters` has row and cluster for every row of the first table
    and then of the second (column `table`, 1 or 2); rows that are one have the same number, the lowest row among them.
    """

    summary: MatchSummary
    pairs: pa.Table
    clusters: pa.Table
    _explain: Callable[[int], Pair] = field(repr=False, compare=False)

    def pair(self, place: int) -> Pair:
        """The pair at a place of `pairs`, with its fields side by side."""
        return self._explain(place)


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidate pairs with what is known of each."""

    left: Codes
    right: Codes
    levels: Levels
    parts: Floats
    log_odds: Floats
    judge: Callable[[Codes, Codes, Levels], Floats]  # the log odds of any pairs
    one_to_one: bool


def match(
    table: pa.Table,
    *,
    kind: Kind | None = None,
    other: pa.Table | None = None,
    threshold: float = JOIN,
    progress: Progress = quiet,
) -> Matched:
    """Duplicates within `table`, or partners of its rows in `other`.

    Pairs from `threshold` on are joined; those from half on (or from `threshold`, where that is less) are for review.
    Raises DataError where no column can be compared.
    """
    tables = [table] if other is None else [table, other]
    rows = Rows(sum(t.num_rows for t in tables), table.num_rows)
    progress("reading the columns", 0.02)
    found = addresses.own(read(tables, kind)) if rows.count else Fields((), kind or "records", ())
    review = min(REVIEW, threshold)
    if rows.count < 2 or (other is not None and min(table.num_rows, other.num_rows) == 0):
        return _nothing(found, rows, threshold, review)
    if other is not None and not set(table.column_names) & set(other.column_names):
        raise DataError(
            "The two lists have no column of the same name, so nothing can be compared; give their columns like names"
        )
    if not found.fields:
        raise DataError(
            "No column can be compared: each is blank or only numbers the rows; "
            "give a file with names, addresses or titles"
        )
    engine: Engine = "texts" if found.kind == "records" and any(f.sort == "text" for f in found.fields) else "fields"
    if len(found.fields) == 1:
        engine = "texts"
        found = replace(found, fields=(replace(found.fields[0], sort="text"),))
    with Comparer(found.fields) as comparer:
        scored = _by_text(comparer, rows, progress) if engine == "texts" else _by_field(comparer, rows, progress)
        if rows.count < FEW_ROWS:
            scored = _timid(scored)
        scored = replace(
            scored,
            log_odds=addresses.known(found, scored.left, scored.right, scored.levels, comparer.sizes, scored.log_odds),
        )
        progress("deciding", 0.95)
        return _decided(found, engine, rows, scored, comparer, threshold, review)


def _by_field(comparer: Comparer, rows: Rows, progress: Progress) -> Scored:
    fields = comparer.fields
    progress("choosing pairs to compare", 0.1)
    pairs = blocking.propose(blocking.keys(fields), rows, lambda share: progress("choosing pairs", 0.1 + 0.3 * share))
    texts = [at for at, f in enumerate(fields) if f.sort == "text"]
    if texts and rows.count <= NEIGHBOURS_UP_TO:
        at = max(texts, key=lambda i: fields[i].filled * len(fields[i].words))
        near = ngrams.neighbours(ngrams.vectors(fields[at].text()), rows, NEAREST)
        pairs = np.union1d(pairs, near)
    left, right = pairs // rows.count, pairs % rows.count
    progress("comparing", 0.45)
    levels = comparer.levels(left, right)
    progress("weighing", 0.85)
    learned = weights.learn(comparer, levels, rows)
    parts = learned.parts(levels) + weights.by_rarity(fields, levels, learned, left)
    log_odds = learned.odds + parts.sum(axis=1)

    def judge(a: Codes, _b: Codes, seen: Levels) -> Floats:
        parts = learned.parts(seen) + weights.by_rarity(fields, seen, learned, a)
        return np.asarray(learned.odds + parts.sum(axis=1), dtype=np.float64)

    alone = rows.two and decisions.free_of_duplicates(left, right, weights.chance(log_odds) >= JOIN)
    return Scored(left, right, levels, parts, log_odds, judge, alone)


def _by_text(comparer: Comparer, rows: Rows, progress: Progress) -> Scored:
    fields = comparer.fields
    texts = [field.text() for field in fields]
    whole = pc.binary_join_element_wise(*texts, " ", null_handling="skip")
    near = ngrams.vectors(whole)
    codes = whole.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    most = NEAREST if rows.two else NEAREST_WITHIN
    found = [ngrams.neighbours(near, rows, most, lambda share: progress("comparing texts", 0.1 + 0.3 * share))]
    found.append(blocking.equal(codes, rows))
    found += [
        ngrams.neighbours(ngrams.vectors(text), rows, most)
        for text, one in zip(texts, fields, strict=True)
        if one.sort == "text" and len(fields) > 1 and len(one.words) > VARIED * rows.count
    ]
    pairs = np.unique(np.concatenate(found))
    left, right = pairs // rows.count, pairs % rows.count
    levels = comparer.levels(left, right)
    cosine = ngrams.cosines(near, left, right).astype(np.float64)
    lists = (near[: rows.second], near[rows.second :])
    alone = rows.two and max(ngrams.repeats(side, ALMOST_EQUAL) for side in lists) < REPEATED
    best = decisions.mutual(left, right, cosine, rows.count) if rows.two else cosine > 0.6
    start = np.where(best, 0.9, 0.02)
    seen, sizes = levels, list(comparer.sizes)
    learned, log_odds = weights.learn_texts(seen, sizes, start)
    if alone:
        seen = np.column_stack([levels, _margins(left, right, log_odds + 3 * cosine, rows.count)])
        sizes.append(len(MARGINS) + 2)
        learned, log_odds = weights.learn_texts(seen, sizes, weights.chance(log_odds))
        log_odds += cosine
    parts = learned.parts(seen)[:, : len(fields)]

    def judge(a: Codes, b: Codes, levels: Levels) -> Floats:
        # what was learned holds for near texts; a chain must not join far ones by their other columns
        far = np.where(ngrams.cosines(near, a, b) < FAR, -np.inf, 0.0)
        return np.asarray(learned.odds + learned.parts(levels).sum(axis=1) + far, dtype=np.float64)

    return Scored(left, right, levels, parts, log_odds, judge, alone)


def _timid(scored: Scored) -> Scored:
    def judge(a: Codes, b: Codes, levels: Levels) -> Floats:
        return np.minimum(scored.judge(a, b, levels), UNLEARNED)

    return replace(scored, log_odds=np.minimum(scored.log_odds, UNLEARNED), judge=judge)


def _margins(left: Codes, right: Codes, cosine: Floats, count: int) -> Levels:
    """How much nearer the rows of a pair are than either is to any other row: 1 is not nearer."""
    made = np.full(len(left), np.inf)
    for side in (left, right):
        order = np.lexsort((-cosine, side))
        first = np.r_[True, side[order][1:] != side[order][:-1]]
        best = np.full(count, -30.0)
        best[side[order][first]] = cosine[order][first]
        second = np.full(count, -30.0)
        runner = np.flatnonzero(first) + 1
        runner = runner[runner < len(order)]
        runner = runner[~first[runner]]
        second[side[order][runner]] = cosine[order][runner]
        rival = np.where(cosine >= best[side], second[side], best[side])
        made = np.minimum(made, cosine - rival)
    return (np.searchsorted(MARGINS, made, side="right") + 1).astype(np.uint8)


def _decided(
    found: Fields, engine: Engine, rows: Rows, scored: Scored, comparer: Comparer, threshold: float, review: float
) -> Matched:
    sizes = comparer.sizes

    def judge(a: Codes, b: Codes) -> Floats:
        levels = comparer.levels(a, b)
        return weights.chance(addresses.known(found, a, b, levels, sizes, scored.judge(a, b, levels)))

    probability = weights.chance(scored.log_odds)
    left, right = scored.left, scored.right
    keep = probability >= review
    if scored.one_to_one:
        keep &= decisions.mutual(left, right, scored.log_odds, rows.count)
    kept = np.flatnonzero(keep)
    kept = kept[np.argsort(-scored.log_odds[kept], kind="stable")]
    joined = probability[kept] >= threshold
    alike = np.zeros(rows.count, dtype=np.int64)
    for one in found.fields:
        alike = np.unique(alike * (len(one.words) + 1) + one.codes + 1, return_inverse=True)[1].astype(np.int64)
    group = decisions.groups(left[kept][joined], right[kept][joined], scored.log_odds[kept][joined], alike, judge)
    lowest = np.full(int(group.max(initial=0)) + 1, rows.count)
    np.minimum.at(lowest, group, np.arange(rows.count))
    cluster = lowest[group]
    joined &= cluster[left[kept]] == cluster[right[kept]]  # what the groups took apart again is for a person
    sizes_of = np.bincount(group)
    second = rows.second if rows.two else 0
    levels, parts = scored.levels[kept], scored.parts[kept]
    table = pa.table(
        {
            "left": left[kept],
            "right": right[kept] - second,
            "probability": np.round(probability[kept], 6),
            "band": pa.array(np.where(joined, "join", "review")),
            "reasons": pa.array(reasons.sentences(found.fields, levels, sizes, parts), pa.string()),
        }
    )
    numbered = np.arange(rows.count)
    clusters = pa.table(
        {
            "table": np.where(numbered < rows.second, 1, 2).astype(np.int8),
            "row": np.where(numbered < rows.second, numbered, numbered - rows.second),
            "cluster": cluster,
        }
    )
    several = sizes_of[sizes_of > 1]
    summary = MatchSummary(
        rows=rows.second,
        other_rows=rows.count - rows.second,
        kind=found.kind,
        engine=engine,
        engine_words=ENGINES[engine],
        columns=tuple(f.name for f in found.fields),
        unused=tuple(f"{name}: {why}" for name, why in found.unused),
        candidates=len(left),
        joined=int(joined.sum()),
        for_review=int((~joined).sum()),
        clusters=len(several),
        duplicates=len(np.unique(right[kept][joined])) if rows.two else int((several - 1).sum()),
        largest=int(sizes_of.max(initial=0)),
        one_to_one=bool(scored.one_to_one),
        join_from=threshold,
        review_from=review,
        notes=(FEW_WORDS,) if 1 < rows.count < FEW_ROWS else (),
    )
    return Matched(summary, table, clusters, partial(_explained, found.fields, table, levels, sizes, parts, second))


def _explained(
    fields: Sequence[Field], pairs: pa.Table, levels: Levels, sizes: Sequence[int], parts: Floats, second: int, at: int
) -> Pair:
    row = pairs.slice(at, 1).to_pylist()[0]
    side = reasons.agreements(fields, levels[at], sizes, parts[at], row["left"], row["right"] + second)
    told = tuple(row["reasons"].split("; "))
    return Pair(row["left"], row["right"], row["probability"], row["band"], told, side)


def _nothing(found: Fields, rows: Rows, threshold: float, review: float) -> Matched:
    none = np.zeros(0, dtype=np.int64)
    levels = np.zeros((0, len(found.fields)))
    empty = Scored(
        none, none, levels.astype(np.uint8), levels, np.zeros(0), lambda a, _b, _levels: np.zeros(len(a)), False
    )
    with Comparer(()) as comparer:
        return _decided(found, "fields", rows, empty, comparer, threshold, review)
