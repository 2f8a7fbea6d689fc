"""Group commit: one thread writes request bodies to the journal, one transaction for all that waits.

A commit costs a sync of the disk (0.2 to 3 ms), so whatever waits while one runs shares the next: group commit
(DeWitt et al., Implementation techniques for main memory database systems, SIGMOD 1984).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from leadline.core.errors import DataError, Overloaded, StoreUnavailable
from leadline.store.journal_body import packed

Entry = tuple[int, str, str, str, bytes]  # received_at, source, form, facts, body: the order of the columns

COLUMNS = "received_at, source, form, facts, body"
SOURCE_LENGTH, FORM_LENGTH = 200, 20
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


class Sink(Protocol):
    """An open connection that takes entries."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Writes all in one transaction that is durable on return. An error means none, or an unknown outcome."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class _Waiting(NamedTuple):
    entry: Entry
    future: Any  # concurrent.futures.Future where loop is None, else asyncio.Future
    loop: asyncio.AbstractEventLoop | None


class Writer:
    """Writes the journal: one for a process, one thread, one transaction for all that waits.

    `connect` opens a sink, in the writer's thread. At most `queue` bodies or `queue_bytes` wait; at most `most` bodies
    or `most_bytes` go into one commit. After a failed commit every waiting request hears StoreUnavailable and the
    connection is opened anew: at once for the first failure, then after pauses of 50 ms to 1 s in which requests are
    refused without being tried. Whether a failed group was written may be unknown: send it again, ids make that safe.
    """

    def __init__(
        self,
        connect: Callable[[], Sink],
        *,
        queue: int = 10_000,
        queue_bytes: int = 64 << 20,
        most: int = 2_000,
        most_bytes: int = 8 << 20,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect, self._now = connect, now
        self._queue, self._queue_bytes, self._most, self._most_bytes = queue, queue_bytes, most, most_bytes
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._changed = threading.Condition(threading.Lock())
        self._asleep = False
        self._closed = False
        self._sink: Sink | None = None
        self._failures = 0
        self._refuse_until = 0.0
        self._reason = ""
        self._thread = threading.Thread(target=self._run, name="leadline-journal", daemon=True)
        self._thread.start()

    def submit(self, source: str, form: str, facts: str, body: bytes, received_at: int) -> Future[None]:
        """Queues one body; the future ends once it is on disk, or with StoreUnavailable.

        Raises Overloaded at once where the queue is full, StoreUnavailable while the database is known to be away,
        DataError for text that a database cannot hold.
        """
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()
        self._put(_Waiting(_entry(source, form, facts, body, received_at), future, None))
        return future

    def keep(self, source: str, form: str, facts: str, body: bytes, received_at: int) -> asyncio.Future[None]:
        """As `submit`, for a coroutine to await; the loop is woken once for a group, not once for a request."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._put(_Waiting(_entry(source, form, facts, body, received_at), future, loop))
        return future

    def waiting(self) -> tuple[int, int]:
        """How many bodies wait in memory, and their bytes."""
        return len(self._waiting), self._bytes

    def close(self) -> None:
        """Writes what waits, then ends. Later bodies are refused. May be called again."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _put(self, waiting: _Waiting) -> None:
        size = len(waiting.entry[4])
        with self._changed:
            if self._closed:
                raise StoreUnavailable("The journal is closed: the server is stopping; send it again")
            if self._failures and self._now() < self._refuse_until:
                raise StoreUnavailable(self._reason)
            if len(self._waiting) >= self._queue or (self._waiting and self._bytes + size > self._queue_bytes):
                raise Overloaded("More events arrive than the database takes; nothing was written, send it again later")
            self._waiting.append(waiting)
            self._bytes += size
            if self._asleep:
                self._asleep = False
                self._changed.notify()

    def _run(self) -> None:
        while group := self._next():
            try:
                if self._sink is None:
                    self._sink = self._connect()
                self._sink.write([(*waiting.entry[:4], packed(waiting.entry[4])) for waiting in group])
            except Exception as error:  # noqa: BLE001 - whatever it was, each waiting request must hear of it
                self._fail(group, error)
            else:
                self._failures = 0
                _settle(group, None)
        self._drop()

    def _next(self) -> list[_Waiting]:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return []
                self._asleep = True
                self._changed.wait()
            self._asleep = False
            group: list[_Waiting] = []
            size = 0
            while self._waiting and len(group) < self._most and (not group or size < self._most_bytes):
                group.append(self._waiting.popleft())
                size += len(group[-1].entry[4])
            self._bytes -= size
            return group

    def _fail(self, group: list[_Waiting], error: Exception) -> None:
        self._drop()
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        with self._changed:
            self._reason = f"The database does not take what it is given ({first_line}); send it again later"
            self._failures += 1
            if self._failures > 1:
                pause = min(FIRST_PAUSE * 2 ** min(self._failures - 2, 10), LONGEST_PAUSE)
                self._refuse_until = self._now() + pause
            group = [*group, *self._waiting]
            self._waiting.clear()
            self._bytes = 0
        _settle(group, self._reason)

    def _drop(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            try:
                sink.close()
            except Exception as error:  # noqa: BLE001 - a broken connection may not even close; it is let go of
                self._reason = str(error)


def _entry(source: str, form: str, facts: str, body: bytes, received_at: int) -> Entry:
    """One that the database cannot hold would fail its whole group, so it is refused at the door."""
    if len(source) > SOURCE_LENGTH or len(form) > FORM_LENGTH:
        raise DataError(f"The name of a source has at most {SOURCE_LENGTH} letters, that of a form {FORM_LENGTH}")
    text = f"{source}{form}{facts}"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DataError(f"The facts of a request hold no valid text: {error.reason}") from None
    if "\0" in text:
        raise DataError("The facts of a request hold the character NUL")
    return received_at, source, form, facts, body


def _settle(group: Iterable[_Waiting], reason: str | None) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiting in group:
        if waiting.loop is not None:
            by_loop.setdefault(waiting.loop, []).append(waiting.future)
        elif reason is None:
            waiting.future.set_result(None)
        else:
            waiting.future.set_exception(StoreUnavailable(reason))
    for loop, futures in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and with it those who waited
            loop.call_soon_threadsafe(_settle_here, futures, reason)


def _settle_here(futures: list[asyncio.Future[None]], reason: str | None) -> None:
    for future in futures:
        if not future.done():  # the client may have gone
            if reason is None:
                future.set_result(None)
            else:
                future.set_exception(StoreUnavailable(reason))
