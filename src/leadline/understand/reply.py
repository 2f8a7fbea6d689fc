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
    STAMPED,
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


def own_words(text: str, *, signer: str = "", most: int = 20_000) -> Reply:
    """What the writer of a plain mail text said, at most `most` characters, blank lines folded.

    `signer` is the writer's name as the mail gives it; a line that holds it alone begins a signature.

    Replies above, below and between quoted lines are kept, in their order; the quoted lines, the lines that introduce
    them, the closing formula and what stands below it are left out. A mail that is nothing but a closing formula
    ('Thanks') keeps it.
    """
    lines = [line[:_WIDEST].rstrip() for line in _plain(text).split("\n")[:_MOST_LINES]]
    names = frozenset(re.findall(r"\w+", signer.casefold()))
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
    kept = [own for block in blocks if (own := _unsigned(block, names))]
    if not kept:
        # Nothing but a closing formula: then that is what was said.
        bare = [[line for line in block if not DELIMITER.match(line) and not _is_name(line, names)] for block in blocks]
        kept = [own for block in bare if (own := _trim(block))][:1]
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
        marked = _marked_follows(lines, at + count)
        if (INTRODUCED.match(joined) or _introduces(joined)) and (marked or DATED.search(joined)):
            return at + count
        # Whatever the language: an address and a time above marked lines.
        if marked and STAMPED.search(joined):
            return at + count
    start = at + 1 if RULE.match(line) or line == HEADER_RULE else at
    return _headers(lines, start)


def _introduces(line: str) -> bool:
    """Whether quotequail, which knows further languages and programs, takes the line for an introduction."""
    return not quotequail.quote(line, limit=2, quote_intro_line=True)[0][1]


def _headers(lines: list[str], at: int) -> int | None:
    """Where a block of mail headers that begins at line `at` ends: three or more together, the sender among them."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at >= len(lines) or not HEADER.match(lines[at]):
        return None
    found, sender, end, others, gap = 0, False, at, 0, False
    for number in range(at, min(at + 14, len(lines))):
        header = HEADER.match(lines[number])
        if header:
            found, sender, end, others = found + 1, sender or bool(header["from"]), number + 1, 0
        elif lines[number].strip():
            others += 1
            # One line may be the rest of a long header, but not after a blank one.
            if gap or others > 1:
                break
        gap = not lines[number].strip()
    return end if found > 2 and sender else None


def _unsigned(block: list[str], names: frozenset[str]) -> list[str]:
    """The block without closing formula, signature and disclaimer."""
    block = _trim(block)
    while len(block) > 1 and (BANNER.match(block[0]) or DISCLAIMER.match(block[0])):
        block = _trim(block[1:])
    for number, line in enumerate(block):
        if DELIMITER.match(line) or MOBILE.match(line.strip()) or DISCLAIMER.match(line):
            block = _trim(block[:number])
            break
    for number, line in enumerate(block):
        rest = [later.strip() for later in block[number + 1 :] if later.strip()]
        if len(rest) <= 14 and (SIGN_OFF.match(line.strip()) or _is_name(line, names)) and _is_card(rest):
            return _trim(block[:number])
    return block


def _is_name(line: str, names: frozenset[str]) -> bool:
    """Whether the line holds nothing but names of the writer, perhaps behind a dash."""
    words = re.findall(r"\w+", line.casefold())
    plain = re.fullmatch(r"[-–—/~]?\s*[\w .,'-]+", line.strip())
    return 0 < len(words) <= 4 and names.issuperset(words) and plain is not None


def _is_card(lines: list[str]) -> bool:
    """Whether what follows a closing formula is a name and the lines of a card rather than sentences."""
    sentences = (line for line in lines[:3] if line[-1] in ".?!" and len(line.split()) > 4)
    return all(len(line) <= 120 for line in lines[:3]) and not any(sentences)


def _trim(block: list[str]) -> list[str]:
    first, last = 0, len(block)
    while first < last and not block[first].strip():
        first += 1
    while last > first and (not block[last - 1].strip() or RULE.match(block[last - 1])):
        last -= 1
    return block[first:last]
