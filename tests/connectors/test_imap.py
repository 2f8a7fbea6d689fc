"""A mailbox on a real Dovecot: consent, what crosses the wire, increments, crashes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.connectors import imap
from leadline.connectors.imap import connector
from leadline.core.errors import DataError, UnreachableAddress
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref

from .dovecot import PASSWORD, USER, Dovecot, dovecot, wire_tap  # noqa: TID252  tests are imported by path
from .taking import Taken  # noqa: TID252

SCOPE = {"folders": ["INBOX", "Sent"], "domains": ["buyer.example"]}

pytestmark = pytest.mark.skipif(
    not (shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists()), reason="Dovecot is not here"
)


@pytest.fixture(scope="module")
def running() -> Iterator[Dovecot]:
    with dovecot() as server:
        yield server


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    running.clear()
    return running


Make = Callable[..., Connection]


def made(connect: Make, at: int, scope: Mapping[str, object] = SCOPE, owner: str = USER, **more: str) -> Connection:
    settings = {"host": "127.0.0.1", "port": str(at), "user": USER, "password": PASSWORD, "security": "none"}
    return connect("anna", settings | more, owner=owner, scope=scope)


def mail(
    sender: str = "bob@buyer.example",
    to: str = USER,
    subject: str = "Offer",
    words: str = "Hello",
    identity: str = "",
    **headers: str,
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = headers.pop("Date", "Mon, 02 Feb 2026 09:00:00 +0100")
    if identity:
        message["Message-ID"] = f"<{identity}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return bytes(message)


def test_a_mailbox_is_read_once(connect: Make, server: Dovecot) -> None:
    server.put(
        mail(identity="1@x", words="Yes please.\n\nBest regards\nBob"), mail("bob@other.example", identity="2@x")
    )
    server.put(mail(USER, "Bob <bob@buyer.example>", identity="3@x", In_Reply_To="<1@x>"), folder="Sent")
    taken, connection = Taken(), made(connect, server.port)
    taken.pull(connector, connection)
    received, sent = taken.signals.values()
    assert (received.act, received.actor, received.person, received.account) == (
        Act.MAIL_RECEIVED,
        Actor.BUYER,
        Ref("email", "bob@buyer.example"),
        Ref("domain", "buyer.example"),
    )
    assert received.payload["words"] == "Yes please."
    assert (sent.act, sent.actor, sent.source) == (Act.MAIL_SENT, Actor.SELLER, "imap:anna")
    assert sent.payload["thread"] == received.payload["thread"]
    assert sent.payload["reply_to"] == received.payload["message"]
    assert taken.pull(connector, connection) == 0
    server.put(mail(identity="4@x", subject="Re: Offer"))
    taken.pull(connector, connection)
    assert [signal.payload["subject"] for signal in taken.signals.values()] == ["Offer", "Offer", "Re: Offer"]


PRIVATE = ("Grandma is ill", "Lunch with the doctor", "secret-attachment")


def private_mails() -> list[bytes]:
    friend = mail("friend@gmail.com", subject=PRIVATE[0], words=PRIVATE[1])
    colleague = mail("boss@ours.example", subject=PRIVATE[0], words=PRIVATE[1])
    other = EmailMessage()
    other["From"], other["To"], other["Subject"] = "shop@other.example", USER, PRIVATE[0]
    other.set_content(PRIVATE[1])
    other.add_attachment(PRIVATE[2].encode(), maintype="text", subtype="plain", filename=f"{PRIVATE[2]}.txt")
    bounced = report("friend@gmail.com", words=PRIVATE[1])
    return [friend, colleague, bytes(other), bounced]


def report(receiver: str, words: str = "Hi", status: str = "5.1.1", identity: str = "b@x") -> bytes:
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.ours.example>
To: {USER}
Subject: Undelivered Mail Returned to Sender: {words}
Date: Mon, 02 Feb 2026 10:00:00 +0000
Message-ID: <{identity}>
Return-Path: <>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Could not be delivered: {words}
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.ours.example

Final-Recipient: rfc822; {receiver}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--x
Content-Type: message/rfc822

From: {USER}
To: {receiver}
Subject: {words}

{words}
--x--
""".encode()


