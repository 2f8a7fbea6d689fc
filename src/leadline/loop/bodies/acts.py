"""Names of events, as Segment's specifications and others write them, and the acts that they are."""

from __future__ import annotations

from functools import lru_cache

from leadline.core.signal import Act

_KNOWN = {
    "form submitted": Act.FORM_SUBMITTED,
    "form submit": Act.FORM_SUBMITTED,
    "file downloaded": Act.FILE_DOWNLOADED,
    "file download": Act.FILE_DOWNLOADED,
    "document downloaded": Act.FILE_DOWNLOADED,
    "content downloaded": Act.FILE_DOWNLOADED,
    "asset downloaded": Act.FILE_DOWNLOADED,
    "page viewed": Act.PAGE_VIEWED,
    "viewed page": Act.PAGE_VIEWED,
    "time on page": Act.TIME_ON_PAGE,
    "email opened": Act.MAIL_OPENED,
    "email link clicked": Act.MAIL_CLICKED,
    "email clicked": Act.MAIL_CLICKED,
    "email bounced": Act.MAIL_BOUNCED,
    "order completed": Act.ORDER_PLACED,
}
_OURS = frozenset(Act)
LONGEST = 60


@lru_cache(maxsize=16_384)
def act_of(name: str) -> str:
    """The act that an event of this name is; else the name itself, at most 60 letters.

    A name of ours that is not for strangers ('deal changed') is kept as 'event: deal changed': whoever has a write key
    may send any name, and must not speak for a seller or for the program.
    """
    plain = " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()
    known = _KNOWN.get(plain)
    if known is not None:
        return known.value
    return f"event: {plain}" if plain in _OURS else " ".join(name.split())[:LONGEST]


@lru_cache(maxsize=16_384)
def act_of_type(name: str) -> str:
    """The act of a CloudEvent's type, of which the last words may say it: 'com.example.form.submitted'."""
    parts = name.split(".")
    for words in (parts[-1], " ".join(parts[-2:]), " ".join(parts[-3:])):
        act = act_of(words)
        if act in _OURS:
            return act
    return act_of(name)
