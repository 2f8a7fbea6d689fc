"""Where sentences begin and end: at full stops that end one, at question and exclamation marks, and at line breaks
that are no folding. Time grows with the length of the text only."""

from __future__ import annotations

import re

MOST = 400
"""Sentences that are looked at in one text."""
LONGEST = 600
"""Characters from which a sentence is cut at a blank."""

_END = re.compile(r"[.!?…。！？]{1,4}[\"')\]»“”’]{0,2}(?=\s)|\n(?:[ \t]*\n|(?=[ \t]*[-*•–\d])|(?=[A-ZÄÖÜ]))")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|prof|herr|fr|hr|st|nr|no|vs|etc|inc|ltd|co|corp|bzw|ca|zb|z\.b|e\.g|i\.e|u\.s|tel|fig|"
    r"approx|jan|feb|aug|sept?|okt|oct|nov|dec|dez|mio|mrd|str|abs|art|bspw|ggf|inkl|evtl|[a-z]|\d{1,2})\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, blanks at its ends left off; at most MOST of them."""
    found: list[tuple[int, int]] = []
    start = 0
    for mark in _END.finditer(text):
        stop = mark.end()
        if mark[0][:1] == "." and len(mark[0]) == 1 and _SHORT.search(text[max(start, stop - 12) : stop]):
            continue
        _add(text, start, stop, found)
        start = stop
        if len(found) >= MOST:
            return found[:MOST]
    _add(text, start, len(text), found)
    return found[:MOST]


def _add(text: str, start: int, stop: int, found: list[tuple[int, int]]) -> None:
    while stop - start > LONGEST and len(found) < MOST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = start + LONGEST if cut < 0 else cut
        _trimmed(text, start, cut, found)
        start = cut
    _trimmed(text, start, stop, found)


def _trimmed(text: str, start: int, stop: int, found: list[tuple[int, int]]) -> None:
    inner = text[start:stop]
    left = start + len(inner) - len(inner.lstrip())
    right = start + len(inner.rstrip())
    if any(sign.isalnum() for sign in text[left:right]):
        found.append((left, right))
