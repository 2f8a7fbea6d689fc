"""The collect API under attack: what is sent is taken, or refused with a sentence; it never breaks or hangs."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from leadline.core.journal import JournalRow
from leadline.loop import intake
from leadline.loop.bodies import translate
from leadline.store import models
from leadline.web.server import Server
from serving import Served, running

from .fakes import KEY, Ports  # noqa: TID252  tests are imported by path

MUTATIONS = 10_000
HEADERS = {"authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}

EVENTS: list[dict[str, Any]] = [
    {
        "type": "track",
        "event": "Form Submitted",
        "userId": "u1",
        "anonymousId": "v1",
        "messageId": "m1",
        "timestamp": "2026-11-20T11:59:00.000Z",
        "sentAt": "2026-11-20T12:00:00.000Z",
        "properties": {"plan": "pro", "url": "https://a.example/x?y=1", "deep": {"a": [1, {"b": None}]}},
        "context": {"ip": "198.51.100.7", "groupId": "g1", "page": {"path": "/x"}, "campaign": {"source": "s"}},
    },
    {"type": "page", "anonymousId": "v1", "properties": {"path": "/p", "search": "?utm_source=x", "title": "P"}},
    {"type": "identify", "userId": "u1", "traits": {"email": "ann@acme.example", "name": "Ann"}},
    {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Acme"}},
    {"type": "alias", "userId": "u2", "previousId": "u1"},
]
PIECES = [
    b"\x00", b"\\u0000", b"\\ud800", b"\xff\xfe", b"\xc0\x80", b"1e400", b"-1e-400", b"9" * 400, b"null", b"NaN", b"[]",
    b"{}", b'""', b"true", b"[" * 1_200, b'{"a":' * 1_200, b'"' + b"A" * 4_000 + b'"', b"\r\n", b'"__proto__"', b"\\",
    b'"2026-99-99T00:00:00Z"', b'"0000-00-00"', b'"9999-12-31T23:59:59+14:00"', b"1e18", b"-1", b"\xe2\x80\xae",
]  # fmt: skip


def mutated(dice: np.random.Generator, body: bytes) -> bytes:
    gentle = dice.integers(0, 2) == 0  # other values, and still JSON more often than not
    for _ in range(int(dice.integers(1, 4))):
        at, kind = int(dice.integers(0, len(body) + 1)), 4 if gentle else int(dice.integers(0, 7))
        if kind == 0:
            body = body[:at] + PIECES[int(dice.integers(len(PIECES)))] + body[at:]
        elif kind == 1:
            body = body[:at]
        elif kind == 2:
            body = body[:at] + bytes([int(dice.integers(256))]) + body[at + 1 :]
        elif kind == 3:
            body = body[:at] + body[at + int(dice.integers(1, 30)) :]
        elif kind == 4:  # a value becomes another one
            start = body.find(b":", at)
            end = min((place for place in (body.find(b",", start), body.find(b"}", start)) if place > 0), default=0)
            if 0 < start < end:
                body = body[: start + 1] + PIECES[int(dice.integers(len(PIECES)))] + body[end:]
        elif kind == 5:
            body = body[at:] + body[:at]
        elif at % 9 == 0:
            body = bytes(dice.integers(0, 256, size=int(dice.integers(0, 200)), dtype=np.uint8))
    return body


def bodies(seed: int, many: int) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    dice = np.random.default_rng(seed)
    cloud: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}
    cloud["data"] = EVENTS[0]
    for _ in range(many):
        event = EVENTS[int(dice.integers(len(EVENTS)))]
        which = int(dice.integers(0, 8))
        headers: dict[str, str] = {}
        if which < 3:
            path, body = f"/v1/{event['type'][0]}", json.dumps(event).encode()
        elif which < 6:
            path, body = "/v1/batch", json.dumps({"batch": EVENTS, "sentAt": "2026-11-20T12:00:00Z"}).encode()
        else:
            path, body = "/v1/events", json.dumps(cloud if which == 6 else [cloud, cloud]).encode()
            headers["content-type"] = "application/cloudevents" + ("" if which == 6 else "-batch") + "+json"
        body = mutated(dice, body)
        if dice.integers(0, 20) == 0:
            body, headers["content-encoding"] = mutated(dice, gzip.compress(body)), "gzip"
        yield path, body, headers


def attacked(seed: int, many: int) -> tuple[list[JournalRow], dict[int, int]]:
    """What the route took of mutated bodies, and how many answers of each status it gave."""
    ports = Ports()
    answers: dict[int, int] = {}

    async def attack() -> None:
        transport = httpx.ASGITransport(Server(ports), client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=HEADERS) as http:
            for path, body, headers in bodies(seed, many):
                start = time.perf_counter()
                answer = await http.post(path, content=body, headers=headers)
                assert time.perf_counter() - start < 5, body
                assert answer.status_code in {200, 400, 413, 415}, (answer.status_code, body)
                assert answer.json()["success"] is (answer.status_code == 200)
                answers[answer.status_code] = answers.get(answer.status_code, 0) + 1

    asyncio.run(attack())
    return ports.rows, answers


@pytest.mark.slow
def test_mutated_bodies_never_break_it() -> None:
    """Each is answered with 200 or a refusal; what was taken is read whole: sent = signals + refused."""
    rows, answers = attacked(11, MUTATIONS)
    assert answers[200] > MUTATIONS // 5
    assert answers[400] > MUTATIONS // 5
    for row in rows:
        read = translate(row)
        for found in read.signals:
            assert found.key, row.body
            json.dumps(dict(found.payload))
        for reason, body in read.refused:
            assert reason, row.body
            assert body, row.body
        assert len(read.signals) + len(read.refused) == _sent(row), row.body


@pytest.mark.slow
def test_no_body_that_was_taken_stops_the_rest(store: str) -> None:
    """What stands in strange bodies goes into the ledger or among the refused; the database takes all of it."""
    rows, _ = attacked(12, 3_000)
    models.Journal.objects.bulk_create(
        models.Journal(received_at=row.received_at, source=row.source, form=row.form, facts=row.facts, body=row.body)
        for row in rows
    )
    done = intake.unpack_all()
    assert done.bodies == len(rows)
    assert done.added + done.known + done.withheld + done.refused == sum(_sent(row) for row in rows)
    assert models.Refused.objects.count() == done.refused
    assert models.Journal.objects.count() == 0


def _sent(row: JournalRow) -> int:
    """How many events a body holds that the route took."""
    batch = json.loads(row.facts).get("kind") == "batch"
    try:
        body = json.loads(row.body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        return 1
    if batch and isinstance(body, dict):
        return len(body["batch"])
    return len(body) if isinstance(body, list) else 1


@pytest.fixture
def served(store: str) -> Iterator[Served]:
    with running() as server:
        yield server


def _lines(served: Served, *parts: bytes, wait: float = 15.0) -> bytes:
    """What the server answers to raw bytes until it closes."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=wait) as line:
        try:
            for part in parts:
                line.sendall(part)
            line.shutdown(socket.SHUT_WR)
            found = b""
            while piece := line.recv(65_536):
                found += piece
        except OSError:  # it has closed the line already
            return b""
        return found


