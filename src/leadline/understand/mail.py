"""One mail as data: who, when, which thread, what its writer said, what it is. Broken mails give notes, not errors."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from leadline.understand.bounce import Failure, failures
from leadline.understand.calendar import Invitation, read_invitation
from leadline.understand.html_text import text_of
from leadline.understand.out_of_office import is_automatic, is_out_of_office
from leadline.understand.reply import own_words

MOST_BYTES = 4_000_000
"""A longer mail is read up to here: its words stand in front."""

_MOST_PARTS = 200
_WIDEST_SUBJECT = 300
# What the parser of a broken or hostile mail may raise; each means: not readable, say so.
_BROKEN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    binascii.Error,
    HeaderParseError,
)
_PREFIX = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]\s*)?"
    r"(?:re|aw|antw|sv|vs|r|ref|odp|odpowiedź|tr|fwd?|wg|wtr|enc|rv|i|doorst|vl|res|rif|回复|转发)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]\s*",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"<([^<>\s]{3,500})>")


@dataclass(frozen=True, slots=True)
class Attachment:
    """What hung on a mail: never its content."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers that say who wrote to whom and when; addresses are lower case. `identity` is the Message-ID."""

    identity: str
    ancestors: tuple[str, ...]
    sender: str
    to: tuple[str, ...]
    copied: tuple[str, ...]
    at: datetime | None
    returns_to: str
    automatic: bool

    @property
    def people(self) -> tuple[str, ...]:
        """Sender and receivers, each once."""
        return tuple(dict.fromkeys(address for address in (self.sender, *self.to, *self.copied) if address))


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. `thread`, `parent` and `digest` are digests of Message-IDs: letters with one `thread` belong together,
    and where a program named only the mail that it answers, `parent` is that mail's `digest`."""

    envelope: Envelope
    subject: str
    digest: str
    thread: str
    parent: str
    words: str
    quoted: bool = False
    out_of_office: bool = False
    failures: tuple[Failure, ...] = ()
    invitation: Invitation | None = None
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """What walking the parts of a mail gave."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    calendars: list[bytes] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def digest_of(*words: str) -> str:
    """32 hexadecimal digits that stand for the words; equal words give equal digits."""
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:32]


def header_text(value: object, *, most: int = 2_000) -> str:
    """A header's value decoded (RFC 2047), on one line; what cannot be decoded is kept as it stands."""
    if isinstance(value, Header):
        # What holds bytes beyond ASCII without saying of which encoding.
        text = _decoded(value)
    else:
        text = re.sub(r"(?<=\?=)\s+(?==\?)", "", str(value or "")[:20_000])
        text = re.sub(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=", lambda word: _decoded(word[0]), text)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub(r"\s+", " ", text.replace("\x00", "")).strip()[:most]


def _decoded(word: str | Header) -> str:
    """One encoded word, or a header of raw bytes; as it stands where it cannot be decoded."""
    try:
        parts = decode_header(word)
        return "".join(
            part.decode(_charset(charset), "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except _BROKEN:
        return str(word)


def read_envelope(headers: bytes) -> Envelope:
    """The envelope of a block of mail headers, however broken. Times without a zone count as UTC."""
    try:
        return _envelope(message_from_bytes(headers[:200_000], policy=compat32))
    except _BROKEN:
        return Envelope("", (), "", (), (), None, "", automatic=False)


def read_letter(raw: bytes, *, most_words: int = 20_000, whole: int = 0) -> Letter:
    """One mail from its bytes, read up to MOST_BYTES; `whole` is its full size where `raw` is its beginning.

    Never raises: what cannot be read is named in `notes`.
    """
    whole = max(whole, len(raw))
    notes = [f"it is {whole:,} bytes long and was read up to {MOST_BYTES:,}"] if whole > MOST_BYTES else []
    raw = raw[:MOST_BYTES]
    # Each level of nesting is compared with each line below it: a mail with hundreds of them would take minutes.
    if raw.lower().count(b"boundary") > _MOST_PARTS:
        raw = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0] + b"\r\n\r\n"
        raw = re.sub(rb"(?im)^content-type:.*(?:\r?\n[ \t].*)*", b"Content-Type: text/plain", raw)
        notes.append("it holds too many parts and only its headers were read")
    try:
        message = message_from_bytes(raw, policy=compat32)
        letter = _letter(message, most_words)
    except _BROKEN as error:
        empty = read_envelope(raw)
        letter = Letter(empty, "", digest_of(empty.identity), digest_of(empty.identity), "", "")
        notes.append(f"it is broken ({type(error).__name__}) and only its addresses were read")
    return replace(letter, notes=(*notes, *letter.notes))


def _letter(message: Message, most_words: int) -> Letter:
    envelope = _envelope(message)
    found = _Found()
    for part in _parts(message):
        _take(part, found)
    subject = header_text(message.get("Subject"), most=_WIDEST_SUBJECT)
    text = "\n\n".join(found.plain)
    if not text.strip() and found.html:
        text = "\n\n".join(text_of(html) for html in found.html)
    reply = own_words(text, signer=_signer(message), most=most_words)
    failed = failures(message, text)
    invitation = next((read for raw in found.calendars if (read := read_invitation(raw)) is not None), None)
    away = not failed and invitation is None and is_out_of_office(message, subject, envelope.automatic)
    if found.calendars and invitation is None:
        found.notes.append("its calendar part cannot be read")
    own = envelope.identity or "|".join(
        (envelope.sender, *envelope.to, *envelope.copied, str(message.get("Date", "")), subject, reply.words)
    )
    return Letter(
        envelope=envelope,
        subject=subject,
        digest=digest_of(own),
        thread=_thread(message, envelope, subject, own),
        parent=digest_of(envelope.ancestors[-1]) if envelope.ancestors else "",
        words=reply.words,
        quoted=reply.quoted,
        out_of_office=away,
        failures=failed,
        invitation=invitation,
        attachments=tuple(found.attachments[:50]),
        notes=tuple(dict.fromkeys(found.notes)),
    )


def _signer(message: Message) -> str:
    """The name that the sender goes by."""
    name, _ = parseaddr(str(message.get("From", ""))[:1_000])
    return header_text(name, most=100)


def plain_subject(subject: str) -> str:
    """The subject without 'Re:', 'AW:', 'Fwd:' and the like, however many, in lower case."""
    while (short := _PREFIX.sub("", subject, count=1)) != subject:
        subject = short
    return re.sub(r"\s+", " ", subject).strip().casefold()


def _thread(message: Message, envelope: Envelope, subject: str, own: str) -> str:
    """The digest of the mail that began the thread (RFC 5256 by references), of Outlook's own index, or of the subject
    with the people where nothing else is told."""
    if envelope.ancestors:
        return digest_of(envelope.ancestors[0])
    if _PREFIX.match(subject):
        index = re.sub(r"\s", "", str(message.get("Thread-Index", "")))[:28]
        if len(index) == 28:
            return digest_of("thread-index", index)
        return digest_of("subject", plain_subject(subject), *sorted(envelope.people))
    return digest_of(own)


def _envelope(message: Message) -> Envelope:
    identity = _IDENTITY.search(str(message.get("Message-ID", "")))
    references = _IDENTITY.findall(str(message.get("References", ""))[:20_000])
    answered = _IDENTITY.findall(str(message.get("In-Reply-To", ""))[:2_000])
    ancestors = tuple(dict.fromkeys([*references, *answered[:1]]))
    sender = _addresses(message.get_all("From", []) or message.get_all("Sender", []))
    return Envelope(
        identity=identity[1] if identity else "",
        ancestors=ancestors,
        sender=sender[0] if sender else "",
        to=_addresses(message.get_all("To", [])),
        copied=_addresses(message.get_all("Cc", [])),
        at=read_time(message.get("Date")),
        returns_to="<>" if str(message.get("Return-Path", "")).strip() == "<>" else "",
        automatic=is_automatic(message),
    )


def _addresses(values: Collection[object]) -> tuple[str, ...]:
    """Addresses in lower case, each once, two hundred at most; what is none is left out."""
    try:
        pairs = getaddresses([str(value)[:50_000] for value in values])
    except _BROKEN:
        return ()
    kept = (address.strip().strip("'").lower() for _, address in pairs)
    return tuple(
        dict.fromkeys(address for address in kept if re.fullmatch(r"[^\s@<>\x00]{1,100}@[^\s@<>\x00]{3,200}", address))
    )[:200]


def read_time(value: object) -> datetime | None:
    """A time as mails write it (RFC 5322, 3.3), in UTC; None where it is none, or before 1980."""
    try:
        at = parsedate_to_datetime(str(value))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        at = at.astimezone(UTC)
    except _BROKEN:
        return None
    return at if datetime(1980, 1, 1, tzinfo=UTC) <= at < datetime(9000, 1, 1, tzinfo=UTC) - timedelta(days=1) else None


def _parts(message: Message) -> list[Message]:
    """The leaves of a mail in their order, without those of mails inside it; of alternatives, all."""
    leaves: list[Message] = []
    waiting = [message]
    while waiting and len(leaves) < _MOST_PARTS:
        part = waiting.pop()
        children = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(children, list):
            waiting.extend(child for child in reversed(children) if isinstance(child, Message))
        else:
            leaves.append(part)
    return leaves


def _take(part: Message, found: _Found) -> None:
    """Puts one leaf where it belongs."""
    kind = part.get_content_type()
    name = header_text(_file_name(part), most=200)
    attached = part.get_content_disposition() == "attachment"
    if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat":
        found.notes.append("its text may lie in winmail.dat, which is not read")
    elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") or (
        kind == "application/octet-stream" and name == "encrypted.asc"
    ):
        found.notes.append("it is encrypted or sealed and its words are not read")
    elif kind == "text/calendar" or (attached and name.lower().endswith(".ics")):
        found.calendars.append(_bytes(part)[:500_000])
        return
    elif kind == "text/plain" and not attached and not name:
        found.plain.append(_text(part))
        return
    elif kind == "text/html" and not attached and not name:
        found.html.append(_text(part)[:500_000])
        return
    if kind.startswith(("message/", "multipart/")):
        size = 0
    else:
        size = len(_bytes(part))
    if name or attached or kind.partition("/")[0] not in ("text", "multipart", "message"):
        found.attachments.append(Attachment(name, kind[:100], size))


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except _BROKEN:
        return ""


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _charset(name: object) -> str:
    """A codec's name that is there and gives text; 'utf-8' for unknown ones, Windows' own for Latin-1."""
    word = str(name or "utf-8").strip().strip("\"'").lower()
    if word in ("us-ascii", "ascii", "unknown-8bit", "default", "8bit"):
        return "utf-8"
    if word in ("iso-8859-1", "latin-1", "latin1", "cp-850"):
        return "cp1252"
    try:
        b"".decode(word)
    except (LookupError, ValueError, TypeError, AttributeError):
        return "utf-8"
    return word


def _text(part: Message) -> str:
    raw = _bytes(part)
    try:
        named = part.get_content_charset()
        delayed = str(part.get_param("format", "") or "").lower() == "flowed"
        squeezed = str(part.get_param("delsp", "") or "").lower() == "yes"
    except _BROKEN:
        named, delayed, squeezed = None, False, False
    if named in (None, "us-ascii", "utf-8", "unknown-8bit"):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    else:
        try:
            text = raw.decode(_charset(named), "replace")
        except _BROKEN:
            text = raw.decode("utf-8", "replace")
    return _unflow(text, squeezed=squeezed) if delayed else text


def _unflow(text: str, *, squeezed: bool) -> str:
    """Joins the lines that a program broke for width (RFC 3676); those of different depth of quotation stay apart."""
    lines: list[str] = []
    depth_before, open_line = 0, False
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:]
        words = words.removeprefix(" ")
        if open_line and depth == depth_before and words.rstrip() != "--":
            lines[-1] += words
        else:
            lines.append((">" * depth + " " if depth else "") + words)
        open_line = words.endswith(" ") and words != "-- "
        if open_line and squeezed:
            lines[-1] = lines[-1][:-1]
        depth_before = depth
    return "\n".join(lines)
