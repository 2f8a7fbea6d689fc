"""What HubSpot's calls, meetings, mails, notes and tasks tell, as signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadline.connectors.hubspot.objects import properties
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.warehouse.api_values import iso, moment, plain, text, whole
from leadline.warehouse.rest import Answer


def signal(source: str, name: str, row: Answer, linked: Mapping[str, Mapping[str, Sequence[str]]]) -> Signal | None:
    """One engagement of the kind `name` as a signal; None where it has not happened. `linked` are the ids on it."""
    number, given = text(row.get("id")), properties(row)
    found = _act(name, given)
    if found is None:
        return None
    act, actor, at, suffix, said = found
    ends = {to: list(linked[to].get(number, ())) for to in linked}
    ref = {to: Ref("hubspot", ids[0]) if ids else None for to, ids in ends.items()}
    payload = {
        **{key: value for key, value in said.items() if value not in ("", None)},
        **{to: ids for to, ids in ends.items() if len(ids) > 1},
        **({"owner": owner} if (owner := text(given.get("hubspot_owner_id"))) else {}),
    }
    key = f"{name.removesuffix('s')}:{number}{suffix}"
    person, account, deal = ref["contacts"], ref["companies"], ref["deals"]
    return Signal(source, key, act, at, actor, person=person, account=account, deal=deal, payload=payload)


def _act(name: str, given: Answer) -> tuple[Act, Actor, datetime, str, dict[str, Any]] | None:
    """What an engagement tells: the act, who did it, when, what follows its key, and what was said. None where it has
    not happened (yet). A meeting tells more than one thing in its life, each under a key of its own."""
    at = moment(given.get("hs_timestamp"))
    if name == "meetings":
        outcome = text(given.get("hs_meeting_outcome")).upper()
        start = moment(given.get("hs_meeting_start_time")) or at
        ends = moment(given.get("hs_meeting_end_time"))
        said = {
            "title": text(given.get("hs_meeting_title")),
            "text": plain(given.get("hs_meeting_body")),
            "start": iso(start) if start else "",
            "end": iso(ends) if ends else "",
        }
        if outcome == "COMPLETED" and start:
            return Act.MEETING_HELD, Actor.SELLER, start, ":held", said
        if outcome in ("CANCELED", "NO_SHOW") and start:
            return Act.MEETING_CANCELLED, Actor.SYSTEM, start, ":cancelled", said | {"why": outcome.lower()}
        invited = moment(given.get("hs_createdate")) or at
        return (Act.MEETING_INVITED, Actor.SELLER, invited, ":invited", said) if invited else None
    if at is None:
        return None
    if name == "calls":
        status = text(given.get("hs_call_status")).upper()
        if status not in ("COMPLETED", ""):
            return None
        length = whole(given.get("hs_call_duration"))
        inbound = text(given.get("hs_call_direction")).upper() == "INBOUND"
        call: dict[str, Any] = {
            "title": text(given.get("hs_call_title")),
            "text": plain(given.get("hs_call_body")),
            "direction": "in" if inbound else "out",
            "disposition": text(given.get("hs_call_disposition")),
            "seconds": None if length is None else length // 1000,
        }
        return Act.CALL_HELD, Actor.BUYER if inbound else Actor.SELLER, at, "", call
    if name == "emails":
        said = {"subject": text(given.get("hs_email_subject")), "text": plain(given.get("hs_email_text"))}
        if text(given.get("hs_email_status")).upper() == "BOUNCED":
            return Act.MAIL_BOUNCED, Actor.SYSTEM, at, ":bounced", said
        if text(given.get("hs_email_direction")).upper() == "INCOMING_EMAIL":
            return Act.MAIL_RECEIVED, Actor.BUYER, at, "", said
        return Act.MAIL_SENT, Actor.SELLER, at, "", said
    if name == "notes":
        return Act.NOTE_WRITTEN, Actor.SELLER, at, "", {"text": plain(given.get("hs_note_body"))}
    if text(given.get("hs_task_status")).upper() != "COMPLETED":
        return None
    said = {"title": text(given.get("hs_task_subject")), "text": plain(given.get("hs_task_body"))}
    return Act.TASK_DONE, Actor.SELLER, moment(given.get("hs_task_completion_date")) or at, "", said
