"""The collect route: what is taken, what is refused with which status; only what is kept is acknowledged."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest

from leadline.core.errors import Overloaded, StoreUnavailable
from leadline.web.collect.ports import Limits
from leadline.web.server import Server

from . import fakes  # noqa: TID252  tests are imported by path
from .fakes import KEY, Ports, send  # noqa: TID252

TRACK = b'{"userId":"u1","event":"Trial Started","messageId":"m1"}'
BATCH = b'{"batch":[{"type":"track","userId":"u1","event":"A"},{"type":"page","anonymousId":"v"}]}'
ADDRESS = "203.0.113.9"


def test_an_event_is_answered_once_it_is_kept() -> None:
    ports = Ports()
    answer = send(ports, "/v1/track", TRACK)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    (row,) = ports.rows
    assert (row.source, row.form, row.body) == ("collect:web", "segment", TRACK)
    assert json.loads(row.facts)["kind"] == "track"
    assert ADDRESS not in row.facts


@pytest.mark.parametrize("kind", ["track", "identify", "page", "screen", "group", "alias"])
def test_every_call_has_its_path_and_its_short_one(kind: str) -> None:
    ports = Ports()
    for path in (f"/v1/{kind}", f"/v1/{kind[0]}", f"/v1/{kind}/"):
        assert send(ports, path, TRACK).status_code == 200
    assert {json.loads(row.facts)["kind"] for row in ports.rows} == {kind}


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/import", "/v1/b"])
def test_batches(path: str) -> None:
    ports = Ports()
    assert send(ports, path, BATCH).status_code == 200
    assert ports.rows[0].body == BATCH


def test_what_the_library_measures_of_itself_is_not_kept() -> None:
    ports = Ports()
    assert send(ports, "/v1/m", b'{"series":[]}', headers={"origin": "https://a.example"}).status_code == 204
    assert not ports.rows


def test_the_write_key_may_stand_in_the_body() -> None:
    ports = Ports()
    body = json.dumps({"writeKey": KEY, "userId": "u"}).encode()
    answer = send(ports, "/v1/t", body, key="", headers={"content-type": "text/plain"})
    assert (answer.status_code, len(ports.rows)) == (200, 1)


@pytest.mark.parametrize(
    ("body", "key", "status", "words"),
    [
        (TRACK, "", 401, "Send a write key"),
        (TRACK, "strange", 401, "not known"),
        (b'{"userId":', KEY, 400, "not what is expected"),
        (b"[]", KEY, 400, "not what is expected"),
        (b"", KEY, 400, "not what is expected"),
        (b'{"writeKey": 5}', KEY, 400, "not what is expected"),
        (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, KEY, 413, "larger than 32 kB"),
        (b'{"a":' * 3_000 + b"1" + b"}" * 3_000, KEY, 400, "nested"),
        (b'{"event":"' + b"x" * 33_000 + b'"}', KEY, 413, "larger than 32 kB"),
    ],
)
def test_refusals_are_one_sentence(body: bytes, key: str, status: int, words: str) -> None:
    ports = Ports()
    answer = send(ports, "/v1/track", body, key=key)
    said = answer.json()
    assert (answer.status_code, said["success"]) == (status, False)
    assert words in said["message"]
    assert said["message"].count(". ") == 0
    assert said["message"].endswith(".")
    assert not ports.rows


def test_batches_have_bounds_of_their_own() -> None:
    ports = Ports()
    events = [{"type": "track", "userId": "u", "event": "x" * 1_000}] * 400
    assert send(ports, "/v1/batch", json.dumps({"batch": events}).encode()).status_code == 200
    assert send(ports, "/v1/batch", json.dumps({"batch": events * 2}).encode()).status_code == 413
    assert send(ports, "/v1/batch", b'{"batch":[' + b"1," * 2_600 + b"1]}").status_code == 413
    assert send(ports, "/v1/batch", b'{"batch":{}}').status_code == 400
    assert send(ports, "/v1/batch", b"{}").status_code == 400
    small = Limits(message=10)
    assert send(ports, "/v1/track", TRACK, limits=small).status_code == 413
    assert len(ports.rows) == 1


def test_gzip_is_bounded_by_what_it_holds() -> None:
    ports = Ports()
    headers = {"content-encoding": "gzip"}
    assert send(ports, "/v1/batch", gzip.compress(BATCH), headers=headers).status_code == 200
    assert ports.rows[0].body == BATCH
    bomb = gzip.compress(b'{"batch":[' + b" " * 50_000_000 + b"]}")
    assert len(bomb) < 100_000
    assert send(ports, "/v1/batch", bomb, headers=headers).status_code == 413
    assert send(ports, "/v1/batch", BATCH, headers=headers).status_code == 400
    assert send(ports, "/v1/batch", gzip.compress(BATCH)[:-9], headers=headers).status_code == 400
    assert send(ports, "/v1/batch", BATCH, headers={"content-encoding": "br"}).status_code == 415
    assert len(ports.rows) == 1


def test_a_disk_or_database_that_fails_is_never_a_success() -> None:
    ports = Ports()
    ports.error = StoreUnavailable("The database does not take what it is given (disk is full); send it again later")
    answer = send(ports, "/v1/track", TRACK)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "disk is full" in answer.json()["message"]
    ports.error, ports.at_once = None, Overloaded("More events arrive than the database takes")
    answer = send(ports, "/v1/track", TRACK)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    ports.at_once, ports.keys_error = None, StoreUnavailable("The database cannot be reached")
    assert send(ports, "/v1/track", TRACK).status_code == 503
    assert send(ports, "/v1/projects/x/settings", method="GET").status_code == 503
    assert not ports.rows


def test_keys_that_are_known_outlive_the_database() -> None:
    """The journal may take what the table of keys cannot be asked for."""
    ports = Ports()
    server = Server(ports)

    async def twice() -> list[int]:
        statuses = []
        for _ in range(2):
            server.collect.keys._read_at = float("-inf")  # as though long ago
            header = (b"authorization", b"Basic dGVzdC1rZXk6")
            sent = await fakes.raw(server, [{"type": "http.request", "body": TRACK}], [header])
            statuses.append(sent[0]["status"])
            ports.keys_error = StoreUnavailable("away")
            await asyncio.sleep(0.05)
        return statuses

    assert asyncio.run(twice()) == [200, 200]


def test_a_key_that_is_made_or_retired_counts_soon() -> None:
    ports = Ports()
    server = Server(ports)

    async def status(key: bytes, aged: bool) -> int:
        if aged:
            server.collect.keys._read_at -= 60
        body = json.dumps({"writeKey": key.decode()}).encode()
        sent = await fakes.raw(server, [{"type": "http.request", "body": body}], [])
        await asyncio.sleep(0.05)
        return int(sent[0]["status"])

    async def story() -> list[int]:
        found = [await status(b"new", aged=False)]
        ports.keys["new"] = ("collect:new", ())
        found += [await status(b"new", aged=False), await status(b"new", aged=True)]
        del ports.keys["new"]
        found += [await status(b"new", aged=True), await status(b"new", aged=False)]
        return found

    # An unknown key asks the database once a second at most; a retired one counts until the next reading.
    assert asyncio.run(story()) == [401, 401, 200, 200, 401]


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([{"type": "http.request", "body": TRACK[:9], "more_body": True}], 408),
        ([{"type": "http.request", "body": b"", "more_body": True}] * 3, 408),
        ([{"type": "http.request", "body": b"x" * 9_000, "more_body": True}] * 9, 413),
        ([{"type": "http.request", "body": TRACK[:9], "more_body": True}, {"type": "http.disconnect"}], 0),
        ([{"type": "http.disconnect"}], 0),
        (
            [
                {"type": "http.request", "body": TRACK[:9], "more_body": True},
                {"type": "http.request", "body": TRACK[9:]},
            ],
            200,
        ),
    ],
)
def test_slow_and_broken_clients(messages: list[dict[str, Any]], status: int) -> None:
    ports = Ports()
    server = Server(ports, Limits(seconds=0.2))
    sent = asyncio.run(fakes.raw(server, messages, [(b"authorization", b"Basic dGVzdC1rZXk6")]))
    assert (sent[0]["status"] if sent else 0) == status
    assert len(ports.rows) == (status == 200)
    assert server.collect._held == 0


def test_a_commit_that_takes_too_long_is_unknown_not_done() -> None:
    ports = Ports()
    ports.hangs = True
    answer = send(ports, "/v1/track", TRACK, limits=Limits(seconds=0.1))
    assert answer.status_code == 503
    assert "not known" in answer.json()["message"]


def test_memory_is_bounded() -> None:
    ports = Ports()
    assert send(ports, "/v1/track", TRACK, limits=Limits(held=-1)).status_code == 429


def test_pages_of_named_origins_only() -> None:
    ports = Ports({KEY: ("collect:web", ("https://www.example.com",)), "open": ("collect:open", ())})
    good, bad = {"origin": "https://www.example.com"}, {"origin": "https://evil.example"}
    answer = send(ports, "/v1/t", TRACK, headers=good)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://www.example.com"
    assert answer.headers["vary"] == "Origin"
    assert send(ports, "/v1/t", TRACK, headers=bad).status_code == 403
    assert send(ports, "/v1/t", TRACK, headers=bad, key="open").status_code == 200
    assert send(ports, "/v1/t", TRACK, headers={"origin": "http://leadline.example"}).status_code == 200
    assert send(ports, "/v1/t", TRACK, headers={"origin": "null"}).status_code == 403
    assert send(ports, "/v1/t", TRACK).status_code == 200
    assert len(ports.rows) == 4


def test_preflight() -> None:
    ports = Ports({KEY: ("collect:web", ("https://www.example.com",))})
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    good = send(ports, "/v1/t", method="OPTIONS", key="", headers={"origin": "https://www.example.com", **asked})
    assert good.status_code == 204
    assert "authorization" in good.headers["access-control-allow-headers"]
    assert "POST" in good.headers["access-control-allow-methods"]
    bad = send(ports, "/v1/t", method="OPTIONS", key="", headers={"origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in bad.headers


def test_a_refusal_can_be_read_by_the_page() -> None:
    answer = send(Ports(), "/v1/t", b"{", headers={"origin": "https://a.example"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (400, "https://a.example")


def test_settings_send_the_browser_library_here() -> None:
    ports = Ports()
    answer = send(ports, f"/v1/projects/{KEY}/settings", method="GET", key="", headers={"origin": "https://a.example"})
    segment = answer.json()["integrations"]["Segment.io"]
    assert (segment["apiKey"], segment["apiHost"], segment["protocol"]) == (KEY, "leadline.example/v1", "http")
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert send(ports, "/v1/projects/strange/settings", method="GET").status_code == 404
    strange = send(ports, f"/v1/projects/{KEY}/settings", method="GET", headers={"host": "a b<script>"})
    assert "apiHost" not in strange.json()["integrations"]["Segment.io"]


def test_the_script_is_cached_and_small() -> None:
    ports = Ports()
    answer = send(ports, "/leadline.js", method="GET", key="")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=3600")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) < 5_000
    again = send(ports, "/leadline.js", method="GET", key="", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_only_post_and_only_what_is_there() -> None:
    ports = Ports()
    assert send(ports, "/v1/track", method="GET").status_code == 405
    assert send(ports, "/v1/nothing", TRACK).status_code == 404
    assert send(ports, "/leadline.js", b"x").status_code == 405


def test_another_application_may_stand_beside() -> None:
    async def other(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def get(path: str) -> int:
        transport = httpx.ASGITransport(Server(Ports(), beside=other))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return (await http.get(path)).status_code

    assert [asyncio.run(get(path)) for path in ("/", "/people/7", "/leadline.js", "/v1/track")] == [202, 202, 200, 405]


# ---- CloudEvents -----------------------------------------------------------------------------------------------------

EVENT = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.completed", "data": {"userId": "u"}}


def test_cloud_events_structured_and_in_batches() -> None:
    ports = Ports()
    one = {"content-type": "application/cloudevents+json; charset=utf-8"}
    many = {"content-type": "application/cloudevents-batch+json"}
    assert send(ports, "/v1/events", json.dumps(EVENT).encode(), headers=one).status_code == 200
    assert send(ports, "/v1/events", json.dumps([EVENT, {"id": 2}]).encode(), headers=many).status_code == 200
    assert [row.form for row in ports.rows] == ["cloudevents"] * 2
    for body, headers in ((b'{"id":"1"}', one), (b"{", one), (b"{}", many), (b"[1,", many)):
        assert send(ports, "/v1/events", body, headers=headers).status_code == 400
    large = json.dumps(EVENT | {"data": "x" * 40_000}).encode()
    assert send(ports, "/v1/events", large, headers=one).status_code == 413
    assert send(ports, "/v1/events", b"[" + b"1," * 2_600 + b"1]", headers=many).status_code == 413
    avro = {"content-type": "application/cloudevents+avro"}
    assert send(ports, "/v1/events", b"x", headers=avro).status_code == 415
    assert len(ports.rows) == 2


def test_cloud_events_in_headers_become_json() -> None:
    ports = Ports()
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/shop", "ce-type": "order%20completed"}
    for media, body, name, kept in (
        ("application/json", b'{"a":1}', "data", {"a": 1}),
        ("text/plain", b"words", "data", "words"),
        ("application/octet-stream", b"\xff\x00", "data_base64", "/wA="),
    ):
        assert send(ports, "/v1/events", body, headers={**headers, "content-type": media}).status_code == 200
        event = json.loads(ports.rows[-1].body)
        assert (event["type"], event[name]) == ("order completed", kept)
    assert send(ports, "/v1/events", b"{}", headers={"ce-id": "1"}).status_code == 400
    json_headers = {**headers, "content-type": "application/json"}
    assert send(ports, "/v1/events", b"{", headers=json_headers).status_code == 400
    assert len(ports.rows) == 3


def test_the_writer_is_closed_with_the_server() -> None:
    ports = Ports()
    server = Server(ports)

    async def live() -> None:
        sent: list[Any] = []
        waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive() -> Any:
            if len(waiting) == 1:
                await fakes.raw(
                    server, [{"type": "http.request", "body": TRACK}], [(b"authorization", b"Basic dGVzdC1rZXk6")]
                )
            return waiting.pop(0)

        async def take(message: Any) -> None:
            sent.append(message)

        await server({"type": "lifespan", "state": {}}, receive, take)

    asyncio.run(live())
    assert ports.closed
    assert len(ports.rows) == 1