@pytest.mark.slow
def test_broken_http_is_refused_and_the_server_lives(served: Served) -> None:
    post = b"POST /v1/track HTTP/1.1\r\nhost: x\r\n"
    attacks = [
        post + b"x: y\r\n" * 200_000 + b"\r\n",
        post + b"x: " + b"y" * 2_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 2_000_000 + b" HTTP/1.1\r\n\r\n",
        post + b"content-length: 99999999999999999999\r\n\r\n",
        post + b"content-length: -1\r\n\r\n{}",
        post + b"content-length: 9999999\r\n\r\n{}",
        post + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        post + b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
        post + b"transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n",
        post + b"authorization: Basic " + b"A" * 5_000 + b"\r\ncontent-length: 2\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 1_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    for attack in attacks:
        answer = _lines(served, attack)
        assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), (attack[:80], answer[:200])
    with served.client() as http:
        assert http.post("/v1/track", json={"userId": "u", "event": "x"}).status_code == 200
    assert served.process.poll() is None


@pytest.mark.slow
def test_slow_headers_are_let_go_of(served: Served) -> None:
    """A client that sends its headers a byte at a time holds a connection for seconds only."""
    host, _, port = served.url.removeprefix("http://").partition(":")

    async def drip() -> float:
        reader, writer = await asyncio.open_connection(host, int(port))
        start = time.monotonic()
        try:
            while time.monotonic() - start < 30:
                writer.write(b"P")
                await writer.drain()
                if reader.at_eof() or await _ended(reader):
                    break
        except ConnectionError:
            pass
        writer.close()
        return time.monotonic() - start

    async def _ended(reader: asyncio.StreamReader) -> bool:
        try:
            return await asyncio.wait_for(reader.read(1), 0.5) == b""
        except TimeoutError:
            return False

    async def many() -> list[float]:
        return list(await asyncio.gather(*(drip() for _ in range(20))))

    assert max(asyncio.run(many())) < 15
