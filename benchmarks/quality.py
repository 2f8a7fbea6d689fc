"""Every set by every model: fit in child processes, keep what they answered, measure.

`python -m benchmarks.quality [--models a,b] [--sets a,b] [--parts main,resamples,prequential] [--fresh]` writes
benchmarks/out/quality.json and prints the tables. Answers are kept by (set, model, seed, hash of the code and of the
rows); `--fresh` runs all anew.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks import metrics, sets
from benchmarks.peers import PEERS
from benchmarks.tables import quality_tables

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
RESAMPLES = 20
PREQUENTIAL = "bank_prequential"


@dataclass(frozen=True, slots=True)
class Job:
    """One fit: training and held-out rows as Parquet, and the seed."""

    set: str
    part: str  # 'main', 'resample-07', 'block-03'
    train: Path
    test: Path
    seed: int


def write_jobs(name: str, part: str) -> list[Job]:
    """Write the Parquet files of one set's part and give its jobs."""
    folder = OUT / "splits" / name
    folder.mkdir(parents=True, exist_ok=True)
    if part == "prequential":
        pairs = [(f"block-{i:02d}", 0, pair) for i, pair in enumerate(sets.prequential())]
    else:
        whole = sets.load(name)
        seeds = [0] if part == "main" else range(1, RESAMPLES + 1)
        pairs = [
            ("main" if seed == 0 else f"resample-{seed:02d}", seed, sets.split(name, seed, whole)) for seed in seeds
        ]
    jobs = []
    for label, seed, (train, test) in pairs:
        job = Job(name, label, folder / f"{label}-train.parquet", folder / f"{label}-test.parquet", seed)
        for path, frame in ((job.train, train), (job.test, test)):
            beside = path.with_suffix(".part")
            pq.write_table(frame.table(), beside)
            beside.replace(path)
        jobs.append(job)
    return jobs


def code_hash(model: str) -> str:
    """What a model's answers depend on, layout and comments aside: its file and encoding, for Leadline its engine."""
    peer = PEERS[model]
    files = [ROOT / "benchmarks" / "peers" / f"{peer.module}.py"]
    if peer.own:
        files += sorted((ROOT / "src" / "leadline" / "learn").rglob("*.py"))
    else:
        shared = ["encode.py", "frames.py"] if model in ("flaml", "autogluon") else ["encode.py"]
        files += [ROOT / "benchmarks" / "peers" / name for name in shared]
        files.append(ROOT / "benchmarks" / "requirements.txt")
    digest = hashlib.sha256()
    for file in files:
        if file.exists():
            code = file.suffix == ".py"
            digest.update(ast.dump(ast.parse(file.read_bytes())).encode() if code else file.read_bytes())
    return digest.hexdigest()[:12]


