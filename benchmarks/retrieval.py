"""A million passages indexed and searched by words and by meaning, beside plain FTS5 and an exact product of vectors.

`python -m benchmarks.retrieval [--passages N] [--queries N] [--parts build,search,quality] [--folder DIR]` writes
benchmarks/out/retrieval.json and prints it. Each part is a process of its own, one thread for each query; the index
stays in --folder so that a search can be measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.retrieval_texts import passages, queries, sentences
from leadline.core.retrieval import Document, Filters
from leadline.learn.retrieval import Index, searching
from leadline.learn.retrieval.loaded import Loaded
from leadline.learn.retrieval.shelf import Shelf
from leadline.learn.retrieval.tokens import TOKENIZER, Tokens, matching
from leadline.learn.retrieval.vectors import mapped
from leadline.understand.embedding import embed

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out" / "retrieval.json"
ACCOUNTS, DAYS = 5_000, 1_000
DAY = 86_400_000_000
Figures = dict[str, Any]


def peak() -> int:
    """The most memory that this process held, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def build(folder: Path, count: int) -> Figures:
    """The index from nothing."""
    among = sentences()
    shutil.rmtree(folder, ignore_errors=True)
    documents = (
        Document(f"p{n}", text, at=n % DAYS * DAY, account=1 + n % ACCOUNTS, kind="mail" if n % 3 else "call")
        for n, text in enumerate(passages(among, count, 7))
    )
    wall, cpu = time.perf_counter(), time.process_time()
    with Index(folder) as index:
        index.add(documents)
        index.fold()
        held = len(index)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "passages": held,
        "wall_s": round(wall),
        "cpu_s": round(cpu),
        "peak_mb": peak(),
        "file_mb": round(size / 1e6),
    }


def times(ask: Callable[[str], object], asked: list[str]) -> Figures:
    """Milliseconds of wall clock and of processor for each question."""
    wall, cpu = [], []
    for one in asked:
        a, b = time.perf_counter(), time.process_time()
        ask(one)
        cpu.append((time.process_time() - b) * 1e3)
        wall.append((time.perf_counter() - a) * 1e3)
    told: Figures = {"queries": len(asked)}
    for name, values in (("wall_ms", wall), ("cpu_ms", cpu)):
        told[name] = {f"p{at}": round(float(np.percentile(values, at)), 1) for at in (50, 95, 99)}
    return told


