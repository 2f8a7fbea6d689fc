"""A collecting server killed at random moments under load; clients send each event again until it is acknowledged.

The clients' own list of what was sent and acknowledged is held against the record afterwards.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

NURSERY = Path(__file__).with_name("nursery.py")
PATIENCE = 30.0  # seconds after which a server that gives no answer is a failure of the trial
AGAIN = 0.004  # seconds between two attempts of a client


@dataclass
class Told:
    """What the clients know, and what became of it in the record."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    attempts: int = 0
    broken: int = 0
    kills: int = 0
    seconds: float = 0.0
    starting: float = 0.0

    def verdict(self, found: Counter[str]) -> dict[str, int]:
        """Acknowledged and gone, there more than once, and there though nobody sent it."""
        return {
            "lost": len(self.acknowledged - set(found)),
            "doubled": sum(1 for times in found.values() if times > 1),
            "strange": len(set(found) - self.sent),
        }


class Client:
    """Sends over one connection that it opens anew when it breaks."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = base64.b64encode(f"{key}:".encode()).decode()
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, extra: str = "") -> tuple[int, bytes]:
        """Status and body. Raises OSError or EOFError where the line breaks, TimeoutError where nothing is said."""
        async with asyncio.timeout(PATIENCE):
            return await self._post(path, body, extra)

    async def _post(self, path: str, body: bytes, extra: str) -> tuple[int, bytes]:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._line
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {self._key}\r\n{extra}"
        try:
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(answer.partition("content-length:")[2].partition("\r\n")[0])
            said = await reader.readexactly(length)
        except (OSError, EOFError):
            self.close()
            raise
        if "connection: close" in answer:
            self.close()
        return int(answer.split(" ", 2)[1]), said

    def close(self) -> None:
        """Lets go of the line."""
        if self._line is not None:
            self._line[1].close()
            self._line = None


def request(random: np.random.Generator, prefix: str) -> tuple[str, bytes, list[str]]:
    """Path, body and the ids in it: single events and batches, of a few sizes."""
    count = int(random.choice([1, 1, 2, 10]))
    ids = [f"{prefix}-{number}" for number in range(count)]
    events = [
        {
            "type": "track",
            "event": "Form Submitted",
            "userId": f"u{int(random.integers(50))}",
            "messageId": name,
            "timestamp": "2026-11-20T10:00:00Z",
            "properties": {"words": "x" * int(random.integers(0, 800))},
        }
        for name in ids
    ]
    if count == 1:
        return "/v1/track", json.dumps(events[0]).encode(), ids
    return "/v1/batch", json.dumps({"batch": events}).encode(), ids


async def insist(client: Client, told: Told, path: str, body: bytes, ids: list[str]) -> None:
    """Sends until it is acknowledged, as the public clients do."""
    told.sent.update(ids)
    while True:
        told.attempts += 1
        try:
            status, _ = await client.post(path, body)
        except TimeoutError:
            raise
        except (OSError, EOFError):
            told.broken += 1
            await asyncio.sleep(AGAIN)
            continue
        told.answers[status] += 1
        if status == 200:
            told.acknowledged.update(ids)
            return
        if status not in (429, 503):
            raise AssertionError(f"{path} was answered with {status}")
        await asyncio.sleep(AGAIN)


class Load:
    """Clients that send one request after the other, until `stop`."""

    def __init__(self, port: int, key: str, seed: int, clients: int) -> None:
        self.told = Told()
        self._stopping = False
        self._tasks = [asyncio.create_task(self._send(port, key, seed, number)) for number in range(clients)]

    async def _send(self, port: int, key: str, seed: int, number: int) -> None:
        client, random, count = Client(port, key), np.random.default_rng((seed, number)), 0
        while not self._stopping:
            await insist(client, self.told, *request(random, f"{seed}-{number}-{count}"))
            count += 1
        client.close()

    async def progress(self, status: int = 200) -> None:
        """Returns at the next answer with `status`; raises where a client failed or none comes."""
        before, until = self.told.answers[status], time.monotonic() + PATIENCE
        while self.told.answers[status] == before:
            for task in self._tasks:
                if task.done():
                    task.result()
            if time.monotonic() > until:
                raise AssertionError(f"no server answered with {status} for {PATIENCE:.0f} s")
            await asyncio.sleep(0.002)

    async def stop(self) -> Told:
        """Ends once each client has its last acknowledgement."""
        self._stopping = True
        await asyncio.gather(*self._tasks)
        return self.told


class Nursery:
    """Forks servers on one port (tools/nursery.py)."""

    def __init__(self, ask: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self._ask, self._answers = ask, answers
        self.pid = 0

    async def _line(self) -> str:
        line = (await asyncio.wait_for(self._answers.readline(), PATIENCE)).decode().strip()
        if not line:
            raise AssertionError("the nursery of servers has ended")
        return line

    async def start(self) -> None:
        """Forks one; it answers some milliseconds later."""
        self._ask.write(b"\n")
        await self._ask.drain()
        self.pid = int(await self._line())

    async def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Ends the server and waits until it is gone."""
        os.kill(self.pid, how)
        if await self._line() != "gone":
            raise AssertionError("the nursery said something else than that the server is gone")


@asynccontextmanager
async def nursery(port: int, *, unpack: bool = True) -> AsyncIterator[Nursery]:
    """A nursery for the record that the environment names."""
    command = [sys.executable, str(NURSERY), str(port), *(["unpack"] if unpack else [])]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the nursery has no pipes")
    try:
        yield Nursery(process.stdin, process.stdout)
    finally:
        with suppress(ProcessLookupError):
            process.kill()  # its servers go with it
        await process.wait()


def free_port() -> int:
    """A port of loopback that nobody holds now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def trial(key: str, kills: int, seed: int, *, clients: int = 4, unpack: bool = True) -> Told:
    """Starts and kills servers under load; one more takes what is left. Every tenth kill hits a server that starts."""
    random, port = np.random.default_rng(seed), free_port()
    async with nursery(port, unpack=unpack) as servers:
        load = Load(port, key, seed, clients)
        began = time.monotonic()
        for number in range(kills + 1):
            started = time.monotonic()
            await servers.start()
            if number < kills and number % 10 == 9:
                await asyncio.sleep(random.uniform(0, 0.08))
            else:
                await load.progress()
                load.told.starting += time.monotonic() - started
                await asyncio.sleep(random.uniform(0, 0.25))
            if number < kills:
                await servers.end()
                load.told.kills += 1
        told = await load.stop()
        told.seconds = time.monotonic() - began
        await servers.end(signal.SIGTERM)
    return told


def in_journal() -> Counter[str]:
    """How often each id stands in the journal."""
    from leadline.store.journal import pending

    found: Counter[str] = Counter()
    after = 0
    while rows := pending(after=after):
        after = rows[-1].id
        for row in rows:
            body = json.loads(row.body)
            found.update(event["messageId"] for event in body.get("batch", [body]))
    return found


def in_ledger() -> Counter[str]:
    """How often each id stands in the ledger, once what is left in the journal is unpacked."""
    from leadline.loop.intake import unpack_all
    from leadline.store.models import Signal

    unpack_all()
    return Counter(Signal.objects.values_list("key", flat=True))
