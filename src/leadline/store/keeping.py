"""Backup and restore of the whole record: the database as one commit left it, and the small files beside it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from leadline import __version__
from leadline.core.clock import Clock, SystemClock, micros
from leadline.core.errors import CallError, DataError, StoreUnavailable
from leadline.core.settings import home
from leadline.store import address, archive, home_files, opening

LAST = "last-backup.json"
_NOT_KEPT = (LAST, "last-fault.txt")
_NOT_KEPT_ENDS = (".part", ".new", ".lock", ".leadline", "-wal", "-shm")
_LARGEST = 16 << 20
_HOME = "home/"


class Database(Protocol):
    """What a database does for backups. `record` is the name of its copy within a backup."""

    record: str

    def snapshot(self, target: Path) -> dict[str, Any]:
        """Writes the database as the last commit left it to `target`, while others write; gives its facts: 'version',
        'rows' by table, 'schema' (migrations), 'audit_head' and 'findings' (sentences; none is good)."""
        ...

    def inspect(self, copy: Path, heads: Path | None) -> tuple[list[str], list[str]]:
        """Opens a copy apart from the present record: what does not hold in it, and notes."""
        ...

    def place(self, copy: Path) -> list[str]:
        """Puts a copy in the present record's place, wholly or not at all; gives notes."""
        ...

    def is_empty(self) -> bool:
        """Whether the present record holds nothing that could be lost."""
        ...


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made or read: where, how large, its digest, its manifest, and what does not hold in it."""

    path: Path
    size: int
    sha256: str
    manifest: dict[str, Any]
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def backup(target: Path, *, with_secrets: bool = False, by: str = "system", clock: Clock | None = None) -> Backup:
    """Writes a backup to `target` (a file, or a folder in which it gets a name by its time) while others write.

    It holds every commit that was made before the call. Raises CallError where `target` cannot be written or there is
    no record, StoreUnavailable where the database or the disk refuses.
    """
    from leadline.store import audit, suppression

    at = (clock or SystemClock()).now()
    if target.is_dir():
        target = target / f"{at:%Y-%m-%dT%H%M%SZ}.leadline"
    if target.exists() and not target.is_file():
        raise CallError(f"'{target}' is no file; name a file or a folder for the backup")
    if target.resolve() in home_files.database_files():
        raise CallError(f"'{target}' is the record itself; name another file")
    if not target.parent.is_dir():
        raise CallError(f"There is no folder '{target.parent}'; make it first")
    database = _database()
    with _refusals(target), _folder(target.parent) as folder:
        copy = folder / database.record
        facts = database.snapshot(copy)
        members = {database.record: copy}
        left_out: list[str] = []
        for path in home_files.files():
            name = str(path.relative_to(home()))
            if _is_kept(path, name, target, with_secrets):
                if path.stat().st_size > _LARGEST:
                    left_out.append(name)
                else:
                    members[_HOME + name] = path
        if (heads := members.get(_HOME + home_files.HEADS)) is not None:
            members[_HOME + home_files.HEADS] = _heads_until(heads, facts["audit_head"], folder)
        manifest = {
            "format": 1,
            "leadline": __version__,
            "made_at": at.isoformat(),
            "record": database.record,
            **facts,
            "secrets": with_secrets,
            "installation": suppression.installation(),
            "left_out": left_out,
        }
        digest = archive.write(target, manifest, members)
    size = target.stat().st_size
    _remember(at.isoformat(), target, size, digest)
    _recorded(audit.record, "backup made", by, {"made_at": at.isoformat(), "sha256": digest, "secrets": with_secrets})
    notes = [f"not in it, being larger than {_LARGEST >> 20} MB: {', '.join(left_out)}"] if left_out else []
    return Backup(target, size, digest, manifest, tuple(facts["findings"]), tuple(notes))


def verify(source: Path) -> Backup:
    """Reads a backup wholly, opens its record apart from the present one, and says what does not hold in it.

    Raises one sentence where its bytes are not those that were written.
    """
    digest = archive.check(source)
    manifest = archive.manifest_of(source)
    database = _database_for(manifest)
    with _refusals(source), _folder(None) as folder:
        members = archive.extract(source, folder)
        findings, notes = database.inspect(members[database.record], members.get(_HOME + home_files.HEADS))
    return Backup(source, source.stat().st_size, digest, manifest, tuple(findings), tuple(notes))


def restore(source: Path, *, force: bool = False, by: str = "system", clock: Clock | None = None) -> Backup:
    """Puts a backup in the place of the present record, which must be empty or given up by `force`; then erases again
    whoever was erased since. Where anything is wrong with the backup, the present record stays as it was.
    """
    from leadline.store import restoring

    digest = archive.check(source)
    manifest = archive.manifest_of(source)
    database = _database_for(manifest)
    if unknown := restoring.unknown(manifest["schema"]):
        raise DataError(f"'{source}' was made by a newer Leadline (it knows {unknown}); update Leadline, then restore")
    if not force and not database.is_empty():
        raise CallError(
            f"The record {address.shown()} is not empty; restore into another LEADLINE_HOME or LEADLINE_DATABASE, or "
            "give it up with --force"
        )
    if (findings := manifest["findings"]) and not force:
        raise DataError(f"The backup '{source}' is whole, but {findings[0]}; --force restores it nevertheless")
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    with _refusals(source), _folder(_beside()) as folder:
        members = archive.extract(source, folder)
        files = {name.removeprefix(_HOME): path for name, path in members.items() if name.startswith(_HOME)}
        restoring.files_before(files, force)
        notes = database.place(members[database.record])
        restoring.files_after(files, force)
    opening.migrate()
    notes += restoring.settle(manifest, by, micros((clock or SystemClock()).now()))
    return Backup(source, source.stat().st_size, digest, manifest, tuple(findings), tuple(notes))


def last() -> dict[str, Any] | None:
    """When and where the last backup was made: 'at', 'target', 'bytes', 'sha256'; None where there is none."""
    try:
        told = json.loads((home() / LAST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("at"), str) else None


def _database() -> Database:
    if address.is_sqlite():
        from leadline.store.keeping_sqlite import Sqlite

        return Sqlite()
    from leadline.store.keeping_postgres import Postgres

    return Postgres()


def _database_for(manifest: dict[str, Any]) -> Database:
    database = _database()
    if manifest["record"] != database.record:
        kind = "SQLite" if manifest["record"].endswith("sqlite3") else "PostgreSQL"
        raise CallError(f"The backup is of a record on {kind}; set LEADLINE_DATABASE to a database of that kind")
    return database


def _is_kept(path: Path, name: str, target: Path, with_secrets: bool) -> bool:
    if name in home_files.SECRETS:
        return with_secrets
    return name not in _NOT_KEPT and not name.endswith(_NOT_KEPT_ENDS) and path.resolve() != target.resolve()


def _heads_until(heads: Path, head: dict[str, Any] | None, folder: Path) -> Path:
    """The exported heads up to that of the copy: later commits are not in it."""
    last_seq = head["seq"] if head else 0
    kept = []
    for line in heads.read_text("utf-8", "replace").splitlines(keepends=True):
        try:
            seq = json.loads(line)["seq"]
        except (ValueError, TypeError, KeyError):
            continue
        kept += [line] if seq <= last_seq else []
    path = folder / "heads"
    path.write_text("".join(kept), "utf-8")
    return path


def _remember(at: str, target: Path, size: int, digest: str) -> None:
    aside = home() / f"{LAST}.{os.getpid()}.part"
    told = {"at": at, "target": str(target.resolve()), "bytes": size, "sha256": digest}
    aside.write_text(json.dumps(told) + "\n", "utf-8")
    aside.chmod(0o600)
    aside.replace(home() / LAST)


def _recorded(record: Any, act: str, by: str, payload: dict[str, Any]) -> None:
    from leadline.store.transactions import together

    with together():
        record(act, actor=by, payload=payload)


def _beside() -> Path | None:
    """Where a copy lies on the same disk as the SQLite file, so that it can be given its name."""
    if not address.is_sqlite():
        return None
    folder = address.sqlite_path().parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def _folder(parent: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".leadline-copy-", dir=parent) as folder:
        yield Path(folder)


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """A full disk or a folder that may not be written is one sentence."""
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoreUnavailable(f"'{path}' cannot be written or read: {why}; nothing was changed") from error
