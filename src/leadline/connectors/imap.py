"""A seller's mailbox over IMAP (RFC 9051, 3501): only what the seller consented to, and never changing a flag.

First only the headers that say who wrote to whom are fetched. A mail is read further when it passes between the firm
and a company of the consent, in a folder and under a label of the consent. Of delivery reports only the machine's part
is read.
"""

from __future__ import annotations

import imaplib
import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox
from imap_tools.query import AND

from leadline.core.errors import DataError, UnreachableAddress
from leadline.core.ports import Connection, Page, Setting
from leadline.core.signal import Signal
from leadline.understand.bounce import is_report, status_failures
from leadline.understand.correspondence import Mailed, acts_of
from leadline.understand.mail import MOST_BYTES, Envelope, digest_of, read_envelope, read_letter, read_time
from leadline.understand.scope import Scope, read_scope

_TIMEOUT = 60.0
_PAGE = 200
_STRETCH = 20_000
_BATCH_BYTES = 8_000_000
_MOST_STATUS = 100_000
_HEADERS = (
    "FROM SENDER TO CC DATE MESSAGE-ID REFERENCES IN-REPLY-TO RETURN-PATH CONTENT-TYPE X-FAILED-RECIPIENTS "
    "AUTO-SUBMITTED X-AUTOREPLY PRECEDENCE"
)
_HIDDEN = frozenset(("\\trash", "\\junk", "\\drafts", "\\noselect", "\\nonexistent"))
_REFUSED = (imaplib.IMAP4.error, ImapToolsError, OSError)


@dataclass(frozen=True, slots=True)
class _Head:
    """What is known of a mail before it is read. `content` and `failed` are two headers that delivery reports carry."""

    uid: int
    size: int
    at: datetime | None
    labels: frozenset[str]
    envelope: Envelope
    content: str
    failed: str


class _Client(imaplib.IMAP4):
    """A client that talks to the one address that was resolved, and reads no longer literals than it asked for."""

    def __init__(self, host: str, address: str, port: int, context: ssl.SSLContext | None) -> None:
        self._address, self._context = address, context
        super().__init__(host, port, _TIMEOUT)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self._address, self.port), timeout)
        if self._context is None:
            return plain
        try:
            return self._context.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise

    def read(self, size: int) -> bytes:
        if size > MOST_BYTES + 1_000:
            raise self.abort(f"a literal of {size} bytes")
        return super().read(size)


class _Mailbox(BaseMailBox):
    def __init__(self, client: _Client) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