def test_private_mail_never_crosses_the_wire(connect: Make, server: Dovecot) -> None:
    server.put(*private_mails(), mail(identity="1@x", subject="Our offer", words="It costs less"))
    server.put(mail("bob@buyer.example", subject=PRIVATE[0], words=PRIVATE[1]), folder="Private")
    with wire_tap(server.port) as tap:
        taken = Taken()
        taken.pull(connector, made(connect, tap.port))
    wire = bytes(tap.answered)
    assert b"It costs less" in wire
    assert b"Our offer" in wire
    assert not [word for word in PRIVATE if word.encode() in wire]
    assert b"Private" not in bytes(tap.asked)
    assert len(taken.signals) == 1
    assert not [word for word in PRIVATE if word in repr(taken)]


def test_nothing_on_the_server_changes(connect: Make, server: Dovecot) -> None:
    server.put(mail(identity="1@x"), mail(identity="2@x"), report("bob@buyer.example"))
    with wire_tap(server.port) as tap:
        Taken().pull(connector, made(connect, tap.port))
    commands = {line.split()[1].upper() for line in bytes(tap.asked).splitlines() if len(line.split()) > 1}
    assert commands <= {b"LOGIN", b"CAPABILITY", b"EXAMINE", b"UID", b"LOGOUT"}
    assert b"BODY[" not in bytes(tap.asked).replace(b"BODY.PEEK[", b"")
    with server.client() as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "UNSEEN")[1] == [b"1 2 3"]


def test_without_consent_nobody_even_signs_in(connect: Make, server: Dovecot) -> None:
    wrong: list[dict[str, object]] = [
        {},
        {"folders": ["INBOX"]},
        {"domains": ["buyer.example"]},
        SCOPE | {"since": "soon"},
    ]
    with wire_tap(server.port) as tap:
        for scope in wrong:
            with pytest.raises(DataError, match="scope"):
                Taken().pull(connector, made(connect, tap.port, scope))
        with pytest.raises(DataError, match="no owner"):
            Taken().pull(connector, made(connect, tap.port, owner=""))
        assert not tap.asked


def test_every_part_of_the_consent_counts(connect: Make, server: Dovecot) -> None:
    def subjects(**scope: object) -> list[str]:
        taken = Taken()
        taken.pull(connector, made(connect, server.port, SCOPE | scope))
        return sorted(str(signal.payload["subject"]) for signal in taken.signals.values())

    server.put(
        mail(identity="1@x", subject="old", Date="Thu, 01 Jan 2026 09:00:00 +0000"), at='"01-Jan-2026 09:00:00 +0000"'
    )
    server.put(mail("a@mail.buyer.example", identity="2@x", subject="below"), flags="(Deals)")
    server.put(
        mail("x@notbuyer.example", identity="3@x", subject="other"), mail("y@gmail.com", identity="4@x", subject="free")
    )
    server.put(mail("boss@ours.example", identity="5@x", subject="colleague"))
    server.put(mail(identity="6@x", subject="draft"), flags="(\\Draft)")
    assert subjects() == ["below", "old"]
    assert subjects(labels=["deals"]) == ["below"]
    assert subjects(since="2026-01-15") == ["below"]
    assert subjects(domains=["*"]) == ["below", "old", "other"]
    assert subjects(domains=["*"], exclude=["buyer.example"]) == ["other"]
    assert subjects(domains=["y@gmail.com"]) == ["free"]
    assert subjects(domains=["gmail.com"]) == ["free"]
    assert subjects(domains=["*"], own=["notbuyer.example"]) == ["below", "old"]
    assert subjects(folders=["*"]) == ["below", "old"]


