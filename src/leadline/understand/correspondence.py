"""A mail as acts: who of the two sides did what towards whom, for each counterpart that the consent covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadline.core.mail_domains import domain_of, is_free
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.understand.bounce import Failure
from leadline.understand.calendar import Meeting
from leadline.understand.mail import Envelope, Letter, digest_of
from leadline.understand.scope import Scope

COPIED = "mail copied"
"""Someone who did nothing but is kept in the picture. It counts for nothing by itself."""
TENTATIVE = "meeting tentatively accepted"
GROUND = "legitimate interest"
"""On which ground letters between two firms are kept; the owner of the mailbox consented to their being read."""

_ANSWERS = {"accepted": Act.MEETING_ACCEPTED, "declined": Act.MEETING_DECLINED, "tentative": TENTATIVE}


def account_of(address: str) -> Ref | None:
    """The account that an address belongs to by its domain; None for free mail, which names no company."""
    domain = domain_of(address)
    return None if not domain or is_free(domain) else Ref("domain", domain)


def meeting_facts(meeting: Meeting) -> dict[str, Any]:
    """What is kept of a meeting beside the people. `meeting` is equal in mail and calendar."""
    facts: dict[str, Any] = {
        "meeting": digest_of(meeting.uid, meeting.occurrence),
        "series": digest_of(meeting.uid),
        "title": meeting.title,
        "start": meeting.start.isoformat(),
        "end": meeting.end.isoformat(),
    }
    return facts | ({"all_day": True} if meeting.all_day else {})


@dataclass(frozen=True, slots=True)
class Mailed:
    """What the letters of one reading share: the source of their signals, the consent, and what time it is."""

    source: str
    scope: Scope
    now: datetime

    def time_of(self, envelope: Envelope, arrived: datetime | None) -> datetime:
        """When the mail was written; when it arrived where it does not say or says something in the future."""
        at = envelope.at
        if at is None or at > self.now + timedelta(days=1):
            at = arrived
        return at or self.now

    def signal(
        self,
        act: str,
        actor: Actor,
        address: str,
        digest: str,
        at: datetime,
        payload: Mapping[str, Any],
    ) -> Signal:
        """One act that concerns one counterpart."""
        return Signal(
            source=self.source,
            key=f"{digest}:{digest_of(address)[:16]}",
            act=act,
            at=at,
            actor=actor,
            person=Ref("email", address),
            account=account_of(address),
            human=0.0 if actor is Actor.SYSTEM and act != COPIED else None,
            consent=GROUND,
            payload=payload,
        )

    def bounces(self, failed: Iterable[Failure], digest: str, at: datetime, envelope: Envelope) -> list[Signal]:
        """The failed deliveries to counterparts of the consent."""
        link = {"reply_to": digest_of(envelope.ancestors[-1])} if envelope.ancestors else {}
        return [
            self.signal(
                Act.MAIL_BOUNCED,
                Actor.SYSTEM,
                failure.receiver,
                digest,
                at,
                {"permanent": failure.permanent, "status": failure.status, **link},
            )
            for failure in failed
            if self.scope.counts(failure.receiver)
        ]


def acts_of(letter: Letter, mailed: Mailed, arrived: datetime | None = None) -> list[Signal]:
    """The signals of one letter: one for each counterpart that the consent covers, () where there is none."""
    envelope, scope = letter.envelope, mailed.scope
    at = mailed.time_of(envelope, arrived)
    if letter.failures:
        return mailed.bounces(letter.failures, letter.digest, at, envelope)
    sender = envelope.sender
    others = [address for address in envelope.people if address != sender and scope.counts(address)]
    ours = scope.is_own(sender)
    if letter.invitation is not None:
        return _invited(letter, mailed, at, others, ours=ours)
    facts = _facts(letter)
    if ours:
        return [mailed.signal(Act.MAIL_SENT, Actor.SELLER, address, letter.digest, at, facts) for address in others]
    signals = []
    if scope.counts(sender):
        act = Act.OUT_OF_OFFICE if letter.out_of_office else Act.MAIL_RECEIVED
        actor = Actor.SYSTEM if letter.out_of_office or envelope.automatic else Actor.BUYER
        signals.append(mailed.signal(act, actor, sender, letter.digest, at, facts))
    bare = {name: facts[name] for name in ("subject", "thread", "message")}
    signals += [mailed.signal(COPIED, Actor.SYSTEM, address, letter.digest, at, bare) for address in others]
    return signals


def _invited(letter: Letter, mailed: Mailed, at: datetime, others: list[str], *, ours: bool) -> list[Signal]:
    """The acts of an invitation, an answer to it, or its withdrawal (RFC 5546); private ones are not kept."""
    assert letter.invitation is not None  # noqa: S101 - the caller asked
    method, meeting = letter.invitation.method, letter.invitation.meeting
    if meeting.private:
        return []
    facts = meeting_facts(meeting) | {"thread": letter.thread, "message": letter.digest}
    sender = letter.envelope.sender
    if method == "reply":
        answer = next((who.status for who in meeting.attendees if who.address == sender), "")
        act = _ANSWERS.get(answer)
        if act is None or not mailed.scope.counts(sender):
            return []
        return [mailed.signal(act, Actor.BUYER, sender, letter.digest, at, facts)]
    if method == "cancel" or meeting.cancelled:
        act = Act.MEETING_CANCELLED
    elif method in ("request", "publish", "counter"):
        act = Act.MEETING_INVITED
    else:
        return []
    if not ours:
        return (
            [mailed.signal(act, Actor.BUYER, sender, letter.digest, at, facts)] if mailed.scope.counts(sender) else []
        )
    asked = dict.fromkeys([*others, *(who.address for who in meeting.attendees if mailed.scope.counts(who.address))])
    return [mailed.signal(act, Actor.SELLER, address, letter.digest, at, facts) for address in asked]


def _facts(letter: Letter) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "subject": letter.subject,
        "thread": letter.thread,
        "message": letter.digest,
        "words": letter.words,
        "quoted": letter.quoted,
    }
    if letter.parent:
        facts["reply_to"] = letter.parent
    if letter.envelope.automatic:
        facts["automatic"] = True
    if letter.attachments:
        facts["attachments"] = [{"name": one.name, "kind": one.kind, "size": one.size} for one in letter.attachments]
    return facts
