"""The manifest of a lake: which files hold it now. Whoever reads a lake reads the files that it names."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from leadline.core.errors import UnreadableSource
from leadline.warehouse.lake.tables import TABLES

NAME = "manifest.json"
VERSION = 1


class Month(BaseModel):
    """Signals of one month: how many, two sums by which changes show, and the files that hold them."""

    model_config = ConfigDict(extra="forbid")

    rows: int
    a: int
    b: int
    files: list[str]


class Whole(BaseModel):
    """A table that is written whole: its file, rows and the file's digest."""

    model_config = ConfigDict(extra="forbid")

    file: str
    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a lake holds. `high` is the highest id of a signal in it, `run` counts the exports that changed it."""

    model_config = ConfigDict(extra="forbid")

    version: int = VERSION
    run: int = 0
    high: int = 0
    months: dict[str, Month] = {}
    tables: dict[str, Whole] = {}

    def named(self) -> set[str]:
        """Every file that belongs to the lake, as a path inside it."""
        months = {name for month in self.months.values() for name in month.files}
        return months | {table.file for table in self.tables.values()}


def load(folder: Path) -> Manifest | None:
    """The lake's manifest; None where there is none, or one of another version, or a broken one."""
    try:
        found = Manifest.model_validate_json((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
    if found.version != VERSION or not all((folder / name).is_file() for name in found.named()):
        return None
    return found


def store(folder: Path, manifest: Manifest) -> None:
    """Puts it in place at once: a crash leaves the old one or the new one."""
    fresh = folder / f".{NAME}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(manifest.model_dump(), indent=1, sort_keys=True))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / NAME)
    sync(folder)


def sync(path: Path) -> None:
    """Makes sure that a file or folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files(folder: Path, table: str) -> list[Path]:
    """The Parquet files that hold a table of a lake, in order; [] where it has none.

    With a manifest those that it names; in any other folder TABLE.parquet, or whatever lies under TABLE/.
    Raises UnreadableSource where there is no such folder.
    """
    if not folder.is_dir():
        raise UnreadableSource(f"There is no folder {folder}; write one with leadline export")
    manifest = load(folder)
    if manifest is not None:
        if table == "signals":
            names = [name for month in sorted(manifest.months) for name in manifest.months[month].files]
        else:
            names = [manifest.tables[table].file] if table in manifest.tables else []
        return [folder / name for name in names]
    if (folder / NAME).exists():
        raise UnreadableSource(f"{folder / NAME} is broken or names files that are gone; export anew with --fresh")
    single = folder / f"{table}.parquet"
    return [single] if single.is_file() else sorted((folder / table).rglob("*.parquet"))


@contextmanager
def held(folder: Path, *, writing: bool = False) -> Iterator[None]:
    """Keeps a lake as it is while it is read, or to oneself while it is written; waits for whoever else holds it.
    A folder that no export wrote is not held."""
    path = folder / ".lock"
    if not writing and not path.exists():
        yield
        return
    with path.open("ab" if writing else "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX if writing else fcntl.LOCK_SH)  # gone with the file, however we end
        yield


def strays(folder: Path, manifest: Manifest) -> Iterator[Path]:
    """Files of the lake's own tables that the manifest does not name: what a crash left, or a change replaced."""
    named = manifest.named()
    for table in TABLES:
        for path in (folder / table).rglob("*.parquet"):
            if path.relative_to(folder).as_posix() not in named:
                yield path
