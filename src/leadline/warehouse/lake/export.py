"""Writes the record into a lake: the first time all of it, then only what is new or has changed."""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pyarrow.parquet as pq

from leadline.core.errors import CallError
from leadline.core.progress import Progress, quiet
from leadline.warehouse.arrow import pa
from leadline.warehouse.database import several
from leadline.warehouse.lake import statements
from leadline.warehouse.lake.manifest import NAME, Manifest, Month, Whole, held, load, store, strays, sync
from leadline.warehouse.lake.tables import TABLES

MOST_FILES = 12  # of a month; then it is written anew as one
_WRITTEN = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: signals in the lake, how many were written now, months that were added to and months that
    were written anew, tables that changed."""

    folder: Path
    signals: int
    written: int
    added: tuple[str, ...]
    renewed: tuple[str, ...]
    tables: tuple[str, ...]


def export(url: str, folder: Path, *, fresh: bool = False, memory: str = "2GB", progress: Progress = quiet) -> Exported:
    """Brings the lake in `folder` up to the record at `url` (sqlite:///… or postgresql://…).

    A month of signals is appended to where only newer ones came, and written anew where a judgement, merge, undone
    import or erasure changed one of its rows; the other tables are written whole where they differ. `fresh` writes all.
    The manifest is renamed into place last, then files that it no longer names go: a crash leaves the old state or the
    new one. Raises CallError where the folder holds something else.
    """
    _must_be_ours(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder, writing=True):
        return _exported(url, folder, fresh, memory, progress)


def _exported(url: str, folder: Path, fresh: bool, memory: str, progress: Progress) -> Exported:
    before = None if fresh else load(folder)
    after = Manifest(run=(before.run if before else _highest_run(folder)) + 1)
    with _counting(memory) as engine:
        progress("reading", 0.0)
        queries = {name: statements.whole_table(name) for name in TABLES if name != "signals"}
        queries["signals"] = statements.fingerprints(_vendor(url), before.high if before else 0)
        with several(url, queries) as read:
            changed = [
                name
                for name in queries
                if name != "signals" and _whole(engine, read[name], folder, name, before, after)
            ]
            progress("signals", 0.3)
            with pa.OSFile(str(read["signals"])) as file:
                now = pa.ipc.open_stream(file).read_all().to_pylist()
        added, renewed, written = _signals(engine, url, folder, now, before, after)
    if before is None or added or renewed or changed or set(before.months) != set(after.months):
        for name in sorted(after.named() - (before.named() if before else set())):
            sync(folder / name)
        store(folder, after)
    else:
        after = before
    for stray in list(strays(folder, after)):
        stray.unlink(missing_ok=True)
    rows = sum(month.rows for month in after.months.values())
    return Exported(folder, rows, written, tuple(added), tuple(renewed), tuple(changed))


def _must_be_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CallError(f"{folder} is a file; name a folder")
    if folder.is_dir() and not (folder / NAME).exists() and any(folder.iterdir()):
        ours = {*TABLES, NAME}
        foreign = sorted(path.name for path in folder.iterdir() if path.name not in ours and path.name[0] != ".")
        if foreign:
            raise CallError(f"{folder} holds something else ('{foreign[0]}'); name a new or empty folder")


def _highest_run(folder: Path) -> int:
    """The highest run that files of the folder tell of, so that a fresh export never writes over one in use."""
    runs = [path.stem.split("-")[1] for path in folder.rglob("part-*.parquet")]
    return max((int(run) for run in runs if run.isdecimal()), default=0)


@contextmanager
def _counting(memory: str) -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="leadline-") as scratch:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": 2,
            "temp_directory": scratch,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        engine = duckdb.connect(config=settings)
        try:
            yield engine
        finally:
            engine.close()


def _vendor(url: str) -> str:
    return "sqlite" if urlsplit(url).scheme == "sqlite" else "postgresql"


def _signals(
    engine: Any, url: str, folder: Path, now: list[dict[str, Any]], before: Manifest | None, after: Manifest
) -> tuple[list[str], list[str], int]:
    """Writes what is new or changed; gives the months added to, those written anew, and the rows written."""
    high = before.high if before else 0
    known = before.months if before else {}
    added, renewed = [], []
    for row in now:
        month = str(row["month"])
        held = known.get(month)
        told = Month(rows=int(row["all_rows"]), a=int(row["all_a"]), b=int(row["all_b"]), files=[])
        after.months[month] = told
        same = held is not None and (held.rows, held.a, held.b) == tuple(
            int(row[f"old_{c}"]) for c in ("rows", "a", "b")
        )
        if held is None or not same or (told.rows > held.rows and len(held.files) >= MOST_FILES):
            renewed.append(month)
            continue
        told.files = list(held.files)
        if told.rows > held.rows:
            added.append(month)
    after.high = max([high, *(int(row["highest"]) for row in now)])
    written = 0
    if added or renewed:
        old = [month for month in renewed if month in known or high]
        query = statements.signals(_vendor(url), high, after.high, old)
        with several(url, {"signals": query}) as read:
            made, written = _partitioned(engine, read["signals"], folder, after.run)
        for month, files in made.items():
            if month in after.months:
                after.months[month].files += files
    return added, renewed, written


def _partitioned(engine: Any, read: Path, folder: Path, run: int) -> tuple[dict[str, list[str]], int]:
    """Writes rows to signals/month=…/part-RUN-….parquet; gives the files by month and the count of rows."""
    (folder / "signals").mkdir(exist_ok=True)
    with _offered(engine, read) as texts:
        select = statements.as_lake("signals", texts, "given")
        done = engine.execute(
            f"COPY ({select}) TO {_quoted(folder / 'signals')} ({_WRITTEN}, PARTITION_BY (month), "
            f"FILENAME_PATTERN 'part-{run:06d}-{{i}}', OVERWRITE_OR_IGNORE true)"
        ).fetchone()
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((folder / "signals").rglob(f"part-{run:06d}-*.parquet")):
        found[path.parent.name.removeprefix("month=")].append(path.relative_to(folder).as_posix())
    return found, int(done[0])


def _whole(engine: Any, read: Path, folder: Path, name: str, before: Manifest | None, after: Manifest) -> bool:
    """Writes a table beside the old one and keeps whichever is right; whether it changed."""
    (folder / name).mkdir(exist_ok=True)
    path = folder / name / f"part-{after.run:06d}-0.parquet"
    with _offered(engine, read) as texts:
        select = statements.as_lake(name, texts, "given")
        engine.execute(f"COPY ({select}) TO {_quoted(path)} ({_WRITTEN})")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    held = before.tables.get(name) if before else None
    if held is not None and held.sha256 == digest:
        path.unlink()
        after.tables[name] = held
        return False
    rows = pq.read_metadata(path).num_rows
    after.tables[name] = Whole(file=path.relative_to(folder).as_posix(), rows=rows, sha256=digest)
    return True


@contextmanager
def _offered(engine: Any, read: Path) -> Iterator[dict[str, bool]]:
    """Gives the engine what was read under the name `given`; of each column, whether it is text."""
    with pa.OSFile(str(read)) as file, pa.ipc.open_stream(file) as reader:
        engine.register("given", reader)
        try:
            yield {
                field.name: pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
                for field in reader.schema
            }
        finally:
            engine.unregister("given")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
