"""Features, training and scoring on a loopback Spark cluster beside one machine: wall and CPU seconds of one run.

python -m benchmarks.growth [--signals 5000000] [--rows 1000000]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import cluster as spark_cluster
from leadline.core.signal import Act
from leadline.learn import folder
from leadline.learn.listing import score_file
from leadline.learn.spark import scoring, training
from leadline.learn.task import Options
from leadline.warehouse import spark
from leadline.warehouse.features import features
from leadline.warehouse.source import open_source

DAY = 86_400_000_000
START = 1_700_000_000_000_000
STEPS = ["recent", "ever", "rhythm", "breadth", "depth", "replies"]
TICKS = os.sysconf("SC_CLK_TCK")


def lake(place: Path, signals: int, accounts: int) -> None:
    """Signals of accounts over two years, a file for each of eight parts."""
    rng = np.random.default_rng(0)
    acts = np.array([act.value for act in Act])
    (place / "signals").mkdir(parents=True)
    for part in range(8):
        n = signals // 8
        at = START + rng.integers(0, 730 * DAY, n)
        blank = rng.random(n) < 0.3
        pq.write_table(
            pa.table(
                {
                    "id": np.arange(n) + part * n,
                    "at": at,
                    "recorded_at": at,
                    "act": pa.array(acts[rng.integers(0, len(acts), n)]),
                    "actor": pa.array(np.array(["buyer", "seller"])[rng.integers(0, 2, n)]),
                    "account_id": rng.integers(0, accounts, n),
                    "person_id": pa.array(rng.integers(0, accounts * 4, n), mask=blank),
                    "deal_id": pa.array(rng.integers(0, accounts, n), mask=blank),
                    "human": pa.array(rng.random(n), mask=blank),
                    "counts": pa.array(rng.random(n) < 0.8),
                    "depth": pa.array(rng.exponential(60, n), mask=blank),
                    "words": rng.integers(0, 300, n),
                    "page": pa.array(rng.integers(0, 500, n), mask=blank),
                }
            ),
            place / "signals" / f"part-{part}.parquet",
        )


def deals(place: Path, rows: int) -> None:
    """Features with an outcome that hangs on twelve of thirty, in time order."""
    rng = np.random.default_rng(1)
    place.mkdir()
    width, weights = 30, np.random.default_rng(2).normal(size=12) / 3
    cutoff = np.sort(START + rng.integers(0, 700, rows) * DAY)
    for part in range(4):
        n = rows // 4
        x = rng.normal(size=(n, width))
        z = x[:, :12] @ weights + 0.6 * np.sin(2 * x[:, 0]) + 0.5 * x[:, 1] * (x[:, 2] > 0) - 0.5
        won = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(np.int64)
        columns = {f"x{at}": pa.array(x[:, at], mask=rng.random(n) < 0.05) for at in range(width)}
        part_of = cutoff[part * n : (part + 1) * n]
        pq.write_table(pa.table({"cutoff": part_of, **columns, "won": won}), place / f"part-{part}.parquet")


def processor() -> float:
    """CPU seconds of this process and all that it has started and that still run."""
    parents, used = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                cells = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)], used[int(entry.name)] = int(cells[1]), int(cells[11]) + int(cells[12])
    ours, grown = {os.getpid()}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in ours} - ours
        ours, grown = ours | more, bool(more)
    return sum(used[pid] for pid in ours if pid in used) / TICKS


@contextmanager
def measured(found: dict[str, Any], name: str) -> Iterator[None]:
    """Notes wall and CPU seconds under `name`."""
    wall, cpu = time.perf_counter(), processor()
    yield
    spent = max(0.0, processor() - cpu)  # less than nought where a process of the cluster has ended meanwhile
    found[name] = {"wall": round(time.perf_counter() - wall, 1), "cpu": round(spent, 1)}
    print(name, found[name], file=sys.stderr, flush=True)


def main() -> None:
    """Measures and prints one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--signals", type=int, default=5_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    found: dict[str, Any] = {"signals": given.signals, "rows": given.rows}
    note = partial(measured, found)
    with tempfile.TemporaryDirectory(prefix="leadline-bench-") as scratch, spark_cluster.running() as cluster:
        place = Path(scratch)
        accounts = given.signals // 100
        lake(place / "lake", given.signals, accounts)
        deals(place / "deals", given.rows)
        pairs = {"subject_id": np.arange(accounts), "cutoff": np.full(accounts, START + 700 * DAY)}
        cutoffs = pa.table(pairs)
        with note("features, DuckDB"):
            one = features(place / "lake", "account", cutoffs, steps=STEPS)
        with note("start of a session"):
            opened = spark.session(cluster.url, settings={"spark.executor.memory": "1g"})
            session = opened.__enter__()
        with note("features, Spark"):
            other = features(place / "lake", "account", cutoffs, steps=STEPS, engine="spark", master=cluster.url)
        found["features"] = len(one.column_names) - 2
        found["integers equal"] = all(
            one[f.name].equals(other[f.name]) for f in one.schema if pa.types.is_integer(f.type)
        )
        with note("training, Spark"):
            grown = training.train(session, str(place / "deals"), Options("won=1", ("0",)), "cutoff", sample=20_000)
        found["AUC"] = {"cluster": round(grown.validation.auc, 4), "one machine's sample": round(grown.alone, 4)}
        folder.save(grown.model, place / "model")
        with note("scoring, Spark"):
            scoring.score(session, place / "deals", place / "model", place / "scored", force=True)
        opened.__exit__(None, None, None)
        whole = pq.read_table(place / "deals")
        pq.write_table(whole, place / "whole.parquet")
        with note("scoring, one process"), open_source(place / "whole.parquet") as source:
            model = folder.load(place / "model")
            score_file(model, source, place / "local.parquet", reasons=0, force=True)
        a = np.sort(pq.read_table(place / "local.parquet")["score"].to_numpy())
        b = np.sort(pq.read_table(place / "scored")["score"].to_numpy())
        found["largest difference of sorted scores"] = float(np.abs(a - b).max())
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