def test_one_signal_for_each_counterpart(connect: Make, server: Dovecot) -> None:
    server.put(
        mail(
            USER,
            "bob@buyer.example, Cy <cy@buyer.example>, eve@else.example, boss@ours.example",
            identity="1@x",
            Cc="di@buyer.example",
        ),
        folder="Sent",
    )
    server.put(mail("bob@buyer.example", f"{USER}, cy@buyer.example", identity="2@x", words="Good."))
    taken = Taken()
    taken.pull(connector, made(connect, server.port))
    told = sorted((str(one.act), str(one.actor), one.person.key) for one in taken.signals.values() if one.person)
    assert told == [
        ("mail copied", "system", "cy@buyer.example"),
        ("mail received", "buyer", "bob@buyer.example"),
        ("mail sent", "seller", "bob@buyer.example"),
        ("mail sent", "seller", "cy@buyer.example"),
        ("mail sent", "seller", "di@buyer.example"),
    ]
    assert "Good." not in repr([one for one in taken.signals.values() if one.act == "mail copied"])


def test_bounces_and_absences(connect: Make, server: Dovecot) -> None:
    server.put(report("bob@buyer.example"), report("cy@buyer.example", status="4.2.2", identity="b2@x"))
    server.put(
        mail(
            identity="o@x",
            subject="Automatische Antwort: Angebot",
            words="Bin im Urlaub.",
            Auto_Submitted="auto-replied",
        )
    )
    taken = Taken()
    taken.pull(connector, made(connect, server.port))
    bounce, later, away = taken.signals.values()
    assert (bounce.act, bounce.actor, bounce.person) == (
        Act.MAIL_BOUNCED,
        Actor.SYSTEM,
        Ref("email", "bob@buyer.example"),
    )
    assert bounce.payload == {"permanent": True, "status": "5.1.1"}
    assert later.payload == {"permanent": False, "status": "4.2.2"}
    assert (away.act, away.actor, away.human) == (Act.OUT_OF_OFFICE, Actor.SYSTEM, 0.0)


def test_new_numbers_double_nothing(connect: Make, server: Dovecot) -> None:
    mails = [mail(identity="1@x"), mail(words="I have no id"), mail(identity="2@x", words="Other")]
    server.put(*mails, folder="Sent")
    taken, connection = Taken(), made(connect, server.port, SCOPE | {"folders": ["Sent"]})
    taken.pull(connector, connection)
    before, cursor = dict(taken.signals), json.loads(taken.cursor)
    assert len(before) == 3
    server.drop("Sent")
    server.put(*reversed(mails), folder="Sent")
    taken.pull(connector, connection)
    assert taken.signals == before
    assert "anew" in taken.notes[0]
    assert json.loads(taken.cursor)["folders"]["Sent"]["validity"] != cursor["folders"]["Sent"]["validity"]


def test_the_same_mail_in_two_folders_counts_once(connect: Make, server: Dovecot) -> None:
    server.put(mail(identity="1@x"))
    server.put(mail(identity="1@x"), folder="Sent")
    taken = Taken()
    taken.pull(connector, made(connect, server.port))
    assert len(taken.signals) == 1


def test_a_folder_that_is_gone_is_noted(connect: Make, server: Dovecot) -> None:
    server.put(mail(identity="1@x"), folder="Entwürfe & mehr")
    taken = Taken()
    taken.pull(connector, made(connect, server.port, SCOPE | {"folders": ["Gone", "Entwürfe & mehr"]}))
    assert taken.notes == ["The mailbox has no folder 'Gone'; the others were read"]
    assert len(taken.signals) == 1