def search(folder: Path, count: int) -> Figures:
    """Times of searches, with and without filters, and how many of the exact ten best are found."""
    asked = queries(sentences(), count, 11)
    told: Figures = {}
    with Index(folder) as index:
        start = time.perf_counter()
        index.search(asked[0])
        told["first_search_s"] = round(time.perf_counter() - start, 2)
        for one in asked[:50]:
            index.search(one)
        told["fused"] = times(index.search, asked)
        told["one_account"] = times(lambda one: index.search(one, filters=Filters(accounts=(77,))), asked[:200])
        told["half_the_time"] = times(
            lambda one: index.search(one, filters=Filters(since=DAYS // 2 * DAY)), asked[:100]
        )
        told["peak_mb"] = peak()
        vectors = {one: embed([one])[0] for one in asked}
        with parts(folder) as (shelf, loaded, tokens):
            terms = {one: tokens.terms(one) for one in asked}
            every = (None, None)
            told["words"] = times(lambda one: searching.by_words(shelf, loaded, terms[one], 100, every), asked)
            told["meaning"] = times(lambda one: searching.by_meaning(loaded, vectors[one], 100, every), asked)
            told["query_vector"] = times(lambda one: embed([one]), asked)
            ours = {one: searching.by_meaning(loaded, vectors[one], 100, every)[:10] for one in asked}
            told["recall_meaning"] = recall(loaded, vectors, ours)
    return told


@contextmanager
def parts(folder: Path) -> Iterator[tuple[Shelf, Loaded, Tokens]]:
    """What a search goes through."""
    shelf, tokens = Shelf(folder), Tokens()
    try:
        yield shelf, Loaded(shelf), tokens
    finally:
        tokens.close()
        shelf.close()


def recall(loaded: Loaded, vectors: dict[str, np.ndarray], ours: dict[str, list[int]]) -> Figures:
    """How many of the exact ten nearest are among ours: faiss's flat index over the same vectors."""
    import faiss

    assert loaded.folder is not None
    exact = mapped(loaded.folder, len(next(iter(vectors.values()))))
    flat = faiss.IndexFlatIP(exact.shape[1])
    for at in range(0, len(exact), 100_000):
        flat.add(exact[at : at + 100_000].astype(np.float32))
    asked = list(ours)[:200]
    best: dict[str, list[int]] = {}

    def ask(one: str) -> None:
        best[one] = loaded.old.ids[flat.search(vectors[one][None, :], 10)[1][0]].tolist()

    told = times(ask, asked)
    shares = [len(set(best[one]) & set(ours[one])) / 10 for one in asked]
    return {"at_10": round(float(np.mean(shares)), 4), "flat": told}


def peer(folder: Path, count: int) -> Figures:
    """Plain FTS5: any of the words, bm25(), ten rows. Its table is made in a file beside the index."""
    import sqlite3

    path = folder.with_suffix(".peer.sqlite3")
    asked = queries(sentences(), count, 11)
    told: Figures = {}
    with parts(folder) as (shelf, loaded, tokens):
        if not path.exists():
            start = time.perf_counter()
            file = sqlite3.connect(path)
            file.execute("PRAGMA journal_mode=OFF")
            file.execute("ATTACH ? AS shelf", (str(shelf.path),))
            file.execute(f"CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='{TOKENIZER}')")
            file.execute("INSERT INTO words(rowid, text) SELECT id, text FROM shelf.passage")
            file.execute("INSERT INTO words(words) VALUES ('optimize')")
            file.commit()
            file.close()
            told["build_s"] = round(time.perf_counter() - start)
        told["file_mb"] = round(path.stat().st_size / 1e6)
        file = sqlite3.connect(path)
        file.execute("PRAGMA mmap_size=2147483648")
        terms = {one: tokens.terms(one) for one in asked}
        exact: dict[str, list[Any]] = {}

        def ask(one: str) -> None:
            sql = "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10"
            exact[one] = file.execute(sql, (matching(terms[one]),)).fetchall()

        told["fts5"] = times(ask, asked)
        shares = []
        for one in asked:
            _, ours = loaded.scorers[0].best(loaded.weights(list(terms[one])), 10)
            # Passages may change places where scores are equal: what counts is that each of ours scores as the exact.
            theirs = np.array([score for _, score in exact[one]])
            same = np.isclose(ours, theirs, rtol=1e-4, atol=2e-5) if len(ours) == len(theirs) else np.zeros(1)
            shares.append(float(same.mean()) if len(same) else 1.0)
        told["recall_words_at_10"] = round(float(np.mean(shares)), 4)
        file.close()
    return told


PARTS: dict[str, Callable[[Path, int], Figures]] = {"build": build, "search": search, "peer": peer}


def main() -> None:
    """Run the parts, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=600)
    parser.add_argument("--parts", default="build,search,peer,quality")
    parser.add_argument("--folder", type=Path, default=ROOT / "benchmarks" / "out" / "retrieval")
    parser.add_argument("--one", default="")
    given = parser.parse_args()
    if given.one:
        count = given.passages if given.one == "build" else given.queries
        print(json.dumps(PARTS[given.one](given.folder, count)))
        return
    told = json.loads(OUT.read_text()) if OUT.exists() else {}
    for part in given.parts.split(","):
        words = ["--one", part, "--folder", str(given.folder)]
        words += ["--passages", str(given.passages), "--queries", str(given.queries)]
        module = "benchmarks.retrieval" if part in PARTS else "benchmarks.retrieval_quality"
        command = [sys.executable, "-m", module, *(words if part in PARTS else [])]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        told[part] = json.loads(done.stdout.strip().splitlines()[-1])
        print(part, json.dumps(told[part]), flush=True)
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
