"""The small files of Leadline's folder: which there are, and whoever is named in them taken out."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from leadline.core.settings import INDEX, LAKE, home
from leadline.store import address
from leadline.store.redaction import Traces

SECRETS = ("secret", "secrets.json")  # readable by their owner only
HEADS, ERASURES = "audit-heads.jsonl", "erasures.jsonl"
CLOSED = (".gz", ".zip", ".xlsx", ".parquet", ".leadline", ".dump", ".bz2", ".xz", ".zst")  # not to be looked into
_BY_LINE = (".csv", ".tsv", ".jsonl", ".log", ".txt", "")
_LARGEST = 64 << 20
DERIVED = (LAKE, INDEX)  # folders that are made anew from what is kept elsewhere


def files() -> Iterator[Path]:
    """Every plain file in Leadline's folder but the database's own and those of derived folders, in order of name."""
    root = home()
    own = database_files()
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if Path(folder) != root or name not in DERIVED)
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink() and path.resolve() not in own:
                yield path


def take_out(traces: Traces, apply: bool) -> tuple[list[str], list[str]]:
    """Takes the person out of every file that is text; gives the names of those that held it, and of those that
    cannot be looked into. Rows of CSV and lines of lists and logs that name the person go as a whole, and so do
    derived folders."""
    held, closed = [], []
    root = home()
    if apply:
        drop_derived()
    for path in files():
        name = str(path.relative_to(root))
        if name in (*SECRETS, HEADS, ERASURES):
            continue
        if path.suffix.lower() in CLOSED or path.stat().st_size > _LARGEST:
            closed.append(name)
            continue
        raw = path.read_bytes()
        text = raw.decode("utf-8", "surrogateescape")
        if b"\0" in raw:
            closed += [name] if traces.among(text) else []
        elif traces.among(text):
            held.append(name)
            if apply:
                _replace(path, _without(text, traces, path.suffix.lower()))
    return held, closed


def drop_derived() -> None:
    """Removes what was made from the record: the next use makes it anew, without whoever is gone from the record."""
    for name in DERIVED:
        if (folder := home() / name).is_dir():
            shutil.rmtree(folder)


def holding(words: tuple[str, ...]) -> list[Path]:
    """Files, the database's own among them, whose raw bytes hold one of the words in the case given or lower case."""
    needles = {form.encode() for word in words for form in (word, word.lower())}
    every = [*files(), *sorted(path for path in database_files() if path.exists())]
    return [path for path in every if needles and _holds(path, needles)]


def _holds(path: Path, needles: set[bytes]) -> bool:
    longest = max(map(len, needles))
    before = b""
    with path.open("rb") as file:
        while block := file.read(8 << 20):
            if any(needle in before + block for needle in needles):
                return True
            before = block[-longest:]
    return False


def _without(text: str, traces: Traces, kind: str) -> str:
    if kind not in _BY_LINE:  # JSON stays JSON, a page a page
        return traces.out_of(text)
    if kind == ".csv":
        delimiter = max(",;\t|", key=text.split("\n", 1)[0].count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if "\r\n" in text else "\n")
        try:
            writer.writerows(row for row in rows if not traces.among(delimiter.join(row)))
            return out.getvalue()
        except csv.Error:  # not what its name says: by line, as other texts
            return _without(text, traces, ".txt")
    return "".join(line for line in text.splitlines(keepends=True) if not traces.among(line))


def _replace(path: Path, text: str) -> None:
    """Writes aside and renames, with the mode that it had; the old bytes are then overwritten."""
    mode = path.stat().st_mode & 0o777
    fresh = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        file.flush()
        os.fsync(file.fileno())
    with path.open("r+b") as old:
        fresh.replace(path)
        old.write(b"\0" * os.fstat(old.fileno()).st_size)
        old.flush()
        os.fsync(old.fileno())


def database_files() -> set[Path]:
    """The SQLite file and what SQLite keeps beside it; none where the record is on PostgreSQL."""
    if not address.is_sqlite():
        return set()
    path = address.sqlite_path().resolve()
    return {path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))}
