"""The journal: what is acknowledged is there, in order, once; failures reach everyone; the queue is bounded."""

from __future__ import annotations

import asyncio

from leadline.store.journal import finish, lag, pending, writer


def test_what_is_acknowledged_is_pending_in_order(store: str) -> None:
    journal = writer()
    futures = [journal.submit("segment:web", "segment", "{}", b"body %d" % i, 1_000 + i) for i in range(500)]
    for future in futures:
        assert future.result(timeout=30) is None
    journal.close()
    rows = pending(rows=1_000)
    assert [row.body for row in rows] == [b"body %d" % i for i in range(500)]
    assert lag() == (500, 1_000)
    finish(row.id for row in rows[:499])
    assert lag() == (1, 1_499)


def test_a_coroutine_waits_until_it_is_on_disk(store: str) -> None:
    async def collect() -> None:
        journal = writer()
        await asyncio.gather(*(journal.keep("s", "segment", "{}", b"\x00\xff", i) for i in range(300)))
        journal.close()

    asyncio.run(collect())
    assert lag() == (300, 0)
    assert {row.body for row in pending()} == {b"\x00\xff"}
