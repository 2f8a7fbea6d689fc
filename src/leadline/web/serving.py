"""Serves the application: one process, bounded in connections, headers and patience, and silent about addresses."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadline.core.errors import CallError

MOST_CONNECTIONS = 2_000
MOST_HEADERS = 64 * 1024  # bytes of a request's line and headers
HEADER_SECONDS = 10.0
# Seconds after which a busy thread (unpacking) makes way for the one that answers; Python's own is ten times that.
SWITCH = 0.0005
_TOO_MANY = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Bounded(HttpToolsProtocol):
    """Uvicorn's fast protocol bounds neither the size of headers nor the time they may take."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_headers = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """The first request must begin."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What comes before the headers end is counted; with a body it comes in pieces of at most 64 kB or so."""
        super().data_received(data)
        if self._patience is not None:
            self._in_headers += len(data)
            if self._in_headers > MOST_HEADERS and not self.transport.is_closing():
                self.transport.write(_TOO_MANY)
                self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if self._patience is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Its headers are here."""
        self._arrived()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._in_headers = 0
        self._patience = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _arrived(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.close()


def serve(app: Any, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until a signal ends it; what was begun is finished first. `ready` is called with the address.

    Port 0 takes a free one. Raises CallError where the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2_048)
    except (OSError, OverflowError) as error:
        raise CallError(f"{host}:{port} cannot be served ({error}); choose another with --host or --port") from None
    config = uvicorn.Config(
        app,
        http=Bounded,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,  # it would keep addresses
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
    )
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    ready(f"http://{shown}:{listening.getsockname()[1]}")
    sys.setswitchinterval(SWITCH)
    with listening:
        uvicorn.Server(config).run(sockets=[listening])
