"""Bodies in Segment's form: one event, or a batch of them (https://segment.com/docs/connections/spec).

A batch is read in one go; where one event in it is wrong they are read one by one, so that the others still count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import msgspec

from leadline.core.signal import Actor, Ref, Signal
from leadline.loop.bodies import names, pages
from leadline.loop.bodies.calls import TYPES, Context, Event, Moment, Refused
from leadline.loop.bodies.consent import REFUSED, consent_of
from leadline.loop.bodies.moments import NoMoment, happened, moment
from leadline.loop.bodies.nesting import DEEPEST, too_deep
from leadline.loop.bodies.receipt import Receipt, human, network_in, reader

Found = Signal | tuple[str, bytes]
T = TypeVar("T")


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[Event]
    sent_at: Moment = None
    context: Context | None = None


class _Raws(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Moment = None
    context: msgspec.Raw = msgspec.Raw(b"null")


class _Typed(msgspec.Struct):
    type: msgspec.Raw = msgspec.Raw(b"")


_typed = msgspec.json.Decoder(_Typed).decode
_whole = msgspec.json.Decoder(_Batch).decode
_raws = msgspec.json.Decoder(_Raws).decode
_event = msgspec.json.Decoder(Event).decode
_context = msgspec.json.Decoder(Context | None).decode


def read(body: bytes, receipt: Receipt) -> Iterator[Found]:
    """Signals, and (reason, body) of what is not taken."""
    if receipt.facts.kind == "batch":
        return _batch(body, receipt)
    return _single(body, receipt)


def _single(body: bytes, receipt: Receipt) -> Iterator[Found]:
    try:
        event = _decoded(_event, body)
        yield signal(event, event.sent_at, event.context, receipt, partial(bytes, body), 0)
    except (Refused, NoMoment) as why:
        yield _turned_down(why, body, None, receipt)


def _batch(body: bytes, receipt: Receipt) -> Iterator[Found]:
    slices: list[bytes] = []

    def raw(place: int) -> bytes:
        if not slices:
            slices.extend(bytes(part) for part in _raws(body).batch)
        return slices[place]

    try:
        whole = _decoded(_whole, body)
    except Refused:
        yield from _one_by_one(body, receipt)
        return
    for place, event in enumerate(whole.batch):
        try:
            sent, context = whole.sent_at or event.sent_at, event.context or whole.context
            yield signal(event, sent, context, receipt, partial(raw, place), place)
        except (Refused, NoMoment) as why:
            yield _turned_down(why, raw(place), whole.sent_at, receipt)


def _one_by_one(body: bytes, receipt: Receipt) -> Iterator[Found]:
    try:
        whole = _decoded(_raws, body)
    except Refused as why:
        yield str(why), body
        return
    for place, part in enumerate(whole.batch):
        one = bytes(part)
        try:
            event = _decoded(_event, one)
            context = event.context or _decoded(_context, whole.context)
            yield signal(event, whole.sent_at or event.sent_at, context, receipt, partial(bytes, one), place)
        except (Refused, NoMoment) as why:
            yield _turned_down(why, one, whole.sent_at, receipt)


def _decoded(decode: Callable[[Any], T], body: bytes | msgspec.Raw) -> T:
    try:
        return decode(body)
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: bytes that are no UTF-8
        raise Refused(f"It cannot be read: {error}.") from None
    except RecursionError:
        raise Refused("It is nested too deeply.") from None


def _turned_down(why: Exception, raw: bytes, sent_at: Moment, receipt: Receipt) -> tuple[str, bytes]:
    """The reason, and the event as a body of its own that can be sent to /v1/batch."""
    if str(why) == REFUSED:
        return REFUSED, b""
    kind = receipt.facts.kind
    if kind and kind != "batch" and _has_no_type(raw):
        inner = raw.lstrip()[1:]
        raw = b'{"type":"' + kind.encode() + (b'"' if inner.lstrip().startswith(b"}") else b'",') + inner
    sent = b'"sentAt":' + msgspec.json.encode(sent_at) + b"," if sent_at is not None else b""
    return str(why)[:500], b"{" + sent + b'"batch":[' + raw + b"]}"


def _has_no_type(raw: bytes) -> bool:
    try:
        return not bytes(_typed(raw).type)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False


def signal(
    event: Event, sent_at: Moment, context: Context | None, receipt: Receipt, raw: Callable[[], bytes], place: int
) -> Signal:
    """The signal of one event. Raises Refused or NoMoment with the reason where it cannot be used."""
    facts = receipt.facts
    kind = event.type or facts.kind
    make = TYPES.get(kind)
    if make is None:
        named = f"The type '{kind[:40]}' is none of {', '.join(TYPES)}."
        raise Refused("It has no type." if kind == "batch" else named)
    consent = consent_of(context.consent) if context is not None and context.consent is not None else ""
    if consent == REFUSED:
        raise Refused(REFUSED)
    user, visitor = names.text_of(event.user_id), names.text_of(event.anonymous_id)
    if not (user or visitor):
        raise Refused("It has neither userId nor anonymousId.")
    act, account, payload = make(event, context)
    if context is not None:
        if account is None and context.group_id is not None:
            group = names.text_of(context.group_id)
            account = names.group(group) if group else None
        if context.campaign:
            payload["campaign"] = context.campaign
        if context.page and kind != "page":
            payload["page"] = pages.page(context.page)
    for name in ("properties", "traits"):
        if name in payload:
            payload[name] = names.without_addresses(payload[name])
    if too_deep(payload):
        raise Refused(f"It is nested more than {DEEPEST} levels deep.")
    at = event.timestamp if event.timestamp is not None else event.original_timestamp
    when = happened(moment(at, "timestamp"), moment(sent_at, "sentAt") if at is not None else None, receipt.received)
    agent, network = (context.user_agent, network_in(context.ip)) if context is not None else (None, "")
    conduct = context.leadline if context is not None else None
    told = reader(facts, agent, conduct)
    if told:
        payload["reader"] = told
    return Signal(
        receipt.source,
        names.text_of(event.message_id) or _digest(at, raw(), place, receipt),
        act,
        when,
        Actor.BUYER,
        _person(user, event, context),
        account,
        None,
        visitor,
        human(act, facts, agent, network, conduct),
        facts.network if facts.page else network,
        consent,
        receipt.received,
        payload,
    )


def _person(user: str, event: Event, context: Context | None) -> Ref | None:
    if user:
        return names.user(user)
    traits = event.traits or (context.traits if context is not None else None)
    return names.email(traits.get("email")) if traits else None


def _digest(at: Moment, raw: bytes, place: int, receipt: Receipt) -> str:
    """An id for an event that has none: of the idempotency key of its request, else of all that it says.

    Where it does not say when it happened, the moment of receipt tells it from another one that says the same.
    """
    if receipt.facts.once:
        text = f"{receipt.facts.once}\n{place}".encode()
    else:
        text = raw if at is not None else raw + receipt.received.isoformat().encode()
    return "digest:" + hashlib.blake2b(text, digest_size=20).hexdigest()
