"""The collect route, from the request to the answer that its body is on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from leadline.core.clock import micros_now
from leadline.core.errors import DataError, Overloaded, StoreUnavailable
from leadline.web.collect import cloudevents, segment
from leadline.web.collect.body import Gone, Receive, read
from leadline.web.collect.keys import WriteKeys, allowed, key_of
from leadline.web.collect.ports import Journal, Limits, Ports
from leadline.web.collect.receipt import judge, with_key, without_addresses
from leadline.web.collect.replies import PREFLIGHT, Header, Refusal, Send, cors, done, empty, refused

PATHS = frozenset({*segment.KINDS, *cloudevents.PATHS})
Scope = Any
_SLOW = Refusal(408, "too_slow", "The body did not arrive in time.")
_LATE = Refusal(503, "not_known", "It is not known yet whether it was written; send it again with the same ids.", 2)


class Collect:
    """An ASGI application of its own: Starlette's routing and Request cost a sixth of a small request, and this route
    needs neither. All that is asked less often is Starlette's (web/server.py)."""

    def __init__(self, ports: Ports, limits: Limits | None = None) -> None:
        self.ports, self.limits = ports, limits or Limits()
        self.keys = WriteKeys(ports)
        self._judge = judge(ports)
        self._writer: Journal | None = None
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers POST and OPTIONS on `PATHS`."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        opened: Sequence[Header] = ()
        if origin:
            opened = await self._opened(origin, headers)
        if scope["method"] == "OPTIONS":
            await empty(send, 204, [*opened, *(PREFLIGHT if opened else ())])
            return
        try:
            if scope["method"] != "POST":
                raise Refusal(405, "not_post", "Send events with POST.")
            await self._take(scope, headers, receive)
        except Refusal as why:
            await refused(send, why, opened)
        except Gone:
            return
        else:
            await done(send, opened)

    async def _opened(self, origin: bytes, headers: dict[bytes, bytes]) -> tuple[Header, ...]:
        """What lets the page read the answer, where any key lets pages of its origin send."""
        host = headers.get(b"host", b"").decode("latin-1")
        try:
            return cors(origin) if await self.keys.some_key_allows(origin.decode("latin-1"), host) else ()
        except StoreUnavailable:
            return ()

    async def _take(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> None:
        path, limits = scope["path"], self.limits
        kind = segment.KINDS.get(path, "")
        most = limits.message if kind and kind != "batch" else limits.batch
        if self._held > limits.held:
            raise Refusal(429, "overloaded", "Too much is on its way at once; try again in a second.", 1)
        held = _size(headers, most)
        self._held += held
        submitted = False
        try:
            # One clock for the body and for the commit: a timer costs as much as judging the request.
            async with asyncio.timeout(limits.seconds):
                key = key_of(headers.get(b"authorization", b""))
                if key:
                    await self.keys.source(key)  # a stranger's body is not read
                body = await read(receive, headers, most)
                if kind:
                    form = "segment"
                    named = segment.write_key(kind, body, limits)
                    key = key or named
                else:
                    form, kind = "cloudevents", ""
                    body = cloudevents.taken(body, headers, limits)
                source, origins = await self.keys.source(key)
                self._of_the_key(headers, origins)
                client = scope["client"]
                facts = self._judge(
                    kind,
                    client[0] if client else "",
                    headers.get(b"user-agent"),
                    b"accept-language" in headers,
                    b"origin" in headers,
                )
                if b"idempotency-key" in headers:
                    facts = with_key(facts, headers[b"idempotency-key"])
                body = without_addresses(body, self.ports.network_of)
                on_disk = self._journal().keep(source, form, facts, body, micros_now())
                submitted = True
                await on_disk
        except TimeoutError:
            raise _LATE if submitted else _SLOW from None
        except Overloaded as error:
            raise Refusal(429, "overloaded", f"{error}.", 1) from None
        except StoreUnavailable as error:
            raise Refusal(503, "not_written", f"{error}.", 2) from None
        except DataError as error:
            raise Refusal(400, "invalid_text", f"{error}.") from None
        finally:
            self._held -= held

    def _of_the_key(self, headers: dict[bytes, bytes], origins: Sequence[str]) -> None:
        origin = headers.get(b"origin")
        if origin is not None and origins:
            host = headers.get(b"host", b"").decode("latin-1")
            if not allowed(origin.decode("latin-1"), host, origins):
                raise Refusal(403, "origin_not_allowed", "The write key is not for pages of this origin.")

    def _journal(self) -> Journal:
        if self._writer is None:
            self._writer = self.ports.writer()
        return self._writer

    def close(self) -> None:
        """Writes what waits; later bodies are refused."""
        if self._writer is not None:
            self._writer.close()


def _size(headers: dict[bytes, bytes], most: int) -> int:
    """What the body may take in memory: what it says, or the bound where it says nothing or grows when it is read."""
    length = headers.get(b"content-length", b"")
    if b"content-encoding" in headers or not length.isdigit() or len(length) > 9:
        return most
    return min(most, int(length))
