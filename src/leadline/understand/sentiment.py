"""Whether a text speaks well or badly of an offer, a product or the work together, with the words that say so.

It is what stands in the text about the offer; no feeling of a person is inferred, and it is not asked of what a firm's
own people write. English is VADER (Hutto and Gilbert 2014) with phrases of selling before it ('decided to go with a
competitor', which VADER finds neutral); German has the phrases alone; other languages are 'unknown'.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from leadline.understand.lexicon import Hit, Lexicon, Word, words_of
from leadline.understand.sentences import sentences

UNKNOWN = "unknown"
MADE_BY = "VADER and phrases of selling"
GOOD, BAD = 0.2, -0.2
"""Scores from which a text is positive and negative."""
_LOOKED_AT = 60  # sentences
_REFUSAL = -0.7
_BEFORE = 3  # words before a phrase in which a negation turns it
_NEUTRAL = re.compile(
    r"^\s*(?:all the )?best(?=,|\s*$)|"  # as a letter ends
    r"\b(?:kind|best|warm) (?:regards|wishes)\b|\bplease\b|\bthank(?:s| you)\b|\bdear\b|\bhello\b|\bhi\b|\bsincerely\b|"
    r"\bshares?\b|\byours\b|\bcheers\b|\bwelcome\b|\bsecurity\b|\bsecure\b",
    re.IGNORECASE,
)
"""Words of courtesy and of trade that VADER takes for praise."""


class Sentiment(NamedTuple):
    """'positive', 'negative', 'neutral', 'mixed' or 'unknown', a score from -1 to 1, and the words that carry it;
    start and end are those of the sentence that says it most clearly."""

    sentiment: str
    score: float
    words: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


NOTHING = Sentiment(UNKNOWN, 0.0)


def sentiment_of(text: str, language: str = "en", spans: Sequence[tuple[int, int]] | None = None) -> Sentiment:
    """The sentiment of a text in a language. `spans` are its sentences, where they are known already."""
    if language not in ("en", "de"):
        return NOTHING
    judged: list[tuple[float, tuple[str, ...], int, int]] = []
    for start, end in (sentences(text) if spans is None else spans)[:_LOOKED_AT]:
        score, words = _sentence(text[start:end], language)
        if abs(score) >= 0.1:
            judged.append((score, words, start, end))
    if not judged:
        return Sentiment("neutral", 0.0)
    good = sum(score for score, *_ in judged if score > 0)
    bad = sum(score for score, *_ in judged if score < 0)
    # One clear sentence tells as much as many faint ones; bad words weigh a little more than polite good ones.
    score = math.tanh(good + 1.2 * bad)
    label = "positive" if score >= GOOD else "negative" if score <= BAD else "neutral"
    if good >= 0.5 and bad <= -0.5 and abs(score) < 0.5:
        label = "mixed"
    side = [one for one in judged if label in ("neutral", "mixed") or (one[0] > 0) == (score > 0)]
    _, _, start, end = max(side, key=lambda one: (abs(one[0]), -one[2]))
    words = tuple(dict.fromkeys(word for one in sorted(side, key=lambda one: -abs(one[0])) for word in one[1]))
    return Sentiment(label, round(score, 3), words[:5], start, end)


def plainly_bad(words: list[Word]) -> bool:
    """Whether a phrase stands among the words by which buyers say no ('too expensive', 'decided against')."""
    return any(
        float(hit.label) <= _REFUSAL and _turned(hit, words, language) < 0
        for language in ("en", "de")
        for hit in _phrases(language).find(words)
    )


def _sentence(text: str, language: str) -> tuple[float, tuple[str, ...]]:
    """The score of one sentence, and the words that carry it."""
    words = words_of(text)
    hits = [(hit, _turned(hit, words, language)) for hit in _phrases(language).find(words)]
    if hits:
        score = sum(weight for _, weight in hits) / math.sqrt(len(hits))
        strongest = sorted(hits, key=lambda one: -abs(one[1]))
        told = tuple(
            text[_start(hit, words, language) : hit.end] for hit, weight in strongest if (weight > 0) == (score > 0)
        )
        return max(-1.0, min(1.0, score)), told[:3]
    if language != "en":
        return 0.0, ()
    plain = _NEUTRAL.sub(lambda found: "·" * len(found[0]), text)
    found = _vader().polarity_scores(plain)["compound"]
    lexicon = _vader().lexicon
    carrying = [
        (abs(lexicon[word.word]), text[word.start : word.end])
        for word in words_of(plain)
        if word.word in lexicon and (lexicon[word.word] > 0) == (found > 0)
    ]
    carried = tuple(word for _, word in sorted(carrying, key=lambda one: -one[0])[:3])
    # VADER was made for short posts: what it says of a letter counts less than a phrase of selling.
    return 0.6 * found, carried


def _turned(hit: Hit, words: list[Word], language: str) -> float:
    """The weight of a phrase, turned round and halved where a negation stands before it."""
    weight = float(hit.label)
    return -0.5 * weight if _start(hit, words, language) < hit.start else weight


def _start(hit: Hit, words: list[Word], language: str) -> int:
    """Where a phrase begins, a negation before it with it; a phrase that holds one itself is not turned."""
    negations = _negations(language)
    if any(word.word in negations for word in words[hit.first : hit.first + hit.size]):
        return hit.start
    before = (word.start for word in words[max(0, hit.first - _BEFORE) : hit.first] if word.word in negations)
    return next(before, hit.start)


@lru_cache(maxsize=1)
def _told() -> dict[str, Any]:
    return tomllib.loads(files("leadline.understand").joinpath("words", "sentiment.toml").read_text("utf-8"))


@lru_cache(maxsize=4)
def _phrases(language: str) -> Lexicon:
    return Lexicon(
        (phrase.strip(), weight)
        for weight, lines in _weights(_told()[language])
        for phrase in lines.replace("\n", ",").split(",")
        if phrase.strip()
    )


def _weights(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Weights and their phrases; TOML reads the key 0.7 as a table '0' with a key '7'."""
    return [(f"{whole}.{part}", lines) for whole, inner in told.items() for part, lines in inner.items()]


@lru_cache(maxsize=4)
def _negations(language: str) -> frozenset[str]:
    return frozenset(_told()["negations"][language].split())


@lru_cache(maxsize=1)
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
