"""Runs the same steps on Spark: their expressions are one query there, and the cluster reads the lake itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ibis

from leadline.core.errors import CallError, UnreadableSource
from leadline.warehouse import spark
from leadline.warehouse.arrow import pa
from leadline.warehouse.features.step import KEYS, Scope, Step, Subject
from leadline.warehouse.lake.manifest import files
from leadline.warehouse.lake.tables import TABLES

CUTOFFS = "cutoffs"
ARROW = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}


def counted(
    lake: Path, subject: Subject, cutoffs: pa.Table, steps: Sequence[Step], master: str, *, as_recorded: bool = False
) -> pa.Table:
    """The features of each (subject_id, cutoff), in no order; `cutoffs` holds no pair twice.

    Driver and workers must see `lake` at the same path.
    """
    if not master:
        raise CallError("Features on Spark need the cluster's address; name it with --master spark://HOST:7077")
    needed = dict.fromkeys(name for step in steps for name in step.needs)
    places = {name: _files(lake, name) for name in needed}
    columns = {name: pa.schema([(c, ARROW[kind]) for c, kind in TABLES[name].items()]) for name in needed}
    times = pa.compute.min_max(cutoffs["cutoff"]).as_py() if cutoffs.num_rows else {"min": None, "max": None}
    with spark.session(master) as session:
        tables = spark.tables(session, places, columns)
        pairs = spark.tables(session, {CUTOFFS: cutoffs.select(KEYS)}, {})[CUTOFFS]
        scope = Scope(tables, subject, pairs, as_recorded, times["min"], times["max"])
        made = {}
        for step in steps:
            made[step.name] = spark.named(session, f"step_{step.name}", step.expression(scope), _types(step))
        return spark.arrow(session, _beside(pairs, steps, made))


def _types(step: Step) -> pa.Schema:
    return pa.schema([(key, pa.int64()) for key in KEYS] + [(one.name, ARROW[one.type]) for one in step.features])


def _beside(pairs: ibis.Table, steps: Sequence[Step], made: dict[str, ibis.Table]) -> ibis.Table:
    """All features beside the cutoffs."""
    found = pairs.select(*KEYS)
    for step in steps:
        table = made[step.name].rename({f"{key}_of_step": key for key in KEYS})
        keys = [found.subject_id == table.subject_id_of_step, found.cutoff == table.cutoff_of_step]
        joined = found.left_join(table, keys)
        values = {
            one.name: joined[one.name] if one.blank is None else ibis.coalesce(joined[one.name], one.blank)
            for one in step.features
        }
        found = joined.select(*found.columns, **values)
    return found


def _files(lake: Path, name: str) -> list[Path]:
    found = list(files(lake, name))
    if not found and name == "signals":
        raise UnreadableSource(f"{lake} holds no signals; write them with leadline export")
    return found
