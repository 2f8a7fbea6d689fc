"""What the writer of a mail said: without what is quoted, without signature, in whatever language."""

from __future__ import annotations

import re
from dataclasses import dataclass

import quotequail

from leadline.understand.html_text import HEADER_RULE
from leadline.understand.phrases import (
    BANNER,
    DATED,
    DELIMITER,
    DISCLAIMER,
    FORWARDED,
    HEADER,
    INTRODUCED,
    MOBILE,
    RULE,
    SEPARATOR,
    SIGN_OFF,
)

_MOST_LINES = 5_000
_WIDEST = 2_000

_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"), None
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`words` are the writer's own, `quoted` whether something was quoted, `forwarded` whether it was passed on."""

    words: str
    quoted: bool = False
    forwarded: bool = False


def own_words(text: str, *, most: int = 20_000) -> Reply:
    """What the writer of a plain mail text said, at most `most` characters, blank lines folded.

    Replies above, below and between quoted lines are kept, in their order; the quoted lines, the lines that introduce
    them, the closing formula and what stands below it are left out. A mail that is nothing but a closing formula
    ('Thanks') keeps it.
    """
    lines = [line[:_WIDEST].rstrip() for line in _plain(text).split("\n")[:_MOST_LINES]]
    blocks: list[list[str]] = [[]]
    quoted = forwarded = False
    at = 0
    while at < len(lines):
        line = lines[at]
        if _is_marked(line):
            quoted = True
            if blocks[-1]:
                blocks.append([])
            at += 1
            continue
        end = _quotation(lines, at)
        if end is None:
            blocks[-1].append(line)
            at += 1
            continue
        quoted = True
        if _marked_follows(lines, end):
            if blocks[-1]:
                blocks.append([])
            at = end
            continue
        # Nothing marks the quoted lines, as in Outlook: all the rest is quoted.
        forwarded = bool(FORWARDED.search(line))
        break
    kept = [own for block in blocks if (own := _unsigned(block))]
    if not kept:
        kept = [own for block in blocks if (own := _trim([line for line in block if not DELIMITER.match(line)]))][:1]
    words = "\n\n".join("\n".join(block) for block in kept)
    return Reply(re.sub(r"\n{3,}", "\n\n", words)[:most].strip(), quoted, forwarded)


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\x00", "")
    return text.replace("\u00a0", " ").replace("\u202f", " ").translate(_INVISIBLE)


def _is_marked(line: str) -> bool:
    return line.startswith((">", " >", "|>", "&gt;"))


def _marked_follows(lines: list[str], at: int) -> bool:
    """Whether the next line that is not blank is marked as quoted."""
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return _is_marked(following)


def _quotation(lines: list[str], at: int) -> int | None:
    """Where what introduces a quotation at line `at` ends (exclusive), or None where nothing does."""
    line = lines[at].strip()
    if not line:
        return None
    if SEPARATOR.match(line):
        return at + 1
    for count in range(1, 5):
        part = [text.strip() for text in lines[at : at + count]]
        if len(part) < count or not part[-1] or (count > 1 and _is_marked(part[-1])):
            break
        joined = " ".join(part)
        if len(joined) > 500:
            break
        if not joined.endswith((":", ">")):
            continue
        if (INTRODUCED.match(joined) or _introduces(joined)) and (
            DATED.search(joined) or _marked_follows(lines, at + count)
        ):
            return at + count
    start = at + 1 if RULE.match(line) or line == HEADER_RULE else at
    return _headers(lines, start)


def _introduces(line: str) -> bool:
    """Whether quotequail, which knows further languages and programs, takes the line for an introduction."""
    return not quotequail.quote(line, limit=2, quote_intro_line=True)[0][1]


def _headers(lines: list[str], at: int) -> int | None:
    """Where a block of mail headers that stands at line `at` ends: a sender's line and two others within six lines."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at >= len(lines):
        return None
    first = HEADER.match(lines[at])
    if first is None or not first["from"]:
        return None
    found, end = 1, at + 1
    for number in range(at + 1, min(at + 9, len(lines))):
        if HEADER.match(lines[number]):
            found, end = found + 1, number + 1
        elif not lines[number].strip() and found > 2:
            break
    return end if found > 2 else None


def _unsigned(block: list[str]) -> list[str]:
    """The block without closing formula, signature and disclaimer."""
    block = _trim(block)
    while block and BANNER.match(block[0]):
        block = _trim(block[1:])
    for number, line in enumerate(block):
        if DELIMITER.match(line) or MOBILE.match(line.strip()) or DISCLAIMER.match(line):
            block = _trim(block[:number])
            break
    for number, line in enumerate(block):
        rest = sum(1 for later in block[number + 1 :] if later.strip())
        if rest <= 14 and SIGN_OFF.match(line.strip()) and _looks_signed(block[number + 1 :]):
            return _trim(block[:number])
    return block


def _looks_signed(lines: list[str]) -> bool:
    """Whether what follows a closing formula is a name and lines of a card rather than sentences."""
    rest = [line.strip() for line in lines if line.strip()]
    return all(len(line) <= 90 and not re.search(r"[a-zà-ÿ]{2}[.?!]$", line.replace("GmbH.", "")) for line in rest[:3])


def _trim(block: list[str]) -> list[str]:
    first, last = 0, len(block)
    while first < last and not block[first].strip():
        first += 1
    while last > first and (not block[last - 1].strip() or RULE.match(block[last - 1])):
        last -= 1
    return block[first:last]
