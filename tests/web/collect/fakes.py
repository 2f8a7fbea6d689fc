"""The collect API with a journal in memory, and a client that calls it in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from leadline.core.journal import JournalRow
from leadline.core.origin import AgentFacts
from leadline.learn.human import agent_of, network_of
from leadline.web.collect.ports import Limits
from leadline.web.server import Server

KEY = "test-key"


class Ports:
    """Keeps what it is given; `error` is raised or, where it is an awaited one, set on the future."""

    def __init__(self, keys: Mapping[str, tuple[str, Sequence[str]]] | None = None) -> None:
        self.keys = dict(keys or {KEY: ("collect:web", ())})
        self.rows: list[JournalRow] = []
        self.error: Exception | None = None
        self.at_once: Exception | None = None
        self.keys_error: Exception | None = None
        self.hangs = False
        self.closed = False

    def write_keys(self) -> Mapping[str, tuple[str, Sequence[str]]]:
        if self.keys_error:
            raise self.keys_error
        return dict(self.keys)

    def writer(self) -> Ports:
        return self

    def keep(self, source: str, form: str, facts: str, body: bytes, received_at: int) -> asyncio.Future[None]:
        if self.at_once:
            raise self.at_once
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.error:
            future.set_exception(self.error)
        elif not self.hangs:
            self.rows.append(JournalRow(len(self.rows) + 1, received_at, source, form, facts, body))
            future.set_result(None)
        return future

    def close(self) -> None:
        self.closed = True

    def network_of(self, address: str) -> str:
        return network_of(address)

    def agent_of(self, user_agent: str) -> AgentFacts:
        return agent_of(user_agent)


def send(
    ports: Ports,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
    key: str = KEY,
    limits: Limits | None = None,
    client: tuple[str, int] = ("203.0.113.9", 4_000),
) -> httpx.Response:
    """One request to an application of its own."""

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(Server(ports, limits), client=client)
        auth = httpx.BasicAuth(key, "") if key else None
        async with httpx.AsyncClient(transport=transport, base_url="http://leadline.example", auth=auth) as http:
            return await http.request(method, path, content=body, headers=headers)

    return asyncio.run(call())


async def raw(app: Any, messages: Sequence[Mapping[str, Any]], headers: Sequence[tuple[bytes, bytes]]) -> list[Any]:
    """The answers of the application to ASGI messages as they are; after the last one it waits for ever."""
    left = list(messages)
    sent: list[Any] = []

    async def receive() -> Any:
        if left:
            return left.pop(0)
        await asyncio.Event().wait()
        return None

    async def take(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/track", "headers": list(headers), "client": None}
    await app(scope, receive, take)
    return sent
