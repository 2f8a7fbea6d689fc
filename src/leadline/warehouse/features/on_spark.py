"""Runs the same steps on Spark: the cluster reads the lake and counts each step, and their results come together here.

A query for all steps at once is one that Spark plans for minutes: its rules go over the whole of it again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leadline.core.errors import CallError, UnreadableSource
from leadline.core.progress import Progress, quiet
from leadline.warehouse import spark
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.features.step import KEYS, Scope, Step, Subject
from leadline.warehouse.lake.manifest import NAME as MANIFEST
from leadline.warehouse.lake.manifest import files
from leadline.warehouse.lake.tables import TABLES

CUTOFFS = "cutoffs"
ARROW = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}


def counted(
    lake: Path,
    subject: Subject,
    cutoffs: pa.Table,
    steps: Sequence[Step],
    master: str,
    *,
    as_recorded: bool = False,
    progress: Progress = quiet,
) -> pa.Table:
    """The features of each (subject_id, cutoff), in no order; `cutoffs` holds no pair twice.

    Driver and workers must see `lake` at the same path.
    """
    if not master:
        raise CallError("Features on Spark need the cluster's address; name it with --master spark://HOST:7077")
    needed = dict.fromkeys(name for step in steps for name in step.needs)
    places = {name: _files(lake, name) for name in needed}
    columns = {name: pa.schema([(c, ARROW[kind]) for c, kind in TABLES[name].items()]) for name in needed}
    times = pc.min_max(cutoffs["cutoff"]).as_py() if cutoffs.num_rows else {"min": None, "max": None}
    with spark.session(master) as session:
        tables = spark.tables(session, places, columns)
        pairs = spark.tables(session, {CUTOFFS: cutoffs.select(KEYS)}, {})[CUTOFFS]
        scope = Scope(tables, subject, pairs, as_recorded, times["min"], times["max"])
        found = cutoffs.select(KEYS)
        for place, step in enumerate(steps):
            progress(f"counting {step.name}", place / (len(steps) + 1))
            found = _beside(found, spark.arrow(session, step.expression(scope), _types(step)), step)
        return found


def _types(step: Step) -> pa.Schema:
    return pa.schema([(key, pa.int64()) for key in KEYS] + [(one.name, ARROW[one.type]) for one in step.features])


def _beside(found: pa.Table, counted: pa.Table, step: Step) -> pa.Table:
    """The features of a step beside those before it, blank or 0 where it knows nothing."""
    joined = found.join(counted, KEYS)
    for one in step.features:
        if one.blank is not None:
            at = joined.column_names.index(one.name)
            filled = pc.fill_null(joined[one.name], pa.scalar(one.blank, ARROW[one.type]))
            joined = joined.set_column(at, one.name, filled)
    return joined


def _files(lake: Path, name: str) -> list[Path]:
    found = list(files(lake, name))
    if not found and name == "signals" and not (lake / MANIFEST).is_file():
        raise UnreadableSource(f"{lake} holds no signals; write them with leadline export")
    return found
