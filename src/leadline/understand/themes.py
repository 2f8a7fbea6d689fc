"""What a text is about, among the themes of business letters, by the words that show it (words/themes.toml).

For what a whole collection of texts is about without a list of themes, see `leadline.learn.themes`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from leadline.understand.lexicon import Lexicon, Word, words_of

MOST = 5
_SHOWN = 6


class Theme(NamedTuple):
    """A theme, the words that show it, where the first of them stands, and how sure that is."""

    theme: str
    words: tuple[str, ...]
    start: int
    end: int
    confidence: float


def themes_in(text: str, words: list[Word] | None = None) -> list[Theme]:
    """The themes of a text, the one with most words first; at most MOST. `words` are its words, if known already."""
    found: dict[str, list[tuple[int, int]]] = {}
    for hit in themes().find(words_of(text) if words is None else words):
        found.setdefault(hit.label, []).append((hit.start, hit.end))
    told = []
    for theme, spans in found.items():
        shown = tuple(dict.fromkeys(" ".join(text[start:end].lower().split()) for start, end in spans))
        # One word may stand there by chance; each other word, and each repetition a little, makes it surer.
        sure = 1 - 0.45 ** (0.6 * len(shown) + 0.4 * min(len(spans), 6))
        told.append(Theme(theme, shown[:_SHOWN], *spans[0], round(sure, 2)))
    return sorted(told, key=lambda one: (-one.confidence, one.start, one.theme))[:MOST]


@lru_cache(maxsize=1)
def themes() -> Lexicon:
    """The phrases of every theme."""
    told: Mapping[str, str] = tomllib.loads(
        files("leadline.understand").joinpath("words", "themes.toml").read_text("utf-8")
    )
    return Lexicon(
        (phrase.strip(), theme)
        for theme, lines in told.items()
        for phrase in lines.replace("\n", ",").split(",")
        if phrase.strip()
    )
