"""Delivery reports: who did not get the mail and whether for good (RFC 3464, enhanced status codes of RFC 3463)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from leadline.understand.phrases import UNDELIVERED

_ADDRESS = re.compile(r"[^\s<>@;,\"'()\[\]]{1,100}@[A-Za-z0-9][A-Za-z0-9.-]{1,150}\.[A-Za-z]{2,24}")
_DAEMONS = frozenset(
    (
        "mailer-daemon",
        "postmaster",
        "mail-daemon",
        "mailerdaemon",
        "mdaemon",
        "maildelivery",
        "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
    )
)
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")


@dataclass(frozen=True, slots=True)
class Failure:
    """One receiver (lower case) that a mail did not reach; `status` as '5.1.1' where told; '' otherwise."""

    receiver: str
    permanent: bool
    status: str = ""


def is_report(content_type: str, sender: str, returns_to: str) -> bool:
    """Whether headers say that the mail is a delivery report."""
    low = content_type.lower()
    if "multipart/report" in low and "delivery-status" in low:
        return True
    local = sender.partition("@")[0].lower()
    return local in _DAEMONS and (returns_to == "<>" or "multipart/report" in low)


def failures(message: Message, text: str) -> tuple[Failure, ...]:
    """The receivers that a delivery report names, those that were reached or relayed left out; () for other mails.

    Read from the machine's part of the report; where there is none, from X-Failed-Recipients or, in a mail of a known
    mail system whose subject says so, from the words.
    """
    parts = _status_parts(message)
    if parts:
        return _unique([failure for part in parts for failure in _from_fields(part)])
    sender = str(message.get("From", "")).lower()
    daemon = any(name in sender for name in _DAEMONS)
    named = _ADDRESS.findall(str(message.get("X-Failed-Recipients", ""))[:5_000])
    if not named and not (daemon and UNDELIVERED.search(str(message.get("Subject", ""))[:500])):
        return ()
    # The words above the copy of the mail; below it anything may stand.
    above = re.split(
        r"(?im)^-{2,}.*(?:copy|original|below this line|message header)|^(?:received|return-path):",
        text[:20_000],
        maxsplit=1,
    )[0]
    status = _CODE.search(above)
    code = status[0] if status and status[1] != "2" else ""
    first = code[:1] or next(iter(_REPLY_CODE.findall(above)), "")
    if not named:
        own = set(_ADDRESS.findall(" ".join(str(message.get(name, "")) for name in ("From", "To"))))
        named = [address for address in _ADDRESS.findall(above) if address not in own][:1]
    return _unique([Failure(address.lower().rstrip("."), first != "4", code) for address in named[:50]])


def status_failures(raw: bytes) -> tuple[Failure, ...]:
    """The failures that the bytes of a message/delivery-status part name."""
    blocks = [
        message_from_bytes(block, policy=compat32)
        for block in re.split(rb"\r?\n[ \t]*\r?\n", raw[:100_000].strip())[:200]
    ]
    return _unique(_from_fields(blocks))


def _status_parts(message: Message) -> list[list[Message]]:
    found = []
    for part in [message, *([] if not message.is_multipart() else message.get_payload())]:
        if isinstance(part, Message) and part.get_content_type() in (
            "message/delivery-status",
            "message/global-delivery-status",
        ):
            payload = part.get_payload()
            if isinstance(payload, list):
                found.append([block for block in payload if isinstance(block, Message)])
    return found


def _from_fields(blocks: list[Message]) -> list[Failure]:
    found = []
    for block in blocks[:200]:
        receiver = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
        address = _ADDRESS.search(receiver.rpartition(";")[2][:400]) or _ADDRESS.search(
            str(block.get("Final-Recipient", ""))[:400]
        )
        action = str(block.get("Action", "")).strip().lower()
        if not address or action in ("delivered", "relayed", "expanded"):
            continue
        code = _CODE.search(str(block.get("Status", ""))[:100])
        status = code[0] if code else ""
        found.append(Failure(address[0].lower().rstrip("."), action != "delayed" and status[:1] != "4", status))
    return found


def _unique(found: list[Failure]) -> tuple[Failure, ...]:
    return tuple({failure.receiver: failure for failure in reversed(found)}.values())[::-1][:50]
