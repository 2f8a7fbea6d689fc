"""What `leadline doctor` looks at outside the database: the folder, its modes, the disk, the last backup."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Literal

from leadline.core.clock import from_micros
from leadline.core.settings import home
from leadline.store import address, home_files, keeping

Found = tuple[Literal["ok", "look", "broken"], str]

FREE_BROKEN, FREE_LOOK = 100 << 20, 1 << 30
BACKUP_DAYS = 2
_OTHERS = 0o077


class Files:
    """Checks of files, as of `now` (microseconds since 1970)."""

    def __init__(self, now: int) -> None:
        self._now = now

    def folder(self) -> Found:
        """Whether Leadline's folder can be written, by us only."""
        root = home()
        try:
            with tempfile.NamedTemporaryFile(dir=root, prefix=".doctor-"):
                mode = root.stat().st_mode & 0o777
        except OSError as error:
            return "broken", f"{root} cannot be written: {(error.strerror or str(error)).lower()}"
        if mode & _OTHERS:
            return "look", f"others on this machine can look into {root}; chmod 700 it"
        return "ok", str(root)

    def secrets(self) -> Found:
        """Whether only their owner reads what is secret or bears witness."""
        names = (*home_files.SECRETS, home_files.HEADS, home_files.ERASURES)
        there = [home() / name for name in names if (home() / name).exists()]
        if open_ := [path.name for path in there if path.stat().st_mode & _OTHERS]:
            return "broken", f"others can read {' and '.join(open_)} in {home()}; chmod 600 and renew what was secret"
        return "ok", f"{len(there)} files, readable by their owner only"

    def disk(self) -> Found:
        """Whether there is room for what comes, and for a second copy of the record, which erasure and backup need."""
        folder = address.sqlite_path().parent if address.is_sqlite() else home()
        free = shutil.disk_usage(folder).free
        size = _size(address.sqlite_path()) if address.is_sqlite() else 0
        if free < FREE_BROKEN:
            return "broken", f"only {_bytes(free)} are free on the disk of {folder}; make room before writes fail"
        if free < max(FREE_LOOK, size):
            return "look", f"{_bytes(free)} are free on the disk of {folder}, the record has {_bytes(size)}; make room"
        return "ok", f"{_bytes(free)} free" + (f", the record has {_bytes(size)}" if size else "")

    def backup(self) -> Found:
        """When the last backup was made."""
        last = keeping.last()
        if last is None:
            return "look", "none was made yet; run `leadline backup TARGET` every night"
        days = (from_micros(self._now) - datetime.fromisoformat(last["at"])).total_seconds() / 86_400
        words = f"the last was made {last['at'][:16].replace('T', ' at ')} UTC"
        if days > BACKUP_DAYS:
            return "look", f"{words}, {days:.0f} days ago; run `leadline backup TARGET` every night"
        path = Path(str(last.get("target", "")))
        if path.exists() and path.stat().st_size != last.get("bytes"):
            return "broken", f"{words}, but {path} has another size since; make another one"
        return "ok", words


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _bytes(count: int) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
