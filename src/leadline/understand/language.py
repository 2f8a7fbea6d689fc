"""The language of a text, by its letters (lingua 2), among 23.

A text is 'unknown' unless one language is clearly likelier than every other: a wrong language makes all that is
understood after it wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

UNKNOWN = "unknown"
LOOKED_AT = 1_000
"""Characters that are looked at."""
_NAMES = (
    "ENGLISH GERMAN FRENCH SPANISH ITALIAN DUTCH PORTUGUESE SWEDISH DANISH BOKMAL FINNISH POLISH CZECH HUNGARIAN "
    "ROMANIAN TURKISH GREEK RUSSIAN UKRAINIAN CHINESE JAPANESE KOREAN ARABIC"
)
_CLEAR = 2.0  # how many times likelier than the second language the first must be
_FEW, _SURE = 12, 0.5  # with fewer letters the first must have so much of all likelihood, too
_NOISE = re.compile(r"\S*(?:@|://|www\.)\S*|[\d_<>|=#*/\\]+")
_FEWEST = 6


class Spoken(NamedTuple):
    """A language by its ISO 639-1 code or 'unknown', and how sure that is."""

    language: str
    confidence: float


def language_of(text: str) -> Spoken:
    """The language of a text. Addresses and numbers in it are not looked at."""
    plain = " ".join(_NOISE.sub(" ", text[: LOOKED_AT * 2]).split())[:LOOKED_AT]
    letters = sum(sign.isalpha() for sign in plain)
    if letters < _FEWEST:
        return Spoken(UNKNOWN, 0.0)
    best, second, *_ = _detector().compute_language_confidence_values(plain)
    sure = best.value / (best.value + second.value) if best.value else 0.0
    if best.value < _CLEAR * second.value or not best.value or (letters < _FEW and best.value < _SURE):
        return Spoken(UNKNOWN, round(sure, 3))
    return Spoken(best.language.iso_code_639_1.name.lower(), round(sure, 3))


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    # Models of a language are read when first needed.
    chosen = [getattr(Language, name) for name in _NAMES.split()]
    return LanguageDetectorBuilder.from_languages(*chosen).build()
