"""The answers of the collect API. Each refusal is one sentence, in the form that Segment's clients read."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]

_DONE = b'{"success": true}'
_JSON = (b"content-type", b"application/json")
_CORS: tuple[Header, ...] = ((b"vary", b"Origin"), (b"access-control-allow-credentials", b"true"))
PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, idempotency-key, x-retry-count"),
    (b"access-control-max-age", b"7200"),
)


class Refusal(Exception):
    """A request that is not taken: `status` and the sentence. `retry` is seconds until it may be tried again."""

    def __init__(self, status: int, code: str, sentence: str, retry: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.retry = status, code, sentence, retry


def cors(origin: bytes) -> tuple[Header, ...]:
    """What lets a page of `origin` read the answer."""
    return ((b"access-control-allow-origin", origin), *_CORS)


async def done(send: Send, cors: Sequence[Header]) -> None:
    """200: it is on disk."""
    headers = [_JSON, (b"content-length", b"17"), *cors]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _DONE})


async def empty(send: Send, status: int, headers: Sequence[Header]) -> None:
    """A status without a body."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})


async def refused(send: Send, why: Refusal, cors: Sequence[Header]) -> None:
    """The sentence. The connection ends where the rest of a body may still be on its way."""
    body = json.dumps({"success": False, "code": why.code, "message": why.sentence}).encode()
    headers = [_JSON, (b"content-length", str(len(body)).encode()), *cors]
    if why.retry:
        headers.append((b"retry-after", str(why.retry).encode()))
    if why.status in {401, 403, 408, 413, 415, 429}:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": why.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
