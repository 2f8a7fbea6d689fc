"""Simulated markets that nobody tuned on: do the 80 % intervals hold the true probability?

`python -m benchmarks.worlds [--worlds 20] [--deals 20000] [--ways open,later,random]`. Each market is written as a CSV
file, leaks and all, and goes through the command line; low, high and score are then held against the truth.

open: `qualify` on the whole export, judged on its open deals, as a user meets it. A deal that is still open has not
  been lost fast, which the truth at opening does not know.
later: `qualify` on deals opened in the first 70 % of the period, `score` on those opened after, whatever became of
  them: the market has drifted by then.
random: the same with deals divided at random, so that training and scoring rows are of one kind.

Writes benchmarks/out/worlds.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import metrics
from leadline.testing.world import LOST, OUTCOME, WON, make, unseen

OUT = Path(__file__).resolve().parent / "out"
WAYS = ("open", "later", "random")
WANTED = (0.78, 0.82)


@dataclass(frozen=True, slots=True)
class Held:
    """One market, one way. Coverage is the share of rows whose true probability lies within [low, high].

    `coverage` is against the probability that knows the account's own effect, `coverage_new_account` against that of
    one who has never met the account. `calibration` is the mean over ten bins of equal count of |mean score - mean
    true probability|, free of the luck of outcomes; `auc_truth` is what the true probability reaches on these rows.
    """

    world: int
    way: str
    rows: int
    coverage: float
    coverage_new_account: float
    width: float
    calibration: float
    bias: float
    auc: float
    auc_truth: float
    log_loss: float
    log_loss_truth: float


def write_csv(table: pa.Table, path: Path) -> None:
    """Text columns as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))


def leadline(*arguments: str) -> None:
    """Run the command; a failure is an error with its last line."""
    command = [str(Path(sys.executable).with_name("leadline")), *arguments]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RuntimeError(f"leadline {arguments[0]} ended with {done.returncode}: {last}")


def judge(seed: int, way: str, truth: pa.Table, scored: pa.Table) -> Held:
    """Scores and intervals against the truth of the same rows, in the same order."""
    score, low, high = (scored.column(name).to_numpy().astype(float) for name in ("score", "low", "high"))
    true, stranger = truth.column("probability").to_numpy(), truth.column("probability_new_account").to_numpy()
    won = np.asarray(truth.column("won").to_numpy(zero_copy_only=False)).astype(int)
    bins = np.array_split(np.argsort(score, kind="stable"), 10)
    return Held(
        seed,
        way,
        len(score),
        float(((low <= true) & (true <= high)).mean()),
        float(((low <= stranger) & (stranger <= high)).mean()),
        float((high - low).mean()),
        float(np.mean([abs(score[b].mean() - true[b].mean()) for b in bins])),
        float(score.mean() - true.mean()),
        metrics.auc(won, score),
        metrics.auc(won, true),
        float(metrics.losses(won, score).mean()),
        float(metrics.losses(won, true).mean()),
    )


def one(seed: int, deals: int, ways: list[str], folder: Path) -> list[Held]:
    """Make one market and judge it every way."""
    world = make(replace(unseen(seed), deals=deals), seed)
    text, typed, truth = world.export_text(), world.export(), world.truth
    file, kept, scored = folder / "deals.csv", folder / "model", folder / "scored.parquet"
    call = ("--outcome", f"{OUTCOME}={WON}", "--lost", LOST)
    opened = typed.column("Created Date").cast(pa.int32()).to_numpy()
    results = []
    for way in ways:
        if way == "open":
            still = pc.invert(pc.is_in(typed.column(OUTCOME), value_set=pa.array([WON, LOST])))
            write_csv(text, file)
            leadline("qualify", str(file), *call, "--out", str(scored))
            table = pq.read_table(scored)
            if table.num_rows == text.num_rows:
                table = table.filter(still)
            results.append(judge(seed, way, truth.filter(still), table))
            continue
        if way == "later":
            later = opened > np.quantile(opened, 0.7)
        else:
            later = np.random.default_rng(seed).random(len(opened)) < 0.3
        write_csv(text.filter(pa.array(~later)), file)
        leadline("qualify", str(file), *call, "--save", str(kept))
        write_csv(text.filter(pa.array(later)), file)
        leadline("score", str(file), "--model", str(kept), "--out", str(scored), "--force")  # drift is the point
        results.append(judge(seed, way, truth.filter(pa.array(later)), pq.read_table(scored)))
    return results


def told(held: Held) -> str:
    """One line for the terminal."""
    return (
        f"world {held.world} {held.way}: coverage {held.coverage:.3f} (new account {held.coverage_new_account:.3f}), "
        f"width {held.width:.3f}, calibration {held.calibration:.3f}, AUC {held.auc:.4f} of {held.auc_truth:.4f}"
    )


def main(arguments: list[str]) -> None:
    """All markets, one line each; the means at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worlds", description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--deals", type=int, default=20_000)
    parser.add_argument("--ways", default=",".join(WAYS))
    call = parser.parse_args(arguments)
    found: list[Held] = []
    for seed in range(call.first, call.first + call.worlds):
        with tempfile.TemporaryDirectory(prefix="world-") as folder:
            os.environ["LEADLINE_HOME"] = f"{folder}/home"
            for held in one(seed, call.deals, call.ways.split(","), Path(folder)):
                found.append(held)
                print(told(held), flush=True)
    OUT.mkdir(exist_ok=True)
    (OUT / "worlds.json").write_text(json.dumps([asdict(held) for held in found], indent=1))
    for way in call.ways.split(","):
        shares = [held.coverage for held in found if held.way == way]
        print(f"{way}: mean coverage {np.mean(shares):.3f}, from {min(shares):.3f} to {max(shares):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
