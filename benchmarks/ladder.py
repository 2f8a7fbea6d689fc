"""Where few rows become enough: nested subsamples of the real sets and of two simulated markets.

`python -m benchmarks.ladder [--sets a,b] [--seeds 10] [--write]` writes benchmarks/out/ladder.json; with `--write`
also docs/explain/small-data.svg and the measured part of docs/explain/small-data.md. Subsamples are drawn at random
from the training part (smaller ones inside larger ones) and judged on the same held-out rows.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from benchmarks import ladder_page, metrics, peers, sets
from benchmarks.peers import lightgbm_default
from leadline.core.qualification import OutcomeReading, Rung, Scheme
from leadline.core.roles import ColumnRole, Role
from leadline.learn import blend, derive, ensemble, evidence, ridge, training
from leadline.learn import metrics as measures
from leadline.learn.roles import find_roles
from leadline.learn.splits import Split
from leadline.learn.task import Task
from leadline.testing.world import IDENTIFIERS, LEAKS, OUTCOME, make, unseen
from leadline.warehouse import values

OUT = Path(__file__).resolve().parent / "out" / "ladder.json"
SIZES = (20, 40, 80, 160, 320, 640, 1280, 2560)
FEW = 160  # rows: up to here all seeds, beyond it half as many
FIRST_SEED = 10  # 0 to 9 were used to choose the constants
HELD = 2_000  # held-out rows that are judged on
TRIED, JUDGED = 2, 3  # seeds of the attempts, and of the judgements
TRIED_TO, JUDGED_FROM = 80, 40  # rows of the largest attempts, and of the smallest judgements
WORLDS = {"world_time": (101, "time"), "world_group": (102, "group")}
WORLD_DEALS = 8_000
GUESS = "the label of an unlabelled table"

# What was tried for few events: constants set for a trial, all others as they are.
_AS_IT_WAS: dict[tuple[ModuleType, str], float] = {(ensemble, "SHRINK_EVENTS"): 0.0}
ATTEMPTS: dict[str, dict[tuple[ModuleType, str], float]] = {
    "as it was: spread of points 0.5, pull 4, not shrunk": _AS_IT_WAS,
    "stronger pooling: spread of points 0.25": {**_AS_IT_WAS, (ensemble, "FEW_PRIOR_SD"): 0.25},
    "stronger pooling: spread of points 0.15": {**_AS_IT_WAS, (ensemble, "FEW_PRIOR_SD"): 0.15},
    "evidence smoothed by 60 rows, not 20": {**_AS_IT_WAS, (evidence, "SMOOTHING"): 60.0},
    "stronger pull to equal weights: 16": {**_AS_IT_WAS, (blend, "FEW_PULL"): 16.0},
    "**kept**: shrunk by events / (events + 6)": {},
    "shrunk by events / (events + 20)": {(ensemble, "SHRINK_EVENTS"): 20.0},
    "kept, with pull 16": {(blend, "FEW_PULL"): 16.0},
    "kept, with spread 0.25": {(ensemble, "FEW_PRIOR_SD"): 0.25},
    "kept, with evidence smoothed by 60": {(evidence, "SMOOTHING"): 60.0},
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A set made ready: typed tables, roles found on the whole training part, the truth where it is known."""

    name: str
    title: str
    kind: str
    known: sets.Frame
    held: sets.Frame
    x: pa.Table
    x_held: pa.Table
    roles: tuple[ColumnRole, ...]
    truth: np.ndarray | None


@dataclass(frozen=True, slots=True)
class Rungs:
    """One subsample: held-out log loss in nats of each rung, mean width of 80 % intervals, share of the ten bins
    (of equal count) whose win rate lies in the bin's mean interval, and of rows whose true chance lies in theirs."""

    set: str
    rows: int
    seed: int
    events: int
    base: float
    scorecard: float
    ensemble: float
    trees: float
    scorecard_width: float
    ensemble_width: float
    scorecard_bins: float
    ensemble_bins: float
    scorecard_truth: float | None
    ensemble_truth: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a subsample's own validation said (does the model beat the base rate?) and how it was."""

    set: str
    events: int
    said: bool
    was: bool


def names() -> list[str]:
    """All sets, real and simulated."""
    return [*sets.SETS, *WORLDS]


