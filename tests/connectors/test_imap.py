"""A mailbox on a real Dovecot: consent, what is fetched, increments, crashes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from .dovecot import PASSWORD, USER, Dovecot, dovecot, wire_tap  # noqa: TID252  tests are imported by path

from leadline.connectors.imap import connector
from leadline.core.ports import Connection, Page
from leadline.core.signal import Act, Actor, Ref, Signal

SCOPE = {"folders": ["INBOX", "Sent"], "domains": ["buyer.example"]}

pytestmark = [
    pytest.mark.skipif(not (shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists()), reason="no Dovecot here"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Dovecot]:
    with dovecot(tmp_path / "dovecot") as running:
        yield running


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


def settings(port: int) -> dict[str, str]:
    return {"host": "127.0.0.1", "port": str(port), "user": USER, "password": PASSWORD, "security": "none"}


Read = Callable[..., list[Page]]


@pytest.fixture
def read(connect: Callable[..., Connection]) -> Read:
    def run(port: int, cursor: str = "", scope: Mapping[str, object] = SCOPE, **more: str) -> list[Page]:
        made = connect("anna", settings(port) | more, owner=USER, scope=scope)
        return list(connector.read(made, cursor))

    return run


def signals(pages: list[Page]) -> list[Signal]:
    return [signal for page in pages for signal in page.signals]


def test_a_mailbox_is_read_once(server: Dovecot, read: Read) -> None:
    server.put(mail(identity="1@x", words="Yes please.\n\nBest regards\nBob"), mail("bob@other.example", identity="2@x"))
    server.put(mail(USER, "Bob <bob@buyer.example>", identity="3@x", In_Reply_To="<1@x>"), folder="Sent")
    pages = read(server.port)
    received, sent = signals(pages)
    assert (received.act, received.actor, received.person, received.account) == (
        Act.MAIL_RECEIVED,
        Actor.BUYER,
        Ref("email", "bob@buyer.example"),
        Ref("domain", "buyer.example"),
    )
    assert received.payload["words"] == "Yes please."
    assert (sent.act, sent.actor, sent.source) == (Act.MAIL_SENT, Actor.SELLER, "imap:anna")
    assert sent.payload["thread"] == received.payload["thread"]
    assert read(server.port, pages[-1].cursor) == []
    server.put(mail(identity="4@x", subject="Re: Offer"))
    later = read(server.port, pages[-1].cursor)
    assert [signal.payload["subject"] for signal in signals(later)] == ["Re: Offer"]
