"""Features of simulated signals beside the same steps as hand-written SQL: wall and CPU seconds, peak memory.

`python -m benchmarks.features [--sizes 1000000,10000000] [--folder PATH]` writes benchmarks/out/features.json.
Each run is a process of its own with two threads and 3 GB for DuckDB; a hundred signals to an account, over two years;
the cutoff is the end. Both results are compared cell by cell. The signals are removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out" / "features.json"
STEPS = ("recent", "ever", "rhythm", "breadth", "depth", "replies")
PER_ACCOUNT = 100
START, MONTHS = (2024, 1), 24
MEMORY, THREADS = "3GB", 2

_ACTS = (  # in hundredths of all acts: act, actor, how many
    ("page viewed", "buyer", 44),
    ("time on page", "buyer", 14),
    ("mail opened", "buyer", 14),
    ("mail link clicked", "buyer", 3),
    ("mail sent", "seller", 9),
    ("mail received", "buyer", 5),
    ("file downloaded", "buyer", 3),
    ("form submitted", "buyer", 1),
    ("meeting held", "seller", 2),
    ("call held", "seller", 2),
    ("said in a chat", "buyer", 1),
    ("meeting accepted", "buyer", 1),
    ("meeting declined", "buyer", 1),
)


def cutoff() -> int:
    """The end of the last month, in microseconds."""
    return _month(MONTHS) - 1


def generate(folder: Path, rows: int) -> None:
    """Writes `rows` signals as a lake has them, a file a month (roughly), seeded by their ids."""
    from leadline.warehouse.lake.statements import counting

    engine = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    bounds = [_month(place) for place in range(MONTHS + 1)]
    upto, acts, actors = 0, [], []
    for act, actor, share in _ACTS:
        upto += share
        acts.append(f"WHEN h < {upto} THEN '{act}'")
        actors.append(f"WHEN h < {upto} THEN '{actor}'")
    accounts = max(rows // PER_ACCOUNT, 1)
    for place in range(MONTHS):
        low, high = (rows * (bound - bounds[0]) // (bounds[-1] - bounds[0]) for bound in bounds[place : place + 2])
        begun = bounds[place]
        part = folder / "signals" / f"month={_name(place)}"
        part.mkdir(parents=True)
        base = f"""SELECT i AS id, {begun} + (i - {low}) * ({bounds[place + 1] - begun} // {max(high - low, 1)}) AS t,
            CAST(hash(i) % 100 AS BIGINT) AS h, CAST(hash(i * 31 + 1) % {accounts} AS BIGINT) AS account,
            CAST(hash(i * 37 + 5) % 1000 AS BIGINT) / 1000.0 AS u, CAST(hash(i * 41 + 7) % 1009 AS BIGINT) AS w
            FROM range({low}, {high}) r(i)"""
        told = f"""SELECT *, CASE {" ".join(acts)} ELSE 'note written' END AS act,
            CASE {" ".join(actors)} ELSE 'seller' END AS actor FROM ({base})"""
        judged = f"SELECT *, CASE WHEN actor = 'buyer' AND w % 10 < 7 THEN u END AS human FROM ({told})"
        engine.execute(
            f"""COPY (SELECT id, t AS "at", t + 60000000 AS recorded_at, act, actor, account AS account_id,
                CASE WHEN w % 20 > 0 THEN account * 8 + w % 8 END AS person_id,
                CASE WHEN w % 3 = 0 THEN account * 2 + w % 2 END AS deal_id, human, {counting()} AS counts,
                CASE WHEN act IN ('time on page', 'call held') THEN w / 4.0 END AS depth,
                CASE WHEN act IN ('mail received', 'said in a chat') THEN w % 200 ELSE 0 END AS words,
                CASE WHEN act IN ('page viewed', 'file downloaded') THEN w END AS page FROM ({judged}))
            TO '{part}/part-000001-0.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"""
        )
    engine.close()


