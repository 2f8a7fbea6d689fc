"""A power cut, simulated: what SQLite wrote and did not sync is dropped, kept or torn, as a disk may do it.

The file system under SQLite is this module's: writes go through, and beside each file stands what a disk would hold
after a cut: all up to the last sync, and of each later write, in any order, nothing, all, or some of its sectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from leadline.core.errors import StoreUnavailable
from leadline.store.group_commit import Entry, Writer
from leadline.store.journal_body import unpacked
from leadline.store.journal_sqlite import SqliteSink

SECTOR = 512
KEPT, TORN = 0.5, 0.2


@dataclass
class Disk:
    """What was synced of each file, and what was done since, in order: ('write', offset, bytes) or ('cut', size)."""

    synced: dict[str, bytearray] = field(default_factory=dict)
    since: dict[str, list[tuple[int, bytes | None]]] = field(default_factory=dict)
    until: int = 1 << 60  # operations before the power goes
    done: int = 0
    at_cut: Callable[[], None] = lambda: None
    full: bool = False
    faults: dict[int, type[apsw.Error]] = field(default_factory=dict)  # what the n-th operation ends with

    def step(self, *, writes: bool = False) -> None:
        """Counts one operation; raises its fault, or where the disk is full, or once the power is gone."""
        self.done += 1
        if self.done in self.faults:
            raise self.faults[self.done]("an operation failed")
        if writes and self.full:
            raise apsw.FullError("no space is left on the disk")
        if self.done == self.until:
            self.at_cut()
        if self.done >= self.until:
            raise apsw.IOError("the power is gone")

    def sync(self, name: str) -> None:
        """All that was done to a file is on the platter."""
        whole = self.synced.setdefault(name, bytearray())
        for offset, data in self.since.pop(name, []):
            _apply(whole, offset, data)

    def after_cut(self, name: str, random: np.random.Generator) -> bytes | None:
        """What may be found of a file; None where it was never synced and none of it came through."""
        whole = bytearray(self.synced.get(name, b""))
        there = name in self.synced
        for offset, data in self.since.get(name, []):
            if random.random() >= KEPT:
                continue
            there = True
            if data is None or random.random() >= TORN:
                _apply(whole, offset, data)
                continue
            for start in range(0, len(data), SECTOR):
                if random.random() < 0.5:
                    _apply(whole, offset + start, data[start : start + SECTOR])
        return bytes(whole) if there else None


def _apply(whole: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del whole[offset:]
        return
    if len(whole) < offset:
        whole.extend(bytes(offset - len(whole)))
    whole[offset : offset + len(data)] = data


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: Sequence[int]) -> None:
        super().__init__("", name, list(flags))
        self._disk = disk
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.step(writes=True)
        super().xWrite(data, offset)
        self._disk.since.setdefault(self._name, []).append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.step()
        super().xTruncate(size)
        self._disk.since.setdefault(self._name, []).append((size, None))

    def xSync(self, flags: int) -> None:  # noqa: N802, ARG002 - SQLite's name; the real file need not be synced
        self._disk.step()
        self._disk.sync(self._name)


class CutVFS(apsw.VFS):
    """The file system. Register under a name of its own, close with `unregister`."""

    def __init__(self, name: str, disk: Disk) -> None:
        self.name, self._disk = name, disk
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        return _File(self._disk, name, flags)

    def xDelete(self, path: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        self._disk.step()
        super().xDelete(path, syncdir)
        self._disk.synced.pop(Path(path).name, None)
        self._disk.since.pop(Path(path).name, None)


@dataclass(frozen=True, slots=True)
class Cut:
    """What one cut left. `lost` counts acknowledged bodies that are gone, `halves` groups of which only a part is
    there, `strange` rows that nobody sent or that came twice; `corrupt` is SQLite's own verdict, '' where all is well.
    """

    seed: int
    acknowledged: int
    found: int
    lost: int
    halves: int
    strange: int
    corrupt: str


class _Noting(SqliteSink):
    """Notes which bodies went into one transaction."""

    groups: list[frozenset[bytes]]

    def write(self, entries: Sequence[Entry]) -> None:
        self.groups.append(frozenset(unpacked(entry[4]) for entry in entries))
        super().write(entries)


def trial(template: Path, folder: Path, seed: int, synchronous: str = "FULL") -> Cut:
    """Writes bodies through the project's own writer to a copy of `template`, cuts the power, and looks.

    `template` is a migrated record with an empty journal, in WAL mode, closed. `synchronous` other than FULL is there
    to show that a loss would be found.
    """
    random = np.random.default_rng(seed)
    path = folder / "record.sqlite3"
    path.write_bytes(template.read_bytes())
    disk = Disk({path.name: bytearray(template.read_bytes())}, until=int(random.integers(20, 400)))
    pages = int(random.integers(4, 40))
    vfs = CutVFS(f"cut-{seed}-{synchronous}", disk)
    groups: list[frozenset[bytes]] = []
    sent: list[tuple[bytes, Future[None]]] = []
    acknowledged: set[bytes] = set()
    disk.at_cut = lambda: acknowledged.update(body for body, future in sent if future.done() and not future.exception())

    def connect() -> SqliteSink:
        sink = _Noting(apsw.Connection(str(path), vfs=vfs.name))
        sink.groups = groups
        # Checkpoints and restarts of the log are where data could be lost, so there are many of them.
        sink.connection.execute(f"PRAGMA wal_autocheckpoint={pages}")
        sink.connection.execute(f"PRAGMA synchronous={synchronous}")
        return sink

    writer = Writer(connect)
    with suppress(StoreUnavailable):
        for number in range(100_000):
            body = b"%d-%d " % (seed, number) + random.bytes(int(random.integers(0, 6000)))
            sent.append((body, writer.submit("test", "segment", "{}", body, number)))
            if random.random() < 0.3:
                sent[-1][1].result(timeout=30)
    writer.close()
    vfs.unregister()
    after = folder / "after"
    after.mkdir()
    for name in {*disk.synced, *disk.since}:
        whole = disk.after_cut(name, random)
        if whole is not None:
            (after / name).write_bytes(whole)
    bodies, corrupt = found(after / path.name)
    there = set(bodies)
    return Cut(
        seed,
        len(acknowledged),
        len(bodies),
        lost=len(acknowledged - there),
        halves=sum(1 for group in groups if group & there and not group <= there),
        strange=len(bodies) - len(there & {body for body, _ in sent}),
        corrupt=corrupt,
    )


def found(path: Path) -> tuple[list[bytes], str]:
    """The bodies that a new process would find, and what SQLite says of the file ('' where it is whole)."""
    connection = apsw.Connection(str(path))
    try:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        bodies = [unpacked(bytes(row[0])) for row in connection.execute("SELECT body FROM store_journal")]
        return bodies, "" if said == ["ok"] else "; ".join(said)
    except apsw.Error as error:
        return [], str(error)
    finally:
        connection.close()
