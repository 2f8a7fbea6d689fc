"""One peer in a process of its own.

`python -m benchmarks.peer NAME train.parquet test.parquet out.npy [SEED]`, or `NAME jobs.json` for a list of such.
Writes the probability of a win for each held-out row, and beside it out.json with CPU seconds (user and system, of
this process and its children) and microseconds a row.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks import GROUP, LABEL, ORDER, peers


def cpu_seconds() -> float:
    """User and system seconds of this process and of its ended children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def run(name: str, train: Path, test: Path, out: Path, seed: int = 0) -> None:
    """Fit on one file, score the other, write both results; a peer that fails leaves its reason instead."""
    known, new = pq.read_table(train), pq.read_table(test)
    extra = [key for key in (LABEL, GROUP, ORDER) if key in known.column_names]
    side = {key: known.column(key).to_numpy() for key in extra}
    x, rows = known.drop_columns(extra), new.drop_columns(extra)
    note: dict[str, object] = {}
    try:
        before = cpu_seconds()
        fit = peers.engine(name)
        started, wall = cpu_seconds(), time.perf_counter()
        note["import_cpu"] = started - before
        labels = side[LABEL].astype(np.int64)
        predict = fit(peers.Task(name, x, labels, side.get(GROUP), side.get(ORDER), seed))
        fitted = cpu_seconds()
        note["fit_wall"] = time.perf_counter() - wall
        scores = np.asarray(predict(rows), dtype=np.float64)
        note["fit_cpu"] = fitted - started
        note["row_us"] = (cpu_seconds() - fitted) / rows.num_rows * 1e6
    except Exception as fault:  # noqa: BLE001 - the table names a peer that fails; the others still run
        note["failed"] = f"{type(fault).__name__}: {fault}"[:300]
        out.with_suffix(".json").write_text(json.dumps(note))
        return
    np.save(out, scores)
    out.with_suffix(".json").write_text(json.dumps(note))


def main(arguments: list[str]) -> None:
    """Run one job or a list of them."""
    warnings.filterwarnings("ignore")
    name = arguments[0]
    if len(arguments) == 2:
        jobs = json.loads(Path(arguments[1]).read_text())
    else:
        jobs = [[*arguments[1:4], int(arguments[4]) if len(arguments) > 4 else 0]]
    for train, test, out, seed in jobs:
        run(name, Path(train), Path(test), Path(out), seed)


if __name__ == "__main__":
    main(sys.argv[1:])
