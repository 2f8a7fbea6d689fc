"""Turns at writing one SQLite file: first come, first served among threads, and between processes soon.

SQLite lets one write at a time and has those who wait ask again after pauses of up to a tenth of a second. A thread or
process that writes without end (unpacking the journal) would so starve the others (the journal's writer), whose clients
wait. Between processes the turn is a lock on a file beside the database, asked for every half a millisecond; the system
takes it from a process that dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadline.core.errors import StoreUnavailable


class Turns:
    """A lock that is handed to who has waited longest; who holds it may take it again."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None
        self._depth = 0

    @contextmanager
    def taken(self, seconds: float, file: Path | None = None) -> Iterator[None]:
        """Waits for a turn, also between processes where `file` is given. Raises StoreUnavailable after `seconds`."""
        self._take(seconds)
        held = -1
        try:
            if file is not None and self._depth == 1:
                held = _locked(file, seconds)
            yield
        finally:
            if held >= 0:
                os.close(held)  # and with it the lock
            self._give()

    def _take(self, seconds: float) -> None:
        me = threading.get_ident()
        with self._mutex:
            if self._owner in (None, me):
                self._owner = me
                self._depth += 1
                return
            gate = threading.Lock()
            gate.acquire()
            place = (me, gate)
            self._waiting.append(place)
        if gate.acquire(timeout=seconds):
            return
        with self._mutex:
            if place in self._waiting:
                self._waiting.remove(place)
                raise StoreUnavailable(f"Others have been writing for {seconds:g} seconds; send it again later")

    def _give(self) -> None:
        with self._mutex:
            self._depth -= 1
            if self._depth:
                return
            if not self._waiting:
                self._owner = None
                return
            self._owner, gate = self._waiting.popleft()
            self._depth = 1
            gate.release()


WRITING = Turns()
"""Turns at the one file of this process."""


def beside(database: Path) -> Path:
    """The file on which processes take turns at a database."""
    return database.with_name(f"{database.name}-turn")


def _locked(file: Path, seconds: float) -> int:
    try:
        held = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"{file} cannot be opened: {(error.strerror or str(error)).lower()}") from error
    until = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(held)
                raise StoreUnavailable(
                    f"Another process has been writing for {seconds:g} seconds; send it again later"
                ) from None
            pause.wait(0.0005)
