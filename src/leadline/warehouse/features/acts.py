"""Which acts count for what: groups of acts, by who did them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.core.signal import Act

# Name: (acts, who; '' for either side, what it is in words). What buyers do only where a human did it.
GROUPS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "pages": ((Act.PAGE_VIEWED.value,), "buyer", "pages viewed"),
    "files": ((Act.FILE_DOWNLOADED.value,), "buyer", "files downloaded"),
    "forms": ((Act.FORM_SUBMITTED.value,), "buyer", "forms submitted"),
    "reads": ((Act.MAIL_OPENED.value, Act.MAIL_CLICKED.value), "buyer", "mails opened or clicked"),
    "mails": ((Act.MAIL_RECEIVED.value, Act.MAIL_SENT.value), "buyer", "mails that buyers wrote"),
    "chats": ((Act.CHAT_SAID.value,), "buyer", "things said in a chat"),
    "calls": ((Act.CALL_HELD.value,), "", "calls held"),
    "meetings": ((Act.MEETING_HELD.value,), "", "meetings held"),
    "accepted": ((Act.MEETING_ACCEPTED.value,), "buyer", "meetings accepted"),
    "declined": ((Act.MEETING_DECLINED.value,), "buyer", "meetings declined"),
    "outreach": ((Act.MAIL_SENT.value,), "seller", "mails that sellers sent"),
}


def of_group(table: Any, name: str) -> Any:
    """Whether a signal belongs to a group."""
    acts, actor, _ = GROUPS[name]
    found = table.act == acts[0] if len(acts) == 1 else table.act.isin(acts)
    return found & (table.actor == actor) if actor else found


def by(table: Any, actor: str) -> Any:
    """Whether this side acted."""
    return table.actor == actor
