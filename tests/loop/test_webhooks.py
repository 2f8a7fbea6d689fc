"""Webhooks that leave, to real servers on this machine that hang, drip, redirect, refuse and go away for days."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connections

from leadline.core.clock import micros
from leadline.core.errors import CallError, LeadlineError
from leadline.core.webhook_signature import verify
from leadline.loop import webhooks
from leadline.loop.webhooks import GIVEN_UP_AFTER, SECOND, Sent, add_endpoint, back_off, send, tell
from leadline.store import webhooks as kept
from leadline.store.models import AuditEntry, Delivery, Endpoint
from leadline.store.transactions import together
from leadline.warehouse.egress import AllowList, Client


@dataclass
class Turning:
    """A clock that is turned by hand."""

    at: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def on(self, **time: float) -> None:
        self.at += timedelta(**time)


class Target:
    """Receives; `act` answers each message."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.act: Callable[[BaseHTTPRequestHandler], None] = says(204)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


def says(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def hang(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(6)


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(60):
        handler.wfile.write(b"X: y\r\n")
        threading.Event().wait(0.05)


def drop(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0\r\n")


@pytest.fixture
def target() -> Target:
    return Target()


@pytest.fixture
def serve() -> Iterator[Callable[[Target], str]]:
    made: list[ThreadingHTTPServer] = []

    def start(target: Target) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                target.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                target.act(self)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A sender that hangs up is what these tests are about."""

        server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        made.append(server)
        return f"http://127.0.0.1:{server.server_port}/hook"

    yield start
    for server in made:
        server.shutdown()
        server.server_close()


@pytest.fixture
def egress() -> Client:
    return Client(AllowList.read("127.0.0.1"), limit=5)


@pytest.fixture
def clock() -> Turning:
    return Turning()


def told(key: str, clock: Turning, kind: str = "deal.won") -> int:
    with together():
        return tell(kind, key, {"deal": key}, clock)


def test_a_message_arrives_signed_and_once(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    _, secret = add_endpoint(serve(target), ["deal.won"])
    assert (told("21", clock), told("21", clock), told("21", clock, "deal.lost")) == (1, 0, 0)
    assert send(egress, clock) == Sent(arrived=1)
    ((headers, body),) = target.got
    message, at = verify([secret], headers, body, clock.now())
    assert (message, at) == (headers["webhook-id"], clock.now())
    assert headers["content-type"] == "application/json"
    assert body == b'{"type": "deal.won", "timestamp": "2026-03-02T08:00:00Z", "data": {"deal": "21"}}'
    assert send(egress, clock) == Sent()
    assert [(one.state, one.status, one.tries) for one in Delivery.objects.all()] == [("done", 204, 1)]


def test_what_is_told_in_a_transaction_that_fails_is_not_sent(store: str, clock: Turning) -> None:
    add_endpoint("https://a.example/hook")
    with contextlib.suppress(ZeroDivisionError), together():
        tell("deal.won", "1", {}, clock)
        raise ZeroDivisionError
    assert not Delivery.objects.exists()


def test_while_a_secret_is_exchanged_both_verify(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    number, old = add_endpoint(serve(target))
    new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    with together():
        kept.exchange(number, new)
    told("1", clock)
    send(egress, clock)
    for secret in (old, new):
        verify([secret], *target.got[0], clock.now())


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(hang, marks=pytest.mark.slow),
        pytest.param(drip, marks=pytest.mark.slow),
        drop,
        says(500),
        says(503),
        says(301, Location="http://127.0.0.1:9/"),
        says(400),
        says(429),
    ],
    ids=["hang", "drip", "drop", "500", "503", "301", "400", "429"],
)
def test_tries_go_on_for_three_days_under_one_id(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning, act: Any
) -> None:
    if act in (hang, drip):
        egress = Client(AllowList.read("127.0.0.1"), limit=0.3)
    add_endpoint(serve(target))
    told("1", clock)
    target.act = act
    times, start, total = [], clock.now(), Sent()
    while Delivery.objects.exclude(state=kept.DEAD).exists():
        before = len(target.got)
        total += send(egress, clock)
        times += [(clock.now() - start).total_seconds()] * (len(target.got) - before)
        due = Delivery.objects.get()
        rest = max(due.next_at, Endpoint.objects.get().resting_until)
        clock.at += timedelta(microseconds=max(rest - micros(clock.now()), 1))
    assert len(set(target.ids)) == 1
    assert 14 <= len(times) <= 20
    assert 4 <= times[1] <= 6
    assert times[-1] >= GIVEN_UP_AFTER / SECOND
    assert times == sorted(set(times))
    assert total == Sent(again=len(times) - 1, given_up=1)
    assert {headers["webhook-timestamp"] for headers, _ in target.got} != {target.got[0][0]["webhook-timestamp"]}
    # What is given up is kept, and can be sent once more.
    target.act = says(200, b"x" * 5_000_000)
    with together():
        kept.revive(Endpoint.objects.get().pk, micros(clock.now()))
    assert send(egress, clock) == Sent(arrived=1)


def test_an_endpoint_that_comes_back_gets_all(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    add_endpoint(serve(target))
    target.act = says(503)
    for n in range(25):
        told(str(n), clock)
    send(egress, clock)
    assert len(target.got) == 1  # a failing endpoint is asked with one message
    state = kept.states()[0]
    assert (state.failing, state.waiting) == (True, 25)
    target.act = says(200)
    clock.on(minutes=10)
    assert send(egress, clock) == Sent(arrived=25)
    assert len(set(target.ids)) == 25
    assert (Endpoint.objects.get().failing_since, Endpoint.objects.get().failures) == (None, 0)


def test_one_message_that_is_not_liked_does_not_stop_the_others(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    def picky(handler: BaseHTTPRequestHandler) -> None:
        says(422 if b'"bad"' in target.got[-1][1] else 200)(handler)

    add_endpoint(serve(target))
    target.act = picky
    for key in ("bad", "good", "better"):
        told(key, clock)
    assert send(egress, clock) == Sent(arrived=2, again=1)


def test_others_do_not_wait_for_one_that_hangs(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    slow = Target()
    slow.act = hang
    add_endpoint(serve(slow))
    add_endpoint(serve(target))
    for n in range(30):
        told(str(n), clock)
    egress = Client(AllowList.read("127.0.0.1"), limit=3)
    assert send(egress, clock, workers=2) == Sent(arrived=30, again=1)
    assert (len(slow.got), len(target.got)) == (1, 30)


def test_gone_is_gone(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    add_endpoint(serve(target))
    told("1", clock)
    told("2", clock)
    target.act = says(410)
    assert send(egress, clock) == Sent(given_up=1)
    assert not Endpoint.objects.get().active
    assert told("3", clock) == 0
    clock.on(days=1)
    assert send(egress, clock) == Sent()
    assert len(target.got) == 1
    assert AuditEntry.objects.filter(act="endpoint disabled").exists()


def test_retry_after_is_kept(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    add_endpoint(serve(target))
    told("1", clock)
    target.act = says(503, Retry_After="1800")
    send(egress, clock)
    clock.on(minutes=29)
    assert send(egress, clock) == Sent()
    target.act = says(200)
    clock.on(minutes=2)
    assert send(egress, clock) == Sent(arrived=1)


def test_a_private_address_is_never_asked(store: str, target: Target, serve: Callable[[Target], str]) -> None:
    clock = Turning()
    add_endpoint(serve(target))
    told("1", clock)
    assert send(Client(AllowList()), clock) == Sent(again=1)
    assert not target.got
    for wrong in ("ftp://a.example", "a.example", "https://u:p@a.example/"):
        with pytest.raises(CallError):
            add_endpoint(wrong)


@pytest.mark.slow
def test_senders_beside_each_other_send_each_once(
    store: str, target: Target, serve: Callable[[Target], str], clock: Turning
) -> None:
    others = [Target() for _ in range(3)]
    for one in (target, *others):
        add_endpoint(serve(one))
    for n in range(40):
        told(str(n), clock)
    results: list[Sent] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(send(Client(AllowList.read("127.0.0.1"), limit=20), clock, workers=2))
        except LeadlineError as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    for one in (target, *others):
        assert len(one.ids) == 40
        assert len(set(one.ids)) == 40
    assert sum(one.arrived for one in results) == 160


def test_a_sender_that_dies_leaves_its_messages_to_others(
    store: str, target: Target, serve: Callable[[Target], str], egress: Client, clock: Turning
) -> None:
    add_endpoint(serve(target))
    told("1", clock)
    now = micros(clock.now())
    (claimed,) = kept.claim(now, now + webhooks.LEASE, endpoints=9, each=9)
    assert send(egress, clock) == Sent()
    clock.on(seconds=webhooks.LEASE / SECOND)
    assert send(egress, clock) == Sent(arrived=1)
    # The first one wakes up: its lease has passed, so that what it writes changes nothing.
    assert not kept.settle(claimed.due[0], kept.WAITING, next_at=now, status=500)
    assert Delivery.objects.get().state == kept.DONE


def test_back_off_grows_and_differs() -> None:
    waits = [back_off(n, "a") / SECOND for n in range(1, 16)]
    assert waits == [back_off(n, "a") / SECOND for n in range(1, 16)]
    assert 4 <= waits[0] <= 6
    assert max(waits) <= 12 * 3600 * 1.2
    assert len({back_off(1, str(n)) for n in range(100)}) == 100
