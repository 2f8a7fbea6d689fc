"""Turns at writing, for the threads of one process: first come, first served.

SQLite lets one write at a time and has those who wait ask again after pauses of up to a tenth of a second. A thread
that writes without end (unpacking the journal) would so starve the others (its writer), whose clients wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from leadline.core.errors import StoreUnavailable


class Turns:
    """A lock that is handed to who has waited longest; who holds it may take it again."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None
        self._depth = 0

    @contextmanager
    def taken(self, seconds: float) -> Iterator[None]:
        """Waits for a turn. Raises StoreUnavailable after `seconds`."""
        self._take(seconds)
        try:
            yield
        finally:
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
