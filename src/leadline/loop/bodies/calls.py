"""The calls of Segment's specification: their fields, and for each type its act, its account and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from leadline.core.signal import Act, Ref
from leadline.loop.bodies import names, pages
from leadline.loop.bodies.acts import act_of

Id = str | int | None
Moment = str | int | float | None
Fields = dict[str, Any] | None


class Context(msgspec.Struct, rename="camel"):
    """What surrounds an event; of the rest nothing is kept."""

    group_id: Id = None
    page: Fields = None
    campaign: Fields = None
    traits: Fields = None
    consent: Fields = None
    leadline: Fields = None
    user_agent: str | None = None
    ip: str | None = None


class Event(msgspec.Struct, rename="camel"):
    """One call of the specification, of any type."""

    type: str | None = None
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: Moment = None
    original_timestamp: Moment = None
    sent_at: Moment = None
    properties: Fields = None
    traits: Fields = None
    context: Context | None = None


class Refused(ValueError):
    """An event that is not taken, with the reason."""


Made = tuple[str, Ref | None, dict[str, Any]]


def _track(event: Event, _context: Context | None) -> Made:
    name = (event.event or "").strip()
    if not name:
        raise Refused("A track call needs the name of its event.")
    payload: dict[str, Any] = {"name": name[:500]}
    if event.properties:
        payload["properties"] = pages.without_queries(event.properties)
    return act_of(name), None, payload


def _page(event: Event, context: Context | None) -> Made:
    properties = event.properties or {}
    told = (context.page if context is not None else None) or {}
    payload: dict[str, Any] = {"page": pages.page(told | properties)}
    rest = {name: value for name, value in properties.items() if name not in pages.OWN}
    if rest:
        payload["properties"] = rest
    if context is None or not context.campaign:
        campaign = pages.campaign(told | properties)
        if campaign:
            payload["campaign"] = campaign
    for name, value in (("name", event.name), ("category", event.category)):
        if value:
            payload[name] = value[:500]
    return Act.PAGE_VIEWED.value, None, payload


def _screen(event: Event, _context: Context | None) -> Made:
    payload: dict[str, Any] = {"screen": (event.name or "")[:500]}
    if event.properties:
        payload["properties"] = event.properties
    return Act.PAGE_VIEWED.value, None, payload


def _identify(event: Event, context: Context | None) -> Made:
    traits = event.traits or (context.traits if context is not None else None) or {}
    return Act.IDENTIFIED.value, None, {"traits": traits} if traits else {}


def _group(event: Event, _context: Context | None) -> Made:
    key = names.text_of(event.group_id)
    if not key:
        raise Refused("A group call needs a groupId.")
    return Act.GROUPED.value, names.group(key), {"traits": event.traits} if event.traits else {}


def _alias(event: Event, _context: Context | None) -> Made:
    previous = names.text_of(event.previous_id)
    if not previous or not names.text_of(event.user_id):
        raise Refused("An alias call needs a previousId and a userId.")
    return Act.ALIASED.value, None, {"previous": previous[: names.LONGEST]}


TYPES: dict[str, Callable[[Event, Context | None], Made]] = {
    "track": _track,
    "page": _page,
    "screen": _screen,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
}
