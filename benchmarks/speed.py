"""CPU seconds, throughput and memory of the command line, beside the bars. `python -m benchmarks.speed`.

CPU seconds are user and system of the process and its children (wait4), the median of three runs; the two scoring
throughputs are rows by wall seconds on two cores, start included. Writes benchmarks/out/speed.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import sets

OUT = Path(__file__).resolve().parent / "out"
OUTCOME = "Opportunity Result=Won"
WIDE_ROWS, WIDE_COLUMNS, THROUGHPUT_ROWS = 5_000_000, 30, 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took. Memory is the peak of the resident sizes of the process and its children, added up."""

    cpu: float
    wall: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `bar` is empty where the figure stands for information only."""

    what: str
    figure: float
    unit: str
    bar: str
    met: bool | None


def tree_mb(root: int) -> float:
    """Resident megabytes of a process and all its descendants, from /proc; 0 once it has ended."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            pages[int(entry.name)] = int((entry / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError, IndexError):
            continue  # it ended while we looked
    family, size = {root}, 0
    while len(family) > size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(pages.get(pid, 0) for pid in family) * os.sysconf("SC_PAGE_SIZE") / 1e6


def run(*arguments: str, threads: int = 1, watch: bool = False) -> Cost:
    """Run `leadline` once; a failure is told with its last line, costs NaN and so misses its bar."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    command = [str(Path(sys.executable).with_name("leadline")), *arguments]
    pause = threading.Event()
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        peak = 0.0
        if watch:
            while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                peak = max(peak, tree_mb(child.pid))
                pause.wait(0.05)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            last = (said.read().decode(errors="replace").strip().splitlines() or ["no word"])[-1]
            print(f"leadline {' '.join(arguments)} ended with {child.returncode}: {last}", file=sys.stderr, flush=True)
            return Cost(math.nan, math.nan, math.nan)
    return Cost(usage.ru_utime + usage.ru_stime, wall, max(peak, usage.ru_maxrss / 1024))


def median(times: int, *arguments: str, threads: int = 1) -> Cost:
    """The run of median CPU seconds."""
    return sorted((run(*arguments, threads=threads) for _ in range(times)), key=lambda cost: cost.cpu)[times // 2]


def write_samples(folder: Path) -> None:
    """IBM as it was exported, all columns: 10,000 and 50,000 rows as CSV, a million honest rows as Parquet."""
    source = sets.data_dir() / "ibm_sales_win_loss" / "opportunities_train.csv.gz"
    with duckdb.connect() as db:
        shuffled = db.read_csv(str(source)).order('hash("Opportunity Number")')
        for rows in (10_000, 50_000):
            shuffled.limit(rows).write_csv(str(folder / f"ibm-{rows}.csv"), header=True)
        whole = shuffled.to_arrow_table()
    picked = np.random.default_rng(0).integers(0, whole.num_rows, THROUGHPUT_ROWS)
    pq.write_table(whole.take(pa.array(picked)), folder / "million.parquet", row_group_size=100_000)


def write_wide(path: Path, rows: int, seed: int) -> None:
    """Rows x 30 columns: outcome, 9 categories and 20 numbers of which three matter; written in pieces."""
    random = np.random.default_rng(seed)
    writer = None
    for start in range(0, rows, 250_000):
        count = min(250_000, rows - start)
        numbers = np.round(random.lognormal(3, 1, (WIDE_COLUMNS - 10, count)), 2)
        codes = random.integers(0, 12, (9, count))
        push = 0.8 * np.log(numbers[0]) - 0.5 * np.log(numbers[1]) + 0.3 * (codes[0] > 6) - 2
        won = random.random(count) < 1 / (1 + np.exp(-push))
        words = np.array([f"value {i}" for i in range(12)])
        columns = {"Result": np.where(won, "Won", "Lost")}
        columns |= {f"Kind {i}": words[codes[i]] for i in range(9)}
        columns |= {f"Measure {i}": numbers[i] for i in range(WIDE_COLUMNS - 10)}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def autogluon_seconds() -> float | None:
    """CPU seconds of AutoGluon on IBM by number (38,000 rows to fit, 16,000 to score), from the quality run."""
    kept = OUT / "quality.json"
    if not kept.exists():
        return None
    figures = json.loads(kept.read_text())["sets"].get("ibm_ordered")
    row = figures["models"].get("autogluon", {}) if figures else {}
    if "fit_cpu" not in row:
        return None
    return float(row["import_cpu"] + row["fit_cpu"] + row["row_us"] * figures["held_out"] / 1e6)


def figures(folder: Path, rows: int) -> Iterator[Figure]:
    """Run everything, one line at a time."""

    def under(what: str, value: float, unit: str, bar: float) -> Figure:
        return Figure(what, value, unit, f"at most {bar:g}", value <= bar)

    yield under("`leadline --help`", median(7, "--help").cpu * 1000, "ms CPU", 80)
    small, large, model = f"{folder}/ibm-10000.csv", f"{folder}/ibm-50000.csv", f"{folder}/model"
    plain = ("--outcome", OUTCOME, "--out", f"{folder}/ranked.csv")
    report = (*plain, "--report", f"{folder}/report.html")
    yield under("qualify 10,000 rows, CSV to ranked list", median(3, "qualify", small, *plain).cpu, "CPU s", 8)
    cost = median(3, "qualify", small, *report)
    yield Figure("qualify 10,000 rows, with report", cost.cpu, "CPU s", "", None)
    yield Figure("qualify 50,000 rows, without report", median(3, "qualify", large, *plain).cpu, "CPU s", "", None)
    whole = median(3, "qualify", large, *report)
    yield under("qualify 50,000 rows, with report", whole.cpu, "CPU s", 20)
    theirs = autogluon_seconds()
    if theirs:
        share = whole.cpu / theirs
        yield under(f"the same by AutoGluon's {theirs:.0f} CPU s (54,782 rows)", share, "of its time", round(1 / 6, 3))
    run("qualify", large, *plain, "--save", model)
    scored = ("--model", model, "--out", f"{folder}/scored.csv")
    yield under("score 10,000 rows, CSV to ranked list", median(3, "score", small, *scored).cpu, "CPU s", 1)
    for reasons, bar in ((0, 100_000), (3, 20_000)):
        call = ("score", f"{folder}/million.parquet", "--model", model, "--out", f"{folder}/scored.parquet")
        cost = median(3, *call, "--reasons", str(reasons), threads=2)
        speed = THROUGHPUT_ROWS / cost.wall
        what = f"score {THROUGHPUT_ROWS:,} rows, Parquet to Parquet, {reasons or 'no'} reasons ({cost.cpu:.1f} CPU s)"
        yield Figure(what, speed, "rows/s", f"at least {bar:,}", speed >= bar)
    write_wide(folder / "wide-train.parquet", 20_000, 1)
    write_wide(folder / "wide.parquet", rows, 2)
    wide = f"{folder}/wide-model"
    run("qualify", f"{folder}/wide-train.parquet", "--outcome", "Result=Won", "--save", wide)
    call = ("score", f"{folder}/wide.parquet", "--model", wide, "--out", f"{folder}/wide-scored.parquet")
    cost = run(*call, "--reasons", "0", threads=2, watch=True)
    yield under(f"score {rows:,} rows x {WIDE_COLUMNS} columns, peak memory", cost.peak_mb, "MB", 2_000)


def main(arguments: list[str]) -> None:
    """Measure on at most two cores, print as it goes, keep the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--wide-rows", type=int, default=WIDE_ROWS)
    call = parser.parse_args(arguments)
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    OUT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="speed-", dir=OUT))
    os.environ["LEADLINE_HOME"] = str(folder / "home")
    lines: list[Figure] = []
    try:
        write_samples(folder)
        for line in figures(folder, call.wide_rows):
            lines.append(line)
            verdict = "" if line.met is None else "met" if line.met else "MISSED"
            print(f"{line.what}: {line.figure:,.3g} {line.unit} {line.bar} {verdict}".rstrip(), flush=True)
    finally:
        shutil.rmtree(folder)
        load = statistics.fmean(os.getloadavg())
        kept = {"figures": [asdict(line) for line in lines], "load": load}
        (OUT / "speed.json").write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
