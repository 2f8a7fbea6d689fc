"""Find look-alikes: rank the rest by how like the winners they are, say why, and say how well that works."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import CallError, DataError
from leadline.core.formats import ColumnFormat
from leadline.core.progress import Progress, quiet
from leadline.core.roles import Role
from leadline.learn.lookalikes import exclusion, likeness, trial
from leadline.learn.lookalikes.reasons import Reasons
from leadline.learn.lookalikes.records import LookAlike, LookAlikes
from leadline.learn.segments.columns import Chosen, choose
from leadline.learn.segments.mixture import Floats, Labels
from leadline.warehouse.values import text_of

FEWEST = 5  # winners
ENOUGH = 15  # winners from which likeness is learned: docs/explain/segments.md
LEAST_REST = 20


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say. Winners are named by `outcome` or by `seeds`, names of rows; `exclude` are names of rows,
    companies or domains that must not come up; `aside` are columns whose 'yes' keeps a row
    out, with the words for it."""

    outcome: str = ""
    seeds: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    names: str = ""
    aside: tuple[tuple[str, str], ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer, and of each row: its likeness, `times`, and its state ('winner', 'excluded' or 'open')."""

    result: LookAlikes
    score: Floats
    times: Floats
    state: NDArray[np.str_]
    order: Labels


def find(
    table: pa.Table,
    options: Options,
    *,
    top: int = 20,
    formats: Sequence[ColumnFormat] = (),
    progress: Progress = quiet,
) -> Found:
    """Rank the rows of a typed table that are not winners by how like the winners they are.

    Raises DataError where winners or others are too few, CallError for names that are not there.
    """
    start = time.perf_counter()
    if bool(options.outcome) == bool(options.seeds):
        raise CallError("Name the winners once, with an outcome or with seeds")
    progress("looking at columns", 0.05)
    won, lost = _winners(table, options)
    labels = np.where(won, 1, np.where(lost, 0, -1)).astype(np.int8)
    if not lost.any():
        labels[~won] = 0  # whoever is filled for winners alone gives them away
    chosen = choose(table, formats, outcome=options.outcome, only=options.only, roles=options.roles,
                    names=options.names, labels=labels)  # fmt: skip
    excluded, counts = exclusion.excluded(table, chosen, won, options.exclude, options.aside)
    seeds = np.flatnonzero(won)
    others = np.flatnonzero(~won)
    open_ = ~won & ~excluded & ~lost if (~won & ~excluded & ~lost).any() else ~won & ~excluded
    if len(seeds) < FEWEST:
        raise DataError(f"{len(seeds)} winners are not enough to say what they are like; {FEWEST} or more are needed")
    if len(others) < LEAST_REST or not open_.any():
        raise DataError(
            f"{len(others)} rows beside the winners, {int(open_.sum())} of them open, are too few to rank; "
            f"bring {LEAST_REST} or more"
        )
    if not chosen.columns:
        raise DataError("No column is left that says what rows are like; name some with --columns")
    place = likeness.space(chosen.columns, chosen.codes)
    rng = np.random.default_rng(options.seed)
    method = "learned" if len(seeds) >= ENOUGH else "by columns that tell"
    progress("hiding winners", 0.2)
    tried = trial.run(place, seeds, others, method, rng, exclusion.companies(table))
    progress("ranking", 0.7)
    score = next(iter(trial.ways(place, method, rng).values()))(seeds, others)
    weights = likeness.telling(place, seeds)
    ranked = np.flatnonzero(open_)
    ranked = ranked[np.lexsort((ranked, -score[ranked]))]
    times = _times(score, others, tried, method)
    best = tried.recalls[0]
    why = caution = ""
    if best.low > trial.BEST:
        pass
    elif len(seeds) < ENOUGH:
        caution = (
            f"{len(seeds)} winners are too few to test: of those hidden {best.found} came back in the best tenth "
            f"({best.low:.0%} to {best.high:.0%}); read it as a hint, and add winners"
        )
    else:
        why = (
            f"winners are not more like each other than like the rest: of {best.hidden} that were hidden, {best.found} "
            f"came back in the best tenth ({best.low:.0%} to {best.high:.0%}), and chance gives a tenth"
        )
    names = _names(table, chosen)
    near = Reasons(place, chosen.columns, seeds, weights, names)
    listed = tuple(
        LookAlike(at + 1, int(row) + 1, names[row], float(score[row]), float(times[row]), near.of(int(row)))
        for at, row in enumerate(ranked[:top].tolist())
    )
    state = np.where(won, "winner", np.where(excluded, "excluded", np.where(open_, "open", "lost")))
    by_column = np.zeros(len(chosen.columns))
    np.add.at(by_column, list(place.of), weights)
    told = sorted(zip((c.name for c in chosen.columns), by_column.tolist(), strict=True), key=lambda pair: -pair[1])
    estimated = float(score[others].sum() / tried.caught) if method == "learned" and tried.caught > 0 else None
    result = LookAlikes(
        rows=table.num_rows,
        winners=len(seeds),
        rest=int(open_.sum()),
        noun=chosen.noun,
        method=method,
        why=why,
        trial=tried.recalls,
        used=tuple(column.name for column in chosen.columns),
        telling=tuple(pair for pair in told if pair[1] > 0),
        unused=chosen.unused,
        excluded=counts,
        estimated=min(estimated, float(len(others))) if estimated is not None else None,
        top=() if why else listed,
        caution=caution,
        seconds=round(time.perf_counter() - start, 3),
    )
    return Found(result, score, times, state, ranked)


def _winners(table: pa.Table, options: Options) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows are winners, and which are known to be lost."""
    from leadline.learn.outcome import read_outcome

    if options.outcome:
        _, labels = read_outcome(table, options.outcome)
        return labels == 1, labels == 0
    wanted = {exclusion.plain(name) for name in options.seeds if exclusion.plain(name)}
    best: tuple[int, NDArray[np.bool_]] = (0, np.zeros(table.num_rows, bool))
    for name in (options.names,) if options.names else table.column_names:
        hit = np.array([exclusion.plain(cell) in wanted for cell in text_of(table[name]).to_pylist()])
        if hit.sum() > best[0]:
            best = int(hit.sum()), hit
    if not best[0]:
        raise CallError(f"None of the {len(wanted)} seeds is in the table; they must read as its names or ids do")
    return best[1], np.zeros(table.num_rows, bool)


def _names(table: pa.Table, chosen: Chosen) -> list[str]:
    plain = [f"row {row:,}" for row in range(1, table.num_rows + 1)]
    if not chosen.names:
        return plain
    cells = text_of(table[chosen.names]).to_pylist()
    return [cell or other for cell, other in zip(cells, plain, strict=True)]


def _times(score: Floats, others: Labels, tried: trial.Trial, method: str) -> Floats:
    """How many times as likely as the average of the rest: the learned chance, or the tenth in the trial."""
    if method == "learned":
        return np.asarray(score / max(1e-12, float(score[others].mean())))
    ranked = np.sort(score[others])
    before = (len(ranked) - np.searchsorted(ranked, score, side="right")) / max(1, len(ranked))
    return np.asarray(np.array(tried.lifts)[np.minimum((before * 10).astype(int), 9)])
