"""The words of a signal, wherever its payload keeps them; spans of facts are characters of this text.

What is read: a mail's subject and its writer's own words, the title and notes of a call or meeting, a turn of a
transcript, a message in a chat or form, a note, news. The text of equal payloads is equal, whatever order they are in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from leadline.core.signal import Act

LONGEST = 50_000
"""Characters that are read of one signal."""

_HEADS = ("subject", "title")
_BODIES = ("words", "text", "description", "note")
_SAYS = re.compile(
    r"(?:^|[^a-z])(?:message|comments?|question|enquiry|inquiry|text|body|words|notes?|feedback|description|details|"
    r"request|anfrage|nachricht|frage|kommentar|bemerkung|anmerkung|remarks?|how can we help)(?:$|[^a-z])"
)
"""A field of a form, event or webhook whose value is somebody's words."""
_WRITTEN_OUT = 5  # words from which a field of a form is a sentence and no name or choice
_FREE = frozenset({Act.FORM_SUBMITTED, Act.CHAT_SAID})
SILENT = frozenset(
    {
        Act.PAGE_VIEWED,
        Act.TIME_ON_PAGE,
        Act.FILE_DOWNLOADED,
        Act.IDENTIFIED,
        Act.GROUPED,
        Act.ALIASED,
        Act.MAIL_OPENED,
        Act.MAIL_CLICKED,
        Act.MAIL_BOUNCED,
        Act.DEAL_CHANGED,
        Act.ORDER_PLACED,
        "mail copied",
    }
)
"""Acts in which nobody says a word; what their payloads hold are labels."""
_ANSWER = re.compile(r"\s*(?:re|aw|antw|sv|vs|r|res|rif|odp|fw|fwd|wg|tr|rv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ") | {0xFEFF: " "}


def text_of(act: str, payload: Mapping[str, Any]) -> str:
    """The words of a signal; '' where it has none. A heading stands first, with an empty line after it.

    The subject of an answer is left off: its words are not the writer's. Control characters are spaces, lone halves of
    surrogate pairs are U+FFFD, lines end with one '\\n'; at most LONGEST characters.
    """
    if act in SILENT or not payload:
        return ""
    head = next((found for name in _HEADS if (found := _string(payload.get(name)))), "")
    if head and _ANSWER.match(head):
        head = ""
    bodies = [found for name in _BODIES if (found := _string(payload.get(name)))]
    for name in ("properties", "data"):
        inner = payload.get(name)
        if isinstance(inner, str) and act in _FREE:
            bodies.append(inner)
        elif isinstance(inner, Mapping):
            bodies.extend(_said(inner, act))
    if act == Act.NEWS_PUBLISHED and bodies and bodies[0].startswith(head):
        head = ""
    return clean("\n\n".join(dict.fromkeys(part for part in (head, *bodies) if part)))


def clean(text: str) -> str:
    """Text with nothing in it that a reader cannot see; the same characters at the same places, but for '\\r'."""
    text = text[: LONGEST + LONGEST // 2].replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text[:LONGEST].rstrip()


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _said(fields: Mapping[str, Any], act: str, depth: int = 0) -> Iterator[str]:
    """The words among the fields of a form, an event or a webhook, by their names in order."""
    for name in sorted(fields, key=str):
        value = fields[name]
        if isinstance(value, Mapping) and depth < 3:
            yield from _said(value, act, depth + 1)
        elif isinstance(value, str) and value.strip():
            plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name)[:100]).lower().replace("_", " ")
            sentence = act in _FREE and "://" not in value[:12] and value[:200].count(" ") >= _WRITTEN_OUT - 1
            if _SAYS.search(plain) or sentence:
                yield value.strip()
