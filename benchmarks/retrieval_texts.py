"""Texts for measuring retrieval: sentences of the real sets put together anew, and queries of their words."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.sets import data_dir

_SETS = (
    "news_reuters21578/reuters_train.csv.gz",
    "news_ag/ag_news_train.csv.gz",
    "intent_banking77/banking77_train.csv.gz",
    "email_request_intent/sentences_train.csv.gz",
    "emotion_goemotions/goemotions_train.csv.gz",
)
MEETINGS = "meeting_transcripts_qmsum/val.jsonl.gz"
_END = re.compile(r'(?<=[.!?])\s+(?=[A-Z"0-9])')


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a gzipped CSV among the sets."""
    csv.field_size_limit(1 << 24)
    with gzip.open(data_dir() / name, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def meetings() -> Iterator[dict[str, object]]:
    """The meetings of QMSum."""
    with gzip.open(data_dir() / MEETINGS, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def sentences() -> list[str]:
    """Different sentences of 3 to 60 words, in order."""
    texts = [max(row.values(), key=lambda cell: len(cell or "")) for name in _SETS for row in rows(name)]
    texts += [turn["content"] for meeting in meetings() for turn in meeting["meeting_transcripts"]]  # type: ignore[attr-defined]
    found = {one for text in texts for one in _END.split(" ".join(text.split())) if 3 <= len(one.split()) <= 60}
    return sorted(found)


def passages(among: list[str], count: int, seed: int) -> Iterator[str]:
    """`count` texts of 40 to 100 words: sentences in an order drawn anew each time all were used."""
    rng = np.random.default_rng(seed)
    sizes = [len(one.split()) for one in among]
    order: list[int] = []
    for _ in range(count):
        wanted = int(rng.integers(40, 90))
        parts: list[str] = []
        size = 0
        while size < wanted:
            if not order:
                order = rng.permutation(len(among)).tolist()
            at = order.pop()
            parts.append(among[at])
            size += sizes[at]
        yield " ".join(parts)


def queries(among: list[str], count: int, seed: int) -> list[str]:
    """`count` queries of 1 to 12 words: runs of a sentence, its words by chance, or its rarest; common words among
    them as they come."""
    rng = np.random.default_rng(seed)
    known = Counter(word.lower() for one in among for word in re.findall(r"\w+", one))
    found: list[str] = []
    while len(found) < count:
        words = re.findall(r"\w+", among[int(rng.integers(len(among)))])
        size = 1 + len(found) % 12
        if len(words) < size:
            continue
        way = int(rng.integers(3))
        start = int(rng.integers(len(words) - size + 1))
        if way == 0:
            chosen = words[start : start + size]
        elif way == 1:
            chosen = [words[at] for at in rng.permutation(len(words))[:size]]
        else:
            chosen = sorted(words, key=lambda word: known[word.lower()])[:size]
        found.append(" ".join(chosen))
    return found


def folder() -> Path:
    """Where indexes of a run lie."""
    return Path(__file__).resolve().parent / "out" / "retrieval"
