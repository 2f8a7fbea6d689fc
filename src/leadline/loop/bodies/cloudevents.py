"""Bodies of CloudEvents 1.0 in JSON: one event, or a list of them. (source, id) is an event's identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from leadline.core.signal import Actor, Signal
from leadline.loop.bodies import names
from leadline.loop.bodies.acts import act_of_type
from leadline.loop.bodies.moments import happened, moment
from leadline.loop.bodies.nesting import DEEPEST, depth
from leadline.loop.bodies.receipt import Receipt, human, network_in

Found = Signal | tuple[str, bytes]


class Event(msgspec.Struct):
    """The attributes that are read; `subject` names a person where it is an e-mail address."""

    id: str
    source: str
    type: str
    specversion: str
    time: str | None = None
    subject: str | None = None
    data: Any = None
    data_base64: str | None = None


_event = msgspec.json.Decoder(Event).decode
_raws = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read(body: bytes, receipt: Receipt) -> Iterator[Found]:
    """Signals, and (reason, body) of what is not taken."""
    parts = [body]
    if body.lstrip()[:1] == b"[":
        try:
            parts = [bytes(part) for part in _raws(body)]
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            yield f"It cannot be read: {error}.", body
            return
    for part in parts:
        try:
            yield signal(_event(part), receipt)
        except (msgspec.DecodeError, ValueError) as error:  # ValueError: no UTF-8, or one of ours
            yield f"It is no CloudEvent that can be used: {error}"[:500], part
        except RecursionError:
            yield "It is nested too deeply.", part


def signal(event: Event, receipt: Receipt) -> Signal:
    """The signal of one event. Raises ValueError with the reason where it cannot be used."""
    if event.specversion != "1.0":
        raise ValueError(f"specversion {event.specversion[:20]!r} is not 1.0.")
    if not (event.id and event.source and event.type):
        raise ValueError("id, source and type may not be empty.")
    if depth(event.data) > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep.")
    told: dict[str, Any] = event.data if isinstance(event.data, dict) else {}
    act = act_of_type(event.type)
    user, group = _id(told, "userId"), _id(told, "groupId")
    data = names.without_addresses(told) if told else event.data
    kept = {"subject": event.subject, "data": data, "data_base64": event.data_base64}
    payload: dict[str, Any] = {"name": event.type[:500], "from": event.source[:500]}
    payload |= {name: value for name, value in kept.items() if value not in (None, "")}
    agent, network = told.get("userAgent"), network_in(told.get("ip"))
    return Signal(
        receipt.source,
        f"{event.source}#{event.id}",
        act,
        happened(moment(event.time, "time"), None, receipt.received),
        Actor.BUYER,
        names.user(user) if user else names.email(told.get("email")) or names.email(event.subject),
        names.group(group) if group else None,
        visitor=_id(told, "anonymousId"),
        human=human(act, receipt.facts, agent if isinstance(agent, str) else None, network, None),
        network=receipt.facts.network if receipt.facts.page else network,
        received=receipt.received,
        payload=payload,
    )


def _id(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return names.text_of(value) if isinstance(value, str) or type(value) is int else ""
