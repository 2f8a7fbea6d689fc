"""CloudEvents become signals; (source, id) is their identity."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from leadline.core.clock import micros
from leadline.core.journal import JournalRow
from leadline.core.signal import Ref
from leadline.loop.bodies import Read, translate

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENT = {
    "specversion": "1.0",
    "id": "7",
    "source": "/shop",
    "type": "com.example.order.completed",
    "time": "2026-11-20T11:00:00Z",
    "data": {"userId": "u1", "groupId": "g1", "anonymousId": "v1", "total": 12},
}


def read(body: object) -> Read:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return translate(JournalRow(1, micros(NOW), "collect:shop", "cloudevents", "{}", raw))


def test_one_event() -> None:
    (signal,) = read(EVENT).signals
    assert (signal.source, signal.key, signal.act) == ("collect:shop", "/shop#7", "order placed")
    assert signal.at == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert (signal.person, signal.account, signal.visitor) == (Ref("user", "u1"), Ref("group", "g1"), "v1")
    assert signal.payload["data"]["total"] == 12
    assert signal.human is None


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("form_submitted", "form submitted"),
        ("com.example.form.submitted", "form submitted"),
        ("com.example.email.link.clicked", "mail link clicked"),
        ("com.example.invoice.paid", "com.example.invoice.paid"),
        ("deal changed", "event: deal changed"),
    ],
)
def test_types_are_acts_or_stay(kind: str, act: str) -> None:
    assert read(EVENT | {"type": kind}).signals[0].act == act


def test_whom_it_concerns() -> None:
    by_subject = {**EVENT, "subject": "Ann@Acme.example", "data": "words"}
    assert read(by_subject).signals[0].person == Ref("email", "ann@acme.example")
    by_mail = {**EVENT, "data": {"email": "bob@acme.example", "userId": [1]}}
    assert read(by_mail).signals[0].person == Ref("email", "bob@acme.example")
    assert read({**EVENT, "data": None}).signals[0].person is None


def test_a_batch_loses_only_what_is_wrong() -> None:
    wrong: list[dict[str, Any]] = [
        {"id": "1"},
        EVENT | {"specversion": "0.3"},
        EVENT | {"id": ""},
        EVENT | {"time": "soon"},
        EVENT | {"time": "2026-12-20T12:00:00Z"},
        EVENT | {"data": json.loads("[" * 60 + "]" * 60)},
    ]
    found = read([EVENT, *wrong, EVENT | {"id": "8"}])
    assert [signal.key for signal in found.signals] == ["/shop#7", "/shop#8"]
    assert [json.loads(body) for _, body in found.refused] == wrong
    assert all(reason for reason, _ in found.refused)


@pytest.mark.parametrize("body", [b"[", b"", b"\xff", b"[" * 5_000])
def test_bodies_that_are_none_are_kept_whole(body: bytes) -> None:
    ((reason, kept),) = read(body).refused
    assert (bool(reason), kept) == (True, body)
