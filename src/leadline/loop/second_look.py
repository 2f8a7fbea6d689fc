"""A second look at who was human: what an actor did before and after tells more than one request does.

At receipt an act is judged by itself. Some minutes later the whole mail (all its links within a second, a hidden link
fetched) or the whole visit is known; where that changes the judgement, a fact of kind 'human' is appended, and the
views take the newest one. The first judgement stays in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from leadline.core.clock import Clock, micros
from leadline.core.ledger import Fact
from leadline.core.origin import AgentFacts, Evidence, Seen
from leadline.core.signal import Act
from leadline.learn.human import rejudge
from leadline.store import acts, ledger
from leadline.store.transactions import together

KINDS = tuple(
    kind.value
    for kind in (
        Act.MAIL_OPENED,
        Act.MAIL_CLICKED,
        Act.PAGE_VIEWED,
        Act.TIME_ON_PAGE,
        Act.FORM_SUBMITTED,
        Act.FILE_DOWNLOADED,
    )
)
CHANGED = 0.02  # a smaller change is not worth a row
SOURCE = "judge:human"
# The names that mail tools give to the mail, the mailing, the link and the time of sending in what they report.
_MAIL = ("email_id", "message_id", "sg_message_id", "mail")
_MAILING = ("campaign_id", "broadcast_id", "template_id", "mailing")
_LINK = ("link_url", "url", "link", "href")
_SENT = ("sent_at", "delivered_at")
_HIDDEN = ("hidden", "honeypot")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a second look gave: acts looked at, and those whose judgement changed."""

    acts: int
    changed: int


def look_again(clock: Clock, *, days: float = 2.0) -> Looked:
    """Judges the acts of the last days again, by all that is known now, and appends what differs."""
    now = clock.now()
    rows = list(acts.judged(KINDS, micros(now - timedelta(days=days)), micros(now)))
    found = rejudge([_seen(row) for row in rows])
    facts = [
        Fact(
            SOURCE,
            f"{row.signal}:{one.human:.3f}",
            "human",
            ("signal", row.signal),
            {"reasons": list(one.reasons), "before": row.human},
            now,
            signal=row.signal,
            confidence=round(one.human, 4),
            made_by="second look",
        )
        for row, one in zip(rows, found, strict=True)
        if abs(one.human - row.human) >= CHANGED
    ]
    with together():
        ledger.append_facts(facts)
    return Looked(len(rows), len(facts))


def _seen(row: acts.ActRow) -> Seen:
    told = row.payload.get("properties")
    properties: Mapping[str, Any] = told if isinstance(told, dict) else {}
    page = row.payload.get("page")
    path = page.get("path", "") if isinstance(page, dict) else ""
    mail = _first(properties, _MAIL)
    at = row.at / 1e6
    return Seen(
        str(row.signal),
        at,
        _evidence(row, properties, at),
        message=f"{mail}/{row.person}" if mail else "",
        mailing=_first(properties, _MAILING),
        visitor=row.visitor,
        link=_first(properties, _LINK) or str(path),
        hidden=any(properties.get(name) is True for name in _HIDDEN),
    )


def _evidence(row: acts.ActRow, properties: Mapping[str, Any], at: float) -> Evidence:
    told = row.payload.get("reader")
    reader: Mapping[str, Any] = told if isinstance(told, dict) else {}
    known: dict[str, Any] = {
        name: reader[name]
        for name in ("scrolled", "pointer", "javascript", "language")
        if isinstance(reader.get(name), bool)
    }
    agent, seconds = reader.get("agent"), reader.get("seconds")
    if isinstance(agent, list) and len(agent) == len(AgentFacts._fields):
        known["agent"] = AgentFacts(*agent)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e6:
        known["dwell"] = float(seconds)
    for name in _SENT:
        sent = properties.get(name)
        if isinstance(sent, int | float) and not isinstance(sent, bool) and 0 < sent <= at:
            known["since_send"] = at - sent
    links = properties.get("links")
    if isinstance(links, int) and not isinstance(links, bool) and links > 0:
        known["mail_links"] = links
    return Evidence(act=row.act, network=row.network, **known)


def _first(properties: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if isinstance(properties.get(name), str | int):
            return str(properties[name])
    return ""
