"""The writer with connections that fail: everyone who waits hears it, nothing spins, it recovers by itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import DataError, Overloaded, StoreUnavailable
from leadline.store.group_commit import Entry, Writer


class Database:
    """Holds what was committed; `broken` names what fails; `gate` holds commits back."""

    def __init__(self) -> None:
        self.groups: list[list[Entry]] = []
        self.broken = ""
        self.connects = self.closes = 0
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def connect(self) -> Database:
        self.connects += 1
        if self.broken == "connect":
            raise OSError("no route to the database")
        return self

    def write(self, entries: Sequence[Entry]) -> None:
        self.entered.set()
        assert self.gate.wait(30)
        if self.broken == "write":
            raise RuntimeError("disk full")
        if self.broken == "unknown":
            self.groups.append(list(entries))
            raise RuntimeError("the line broke")
        self.groups.append(list(entries))

    def close(self) -> None:
        self.closes += 1


class Watch:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def send(writer: Writer, body: bytes = b"x", source: str = "s", facts: str = "{}") -> Future[None]:
    return writer.submit(source, "segment", facts, body, 7)


def held(writer: Writer, database: Database) -> list[Future[None]]:
    """The writer busy with one body, so that what follows waits."""
    database.entered.clear()
    database.gate.clear()
    first = send(writer)
    assert database.entered.wait(30)
    return [first]


def test_what_waits_goes_into_one_commit() -> None:
    database = Database()
    writer = Writer(database.connect)
    futures = held(writer, database)
    futures += [send(writer, b"%d" % i) for i in range(100)]
    assert not any(future.done() for future in futures)
    assert writer.waiting() == (100, 190)
    database.gate.set()
    for future in futures:
        future.result(timeout=30)
    writer.close()
    assert [len(group) for group in database.groups] == [1, 100]
    assert database.groups[1][42] == (7, "s", "segment", "{}", b"42")
    assert (database.connects, database.closes) == (1, 1)


@pytest.mark.parametrize("bound", [{"most": 10}, {"most_bytes": 10}])
def test_a_commit_is_bounded(bound: dict[str, int]) -> None:
    database = Database()
    writer = Writer(database.connect, **bound)
    held(writer, database)
    for _ in range(25):
        send(writer)
    database.gate.set()
    writer.close()
    assert [len(group) for group in database.groups] == [1, 10, 10, 5]


def test_the_queue_is_bounded_by_number_and_bytes() -> None:
    database = Database()
    writer = Writer(database.connect, queue=3, queue_bytes=100)
    futures = held(writer, database)
    futures.append(send(writer, b"x" * 500))  # a body over the bound alone is taken where nothing else waits
    with pytest.raises(Overloaded, match="nothing was written"):
        send(writer)
    database.gate.set()
    [future.result(timeout=30) for future in futures]
    futures = held(writer, database)
    futures += [send(writer) for _ in range(3)]
    with pytest.raises(Overloaded):
        send(writer)
    database.gate.set()
    [future.result(timeout=30) for future in futures]
    writer.close()
    assert sum(map(len, database.groups)) == 6


def test_everyone_who_waits_hears_of_a_failure_and_the_next_one_is_tried_at_once() -> None:
    database, watch = Database(), Watch()
    writer = Writer(database.connect, now=watch)
    futures = held(writer, database)
    futures += [send(writer) for _ in range(50)]
    database.broken = "write"
    database.gate.set()
    for future in futures:
        with pytest.raises(StoreUnavailable, match="disk full"):
            future.result(timeout=30)
    database.broken = ""
    send(writer).result(timeout=30)
    writer.close()
    assert (database.connects, database.closes) == (2, 2)
    assert sum(map(len, database.groups)) == 1


@pytest.mark.parametrize("broken", ["connect", "write"])
def test_while_the_database_is_away_requests_are_refused_without_trying(broken: str) -> None:
    database, watch = Database(), Watch()
    database.broken = broken
    writer = Writer(database.connect, now=watch)
    tried = 0
    for _ in range(2000):
        watch.at += 0.005
        try:
            future = send(writer)
        except StoreUnavailable:
            continue
        tried += 1
        with pytest.raises(StoreUnavailable):
            future.result(timeout=30)
    assert 5 < tried < 25  # 10 seconds: pauses of .05, .1, .2, .4, .8, then 1 s
    assert database.connects == tried
    database.broken = ""
    watch.at += 1.0
    send(writer).result(timeout=30)
    send(writer).result(timeout=30)
    writer.close()
    assert sum(map(len, database.groups)) == 2


def test_an_unknown_outcome_is_told_as_a_failure() -> None:
    database = Database()
    database.broken = "unknown"
    writer = Writer(database.connect)
    with pytest.raises(StoreUnavailable, match="send it again"):
        send(writer).result(timeout=30)
    writer.close()
    assert len(database.groups) == 1


def test_closing_writes_what_waits_and_refuses_the_rest() -> None:
    database = Database()
    writer = Writer(database.connect)
    futures = held(writer, database)
    futures += [send(writer) for _ in range(7)]
    closing = threading.Thread(target=writer.close)
    closing.start()
    database.gate.set()
    closing.join(30)
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(StoreUnavailable, match="closed"):
        send(writer)
    writer.close()


@pytest.mark.parametrize(
    ("source", "facts"), [("s" * 201, "{}"), ("s", "a\0b"), ("s", "\ud800"), ("\0", "{}"), ("\udfff", "{}")]
)
def test_what_no_database_can_hold_is_refused_at_the_door(source: str, facts: str) -> None:
    database = Database()
    writer = Writer(database.connect)
    with pytest.raises(DataError):
        send(writer, source=source, facts=facts)
    writer.close()
    assert database.connects == 0


def test_a_coroutine_that_gave_up_does_not_disturb_the_others() -> None:
    async def talk() -> None:
        database = Database()
        writer = Writer(database.connect)
        database.gate.clear()
        futures = [writer.keep("s", "segment", "{}", b"x", 1) for _ in range(5)]
        futures[2].cancel()
        database.gate.set()
        results = await asyncio.gather(*futures, return_exceptions=True)
        assert [isinstance(result, asyncio.CancelledError) for result in results] == [False, False, True, False, False]
        database.broken = "write"
        with pytest.raises(StoreUnavailable):
            await writer.keep("s", "segment", "{}", b"x", 1)
        writer.close()

    asyncio.run(talk())


def test_a_loop_that_has_ended_is_left_alone() -> None:
    database = Database()
    writer = Writer(database.connect)
    database.gate.clear()

    async def leave() -> None:
        writer.keep("s", "segment", "{}", b"x", 1)

    asyncio.run(leave())
    database.gate.set()
    send(writer).result(timeout=30)
    writer.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["send", "send", "send", "break", "mend", "unknown", "hour"]), max_size=60))
def test_acknowledged_means_written_whatever_fails(steps: list[str]) -> None:
    database, watch = Database(), Watch()
    writer = Writer(database.connect, queue=8, most=3, now=watch)
    sent: list[tuple[bytes, Future[None]]] = []
    for number, step in enumerate(steps):
        if step == "send":
            try:
                sent.append((b"%d" % number, send(writer, b"%d" % number)))
            except StoreUnavailable:
                continue
        elif step == "hour":
            watch.at += 3600
        else:
            database.broken = {"break": "write", "mend": "", "unknown": "unknown"}[step]
    database.broken = ""
    writer.close()
    written = [entry[4] for group in database.groups for entry in group]
    assert len(written) == len(set(written))
    for body, future in sent:
        assert future.done()
        assert future.exception() is not None or body in written
