"""How good what is found is: meetings (QMSum) and messages of one intent (banking77), by words, by meaning, by both.

QMSum: the 35 meetings are cut into passages; a query's relevant passages are those that overlap a span its annotators
named. banking77: the training messages are the index, 10 a class of the test messages the queries, a passage is
relevant where its intent is the query's. `python -m benchmarks.retrieval_quality` prints figures as JSON.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.retrieval_texts import meetings, rows
from leadline.core.retrieval import Document, Filters
from leadline.learn.retrieval import Index, searching
from leadline.learn.retrieval.fusion import fused
from leadline.learn.retrieval.loaded import Loaded
from leadline.learn.retrieval.shelf import Shelf
from leadline.learn.retrieval.tokens import Tokens
from leadline.understand.embedding import Size, embed

Ranked = Callable[[str, int], dict[str, list[int]]]


def ranks(folder: Path, size: Size, k: int) -> Callable[[str, Filters], dict[str, list[int]]]:
    """A function of a query and filters that gives the numbers of the k best by words, by meaning, and by both."""
    shelf, tokens = Shelf(folder), Tokens()
    loaded = Loaded(shelf)

    def ask(query: str, filters: Filters) -> dict[str, list[int]]:
        masks = loaded.masks(filters)
        terms = tokens.terms(query)
        words = searching.by_words(shelf, loaded, terms, searching.DEPTH, masks)
        meaning = searching.by_meaning(loaded, embed([query], size)[0], searching.DEPTH, masks, searching.FLOORS[size])
        both = [number for number, *_ in fused(words, meaning)]
        return {"words": words[:k], "meaning": meaning[:k], "both": both[:k]}

    return ask


def qmsum(size: Size) -> dict[str, Any]:
    """Recall of relevant passages among the ten best of the meeting, precision, and nDCG at 10."""
    with tempfile.TemporaryDirectory() as folder:
        documents, asked = [], []
        for account, meeting in enumerate(meetings(), 1):
            turns = [
                re.sub(r"\{\w+\}", " ", turn["content"])
                for turn in meeting["meeting_transcripts"]  # type: ignore[attr-defined]
            ]
            for number, words in enumerate(turns):
                documents.append(Document(f"{account}:{number}", words, account=account))
            for query in meeting["specific_query_list"]:  # type: ignore[attr-defined]
                spans = [(int(a), int(b)) for a, b in query["relevant_text_span"]]
                turned = {at for a, b in spans for at in range(a, b + 1)}
                asked.append((account, query["query"], turned))
        # Turns of one speaker are short: neighbours are put together until they fill a passage.
        documents, turns_of = together(documents)
        with Index(Path(folder), size=size) as index:
            index.add(documents)
        shelf = Shelf(Path(folder))
        key = dict(shelf.rows("SELECT p.id, d.key FROM passage p JOIN document d ON d.id = p.document"))
        ask = ranks(Path(folder), size, 10)
        told: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for account, query, turned in asked:
            relevant = {
                number for number, name in key.items() if name.startswith(f"{account}:") and turns_of[name] & turned
            }
            if not relevant:
                continue
            for name, found in ask(query, Filters(accounts=(account,))).items():
                gain = np.array([number in relevant for number in found], float)
                told[name].append((gain.sum() / min(10, len(relevant)), ndcg(gain, len(relevant))))
        return {name: scores(values) for name, values in told.items()}


def together(documents: list[Document]) -> tuple[list[Document], dict[str, set[int]]]:
    """Turns joined to texts of some 100 words, and which turns each holds."""
    found: list[Document] = []
    turns_of: dict[str, set[int]] = {}
    held: list[Document] = []
    for one in [*documents, Document("0:0", "", account=0)]:
        full = sum(len(turn.text.split()) for turn in held) + len(one.text.split()) > 100
        if held and (full or one.account != held[0].account):
            found.append(Document(held[0].key, "\n".join(turn.text for turn in held), account=held[0].account))
            turns_of[held[0].key] = {int(turn.key.split(":")[1]) for turn in held}
            held = []
        held.append(one)
    return found, turns_of


def banking(size: Size) -> dict[str, Any]:
    """Share of the ten best that have the query's intent."""
    with tempfile.TemporaryDirectory() as folder:
        train = list(rows("intent_banking77/banking77_train.csv.gz"))
        with Index(Path(folder), size=size) as index:
            index.add(Document(f"{n}", row["text"], kind=row["category"]) for n, row in enumerate(train))
        kind = dict(Shelf(Path(folder)).rows("SELECT p.id, d.kind FROM passage p JOIN document d ON d.id = p.document"))
        ask = ranks(Path(folder), size, 10)
        told: dict[str, list[tuple[float, float]]] = defaultdict(list)
        seen: dict[str, int] = defaultdict(int)
        for row in rows("intent_banking77/banking77_test.csv.gz"):
            seen[row["category"]] += 1
            if seen[row["category"]] > 10:
                continue
            for name, found in ask(row["text"], Filters()).items():
                gain = np.array([kind[number] == row["category"] for number in found], float)
                told[name].append((gain.sum() / 10, ndcg(gain, 10)))
        return {name: scores(values) for name, values in told.items()}


def ndcg(gain: np.ndarray, relevant: int) -> float:
    """Discounted gain at 10 as a share of the best that could be."""
    discount = 1 / np.log2(np.arange(2, 12))
    return float((gain * discount[: len(gain)]).sum() / discount[: min(10, relevant)].sum())


def scores(values: list[tuple[float, float]]) -> dict[str, Any]:
    """Means with the half width of their 95 % ranges."""
    table = np.array(values)
    mean, half = table.mean(axis=0), 1.96 * table.std(axis=0) / np.sqrt(len(table))
    return {
        "queries": len(table),
        "found_at_10": [round(float(mean[0]), 3), round(float(half[0]), 3)],
        "ndcg_at_10": [round(float(mean[1]), 3), round(float(half[1]), 3)],
    }


def main() -> None:
    """Run all and print one line."""
    print(json.dumps({size: {"qmsum": qmsum(size), "banking77": banking(size)} for size in ("bulk", "best")}))


if __name__ == "__main__":
    main()
