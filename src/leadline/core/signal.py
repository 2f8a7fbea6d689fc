"""What came in: one act of a buyer, a seller or a system, and whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Actor(StrEnum):
    """Who acted."""

    BUYER = "buyer"
    SELLER = "seller"
    SYSTEM = "system"


class Act(StrEnum):
    """The acts that the program understands. Others are kept under their own words and count for nothing."""

    PAGE_VIEWED = "page viewed"
    TIME_ON_PAGE = "time on page"
    FORM_SUBMITTED = "form submitted"
    FILE_DOWNLOADED = "file downloaded"
    IDENTIFIED = "identified"
    GROUPED = "joined account"
    ALIASED = "aliased"
    MAIL_SENT = "mail sent"
    MAIL_RECEIVED = "mail received"
    MAIL_OPENED = "mail opened"
    MAIL_CLICKED = "mail link clicked"
    MAIL_BOUNCED = "mail bounced"
    OUT_OF_OFFICE = "out of office"
    MEETING_INVITED = "meeting invited"
    MEETING_ACCEPTED = "meeting accepted"
    MEETING_DECLINED = "meeting declined"
    MEETING_HELD = "meeting held"
    MEETING_CANCELLED = "meeting cancelled"
    CALL_HELD = "call held"
    CALL_SAID = "said in a call"
    NEWS_PUBLISHED = "news published"
    NOTE_WRITTEN = "note written"
    TASK_DONE = "task done"
    ORDER_PLACED = "order placed"
    DEAL_CHANGED = "deal changed"
    CHAT_SAID = "said in a chat"


class Ref(NamedTuple):
    """Names a market object by a key that is unique in its namespace.

    `space` is 'email' or 'domain', 'id' for Leadline's own number, or names an outside system ('hubspot', 'user').
    """

    space: str
    key: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One act as it came in; what `store` appends to the ledger. The pair (source, key) is its identity for ever.

    `source` names where it came from ('segment:web', 'imap:anna', 'import:activities'), `key` its id there, `at` when
    it happened (aware). `human` is the likelihood, 0 to 1, that a human did it; None where that makes no sense.
    `consent` names the ground on which it may be kept ('given', 'contract', 'legitimate interest', '').
    `payload` is JSON. People and accounts named here that the market does not know are created, with this as source.
    """

    source: str
    key: str
    act: str
    at: datetime
    actor: Actor
    person: Ref | None = None
    account: Ref | None = None
    deal: Ref | None = None
    visitor: str = ""
    human: float | None = None
    network: str = ""
    consent: str = ""
    received: datetime | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of a write to the ledger: rows added, rows that were there already (same source and key), and rows
    withheld because they are about a person who was erased."""

    added: int
    known: int
    withheld: int = 0