def python_of(model: str) -> Path:
    """The interpreter that a model runs under: the peers' environment, or the package's own for Leadline."""
    if PEERS[model].own:
        return Path(sys.executable)
    return Path(os.environ.get("BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))


def answer_path(model: str, job: Job, code: str) -> Path:
    """Where the answer of one job lies; its name changes with the rows and the code."""
    rows = hashlib.sha256(job.train.read_bytes() + job.test.read_bytes()).hexdigest()[:8]
    return OUT / "answers" / model / f"{job.set}-{job.part}-{rows}-{code}.npy"


def run(model: str, jobs: list[Job], fresh: bool) -> None:
    """Fit and score what is not yet there, in one child process with one thread."""
    code = code_hash(model)
    todo = [(job, answer_path(model, job, code)) for job in jobs]
    todo = [(job, out) for job, out in todo if fresh or not out.with_suffix(".json").exists()]
    if not todo:
        return
    OUT.joinpath("answers", model).mkdir(parents=True, exist_ok=True)
    listed = OUT / "answers" / model / f"jobs-{os.getpid()}.json"
    listed.write_text(json.dumps([[str(job.train), str(job.test), str(out), job.seed] for job, out in todo]))
    limits = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "LOKY_MAX_CPU")}
    environment = {**os.environ, **limits, "LOKY_MAX_CPU_COUNT": "1", "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    print(f"{model}: {len(todo)} fits", file=sys.stderr, flush=True)
    done = subprocess.run(
        [str(python_of(model)), "-m", "benchmarks.peer", model, str(listed)],
        env=environment,
        cwd=OUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    listed.unlink()
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        print(f"{model} stopped with exit {done.returncode}: {last}", file=sys.stderr, flush=True)


def answers(model: str, jobs: list[Job]) -> tuple[list[np.ndarray] | None, list[dict[str, float]], str]:
    """Probabilities of each job (None when one is missing), what each cost, and why it failed."""
    code = code_hash(model)
    scores, costs = [], []
    for job in jobs:
        path = answer_path(model, job, code)
        if not path.with_suffix(".json").exists():
            return None, [], "not run"
        note = json.loads(path.with_suffix(".json").read_text())
        if "failed" in note:
            return None, [], str(note["failed"])
        scores.append(np.load(path, allow_pickle=False))
        costs.append(note)
    return scores, costs, ""


def _side(job: Job) -> tuple[np.ndarray, np.ndarray | None]:
    table = pq.read_table(job.test)
    group = table.column(sets.GROUP).to_numpy() if sets.GROUP in table.column_names else None
    return table.column(sets.LABEL).to_numpy().astype(np.int64), group


def main_figures(name: str, models: list[str]) -> dict[str, object]:
    """Measures on the main split, on rows with an unseen vector, and differences to Leadline where it has run."""
    (job,) = write_jobs(name, "main")
    y, group = _side(job)
    extra = [sets.LABEL, sets.GROUP, sets.ORDER]
    train, test = pq.read_table(job.train), pq.read_table(job.test)
    names = [column for column in train.column_names if column not in extra]
    new = metrics.unseen(train.select(names), test.select(names))
    out: dict[str, object] = {
        "train_rows": train.num_rows,
        "held_out": len(y),
        "base_rate": float(y.mean()),
        "unseen_rows": int(new.sum()),
    }
    rows: dict[str, object] = {}
    ours = answers("leadline", [job])[0]
    for model in models:
        scores, costs, failed = answers(model, [job])
        if scores is None:
            rows[model] = {"failed": failed}
            continue
        row: dict[str, object] = {**asdict(metrics.measure(y, scores[0])), **costs[0]}
        if 100 <= new.sum() < len(y):
            row["unseen"] = asdict(metrics.measure(y[new], scores[0][new]))
        if ours is not None and model != "leadline":
            row["against"] = {
                of: asdict(metrics.bootstrap(y, ours[0], scores[0], group, of)) for of in ("log_loss", "auc")
            }
        rows[model] = row
    out["models"] = rows
    return out


def resample_figures(name: str, models: list[str]) -> dict[str, object]:
    """Mean log loss and AUC over the re-splits, and paired corrected differences to Leadline."""
    jobs = write_jobs(name, "resamples")
    sides = [_side(job)[0] for job in jobs]
    loss: dict[str, list[float]] = {}
    area: dict[str, list[float]] = {}
    for model in models:
        scores = answers(model, jobs)[0] if PEERS[model].resampled else None
        if scores is not None:
            loss[model] = [float(metrics.losses(y, p).mean()) for y, p in zip(sides, scores, strict=True)]
            area[model] = [metrics.auc(y, p) for y, p in zip(sides, scores, strict=True)]
    share = float(np.mean([len(y) for y in sides]))
    trained = float(np.mean([pq.read_metadata(job.train).num_rows for job in jobs]))
    test_share = share / (share + trained)
    out: dict[str, object] = {}
    for model, values_of in loss.items():
        row: dict[str, object] = {"log_loss": float(np.mean(values_of)), "auc": float(np.mean(area[model]))}
        if "leadline" in loss and model != "leadline":
            for key, values in (("log_loss", loss), ("auc", area)):
                gaps = [a - b for a, b in zip(values["leadline"], values[model], strict=True)]
                row[f"{key}_difference"] = asdict(metrics.resampled(gaps, test_share))
        out[model] = row
    return out


def prequential_figures(models: list[str]) -> dict[str, object]:
    """Pooled over all blocks, and the mean AUC within a block."""
    jobs = write_jobs(PREQUENTIAL, "prequential")
    sides = [_side(job)[0] for job in jobs]
    y = np.concatenate(sides)
    out: dict[str, object] = {}
    for model in models:
        scores, costs, failed = answers(model, jobs)
        if scores is None:
            out[model] = {"failed": failed}
            continue
        within = [metrics.auc(part, p) for part, p in zip(sides, scores, strict=True)]
        out[model] = {
            **asdict(metrics.measure(y, np.concatenate(scores))),
            "auc_within": float(np.nanmean(within)),
            "fit_cpu": sum(cost["fit_cpu"] for cost in costs),
        }
    return out


def ranks(figures: dict[str, dict[str, object]]) -> dict[str, float]:
    """Mean rank by log loss on the main splits, over the models that answered on every set."""
    tables = [{m: r["log_loss"] for m, r in f["models"].items() if "log_loss" in r} for f in figures.values()]  # type: ignore[attr-defined]
    complete = [m for m in PEERS if tables and all(m in table for table in tables)]
    total = dict.fromkeys(complete, 0.0)
    for table in tables:
        for place, model in enumerate(sorted(complete, key=lambda m: table[m]), start=1):
            total[model] += place / len(tables)
    return dict(sorted(total.items(), key=lambda item: item[1]))


def versions() -> dict[str, str]:
    """Versions on both sides, asked of each interpreter."""
    ask = "import importlib.metadata as m, json, sys; n = sys.argv[1:]; print(json.dumps({k: m.version(k) for k in n}))"
    peers = ["lightgbm", "scikit-learn", "catboost", "flaml", "autogluon.tabular", "xgboost", "numpy", "pandas"]
    asked = subprocess.run(
        [str(python_of("lightgbm")), "-c", ask, *peers], capture_output=True, text=True, check=False
    ).stdout
    own = {f"leadline's {k}": importlib.metadata.version(k) for k in ("lightgbm", "scikit-learn", "numpy", "duckdb")}
    return {**(json.loads(asked) if asked.strip() else {}), **own, "python": sys.version.split()[0]}


def main(arguments: list[str]) -> None:
    """Run the parts asked for, then write and print all that is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--models", default=",".join(PEERS))
    parser.add_argument("--sets", default=",".join(sets.SETS))
    parser.add_argument("--parts", default="main,resamples,prequential")
    parser.add_argument("--fresh", action="store_true", help="fit anew, whatever is kept")
    parser.add_argument("--show", action="store_true", help="fit nothing, only measure what is kept")
    call = parser.parse_args(arguments)
    models, names, parts = call.models.split(","), call.sets.split(","), call.parts.split(",")
    small = [name for name in names if not sets.SETS[name].large]
    for model in () if call.show else models:
        jobs = [job for name in names for job in write_jobs(name, "main")] if "main" in parts else []
        if PEERS[model].resampled and "prequential" in parts:
            jobs += write_jobs(PREQUENTIAL, "prequential")
        if PEERS[model].resampled and "resamples" in parts:
            jobs += [job for name in small for job in write_jobs(name, "resamples")]
        run(model, jobs, call.fresh)
    figures = {name: main_figures(name, list(PEERS)) for name in names}
    result = {
        "sets": figures,
        "ranks": ranks(figures),
        "resamples": {name: resample_figures(name, list(PEERS)) for name in small} if "resamples" in parts else {},
        "prequential": prequential_figures(list(PEERS)) if "prequential" in parts else {},
        "versions": versions(),
    }
    OUT.mkdir(exist_ok=True)
    (OUT / "quality.json").write_text(json.dumps(result, indent=1))
    print("\n".join(quality_tables(result)))


if __name__ == "__main__":
    main(sys.argv[1:])
