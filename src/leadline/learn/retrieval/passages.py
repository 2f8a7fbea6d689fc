"""Cuts a text into passages of some 60 to 120 words that begin and end where sentences do and overlap by a sentence."""

from __future__ import annotations

import re

FEWEST, MOST = 60, 120  # words
SHARED = 30  # words of the last sentence that begin the next passage too, at most

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n\s*\n|[。！？]")
_WORD = re.compile(r"\S+")

Span = tuple[int, int]


def cut(text: str) -> list[Span]:
    """Spans (start, end) in characters of `text`, in order; none where it has no word."""
    if len(text) <= LONGEST and len(text.split()) <= MOST:  # as most mails, notes and turns are
        start = len(text) - len(text.lstrip())
        return [(start, len(text.rstrip()))] if start < len(text) else []
    sentences = _sentences(text)
    found: list[Span] = []
    first = size = 0  # of the passage that grows: its first sentence, its words
    for at, (_, _, words) in enumerate(sentences):
        if size and size + words > MOST:
            found.append((sentences[first][0], sentences[at - 1][1]))
            last = sentences[at - 1][2]
            shares = last <= SHARED and at - 1 > first and last + words <= MOST
            first, size = (at - 1, last) if shares else (at, 0)
        size += words
    if size:
        start = sentences[first][0]
        # A short rest is added to what came before where both fit: words alone say little.
        if found and size < FEWEST // 2 and _count(text, found[-1][0], sentences[-1][1]) <= MOST:
            start = found.pop()[0]
        found.append((start, sentences[-1][1]))
    return found


def _count(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _WORD.finditer(text, start, end))


def _sentences(text: str) -> list[tuple[int, int, int]]:
    """(start, end, words) of each sentence, the longest ones cut at words."""
    found = []
    start = 0
    for stop in [*(match.end() for match in _END.finditer(text)), len(text)]:
        words = [match.span() for match in _WORD.finditer(text, start, stop)]
        for at in range(0, len(words), MOST):
            part = words[at : at + MOST]
            found += _shorter(part)
        start = stop
    return found


def _shorter(words: list[Span]) -> list[tuple[int, int, int]]:
    """One sentence as it is, but no longer than LONGEST characters: text without blanks is cut where it must be."""
    found = []
    first = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at][1] - words[first][0] > LONGEST:
            start, end = words[first][0], words[at - 1][1]
            pieces = range(start, end, LONGEST)
            found += [(one, min(one + LONGEST, end), at - first if one == start else 1) for one in pieces]
            first = at
    return found


LONGEST = 2_000
"""Characters of a sentence."""