def ground(name: str) -> Ground:
    """Load a set and read its columns as the program does."""
    truth = None
    if name in WORLDS:
        known, held, truth = _world(*WORLDS[name])
        kind = WORLDS[name][1]
        title = f"Simulated market, by {'time' if kind == 'time' else 'account'}"
    else:
        known, held = sets.split(name)
        kind, title = sets.SETS[name].kind, sets.SETS[name].title
    if len(held.y) > HELD:
        rows = np.sort(np.random.default_rng(0).choice(len(held.y), HELD, replace=False))
        held, truth = held.take(rows), None if truth is None else truth[rows]
    formats = values.infer(known.x)
    x = values.parse(known.x, formats)
    labelled = x.append_column(GUESS, pa.array(["0"] * x.num_rows))
    roles = tuple(role for role in find_roles(labelled, GUESS, {}) if role.column != GUESS)
    return Ground(name, title, kind, known, held, x, values.parse(held.x, formats), roles, truth)


def _world(seed: int, kind: str) -> tuple[sets.Frame, sets.Frame, np.ndarray]:
    """A market that nobody tuned on, every deal with the outcome that it will have."""
    world = make(replace(unseen(seed), deals=WORLD_DEALS), seed)
    table, truth = world.export(), world.truth
    x = table.drop_columns([OUTCOME, *LEAKS, *IDENTIFIERS])
    won = np.asarray(truth["won"].to_numpy(zero_copy_only=False)).astype(np.int8)
    if kind == "time":
        opened = table["Created Date"].cast(pa.int32()).to_numpy().astype(float)
        later = opened > np.quantile(opened, sets.TRAIN_SHARE)
        frame, chance = sets.Frame(x, won, None, opened), truth["probability"].to_numpy()
    else:
        account = np.unique(np.array(table["Account Name"].to_pylist(), dtype=str), return_inverse=True)[1]
        later = sets.uniform(account, 0) >= sets.TRAIN_SHARE
        frame, chance = sets.Frame(x, won, account, None), truth["probability_new_account"].to_numpy()
    return frame.take(np.flatnonzero(~later)), frame.take(np.flatnonzero(later)), chance[later]


def subsample(here: Ground, rows: int, seed: int) -> np.ndarray:
    """Positions in the training part; those of fewer rows lie within those of more, for the same seed."""
    drawn = np.random.default_rng(seed).permutation(len(here.known.y))[:rows]
    if here.kind == "time" and here.known.order is not None:
        drawn = drawn[np.argsort(here.known.order[drawn], kind="stable")]
    return drawn


def task_of(here: Ground, rows: np.ndarray) -> Task:
    """The rows as the task that `leadline qualify` would make of them."""
    frame = here.known.take(rows)
    dates = [role.column for role in here.roles if role.role is Role.DATE]
    group = None if frame.group is None or here.kind != "group" else np.unique(frame.group, return_inverse=True)[1]
    scheme = Scheme("time" if here.kind == "time" else "group" if group is not None else "random", "", "")
    return Task(
        table=here.x.take(pa.array(rows)),
        formats=(),
        outcome=OutcomeReading("", (), (), (), False, ""),
        labels=frame.y,
        roles=here.roles,
        features=here.roles,
        left_out=(),
        split=Split(replace(scheme, column=dates[0] if dates else ""), frame.order, group),
        closed=np.arange(len(rows)),
        young=np.zeros(len(rows), dtype=bool),
        mature_after=None,
        mature_words="",
        id_column="",
        money_column="",
    )


def fit(task: Task, seed: int, rung: Rung) -> ensemble.Ensemble:
    """The model of all rows of `task`, on the rung that is asked for."""
    parts = derive.plan(task.table, task.features, task.time_column)
    folds = training.fold_numbers(task, task.closed, seed)
    return ensemble.fit(
        task.table,
        task.labels,
        parts,
        task.text_columns,
        folds,
        in_time_order=task.in_time_order,
        seed=seed,
        rung=rung,
    ).model


def foretold(here: Ground, model: ensemble.Ensemble) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds, low and high of the held-out rows."""
    encoded = model.encoder.transform(here.x_held)
    z = model.log_odds(encoded, [here.x_held[t.column].to_pylist() for t in model.terms])
    return (z, *model.interval(z, encoded))


def loss(here: Ground, p: np.ndarray) -> float:
    """Mean held-out log loss of probabilities."""
    return float(metrics.losses(here.held.y, p).mean())


def base_loss(here: Ground, y: np.ndarray) -> float:
    """Of the subsample's own win rate, with one win and one loss added."""
    return loss(here, np.full(len(here.held.y), (y.sum() + 1) / (len(y) + 2)))