class Imap:
    """Mail that passed between the owner and the companies of their consent."""

    name = "imap"
    title = "IMAP mailbox"
    personal = True
    settings = (
        Setting("host", "The mail server, such as imap.example.com."),
        Setting("user", "The name to sign in with, most often the mail address"),
        Setting("password", "The password, or the access token where 'sign_in' is 'token'.", secret=True),
        Setting("port", "The port.", required=False, default="993"),
        Setting(
            "security", "'tls', 'starttls', or 'none' for a server on this machine.", required=False, default="tls"
        ),
        Setting("sign_in", "'password', or 'token' for OAuth (XOAUTH2).", required=False, default="password"),
        Setting("authority", "A PEM file with the authority that signed the server's certificate.", required=False),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """Yields a page for each 200 mails that are new in the folders of the consent, oldest first.

        Raises DataError without consent or where the server refuses, UnreachableAddress where it does not answer.
        """
        scope = read_scope(
            connection.owner, connection.scope, places="folders", what=f"The mailbox '{connection.name}'"
        )
        state = _read_cursor(cursor)
        host = connection.settings.get("host", "")
        try:
            mailbox = _open(connection)
        except MailboxLoginError:
            raise DataError(f"The mail server {host} refused to sign in; check user, password and 'sign_in'") from None
        except _REFUSED as error:
            raise UnreachableAddress(f"The mail server {host} gives no connection: {_words(error)}") from None
        try:
            with_labels = "X-GM-EXT-1" in _capabilities(mailbox.client)
            for folder in _folders(mailbox, scope):
                yield from _read_folder(mailbox, connection, scope, folder, state, with_labels=with_labels)
        except _REFUSED as error:
            raise UnreachableAddress(f"The mail server {host} broke off: {_words(error)}") from None
        finally:
            try:
                mailbox.logout()
            except _REFUSED:
                mailbox.client.shutdown()


connector = Imap()


def _words(error: BaseException) -> str:
    return re.sub(r"\s+", " ", str(error)).strip(" .")[:160] or type(error).__name__


def _read_cursor(cursor: str) -> dict[str, dict[str, int]]:
    """By folder: the UIDVALIDITY and the last UID that was seen."""
    if not cursor:
        return {}
    try:
        folders = json.loads(cursor)["folders"]
        return {str(name): {"validity": int(at["validity"]), "uid": int(at["uid"])} for name, at in folders.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            "The cursor of the mailbox cannot be read; reset the connection, nothing is doubled by that"
        ) from None


def _open(connection: Connection) -> _Mailbox:
    """A signed-in mailbox, no folder open. The address comes from the egress port, so private ones are refused."""
    settings = {setting.name: connection.settings.get(setting.name) or setting.default for setting in Imap.settings}
    security = settings["security"]
    if security not in ("tls", "starttls", "none"):
        raise DataError(f"'{security}' is no security of a mail server; use tls, starttls or none")
    try:
        port = int(settings["port"])
    except ValueError:
        raise DataError(f"'{settings['port']}' is no port; use a number such as 993") from None
    address = connection.egress.resolve(settings["host"])
    if security == "none" and not (address.startswith("127.") or address == "::1"):
        raise DataError("Without TLS only a mail server on this machine is asked; set 'security' to tls or starttls")
    context = ssl.create_default_context(cafile=settings["authority"] or None)
    client = _Client(settings["host"], address, port, context if security == "tls" else None)
    try:
        if security == "starttls":
            client.starttls(context)
        mailbox = _Mailbox(client)
        user, password = settings["user"], settings["password"]
        if settings["sign_in"] == "token":
            mailbox.xoauth2(user, password, initial_folder=None)
        elif (user + password).isascii():
            mailbox.login(user, password, initial_folder=None)
        else:
            mailbox.login_utf8(user, password, initial_folder=None)
    except _REFUSED:
        client.shutdown()
        raise
    return mailbox


def _capabilities(client: imaplib.IMAP4) -> str:
    return " ".join(
        part.decode("ascii", "replace") for part in client.capability()[1] if isinstance(part, bytes)
    ).upper()


def _folders(mailbox: _Mailbox, scope: Scope) -> list[str]:
    """The folders of the consent; '*' means all but drafts, spam and bin."""
    if "*" not in scope.places:
        return list(scope.places)
    return [info.name for info in mailbox.folder.list() if not _HIDDEN & {flag.lower() for flag in info.flags}]


def _read_folder(
    mailbox: _Mailbox,
    connection: Connection,
    scope: Scope,
    folder: str,
    state: dict[str, dict[str, int]],
    *,
    with_labels: bool,
) -> Iterator[Page]:
    """Pages of one folder; `state` is brought forward with each."""
    client = mailbox.client
    try:
        mailbox.folder.set(folder, readonly=True)
    except ImapToolsError:
        yield Page(_cursor(state), notes=(f"The mailbox has no folder '{folder}'; the others were read",))
        return
    validity, following = _number(client, "UIDVALIDITY"), _number(client, "UIDNEXT")
    known = state.get(folder)
    notes: list[str] = []
    if known is not None and known["validity"] != validity:
        notes.append(
            f"The server numbered the mails of folder '{folder}' anew; they are read again and none is doubled"
        )
    last = known["uid"] if known is not None and known["validity"] == validity else 0
    stretch = _STRETCH
    while last + 1 < following:
        end = min(last + stretch, following - 1)
        uids = _search(client, last + 1, end, scope)
        # Numbers may lie far apart: an empty stretch makes the next one longer.
        stretch = _STRETCH if uids else stretch * 8
        for first in range(0, len(uids), _PAGE):
            chunk = uids[first : first + _PAGE]
            signals = _read_chunk(client, connection, scope, chunk, notes, folder, with_labels=with_labels)
            state[folder] = {"validity": validity, "uid": chunk[-1]}
            yield Page(_cursor(state), tuple(signals), notes=tuple(notes))
            notes.clear()
        last = end
    if state.get(folder) != {"validity": validity, "uid": last}:
        state[folder] = {"validity": validity, "uid": last}
        yield Page(_cursor(state), notes=tuple(notes))


def _cursor(state: Mapping[str, Mapping[str, int]]) -> str:
    return json.dumps({"v": 1, "folders": state}, ensure_ascii=False, sort_keys=True)


def _number(client: imaplib.IMAP4, name: str) -> int:
    values = client.response(name)[1]
    try:
        return int(values[-1])
    except (TypeError, ValueError, IndexError):
        raise imaplib.IMAP4.error(f"it does not say {name}") from None


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"it answered {status}")
    return data


def _search(client: imaplib.IMAP4, first: int, last: int, scope: Scope) -> list[int]:
    criteria = [f"UID {first}:{last}", "UNDELETED", "UNDRAFT"]
    if scope.since is not None:
        # A day early, for the server's own zone; the mail's own date is asked below.
        criteria.append(str(AND(date_gte=(scope.since - timedelta(days=1)).date())))
    data = _ok(client.uid("SEARCH", *criteria))
    return sorted({uid for part in data if part for uid in map(int, part.split()) if first <= uid <= last})


