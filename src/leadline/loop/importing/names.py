"""Names of people: taken apart where a source gives one cell, put together where it gives two."""

from __future__ import annotations

_OF_FAMILY = frozenset(
    "von vom van der den de del della di da dos du la le ter ten zu zur bin ibn al el st. af av".split()
)
_TITLES = frozenset("mr mr. mrs mrs. ms ms. miss dr dr. prof prof. herr frau sir dipl.-ing. mag. ing.".split())


def split(name: str) -> tuple[str, str]:
    """Given and family name of 'Anna van der Berg' or 'van der Berg, Anna'; the family name is '' for a single word."""
    family, comma, given = name.partition(",")
    if comma and given.strip() and " " not in given.strip().replace("-", ""):
        return given.strip(), family.strip()
    words = name.split()
    while len(words) > 1 and words[0].lower() in _TITLES:
        words = words[1:]
    if len(words) < 2:
        return " ".join(words), ""
    place = len(words) - 1
    while place > 1 and words[place - 1].lower() in _OF_FAMILY:
        place -= 1
    return " ".join(words[:place]), " ".join(words[place:])


def joined(given: str | None, family: str | None) -> str:
    """Both in the order in which they are said."""
    return " ".join(part for part in (given, family) if part)
