"""Finding duplicates beside peers on the real sets, and a million simulated people: time, memory, quality.

`python -m benchmarks.matching [--sets a,b] [--people 1000000]` writes benchmarks/out/matching.json and prints a table.
Each run is a process of its own; figures are of pairs, no labels and one setting for all but `dedupe`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.matching_sets import NAMES

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out" / "matching.json"
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEERS = ("splink_example", "splink_ours", "recordlinkage", "dedupe")
LIMIT = 600  # seconds of wall clock for one peer on one set


def run(python: str | Path, *words: str) -> dict[str, Any]:
    """What a process prints last, or why it printed nothing."""
    command = [str(python), "-m", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT, env=environment
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not done in {LIMIT} s"}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    made: dict[str, Any] = json.loads(lines[-1])
    return made


def people(count: int) -> dict[str, Any]:
    """Simulated people, found in this process: start it anew for the peak of memory."""
    import numpy as np

    from leadline.testing.world import doubles
    from leadline.warehouse.matching import match

    table = doubles.people(1, count)
    person = table["person"].to_numpy()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, cpu = time.perf_counter(), time.process_time()
    found = match(table.drop_columns(["person"]))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    group = found.clusters["cluster"].to_numpy()
    both = _pairs(np.unique(group * (int(person.max()) + 1) + person, return_counts=True)[1])
    said, true = _pairs(np.bincount(group)), _pairs(np.bincount(person))
    return {
        "people": count,
        "wall": round(wall, 1),
        "cpu": round(cpu, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak_before_mb": round(before),
        "groups": {"precision": both / said, "recall": both / true, "f1": 2 * both / (said + true)},
        "candidates": found.summary.candidates,
    }


def _pairs(sizes: Any) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def main() -> None:
    """Run all, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(NAMES))
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--only-people", action="store_true")
    given = parser.parse_args()
    if given.only_people:
        print(json.dumps(people(given.people)))
        return
    results: dict[str, Any] = {}
    for name in given.sets.split(","):
        for peer in ("leadline", *PEERS):
            python = sys.executable if peer == "leadline" else PEER_PYTHON
            found = run(python, "benchmarks.matching_peers", peer, name)
            if "skipped" in found:
                continue
            results.setdefault(name, {})[peer] = found
            print(f"{name:16} {peer:16} {_line(found)}", flush=True)
    if given.people:
        results["people"] = run(sys.executable, "benchmarks.matching", "--only-people", "--people", str(given.people))
        print(f"{given.people:,} people: {_line(results['people'])}", flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _line(found: dict[str, Any]) -> str:
    if "failed" in found:
        return f"failed: {found['failed']}"
    shown = [
        f"{kind} F1 {found[kind]['f1']:.4f} (P {found[kind]['precision']:.4f}, R {found[kind]['recall']:.4f})"
        for kind in ("pairs", "groups", "with_review")
        if kind in found
    ]
    return "; ".join([*shown, f"cpu {found['cpu']} s", f"wall {found['wall']} s", f"peak {found['peak_mb']} MB"])


if __name__ == "__main__":
    main()