def _fetch(client: imaplib.IMAP4, uids: list[int], what: str) -> dict[int, tuple[bytes, list[tuple[bytes, bytes]]]]:
    """By UID: the words of the answer without its literals, and the literals with the words before each."""
    found: dict[int, tuple[bytes, list[tuple[bytes, bytes]]]] = {}
    words, literals = b"", []
    for item in _ok(client.uid("FETCH", ",".join(map(str, uids)), f"(UID {what})")):
        if isinstance(item, tuple):
            words += item[0] + b" "
            literals.append((item[0], item[1]))
            continue
        words += item or b""
        if words.rstrip().endswith(b")"):
            number = re.search(rb"(?<![A-Z])UID (\d+)", words)
            if number and int(number[1]) in uids:
                found[int(number[1])] = (words, literals)
            words, literals = b"", []
    return found


def _heads(client: imaplib.IMAP4, uids: list[int], *, with_labels: bool) -> list[_Head]:
    more = " X-GM-LABELS" if with_labels else ""
    answers = _fetch(
        client, uids, f"FLAGS RFC822.SIZE INTERNALDATE{more} BODY.PEEK[HEADER.FIELDS ({_HEADERS})]<0.{_MOST_STATUS}>"
    )
    found = []
    for uid in sorted(answers):
        words, literals = answers[uid]
        headers = next((text for before, text in literals if b"HEADER.FIELDS" in before.upper()), b"")
        size = re.search(rb"RFC822\.SIZE (\d+)", words)
        date = re.search(rb'INTERNALDATE "([^"]{10,40})"', words)
        labels = {
            text.decode("utf-8", "replace") for before, text in literals if b"HEADER.FIELDS" not in before.upper()
        }
        for group in re.findall(rb"(?:FLAGS|X-GM-LABELS) \(([^)]*)\)", words):
            labels |= {
                (quoted or plain).decode("utf-8", "replace")
                for quoted, plain in re.findall(rb'"((?:[^"\\]|\\.)*)"|([^\s"]+)', group)
            }
        found.append(
            _Head(
                uid=uid,
                size=int(size[1]) if size else 0,
                at=read_time(date[1].decode("ascii", "replace").replace("-", " ", 2)) if date else None,
                labels=frozenset(labels),
                envelope=read_envelope(headers),
                content=_header(headers, b"Content-Type"),
                failed=_header(headers, b"X-Failed-Recipients"),
            )
        )
    return found


def _header(headers: bytes, name: bytes) -> str:
    found = re.search(rb"(?im)^" + name + rb":((?:.*(?:\r?\n[ \t].*)*))", headers)
    return re.sub(r"\s+", " ", found[1].decode("utf-8", "replace")).strip()[:5_000] if found else ""


def _read_chunk(
    client: imaplib.IMAP4,
    connection: Connection,
    scope: Scope,
    uids: list[int],
    notes: list[str],
    folder: str,
    *,
    with_labels: bool,
) -> list[Signal]:
    """The signals of some mails of the open folder: headers of all, bodies of those that the consent covers."""
    mailed = Mailed(f"imap:{connection.name}", scope, connection.clock.now())
    signals: list[Signal] = []
    wanted: list[_Head] = []
    for head in _heads(client, uids, with_labels=with_labels):
        if not scope.carries(head.labels) or not scope.reaches(mailed.time_of(head.envelope, head.at)):
            continue
        if is_report(head.content, head.envelope.sender, head.envelope.returns_to):
            signals += _report(client, mailed, head)
        elif any(scope.counts(address) for address in head.envelope.people):
            wanted.append(head)
    for batch in _batches(wanted):
        bodies = _fetch(client, [head.uid for head in batch], f"BODY.PEEK[]<0.{MOST_BYTES}>")
        for head in batch:
            literals = bodies.get(head.uid, (b"", []))[1]
            raw = next((text for before, text in literals if b"BODY[]" in before.upper()), b"")
            if not raw:
                continue
            letter = read_letter(raw, whole=head.size)
            notes += [f"Mail {head.uid} of folder '{folder}': {note}" for note in letter.notes]
            signals += acts_of(letter, mailed, head.at)
    return signals


def _batches(heads: list[_Head]) -> Iterator[list[_Head]]:
    """Mails to fetch in one go, so that never more than some megabytes are on the way."""
    batch: list[_Head] = []
    size = 0
    for head in heads:
        if batch and size + head.size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(head)
        size += min(head.size, MOST_BYTES)
    if batch:
        yield batch


def _report(client: imaplib.IMAP4, mailed: Mailed, head: _Head) -> list[Signal]:
    """Of a delivery report only the part for machines is read; it names receivers and holds nobody's words."""
    literals = _fetch(client, [head.uid], f"BODY.PEEK[2]<0.{_MOST_STATUS}>").get(head.uid, (b"", []))[1]
    failed = status_failures(b"".join(text for _, text in literals))
    if not failed and head.failed:
        failed = status_failures(
            b"".join(f"\n\nFinal-Recipient: rfc822;{address}".encode() for address in head.failed.split(","))
        )
    own = head.envelope.identity or f"report|{head.at}|{head.size}"
    return mailed.bounces(failed, digest_of(own), mailed.time_of(head.envelope, head.at), head.envelope)
