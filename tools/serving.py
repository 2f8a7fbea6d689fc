"""For tests: a running server in a process of its own, and a site of pages beside it."""

from __future__ import annotations

import functools
import http.server
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass(frozen=True)
class Served:
    """Where it listens, and a write key of the source 'collect:web'."""

    url: str
    key: str
    process: subprocess.Popen[str]

    def client(self, **named: Any) -> httpx.Client:
        """A client that sends with the key."""
        return httpx.Client(base_url=self.url, auth=(self.key, ""), trust_env=False, **named)


@contextmanager
def running(origins: Sequence[str] = (), code: str = "") -> Iterator[Served]:
    """`leadline up` on a free port, or `code` that serves; the record is that of the fixture `store`."""
    from leadline.store import write_keys

    key = write_keys.make("web", origins)
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "leadline", "up", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        yield Served(_address(process), key, process)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _address(process: subprocess.Popen[str]) -> str:
    out = process.stdout
    if out is None:
        raise RuntimeError("the server says nothing")
    with selectors.DefaultSelector() as ready:
        ready.register(out, selectors.EVENT_READ)
        if not ready.select(timeout=60):
            raise RuntimeError("the server did not start within a minute")
    line = out.readline()
    if "http://" not in line:
        raise RuntimeError(f"the server said: {line}")
    return "http://" + line.split("http://")[1].split(";")[0].split()[0]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base class names it
        """No line for each request."""


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serves a folder at an origin of its own."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
