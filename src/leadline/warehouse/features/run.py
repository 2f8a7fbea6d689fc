"""Runs steps on DuckDB: each one a table of its own, then all of them beside the cutoffs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis

from leadline.core.errors import CallError, UnreadableSource
from leadline.core.progress import Progress, quiet
from leadline.warehouse.arrow import pa
from leadline.warehouse.features.step import KEYS, Scope, Step, Subject
from leadline.warehouse.lake.manifest import NAME as MANIFEST
from leadline.warehouse.lake.manifest import files, held
from leadline.warehouse.lake.tables import DUCKDB, TABLES

CUTOFFS = "cutoffs"


def unbound(names: Sequence[str]) -> dict[str, ibis.Table]:
    """Tables of the lake by name, bound to no engine."""
    return {name: ibis.table(dict(TABLES[name]), name=name) for name in names}


@lru_cache(maxsize=64)
def statements(
    subject: Subject,
    steps: tuple[Step, ...],
    *,
    as_recorded: bool = False,
    first: int | None = None,
    last: int | None = None,
) -> Mapping[str, str]:
    """The SQL that is run on DuckDB, by the names of the tables that it makes; the last, 'features', is the result."""
    pairs = ibis.table({"subject_id": "int64", "cutoff": "int64"}, name=CUTOFFS)
    scope = Scope(unbound(list(TABLES)), subject, pairs, as_recorded, first, last)
    made = {}
    for step in steps:
        # Ibis takes a sum of int64 for int64 and leaves the cast out, where DuckDB makes HUGEINT or DOUBLE of it.
        columns = [
            "subject_id",
            "cutoff",
            *(f'CAST("{one.name}" AS {DUCKDB[one.type]}) AS "{one.name}"' for one in step.features),
        ]
        inner = ibis.to_sql(step.expression(scope), dialect="duckdb")
        made[step.name] = f"SELECT {', '.join(columns)} FROM (\n{inner}\n)"
    columns = ["c.subject_id", "c.cutoff"]
    for step in steps:
        for one in step.features:
            own = f'"{step.name}"."{one.name}"'
            columns.append(f'{own if one.blank is None else f"COALESCE({own}, {one.blank})"} AS "{one.name}"')
    joins = "\n".join(f'LEFT JOIN "{step.name}" USING (subject_id, cutoff)' for step in steps)
    made["features"] = f"SELECT {', '.join(columns)}\nFROM {CUTOFFS} c\n{joins}\nORDER BY subject_id, cutoff"
    return made


def counted(
    lake: Path,
    subject: Subject,
    cutoffs: pa.Table,
    steps: Sequence[Step],
    *,
    as_recorded: bool = False,
    memory: str = "3GB",
    threads: int = 2,
    progress: Progress = quiet,
) -> pa.Table:
    """The features of each (subject_id, cutoff), sorted by both; `cutoffs` holds no pair twice."""
    times = pa.compute.min_max(cutoffs["cutoff"]).as_py() if cutoffs.num_rows else {"min": None, "max": None}
    made = statements(subject, tuple(steps), as_recorded=as_recorded, first=times["min"], last=times["max"])
    needed = {name for step in steps for name in step.needs}
    with held(lake), engine(memory, threads) as con:
        for name in TABLES:
            if name in needed:
                con.execute(f'CREATE VIEW "{name}" AS {_reading(con, lake, name)}')
        con.register("given_cutoffs", cutoffs.select(KEYS))
        con.execute(f"CREATE TEMP TABLE {CUTOFFS} AS SELECT * FROM given_cutoffs")
        try:
            for place, step in enumerate(steps):
                progress(f"counting {step.name}", place / (len(steps) + 1))
                con.execute(f'CREATE TEMP TABLE "{step.name}" AS {made[step.name]}')
            progress("joining", len(steps) / (len(steps) + 1))
            return con.sql(made["features"]).to_arrow_table()
        except duckdb.OutOfMemoryException as error:
            raise CallError(f"The features do not fit into {memory}; allow more with --memory") from error
        except duckdb.Error as error:
            raise UnreadableSource(f"{lake} cannot be read: {str(error).splitlines()[0][:200]}") from error


def numbers(lake: Path, subject: str) -> pa.ChunkedArray:
    """The ids of every subject of a lake in order: those of its own table, else those that its signals name."""
    table, column = {"account": "accounts", "person": "people", "deal": "deals"}[subject], "id"
    if not files(lake, table):
        table, column = "signals", f"{subject}_id"
    with held(lake), engine("1GB", 2) as con:
        select = (
            f"SELECT DISTINCT {column} AS id FROM ({_reading(con, lake, table)}) WHERE {column} IS NOT NULL ORDER BY 1"
        )
        return con.sql(select).to_arrow_table()["id"]


@contextmanager
def engine(memory: str, threads: int) -> Iterator[Any]:
    """DuckDB with limits, a folder to spill to, and no way to the network."""
    with tempfile.TemporaryDirectory(prefix="leadline-") as scratch:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": scratch,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        try:
            con = duckdb.connect(config=settings)
        except duckdb.Error as error:
            raise CallError(f"DuckDB refuses {memory} of memory and {threads} threads: {error}") from error
        try:
            yield con
        finally:
            con.close()


def _reading(con: Any, lake: Path, name: str) -> str:
    """The SELECT that reads a table of the lake with its proper types; an empty one where it is not there."""
    paths = files(lake, name)
    if not paths:
        if name == "signals" and not (lake / MANIFEST).is_file():  # an exported record may be without signals
            raise UnreadableSource(f"{lake} holds no signals; write them with leadline export")
        columns = ", ".join(f'CAST(NULL AS {DUCKDB[kind]}) AS "{column}"' for column, kind in TABLES[name].items())
        return f"SELECT {columns} WHERE FALSE"
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    source = f"read_parquet([{listed}], hive_partitioning = false, union_by_name = false)"
    try:
        has = {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    except duckdb.Error as error:
        raise UnreadableSource(f"{paths[0]} cannot be read: {str(error).splitlines()[0][:200]}") from error
    missing = [column for column in TABLES[name] if column not in has]
    if missing:
        raise UnreadableSource(f"Table '{name}' in {lake} has no column '{missing[0]}'; write it with leadline export")
    columns = ", ".join(
        f'"{column}"' if has[column] == DUCKDB[kind] else f'CAST("{column}" AS {DUCKDB[kind]}) AS "{column}"'
        for column, kind in TABLES[name].items()
    )
    return f"SELECT {columns} FROM {source}"