def ours(folder: Path, accounts: int, out: Path) -> None:
    """Leadline's features of all accounts at the cutoff."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from leadline.warehouse.features import features

    pairs = pa.table({"subject_id": range(accounts), "cutoff": pa.array([cutoff()] * accounts, pa.int64())})
    found = features(folder, "account", pairs, steps=STEPS, memory=MEMORY, threads=THREADS)
    wall, cpu, peak = time.perf_counter(), time.process_time(), _peak()
    pq.write_table(found, out)
    _tell(found.num_rows, found.num_columns - 2, wall, cpu, peak)


def by_hand(folder: Path, accounts: int, out: Path) -> None:
    """The same from hand-written SQL."""
    import pyarrow.parquet as pq

    from benchmarks.peers import features_sql

    found = features_sql.features(folder, accounts, cutoff(), MEMORY, THREADS)
    wall, cpu, peak = time.perf_counter(), time.process_time(), _peak()
    pq.write_table(found, out)
    _tell(found.num_rows, found.num_columns - 2, wall, cpu, peak)


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _tell(rows: int, columns: int, wall: float, cpu: float, peak: int) -> None:
    print(
        json.dumps(
            {
                "rows": rows,
                "features": columns,
                "wall": round(wall - _STARTED, 1),
                "cpu": round(cpu, 1),
                "peak_mb": peak,
            }
        )
    )


_STARTED = time.perf_counter()


def measured(what: str, folder: Path, accounts: int, out: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.features", "--one", what, "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--accounts", str(accounts), "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:300]}
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def differences(one: Path, other: Path) -> int:
    """Rows in which two results differ: columns by name, integers exactly, fractions within 1e-9."""
    engine = duckdb.connect(config={"threads": 2, "memory_limit": "3GB"})
    left = engine.execute(f"DESCRIBE SELECT * FROM '{one}'").fetchall()
    names = {row[0]: row[1] for row in left}
    if set(names) != {row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM '{other}'").fetchall()}:
        return -1
    unlike = [
        f'(a."{n}" IS DISTINCT FROM b."{n}"'
        + (f' AND COALESCE(abs(a."{n}" - b."{n}") > 1e-9 * greatest(1, abs(a."{n}")), TRUE))' if k == "DOUBLE" else ")")
        for n, k in names.items()
        if n not in ("subject_id", "cutoff")
    ]
    query = f"""SELECT count(*) FROM '{one}' a FULL JOIN '{other}' b USING (subject_id, cutoff)
        WHERE a.subject_id IS NULL OR b.subject_id IS NULL OR {" OR ".join(unlike)}"""
    return int(engine.execute(query).fetchone()[0])  # type: ignore[index]


def reference() -> float:
    """Seconds of ten million additions in Python: how fast the machine is just now (0.6 on a quiet one)."""
    begun, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return round(time.process_time() - begun, 2)


def _month(place: int) -> int:
    year, month = divmod(START[1] - 1 + place, 12)
    return int(datetime(START[0] + year, month + 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


def _name(place: int) -> str:
    year, month = divmod(START[1] - 1 + place, 12)
    return f"{START[0] + year}-{month + 1:02d}"


def main() -> None:
    """Run all, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000000,10000000,100000000")
    parser.add_argument("--folder", default="")
    parser.add_argument("--one", default="")
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--out", default="")
    given = parser.parse_args()
    if given.one:
        {"ours": ours, "by_hand": by_hand}[given.one](Path(given.folder), given.accounts, Path(given.out))
        return
    results: dict[str, Any] = json.loads(OUT.read_text()) if OUT.exists() else {}
    for rows in map(int, given.sizes.split(",")):
        scratch = Path(tempfile.mkdtemp(prefix="leadline-bench-", dir=given.folder or None))
        try:
            begun = time.perf_counter()
            generate(scratch / "lake", rows)
            size = sum(path.stat().st_size for path in scratch.rglob("*.parquet"))
            print(f"{rows:,} signals, {size / 1e9:.2f} GB, made in {time.perf_counter() - begun:.0f} s", flush=True)
            one: dict[str, Any] = {
                "gigabytes": round(size / 1e9, 2),
                "reference": reference(),
                "load": os.getloadavg()[0],
            }
            for what in ("ours", "by_hand"):
                one[what] = measured(what, scratch / "lake", rows // PER_ACCOUNT, scratch / f"{what}.parquet")
                print(f"  {what:8} {one[what]}", flush=True)
            if all("failed" not in one[what] for what in ("ours", "by_hand")):
                one["different_rows"] = differences(scratch / "ours.parquet", scratch / "by_hand.parquet")
                one["ratio"] = round(one["ours"]["cpu"] / one["by_hand"]["cpu"], 2)
                print(f"  CPU ratio {one['ratio']}, rows that differ {one['different_rows']}", flush=True)
            results[str(rows)] = one
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