def climb(here: Ground, size: int, seed: int) -> Rungs | None:
    """Both rungs and trees alone on one subsample; None where it has one class alone."""
    rows = subsample(here, size, seed)
    task = task_of(here, rows)
    y = task.labels
    events = int(min(y.sum(), len(y) - y.sum()))
    if not events:
        return None
    told: dict[str, tuple[float, float, float, float | None]] = {}
    for rung in ("scorecard", "ensemble"):
        z, low, high = foretold(here, fit(task, seed, rung))
        held = None if here.truth is None else float(((low <= here.truth) & (here.truth <= high)).mean())
        bins = measures.bin_coverage(here.held.y, z, low, high)
        told[rung] = (loss(here, ridge.sigmoid(z)), float((high - low).mean()), bins, held)
    x = here.known.x.take(pa.array(rows))
    trees = lightgbm_default.fit(peers.Task(here.name, x, y, None, None, seed))(here.held.x)
    card, stack = told["scorecard"], told["ensemble"]
    return Rungs(
        here.name, size, seed, events, base_loss(here, y), card[0], stack[0], loss(here, trees),
        card[1], stack[1], card[2], stack[2], card[3], stack[3],
    )  # fmt: skip


def judge(here: Ground, size: int, seed: int) -> Judged | None:
    """Does a subsample's own validation tell whether its model beats the base rate on the held-out rows?"""
    task = task_of(here, subsample(here, size, seed))
    events = int(min(task.labels.sum(), len(task.labels) - task.labels.sum()))
    if not events:
        return None
    with patch.object(training, "JUDGED_FROM", 1):
        trained = training.train(task, seed, lambda _words, _share: None)
    said = trained.validation is not None and training.beats_base(trained.validation)
    z, _, _ = foretold(here, trained.fitted.model)
    return Judged(here.name, events, said, loss(here, ridge.sigmoid(z)) < base_loss(here, task.labels))


@contextmanager
def setting(constants: dict[tuple[ModuleType, str], float]) -> Iterator[None]:
    """The constants at other values for a while."""
    with ExitStack() as stack:
        for (module, name), value in constants.items():
            stack.enter_context(patch.object(module, name, value))
        yield


def attempts(here: Ground, size: int, seed: int) -> dict[str, object] | None:
    """The scorecard rung's log loss against the base rate's, each way that was tried."""
    task = task_of(here, subsample(here, size, seed))
    y = task.labels
    events = int(min(y.sum(), len(y) - y.sum()))
    if not events:
        return None
    base = base_loss(here, y)
    found: dict[str, object] = {"set": here.name, "events": events}
    for words, constants in ATTEMPTS.items():
        with setting(constants):
            z, _, _ = foretold(here, fit(task, seed, "scorecard"))
        found[words] = loss(here, ridge.sigmoid(z)) / base
    return found


def main(arguments: list[str]) -> None:
    """All sets, one line a size; the switch points at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ladder", description=__doc__)
    parser.add_argument("--sets", default=",".join(names()))
    parser.add_argument("--seeds", type=int, default=10, help="of the small sizes; half as many of the larger")
    parser.add_argument("--write", action="store_true", help="the page and its figure too")
    parser.add_argument("--kept", action="store_true", help="use the figures of the last run")
    call = parser.parse_args(arguments)
    if not call.kept:
        _measure(call.sets.split(","), call.seeds)
    figures = json.loads(OUT.read_text())
    print("\n".join(ladder_page.measured(figures)))
    if call.write:
        ladder_page.write(figures, ensemble.ENSEMBLE_FROM, training.JUDGED_FROM)


def _measure(chosen: list[str], seeds: int) -> None:
    climbed: list[Rungs] = []
    judged: list[Judged] = []
    tried: list[dict[str, object]] = []
    titles = {}
    start = time.process_time()
    for name in chosen:
        here = ground(name)
        titles[name] = here.title
        for size in SIZES:
            if size > len(here.known.y):
                continue
            times = seeds if size <= FEW else (seeds + 1) // 2
            for seed in range(FIRST_SEED, FIRST_SEED + times):
                found = climb(here, size, seed)
                climbed.extend([found] if found else [])
            few = range(FIRST_SEED, FIRST_SEED + times)
            if JUDGED_FROM <= size <= FEW:
                judged.extend(j for seed in few[:JUDGED] if (j := judge(here, size, seed)))
            if size <= TRIED_TO:
                tried.extend(t for seed in few[:TRIED] if (t := attempts(here, size, seed)))
            print(f"{name} {size} rows, {time.process_time() - start:.0f} CPU s", flush=True)
        _keep(titles, climbed, judged, tried, time.process_time() - start)


def _keep(
    titles: dict[str, str], climbed: list[Rungs], judged: list[Judged], tried: list[dict[str, object]], seconds: float
) -> None:
    OUT.parent.mkdir(exist_ok=True)
    figures = {
        "titles": titles,
        "climbed": [asdict(c) for c in climbed],
        "judged": [asdict(j) for j in judged],
        "tried": tried,
        "cpu_seconds": round(seconds),
    }
    OUT.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
