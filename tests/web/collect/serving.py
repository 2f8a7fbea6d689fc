"""A running server in a process of its own, and what came of what it was sent."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Served:
    """Where it listens, and a write key of the source 'collect:web'."""

    url: str
    key: str
    process: subprocess.Popen[str]

    def client(self, **named: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, auth=(self.key, ""), trust_env=False, **named)


def write_key(origins: Sequence[str] = (), name: str = "web") -> str:
    from leadline.store import write_keys

    return write_keys.make(name, origins)


@contextmanager
def running(origins: Sequence[str] = (), code: str = "") -> Iterator[Served]:
    """`leadline up` on a free port, or `code` that serves; the record is that of the fixture `store`."""
    key = write_key(origins)
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "leadline", "up", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        yield Served(_address(process), key, process)
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout
        process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        assert ready.select(timeout=60), "the server did not start within a minute"
    line = process.stdout.readline()
    assert "http://" in line, line
    return "http://" + line.split("http://")[1].split(";")[0].split()[0]
