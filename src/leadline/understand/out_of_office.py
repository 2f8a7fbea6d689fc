"""Mails that a program wrote: absences (RFC 3834) and other automatic answers, in many languages."""

from __future__ import annotations

import re
from email.message import Message

from leadline.understand.phrases import AWAY, RECEIPT


def is_automatic(message: Message) -> bool:
    """Whether headers say that a program wrote the mail by itself (RFC 3834, and what programs used before it)."""
    submitted = str(message.get("Auto-Submitted", "")).strip().lower().partition(";")[0].strip()
    if submitted and submitted != "no":
        return True
    if any(
        message.get(name) is not None
        for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-AutoReply-From")
    ):
        return True
    if str(message.get("Precedence", "")).strip().lower() == "auto_reply":
        return True
    return (
        str(message.get("X-Auto-Response-Suppress", "")).strip().lower() == "all"
        and message.get("In-Reply-To") is not None
    )


def is_out_of_office(message: Message, subject: str, automatic: bool) -> bool:
    """Whether the mail tells an absence: a program's answer to a mail, or a subject that says so and is no list's."""
    if message.get("List-Id") is not None or str(message.get("Precedence", "")).strip().lower() == "list":
        return False
    submitted = str(message.get("Auto-Submitted", "")).strip().lower()
    says = bool(AWAY.search(subject[:300]))
    if re.match(r"\s*(?:re|aw|sv|r)\s*:", subject, re.IGNORECASE):
        # A person who answers an absence note writes no absence note.
        return automatic and says
    if says:
        return True
    if not automatic:
        return False
    return submitted.startswith("auto-replied") and RECEIPT.search(subject) is None
