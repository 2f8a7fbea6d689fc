"""Webhooks that come in: the vectors of Standard Webhooks, and whatever is not quite one."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.connectors.webhook import connector
from leadline.core.errors import LeadlineError
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref
from leadline.core.webhook_signature import TOLERANCE, UnsignedWebhook, new_secret, sign, verify

from .conftest import NOW  # noqa: TID252

Connect = Callable[..., Connection]

# The vector that the reference libraries of Standard Webhooks are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
MESSAGE, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
MARK = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": MESSAGE, "webhook-timestamp": "1614265330", "webhook-signature": MARK}


def test_the_reference_vector_both_ways() -> None:
    assert sign([SECRET], MESSAGE, AT, BODY) == HEADERS
    assert verify([SECRET], HEADERS, BODY, AT) == (MESSAGE, AT)
    assert verify([SECRET.removeprefix("whsec_")], {k.title(): v for k, v in HEADERS.items()}, BODY, AT)


@pytest.mark.parametrize("seconds", [-TOLERANCE, 0, TOLERANCE])
def test_clocks_may_differ_a_little(seconds: int) -> None:
    verify([SECRET], HEADERS, BODY, AT + timedelta(seconds=seconds))
    with pytest.raises(UnsignedWebhook, match="300 seconds"):
        verify([SECRET], HEADERS, BODY, AT + timedelta(seconds=TOLERANCE + 1 if seconds >= 0 else -TOLERANCE - 1))


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "９９９９９９９９９"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-id": MESSAGE + "x"},
        {"webhook-signature": "v1"},
        {"webhook-signature": MARK.replace("v1,", "v2,")},
        {"webhook-signature": MARK.replace("v1,", "v1a,")},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": MARK[:-2]},
        {"webhook-signature": MARK.lower()},
    ],
)
def test_what_is_not_signed_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(UnsignedWebhook) as caught:
        verify([SECRET], HEADERS | change, BODY, AT)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_changed_body_or_secret_is_refused() -> None:
    for secrets, body in (([SECRET], BODY + b" "), ([new_secret()], BODY), ([], BODY)):
        with pytest.raises(UnsignedWebhook):
            verify(secrets, HEADERS, body, AT)


def test_either_side_may_exchange_its_secret() -> None:
    old, new = new_secret(), new_secret()
    both = sign([new, old], "m", AT, b"{}")
    assert len(both["webhook-signature"].split(" ")) == 2
    for known in ([old], [new], [old, new]):
        assert verify(known, both, b"{}", AT)[0] == "m"
    assert verify([new, old], sign([old], "m", AT, b"{}"), b"{}", AT)


@given(st.binary(min_size=1, max_size=80), st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True), st.binary())
def test_any_message_verifies_and_no_other(key: bytes, message: str, body: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = sign([secret], message, AT, body)
    assert verify([secret], headers, body, AT) == (message, AT)
    own = hmac.new(key, f"{message}.1614265330.".encode() + body, "sha256").digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(own).decode()
    with pytest.raises(UnsignedWebhook):
        verify([secret], headers, body + b"x", AT)


def come(connection: Connection, body: object) -> object:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    (signal,) = connector.receive(connection, sign([SECRET], "msg_1", NOW, raw), raw).signals
    return signal


def test_a_message_becomes_a_signal(connect: Connect) -> None:
    connection = connect("shop", {"secret": SECRET})
    data = {"email": "Max@Nordwind.example", "domain": "nordwind.example", "actor": "buyer", "number": 7}
    signal = come(connection, {"type": "order.placed", "timestamp": "2026-03-01T10:00:00Z", "data": data})
    assert (signal.source, signal.key, signal.act) == ("webhook:shop", "msg_1", Act.ORDER_PLACED)
    assert (signal.at, signal.actor) == (datetime(2026, 3, 1, 10, tzinfo=UTC), Actor.BUYER)
    assert (signal.person, signal.account) == (Ref("email", "max@nordwind.example"), Ref("domain", "nordwind.example"))
    assert signal.payload == {"type": "order.placed", "data": data}
    other = come(connection, {"type": "invoice.paid", "data": {"deal": {"space": "hubspot", "key": 21}}})
    assert (other.act, other.at, other.actor) == ("invoice.paid", NOW, Actor.SYSTEM)
    assert other.deal == Ref("hubspot", "21")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, [], {"type": 5.5 > 1}, {"data": {}}, "x", b"\xff"])
def test_bodies_that_are_none(connect: Connect, body: object) -> None:
    with pytest.raises(LeadlineError, match="body is not"):
        come(connect("shop", {"secret": SECRET}), body)


def test_wrong_settings_are_said(connect: Connect) -> None:
    for wrong in ({}, {"secret": "whsec_%%%"}, {"secret": "whsec_"}, {"secret": SECRET, "previous": "no base64!"}):
        with pytest.raises(LeadlineError, match="signing secret") as caught:
            list(connector.read(connect("shop", wrong), ""))
        assert "%%%" not in str(caught.value)
    assert list(connector.read(connect("shop", {"secret": SECRET}), "")) == []
    with pytest.raises(LeadlineError, match="1,000,000"):
        connector.receive(connect("shop", {"secret": SECRET}), HEADERS, b"0" * 1_000_001)
