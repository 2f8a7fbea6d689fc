"""Addresses outside that answer from a table, and a guard that sees whether a plug-in goes past them."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from leadline.core.errors import UnreachableAddress
from leadline.core.ports import Egress, Reply


class Recorded:
    """An Egress that gives recorded replies, by the longest beginning of 'METHOD /path?query' that fits."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self._replies = replies

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002  as the port says
        body: bytes | None = None,  # noqa: ARG002
        most: int = 20_000_000,
        redirects: int = 3,  # noqa: ARG002
    ) -> Reply:
        """The reply that is recorded for the address. Raises UnreachableAddress where none is."""
        parts = urlsplit(url)
        asked = f"{method} {parts.path}{'?' + parts.query if parts.query else ''}"
        fitting = [start for start in self._replies if asked.startswith(start)]
        if not fitting:
            raise UnreachableAddress(f"Nothing is recorded for {method} {parts.path}")
        found = self._replies[max(fitting, key=len)]
        return Reply(found.status, found.headers, found.body[:most])

    def resolve(self, host: str) -> str:
        """An address of the documentation (RFC 5737), for any host."""
        return "192.0.2.1" if host else ""


class Same:
    """An Egress that answers everything alike, or not at all."""

    def __init__(self, reply: Reply | None) -> None:
        self._reply = reply

    def send(self, method: str, url: str, **_: Any) -> Reply:
        """The one reply."""
        if self._reply is None:
            raise UnreachableAddress(f"{urlsplit(url).hostname} does not answer to {method}")
        return self._reply

    def resolve(self, host: str) -> str:
        """Refuses."""
        raise UnreachableAddress(f"The host '{host}' is not known")


class Watched:
    """An Egress through which another is asked; `past` holds addresses that were reached without it."""

    def __init__(self, inner: Egress) -> None:
        self._inner = inner
        self._inside = 0
        self._known: set[str] = set()
        self.past: list[str] = []

    def send(self, method: str, url: str, **more: Any) -> Reply:
        """As the inner one."""
        self._inside += 1
        try:
            return self._inner.send(method, url, **more)
        finally:
            self._inside -= 1

    def resolve(self, host: str) -> str:
        """As the inner one; its answer may then be connected to, for what is not HTTP."""
        self._inside += 1
        try:
            found = self._inner.resolve(host)
        finally:
            self._inside -= 1
        self._known.add(found)
        return found

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Refuses connections that were not asked for through here, and notes them."""
        real = socket.socket.connect

        def connect(own: socket.socket, address: Any) -> None:
            host = str(address[0]) if isinstance(address, tuple) else str(address)
            if not self._inside and host not in self._known:
                self.past.append(host)
                raise OSError("a plug-in reaches outside only through the Egress that it is given")
            real(own, address)

        socket.socket.connect = connect  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            socket.socket.connect = real  # type: ignore[method-assign]
