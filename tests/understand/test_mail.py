"""Mails as data: envelopes, threads, absences, bounces, invitations, and what is left of broken ones."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from leadline.core.signal import Act, Actor
from leadline.understand.bounce import Failure, is_report
from leadline.understand.correspondence import Mailed, acts_of
from leadline.understand.mail import header_text, plain_subject, read_envelope, read_letter
from leadline.understand.scope import read_scope

from .letters import letters  # noqa: TID252  tests are imported by path

HEAD = "From: Bob <bob@buyer.example>\nTo: anna@ours.example\nDate: Mon, 02 Feb 2026 09:00:00 +0100\n"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SCOPE = read_scope(
    "anna@ours.example", {"folders": ["INBOX"], "domains": ["buyer.example"]}, places="folders", what="x"
)


def test_an_envelope() -> None:
    envelope = read_envelope(
        b'From: "Lead, Anna" <Anna@Ours.example>\nTo: Bob <BOB@buyer.example>, broken, <cy@b.example>\nCc: =?utf-8?Q?D=C3=AD?= <di@b.example>\n'
        b"Message-ID: <1@x>\nReferences: <0@x>\n <0b@x>\nIn-Reply-To: <0b@x>\nDate: Mon, 02 Feb 2026 09:00:00 +0100\n"
    )
    assert (envelope.sender, envelope.to, envelope.copied) == (
        "anna@ours.example",
        ("bob@buyer.example", "cy@b.example"),
        ("di@b.example",),
    )
    assert (envelope.identity, envelope.ancestors, envelope.at) == (
        "1@x",
        ("0@x", "0b@x"),
        datetime(2026, 2, 2, 8, tzinfo=UTC),
    )


def test_threads_by_references_by_index_and_by_subject() -> None:
    def thread(headers: str) -> str:
        return read_letter((HEAD + headers + "\n\nHi").encode()).thread

    first = thread("Message-ID: <1@x>\nSubject: Offer")
    assert thread("Message-ID: <2@x>\nIn-Reply-To: <1@x>\nSubject: AW: Offer") == first
    assert thread("Message-ID: <3@x>\nReferences: <1@x> <2@x>\nSubject: other") == first
    assert thread("Message-ID: <4@x>\nSubject: Offer") != first
    index = "Thread-Index: AdZ1mQ0N3QpQ0J8eT0uJx7m0m0w5bQ"
    assert thread(f"Message-ID: <5@x>\nSubject: Re: a\n{index}==") == thread(
        f"Message-ID: <6@x>\nSubject: Re: b\n{index}AAAAAAB"
    )
    assert thread("Message-ID: <7@x>\nSubject: Re: [x] AW: Offer") == thread("Message-ID: <8@x>\nSubject: Fwd: Offer")


def test_subjects() -> None:
    assert plain_subject("Re: AW: [list] Fwd: RE[2]: Antw: Offer  1") == "offer 1"
    assert header_text("=?utf-8?B?R3LDvMOfZQ==?= =?x-unknown?Q?a?= =?utf-8?B?!!?=").startswith("Grüße")


@pytest.mark.parametrize(
    ("headers", "away"),
    [
        ("Subject: Automatic reply: Offer", True),
        ("Subject: Abwesenheitsnotiz", True),
        ("Subject: Réponse automatique : Offre", True),
        ("Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSN?=", True),
        ("Subject: I am away\nAuto-Submitted: auto-replied", True),
        ("Subject: Re: Out of office", False),
        ("Subject: Ticket #12345 received\nAuto-Submitted: auto-replied", False),
        ("Subject: News\nAuto-Submitted: auto-generated", False),
        ("Subject: Out of office hours: our new service\nList-Id: <news.buyer.example>", False),
        ("Subject: Offer", False),
    ],
)
def test_absences(headers: str, away: bool) -> None:
    assert read_letter((HEAD + headers + "\n\nBack on Monday.").encode()).out_of_office is away


def bounce(status: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\nTo: anna@ours.example\nSubject: Undelivered Mail\nReturn-Path: <>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n\nSorry\n--b\nContent-Type: message/delivery-status\n\n'
        f"Reporting-MTA: dns; mx\n\n{status}\n\n--b--\n"
    ).encode()


def test_bounces_of_the_standard() -> None:
    status = "Original-Recipient: rfc822;Bob@buyer.example\nFinal-Recipient: rfc822;b@mx.buyer.example\nAction: failed\nStatus: 5.1.1"
    assert read_letter(bounce(status)).failures == (Failure("bob@buyer.example", True, "5.1.1"),)
    delayed = "Final-Recipient: rfc822; bob@buyer.example\nAction: delayed\nStatus: 4.4.1"
    assert read_letter(bounce(delayed)).failures == (Failure("bob@buyer.example", False, "4.4.1"),)
    both = f"{delayed}\n\nFinal-Recipient: rfc822; cy@buyer.example\nAction: delivered\nStatus: 2.0.0"
    assert len(read_letter(bounce(both)).failures) == 1
    assert is_report('multipart/report; report-type="delivery-status"', "x@y.example", "")


def test_bounces_in_words() -> None:
    text = (
        "From: MAILER-DAEMON@mx.buyer.example\nTo: anna@ours.example\nSubject: failure notice\n\nHi. This is qmail.\n"
        "<bob@buyer.example>:\n550 5.2.1 mailbox disabled\n\n--- Below this line is a copy of the message.\n\nTo: other@buyer.example\n"
    )
    assert read_letter(text.encode()).failures == (Failure("bob@buyer.example", True, "5.2.1"),)
    named = (
        HEAD.replace("bob@buyer", "mailer-daemon@google")
        + "X-Failed-Recipients: cy@buyer.example\nSubject: Delivery Status Notification\n\n452 4.2.2 full"
    )
    assert read_letter(named.encode()).failures == (Failure("cy@buyer.example", False, "4.2.2"),)
    assert not read_letter((HEAD + "Subject: returned mail\n\ncall eve@buyer.example 550 5.1.1").encode()).failures


def invitation(method: str, *lines: str, sender: str = "bob@buyer.example") -> bytes:
    event = "\n".join(
        [
            "BEGIN:VCALENDAR",
            f"METHOD:{method}",
            "BEGIN:VEVENT",
            "UID:m1",
            "DTSTART:20260210T090000Z",
            "DTEND:20260210T100000Z",
            "ORGANIZER:mailto:anna@ours.example",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )
    head = HEAD.replace("bob@buyer.example", sender).replace(
        "To: anna@ours.example", "To: anna@ours.example, cy@buyer.example"
    )
    return (
        head + f"Message-ID: <{method}@x>\nSubject: Demo\nContent-Type: text/calendar; method={method}\n\n{event}\n"
    ).encode()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (invitation("REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@buyer.example"), [(Act.MEETING_ACCEPTED, Actor.BUYER, "bob@buyer.example")]),
        (invitation("REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@buyer.example"), [(Act.MEETING_DECLINED, Actor.BUYER, "bob@buyer.example")]),
        (invitation("REQUEST", "ATTENDEE:mailto:bob@buyer.example", sender="anna@ours.example"), [(Act.MEETING_INVITED, Actor.SELLER, "cy@buyer.example"), (Act.MEETING_INVITED, Actor.SELLER, "bob@buyer.example")]),
        (invitation("CANCEL"), [(Act.MEETING_CANCELLED, Actor.BUYER, "bob@buyer.example")]),
        (invitation("REQUEST", "CLASS:PRIVATE"), []),
    ],
)  # fmt: skip
def test_invitations(raw: bytes, expected: list[tuple[str, Actor, str]]) -> None:
    signals = acts_of(read_letter(raw), Mailed("imap:anna", SCOPE, NOW))
    assert [(signal.act, signal.actor, signal.person.key) for signal in signals if signal.person] == expected
    assert all(signal.payload["start"] == "2026-02-10T09:00:00+00:00" for signal in signals)


def test_times_that_cannot_be() -> None:
    mailed = Mailed("imap:anna", SCOPE, NOW)
    arrived = datetime(2026, 2, 1, tzinfo=UTC)
    for date in (
        "Mon, 02 Feb 2099 09:00:00 +0100",
        "yesterday",
        "Mon, 99 Foo 2026",
        "",
        "Thu, 01 Jan 1970 00:00:00 +0000",
    ):
        letter = read_letter(HEAD.replace("Mon, 02 Feb 2026 09:00:00 +0100", date).encode() + b"\n\nHi")
        assert acts_of(letter, mailed, arrived)[0].at == arrived


def test_too_many_parts_are_not_read() -> None:
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n' for number in range(2_000))
    letter = read_letter((HEAD + "Subject: deep\n" + deep + "\n\nHi\n" * 20_000).encode())
    assert (letter.subject, letter.envelope.sender) == ("deep", "bob@buyer.example")
    assert "too many parts" in letter.notes[0]


@pytest.mark.slow
def test_two_thousand_mutated_mails_never_raise() -> None:
    rng = np.random.default_rng(9)
    seeds = [case.raw for case in letters(60, 4)]
    seeds += [
        bounce("Final-Recipient: rfc822; bob@buyer.example\nAction: failed\nStatus: 5.1.1"),
        invitation("REQUEST", "CLASS:PUBLIC", "RRULE:FREQ=DAILY"),
    ]
    mailed = Mailed("imap:anna", SCOPE, NOW)
    for number in range(2_000):
        raw = bytearray(seeds[number % len(seeds)])
        for _ in range(int(rng.integers(1, 25))):
            # Most damage is done in the headers.
            at = int(rng.integers(min(len(raw), 500) if rng.random() < 0.5 else len(raw)))
            raw[at : at + int(rng.integers(0, 12))] = bytes(
                rng.integers(0, 256, int(rng.integers(0, 6)), dtype=np.uint8)
            )
        for signal in acts_of(read_letter(bytes(raw)), mailed, NOW):
            assert signal.key
            assert "\x00" not in repr(signal.payload)
