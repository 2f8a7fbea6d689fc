"""Understanding of texts: speed on real mails, and how right it is on labelled sets. `python -m benchmarks.texts`.

Mails are real sentences of e-mails (email_request_intent) put together to the length of a mail, 120 to 200 words. Two
processes read them, one for each core. A loop of ten million additions says how fast the machine was.

Writes benchmarks/out/texts.json.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import multiprocessing
import os
import re
import resource
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.planted import plant
from leadline.core.understanding import Intent
from leadline.understand import entities, intents, personal, reading, sentiment
from leadline.understand.embedding import Size
from leadline.understand.language import UNKNOWN, language_of

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
HELD_OUT = HERE.parent / "tests" / "understand" / "held_out"
DATA = Path(os.environ.get("LEADLINE_DATA", HERE.parent.parent / "shared" / "data"))
BARS = {"bulk": 1000, "best": 100}  # mails a minute on two cores
KNOWN = entities.Known(
    ["Velmora Systems", "Brightkeel", "Nordhang Logistik GmbH"], ["FlowDesk Pro", "PumpGuard"]
)  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a data set."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mails(count: int, seed: int = 11) -> list[str]:
    """Texts of 120 to 200 words of real mails' sentences."""
    rng = np.random.default_rng(seed)
    told = [row["sentence"] for row in rows("email_request_intent/sentences_train.csv.gz")]
    made = []
    for _ in range(count):
        words, parts = int(rng.integers(120, 200)), []
        while sum(len(part.split()) for part in parts) < words:
            parts.append(told[int(rng.integers(len(told)))])
        made.append("\n".join(parts))
    return made


def loop() -> float:
    """CPU seconds of ten million additions in this Python."""
    start, total = time.process_time(), 0
    while total < 10_000_000:
        total += 1
    return round(time.process_time() - start, 3)


def _warm(size: Size) -> None:
    reading.read_many(["Could you send us a quote? Regards, Anna Berg, call +49 89 1234567."], size)


def _part(texts: list[str], size: Size) -> tuple[float, int, int]:
    """CPU seconds, findings and the most memory (MiB) of a process that reads some mails."""
    start = time.process_time()
    found = reading.read_many(texts, size)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return time.process_time() - start, sum(map(len, found)), most


def speed(size: Size, count: int) -> dict[str, Any]:
    """Mails a minute of two processes, models loaded before."""
    texts = mails(count)
    chunks = [texts[at : at + 50] for at in range(0, count, 50)]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), _warm, (size,)) as pool:
        list(pool.map(_part, [["Warm up, please."]] * 4, [size] * 4))
        start = time.perf_counter()
        done = list(pool.map(_part, chunks, [size] * len(chunks)))
        wall = time.perf_counter() - start
    return {
        "mails": count,
        "words": round(sum(len(text.split()) for text in texts) / count, 1),
        "a minute": round(count / wall * 60),
        "bar": BARS[size],
        "cpu ms a mail": round(sum(one[0] for one in done) / count * 1000, 2),
        "MiB of a process": max(one[2] for one in done),
        "findings a mail": round(sum(one[1] for one in done) / count, 1),
    }