def test_over_tls(connect: Make, server: Dovecot) -> None:
    server.put(mail(identity="1@x"))
    good = {"host": "localhost", "authority": str(server.authority)}
    for more in ({"security": "tls", "port": str(server.secure)}, {"security": "starttls"}):
        taken = Taken()
        taken.pull(connector, made(connect, server.port, **(good | more)))
        assert len(taken.signals) == 1
    with pytest.raises(UnreachableAddress, match=r"(?i)certificate"):
        Taken().pull(connector, made(connect, server.secure, host="localhost", security="tls"))


def test_what_is_wrong_is_one_sentence_without_the_password(connect: Make, server: Dovecot) -> None:
    with pytest.raises(DataError, match="refused to sign in") as error:
        Taken().pull(connector, made(connect, server.port, password="s3cret-s3cret"))
    assert "s3cret" not in str(error.value)
    for more in ({"port": "x"}, {"security": "some"}):
        with pytest.raises(DataError, match="use"):
            Taken().pull(connector, made(connect, server.port, **more))
    with pytest.raises(UnreachableAddress, match="gives no connection"):
        Taken().pull(connector, made(connect, 9))
    with pytest.raises(UnreachableAddress, match="not a public address"):
        Taken().pull(connector, made(connect, server.port, host="10.0.0.1"))
    for cursor in ("x", "[]", '{"folders": {"INBOX": 3}}'):
        with pytest.raises(DataError, match="reset the connection"):
            list(connector.read(made(connect, server.port), cursor))


def test_odd_mails_give_notes(connect: Make, server: Dovecot) -> None:
    tnef = mail(identity="1@x").replace(b"text/plain", b"application/ms-tnef")
    sealed = mail(identity="2@x").replace(
        b'text/plain; charset="utf-8"', b"application/pkcs7-mime; smime-type=enveloped-data"
    )
    broken = b"From: bob@buyer.example\nTo: anna@ours.example\nContent-Type: multipart/mixed; boundary=\n\n--\n\xff\xfe"
    server.put(tnef, sealed, broken, b"From: <bob@buyer.example\n\n", b"\n\n")
    taken = Taken()
    taken.pull(connector, made(connect, server.port))
    assert any("winmail.dat" in note for note in taken.notes)
    assert any("encrypted" in note for note in taken.notes)
    assert len(taken.signals) == 4


def test_a_long_mail_is_read_up_to_a_cap(connect: Make, server: Dovecot) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "bob@buyer.example", USER, "<1@x>"
    message.set_content("Short words.")
    message.add_attachment(b"\0" * 6_000_000, maintype="application", subtype="zip", filename="big.zip")
    server.put(bytes(message))
    with wire_tap(server.port) as tap:
        taken = Taken()
        taken.pull(connector, made(connect, tap.port))
    assert len(tap.answered) < 4_200_000
    (signal,) = taken.signals.values()
    assert signal.payload["words"] == "Short words."
    assert signal.payload["attachments"][0]["name"] == "big.zip"
    assert "was read up to 4,000,000" in taken.notes[0]


@pytest.mark.slow
def test_a_crash_at_any_page_loses_and_doubles_nothing(
    connect: Make, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "_PAGE", 3)
    server.put(
        *(mail(f"p{number}@buyer.example", identity=f"{number}@x" if number % 4 else "") for number in range(14))
    )
    server.put(*(mail(USER, "bob@buyer.example", identity=f"s{number}@x") for number in range(5)), folder="Sent")
    connection, whole = made(connect, server.port), Taken()
    whole.pull(connector, connection)
    assert len(whole.signals) == 19

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.integers(0, 4), max_size=5), st.integers(0, 20_000))
    def crash(deaths: list[int], cut: int) -> None:
        taken = Taken()
        with wire_tap(server.port) as tap:
            tap.cut_after = cut
            try:
                taken.pull(connector, made(connect, tap.port))
            except UnreachableAddress:
                tap.cut_after = None
        for dies in deaths:
            taken.pull(connector, connection, dies_after=dies)
        taken.pull(connector, connection)
        assert taken.signals == whole.signals
        assert json.loads(taken.cursor) == json.loads(whole.cursor)

    crash()
