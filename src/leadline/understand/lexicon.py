"""Words and phrases found in a text in one pass, however many: a word leads to the phrases that begin with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]{1,3}\b)?")
_FEWEST = 3  # letters that a beginning of a word has at least


class Word(NamedTuple):
    """A word of a text in lower case, and where it stands."""

    word: str
    start: int
    end: int


class Hit(NamedTuple):
    """A phrase that was found, where it stands, and what it stands for."""

    start: int
    end: int
    label: str
    first: int
    size: int


def words_of(text: str) -> list[Word]:
    """The words of a text in lower case; what is longer than LONGEST_WORD is no word."""
    return [
        Word(found[0].lower().replace("’", "'"), found.start(), found.end())
        for found in _WORD.finditer(text)
        if found.end() - found.start() <= LONGEST_WORD
    ]


class Lexicon:
    """Phrases with what each stands for. 'pric*' stands for every word that begins so; '+' between words lets up to two
    others stand there. Of phrases that begin at one word the longest counts."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._begin: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, label in entries:
            parts = tuple(_parts(phrase))
            if not parts:
                continue
            first = parts[0]
            table, key = (self._begin, first[:-1]) if first.endswith("*") else (self._exact, first)
            table.setdefault(key, []).append((parts, label))
        for table in (self._exact, self._begin):
            for phrases in table.values():
                phrases.sort(key=lambda one: (-len(one[0]), one))
        self._longest = max(map(len, self._begin), default=0)

    def __bool__(self) -> bool:
        return bool(self._exact or self._begin)

    def find(self, words: list[Word]) -> list[Hit]:
        """All phrases among the words, from left to right; none overlaps another."""
        found: list[Hit] = []
        at = 0
        while at < len(words):
            hit = self._at(words, at)
            if hit is None:
                at += 1
                continue
            found.append(hit)
            at += hit.size
        return found

    def _at(self, words: list[Word], at: int) -> Hit | None:
        word = words[at].word
        best: Hit | None = None
        for phrases in (
            self._exact.get(word),
            *(self._begin.get(word[:size]) for size in range(min(self._longest, len(word)), _FEWEST - 1, -1)),
        ):
            for parts, label in phrases or ():
                count = _fits(parts, words, at)
                if count and (best is None or count > best.size):
                    best = Hit(words[at].start, words[at + count - 1].end, label, at, count)
        return best


def _parts(phrase: str) -> Iterable[str]:
    for part in phrase.split():
        if part == "+":
            yield part
            continue
        star = part.endswith("*")
        inner = [word.word for word in words_of(part)]
        for place, word in enumerate(inner):
            yield word + "*" if star and place == len(inner) - 1 else word


def _fits(parts: tuple[str, ...], words: list[Word], at: int) -> int:
    """How many words the phrase takes here; 0 where it does not stand here."""
    place, free = at, 0
    for part in parts:
        if part == "+":
            free = 2
            continue
        while not _equal(part, words, place):
            if not free:
                return 0
            free -= 1
            place += 1
        free = 0
        place += 1
    return place - at


def _equal(part: str, words: list[Word], place: int) -> bool:
    if place >= len(words):
        return False
    word = words[place].word
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
