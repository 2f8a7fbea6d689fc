"""Webhooks that come in, signed as Standard Webhooks say. Nothing is asked for: whoever takes them calls `receive`.

A body is `{"type": …, "timestamp": …, "data": {…}}`. `data` may name whom it concerns by `email`, `domain` and `deal`,
and who acted by `actor` (buyer, seller, system). The message's id is the signal's key, so that a repeat counts once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from leadline.core.errors import CallError, DataError
from leadline.core.ports import Connection, Page, Setting
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.core.webhook_signature import is_secret, verify
from leadline.warehouse.api_values import moment, text

MOST = 1_000_000
_ACTS = {act.value: act.value for act in Act}


class Webhook:
    """Takes signed messages of any system."""

    name = "webhook"
    title = "Webhooks"
    personal = False
    settings = (
        Setting("secret", "the sender's signing secret, whsec_…", secret=True),
        Setting("previous", "the secret before, while it is being exchanged", secret=True, required=False),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """Nothing: webhooks come by themselves. Raises CallError where the secret is missing or cannot be one."""
        _secrets(connection)
        if cursor:
            raise CallError("Webhooks are not read and have no cursor; they come to the address that the guide names")
        yield from ()

    def receive(self, connection: Connection, headers: Mapping[str, str], body: bytes) -> Page:
        """The one signal of a message. Raises UnsignedWebhook, or DataError where the body is not as it should be."""
        if len(body) > MOST:
            raise DataError(f"The webhook is over {MOST:,} bytes; send less, or a link to it")
        message, signed = verify(_secrets(connection), headers, body, connection.clock.now())
        return Page("", (signal(f"{self.name}:{connection.name}", message, signed, body),))


def signal(source: str, message: str, signed: Any, body: bytes) -> Signal:
    """The signal in a message whose signature is good."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DataError("The webhook's body is not JSON") from error
    if not isinstance(given, dict) or not text(given.get("type")):
        raise DataError("The webhook's body is not an object with a 'type'")
    data = given.get("data")
    about: Mapping[str, Any] = data if isinstance(data, dict) else {}
    words = text(given.get("type"), 60).replace(".", " ").replace("_", " ")
    mail, domain = (text(about.get(name), 320).lower() for name in ("email", "domain"))
    who = text(about.get("actor")).lower()
    return Signal(
        source,
        message,
        _ACTS.get(words.lower(), text(given.get("type"), 60)),
        moment(given.get("timestamp")) or signed,
        Actor(who) if who in [actor.value for actor in Actor] else Actor.SYSTEM,
        person=Ref("email", mail) if "@" in mail else None,
        account=Ref("domain", domain) if "." in domain else None,
        deal=Ref(*deal) if (deal := _deal(about.get("deal"))) else None,
        payload={"type": text(given.get("type")), "data": data},
    )


def _deal(value: Any) -> tuple[str, str] | None:
    """A deal by its source and id, as {"space": "hubspot", "key": "21"}."""
    given = value if isinstance(value, dict) else {}
    space, key = text(given.get("space"), 60), text(given.get("key"), 400)
    return (space, key) if space and key else None


def _secrets(connection: Connection) -> list[str]:
    found = [words for name in ("secret", "previous") if (words := connection.settings.get(name, "").strip())]
    if not connection.settings.get("secret", "").strip() or not all(is_secret(one) for one in found):
        raise CallError("Webhooks need the sender's signing secret, whsec_…; set it with leadline connect webhook")
    return found


connector = Webhook()