def scores(got: Sequence[str], right: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """Precision, recall and F1 of each label, accuracy and macro-F1."""
    told: dict[str, Any] = {}
    for label in labels:
        hit = sum(a == b == label for a, b in zip(got, right, strict=True))
        said, there = sum(a == label for a in got), sum(b == label for b in right)
        told[label] = {"precision": hit / said if said else None, "recall": hit / there if there else None, "n": there}
        told[label]["f1"] = 2 * hit / (said + there) if said + there else None
    f1 = [one["f1"] for one in told.values() if one["f1"] is not None]
    accuracy = sum(a == b for a, b in zip(got, right, strict=True)) / len(right)
    return {"accuracy": accuracy, "macro_f1": sum(f1) / len(f1), "labels": told}


def languages() -> dict[str, Any]:
    """Right, unknown and wrong on our own sentences in twelve languages, and on texts of a word or two."""
    told = tomllib.loads((HELD_OUT / "languages.toml").read_text("utf-8"))
    short = told.pop("short")
    out = {}
    for name, given in (("sentences", told), ("one or two words", short)):
        pairs = [(lang, language_of(text).language) for lang, texts in given.items() for text in texts]
        right, unknown = sum(a == b for a, b in pairs), sum(b == UNKNOWN for _, b in pairs)
        out[name] = {"texts": len(pairs), "right": right, "unknown": unknown, "wrong": len(pairs) - right - unknown}
    return out


def wanted(size: Size) -> dict[str, Any]:
    """Intents on the sentences that nothing was tuned on."""
    told = tomllib.loads((HELD_OUT / "intents.toml").read_text("utf-8"))
    texts = [text for many in told.values() for text in many]
    right = [label for label, many in told.items() for _ in many]
    got = [one.intent.value if one else intents.NONE for one in intents.intents_in(texts, size)]
    return scores(got, right, list(told))


def asks(size: Size, most: int) -> dict[str, Any]:
    """Real sentences of mails that ask the reader to act, against questions, wishes to meet, for a price, to leave."""
    told = rows("email_request_intent/sentences_train.csv.gz")[:most]
    asking = {Intent.QUESTION, Intent.MEETING, Intent.PRICE, Intent.UNSUBSCRIBE}
    found = intents.intents_in([row["sentence"] for row in told], size)
    got = ["yes" if one and one.intent in asking else "no" for one in found]
    counts = Counter(one.intent.value if one else intents.NONE for one in found)
    return {**scores(got, [row["asks_action"].lower() for row in told], ["yes", "no"]), "said": dict(counts)}


def moods() -> dict[str, Any]:
    """VADER alone and with the phrases of selling, on the shared part of the Financial PhraseBank and our sentences."""
    told = rows("sentiment_financial_phrasebank/phrases_train.csv.gz")
    right = [row["sentiment"] for row in told]
    alone = [sentiment._vader().polarity_scores(row["sentence"])["compound"] for row in told]  # noqa: SLF001
    plain = ["positive" if x >= 0.05 else "negative" if x <= -0.05 else "neutral" for x in alone]
    ours = [sentiment.sentiment_of(row["sentence"]).sentiment for row in told]
    labels = ["positive", "neutral", "negative"]
    own = tomllib.loads((HELD_OUT / "moods.toml").read_text("utf-8"))
    texts, truth = (
        [text for many in own.values() for text in many],
        [label for label, many in own.items() for _ in many],
    )
    vader = [sentiment._vader().polarity_scores(text)["compound"] for text in texts]  # noqa: SLF001
    return {
        "phrasebank": {
            "VADER": scores(plain, right, labels),
            "with phrases of selling": scores([one.replace("mixed", "neutral") for one in ours], right, labels),
        },
        "sales sentences": {
            "VADER": scores(
                ["positive" if x >= 0.05 else "negative" if x <= -0.05 else "neutral" for x in vader], truth, labels
            ),
            "with phrases of selling": scores(
                [sentiment.sentiment_of(text).sentiment for text in texts], truth, labels
            ),
        },
    }


def named(file: str, size: Size) -> dict[str, Any]:
    """Entities with exact spans and kinds on labelled sentences."""
    texts, truth = [], []
    for line in (HELD_OUT / file).read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        text, at, marks = "", 0, set()
        for found in re.finditer(r"\{([^|}]*)\|(\w+)\}", line):
            text += line[at : found.start()]
            marks.add((len(text), len(text) + len(found[1]), found[2]))
            text, at = text + found[1], found.end()
        texts.append(text + line[at:])
        truth.append(marks)
    counts: dict[str, Counter[str]] = {"hit": Counter(), "said": Counter(), "there": Counter()}
    for text, marks, findings in zip(texts, truth, reading.read_many(texts, size, known=KNOWN), strict=True):
        assert text
        got = {(*(one.span or (0, 0)), one.value["entity"]) for one in findings if one.kind.value == "entity"}
        for name, spans in (("hit", got & marks), ("said", got), ("there", marks)):
            counts[name].update(kind for _, _, kind in spans)
    out = {}
    for kind in [*sorted(counts["there"]), "all"]:
        hit, said, there = (sum(c.values()) if kind == "all" else c[kind] for c in counts.values())
        out[kind] = {"precision": hit / said if said else None, "recall": hit / there if there else None, "n": there}
    return out


def private(size: Size, seed: int) -> dict[str, Any]:
    """Personal data planted in real sentences: found with the right kind (any overlap of half its signs), and what was
    said beside that; and false alarms on news, which tells names of people but no other personal data."""
    emails = []
    with gzip.open(DATA / "prompt_injection" / "bipia_email_train.jsonl.gz", "rt", encoding="utf-8") as file:
        emails = [json.loads(line) for line in file]
    bodies = [str(row.get("context", "")) for row in emails]
    sentences = [row["sentence"] for row in rows("email_request_intent/sentences_train.csv.gz")]
    given = [*bodies, *sentences[seed * 200 : seed * 200 + 200]]
    told, bare = plant(given, seed), [one.text for one in plant(given, seed, 0)]
    found = personal.find_many([one.text for one in told], size)
    before = personal.find_many(bare, size)
    hit, there, false = Counter[str](), Counter[str](), Counter[str]()
    for text, got, plain, own in zip(told, found, bare, before, strict=True):
        # What the text held before is neither right nor wrong: nobody has labelled it.
        known = {(one.kind, plain[one.start : one.end]) for one in own}
        for kind, start, end in text.planted:
            there[kind] += 1
            inside = max((min(end, one.end) - max(start, one.start) for one in got if one.kind == kind), default=0)
            hit[kind] += inside * 2 >= end - start
        for one in got:
            right = any(one.start < end and start < one.end and kind == one.kind for kind, start, end in text.planted)
            false[one.kind] += not right and (one.kind, text.text[one.start : one.end]) not in known
    news = [f"{row['title']}. {row['description']}" for row in rows("news_ag/ag_news_train.csv.gz")[:500]]
    alarms = Counter(one.kind for got in personal.find_many(news, size) for one in got)
    kinds = {
        kind: {"n": there[kind], "recall": hit[kind] / there[kind], "precision": hit[kind] / (hit[kind] + false[kind])}
        for kind in sorted(there)
    }
    total, hits = sum(there.values()), sum(hit.values())
    return {
        "kinds": kinds,
        "all": {"n": total, "recall": hits / total, "precision": hits / (hits + sum(false.values()))},
        "in 500 news, names left out": {kind: n for kind, n in alarms.items() if kind != "name"},
    }


def main() -> None:
    """Measure everything, write it down and show it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    given = parser.parse_args()
    told: dict[str, Any] = {"loop": loop(), "cores": os.cpu_count()}
    told["languages"] = languages()
    told["moods"] = moods()
    sizes: tuple[Size, ...] = ("bulk", "best")
    for size in sizes:
        told[size] = {
            "intents": wanted(size),
            "asks": asks(size, 3657 if size == "bulk" else 1000),
            "entities, first set": named("entities.txt", size),
            "entities, second set": named("entities_later.txt", size),
            "personal": private(size, 1),
            "speed": speed(size, given.mails if size == "bulk" else given.mails // 2),
        }
    told["loop after"] = loop()
    OUT.mkdir(exist_ok=True)
    (OUT / "texts.json").write_text(json.dumps(told, indent=1))
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
