"""A signed message becomes a signal once, whoever sends it how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadline.core.clock import FixedClock
from leadline.core.errors import CallError
from leadline.core.webhook_signature import UnsignedWebhook, new_secret, sign
from leadline.loop.reception import receive
from leadline.store import connections
from leadline.store.models import Person, Signal
from leadline.store.transactions import together
from leadline.warehouse.egress import AllowList, Client

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BODY = b'{"type": "order.placed", "data": {"email": "ann@buyer.example", "actor": "buyer"}}'


def test_a_message_that_is_repeated_counts_once(store: str) -> None:
    secret, clock, egress = new_secret(), FixedClock(NOW), Client(AllowList())
    with together():
        connections.make("shop", "webhook", {}, {"secret": secret})
        connections.make("crm", "hubspot", {}, {"token": "x"})
    for n, at in enumerate((NOW, NOW, NOW - timedelta(seconds=200))):
        done = receive("shop", sign([secret], "msg_1", at, BODY), BODY, egress, clock)
        assert (done.added, done.known) == ((0, 1) if n else (1, 0))
    signal = Signal.objects.get()
    assert (signal.key, signal.act, signal.actor) == ("msg_1", "order placed", "buyer")
    assert Person.objects.get(pk=signal.person_id).email == "ann@buyer.example"
    with pytest.raises(UnsignedWebhook):
        receive("shop", sign([new_secret()], "msg_2", NOW, BODY), BODY, egress, clock)
    for name in ("crm", "nobody"):
        with pytest.raises(CallError):
            receive(name, sign([secret], "msg_3", NOW, BODY), BODY, egress, clock)
    assert Signal.objects.count() == 1
