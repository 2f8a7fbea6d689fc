"""Point-in-time features of accounts, people and deals: named steps over the lake, on DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.progress import Progress, quiet
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.features.breadth import BREADTH
from leadline.warehouse.features.deal import DEAL
from leadline.warehouse.features.deals import DEALS
from leadline.warehouse.features.depth import DEPTH
from leadline.warehouse.features.ever import EVER
from leadline.warehouse.features.orders import ORDERS
from leadline.warehouse.features.profile import PROFILES
from leadline.warehouse.features.recent import RECENT
from leadline.warehouse.features.replies import REPLIES
from leadline.warehouse.features.rhythm import RHYTHM
from leadline.warehouse.features.roles import ROLES_STEP
from leadline.warehouse.features.step import KEYS, SUBJECTS, Feature, Scope, Step, Subject
from leadline.warehouse.features.texts import TEXTS
from leadline.warehouse.lake.tables import TABLES

if TYPE_CHECKING:
    import ibis

__all__ = [
    "STEPS",
    "SUBJECTS",
    "TABLES",
    "Entry",
    "Feature",
    "Step",
    "Subject",
    "catalogue",
    "expressions",
    "features",
    "sql",
    "subjects_at",
]

STEPS: Sequence[Step] = (
    RECENT,
    EVER,
    RHYTHM,
    BREADTH,
    DEPTH,
    REPLIES,
    TEXTS,
    ROLES_STEP,
    DEALS,
    DEAL,
    ORDERS,
    *PROFILES,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A feature in the catalogue, with its step and the subjects that have it."""

    step: str
    feature: Feature
    subjects: tuple[Subject, ...]


def catalogue() -> list[Entry]:
    """Every feature, in the order of the columns."""
    return [Entry(step.name, feature, step.subjects) for step in STEPS for feature in step.features]


def chosen(subject: str, steps: Sequence[str] | None = None) -> list[Step]:
    """The steps of a subject, or those of them that are named. Raises CallError for a name that is none."""
    if subject not in SUBJECTS:
        raise CallError(f"Features are counted of {', '.join(SUBJECTS)}, not of '{subject}'")
    able = {step.name: step for step in STEPS if subject in step.subjects}
    for name in steps or ():
        if name not in able:
            raise CallError(f"There is no step '{name}' of {subject}s; there are {', '.join(able)}")
    return [step for name, step in able.items() if steps is None or name in steps]


def features(
    lake: Path,
    subject: Subject,
    cutoffs: pa.Table,
    *,
    steps: Sequence[str] | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    master: str = "",
    memory: str = "3GB",
    threads: int = 2,
    as_recorded: bool = False,
    progress: Progress = quiet,
) -> pa.Table:
    """What was known of each subject at each cutoff: subject_id, cutoff, then the features, sorted by the two.

    `cutoffs` has subject_id and cutoff (int64; microseconds since 1970 in UTC), any number of cutoffs to a subject;
    each of its rows is answered, with counts of 0 where nothing is known. What happened until the cutoff counts, it
    included; with `as_recorded` only what had been recorded by then. `steps` names the steps to count, all unless
    given. `master` is Spark's address; `memory` and `threads` bound DuckDB. Raises CallError, UnreadableSource.
    """
    wanted = chosen(subject, steps)
    pairs = _pairs(cutoffs)
    once = pairs.group_by(KEYS).aggregate([])
    if engine == "spark":
        from leadline.warehouse.features import on_spark

        found = on_spark.counted(lake, subject, once, wanted, master, as_recorded=as_recorded, progress=progress)
    elif engine == "duckdb":
        from leadline.warehouse.features.run import counted

        found = counted(
            lake, subject, once, wanted, as_recorded=as_recorded, memory=memory, threads=threads, progress=progress
        )
    else:
        raise CallError(f"Features are counted on duckdb or spark, not on '{engine}'")
    if once.num_rows < pairs.num_rows:
        found = pairs.join(found, KEYS)
    return found.sort_by([(key, "ascending") for key in KEYS]).combine_chunks()


def expressions(
    tables: Mapping[str, ibis.Table],
    subject: Subject,
    cutoffs: ibis.Table,
    steps: Sequence[str] | None = None,
    as_recorded: bool = False,
    first: int | None = None,
    last: int | None = None,
) -> ibis.Table:
    """The same as one Ibis expression over `tables` (TABLES by name) and `cutoffs` (subject_id, cutoff; no pair twice),
    in no order. `first` and `last` are the first and last cutoff where known; engines then read less."""
    import ibis

    scope = Scope(tables, subject, cutoffs.select(*KEYS), as_recorded, first, last)
    found = cutoffs.select(*KEYS)
    for step in chosen(subject, steps):
        counted = step.expression(scope)
        counted = counted.rename({f"{key}_of_step": key for key in KEYS})
        joined = found.left_join(
            counted, [found.subject_id == counted.subject_id_of_step, found.cutoff == counted.cutoff_of_step]
        )
        made = {}
        for one in step.features:
            value = joined[one.name]
            made[one.name] = (value if one.blank is None else ibis.coalesce(value, one.blank)).cast(one.type)
        found = joined.select(*found.columns, **made)
    return found


def sql(
    subject: str, steps: Sequence[str] | None = None, *, as_recorded: bool = False, cutoffs: pa.Table | None = None
) -> Mapping[str, str]:
    """The SQL that DuckDB runs, by the name of the table that each statement makes; 'features' is the result."""
    from leadline.warehouse.features.run import statements

    pairs = None if cutoffs is None or not cutoffs.num_rows else pc.min_max(_pairs(cutoffs)["cutoff"]).as_py()
    first, last = (pairs["min"], pairs["max"]) if pairs else (None, None)
    wanted = chosen(subject, steps)
    return statements(subject, tuple(wanted), as_recorded=as_recorded, first=first, last=last)


def subjects_at(lake: Path, subject: str, cutoff: int) -> pa.Table:
    """The pairs of every subject of a lake and one cutoff: those of its table, else those of its signals."""
    from leadline.warehouse.features.run import numbers

    chosen(subject)
    found = numbers(lake, subject)
    return pa.table({"subject_id": found, "cutoff": pa.repeat(pa.scalar(cutoff, pa.int64()), len(found))})


def _pairs(cutoffs: pa.Table) -> pa.Table:
    for key in KEYS:
        if key not in cutoffs.column_names:
            raise ColumnNotFound(key, cutoffs.column_names, "the cutoffs")
    try:
        found = cutoffs.select(KEYS).cast(pa.schema([(key, pa.int64()) for key in KEYS]))
    except pa.ArrowException as error:
        raise CallError("subject_id and cutoff of the cutoffs must be whole numbers") from error
    if any(found[key].null_count for key in KEYS):
        raise CallError("Every row of the cutoffs needs a subject_id and a cutoff")
    times = pc.min_max(found["cutoff"]).as_py()
    if found.num_rows and max(abs(times["min"]), abs(times["max"])) > 2**53:  # beyond, fractions are not exact
        raise CallError("A cutoff is microseconds since 1970, so at most 2^53 (the year 2255); one of them is not")
    return found
