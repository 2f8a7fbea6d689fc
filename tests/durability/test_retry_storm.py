"""Each POST sent one to five times at once with one key has one effect and one reply."""

from __future__ import annotations

import asyncio
import json
import signal

import numpy as np
import pytest

import kills
from leadline.store import write_keys
from leadline.store.models import Signal

KEYS = 2_000
CLIENTS = 20


def _posts() -> list[tuple[str, bytes, str, int]]:
    """Path, body, header and how often: events with an id of their own, and events whose request alone has a key."""
    random, posts = np.random.default_rng(11), []
    for number in range(KEYS):
        event = {"event": "Form Submitted", "userId": "u", "timestamp": "2026-11-20T10:00:00Z", "properties": {"n": 1}}
        header = ""
        if number % 2:
            event["messageId"] = f"m{number}"
        else:
            header = f"Idempotency-Key: k{number}\r\n"
        body = json.dumps(event).encode()
        path = "/v1/track"
        if number % 3 == 0:
            body, path = json.dumps({"batch": [{"type": "track"} | event]}).encode(), "/v1/batch"
        posts.append((path, body, header, int(random.integers(1, 6))))
    return posts


async def _storm(key: str) -> dict[int, set[tuple[int, bytes]]]:
    port, posts = kills.free_port(), _posts()
    copies = [number for number, post in enumerate(posts) for _ in range(post[3])]
    replies: dict[int, set[tuple[int, bytes]]] = {number: set() for number in range(KEYS)}
    waiting = iter(copies)

    async def send() -> None:
        client = kills.Client(port, key)
        for number in waiting:
            path, body, header, _ = posts[number]
            replies[number].add(await client.post(path, body, header))
        client.close()

    async with kills.nursery(port) as servers:
        await servers.start()
        first = kills.Client(port, key)
        await kills.insist(first, kills.Told(), *kills.request(np.random.default_rng(0), "first"))
        first.close()
        await asyncio.gather(*(send() for _ in range(CLIENTS)))
        await servers.end(signal.SIGTERM)
    return replies


@pytest.mark.slow
def test_one_effect_and_one_reply(store: str) -> None:
    replies = asyncio.run(_storm(write_keys.make("web")))
    assert {reply for each in replies.values() for reply in each} == {(200, b'{"success": true}')}
    found = kills.in_ledger()
    effects = [key for key in found if not key.startswith("first-")]
    assert max(found.values()) == 1
    assert len(effects) == KEYS
    assert {f"m{number}" for number in range(1, KEYS, 2)} <= set(effects)
    assert Signal.objects.filter(key__in=effects).count() == KEYS
