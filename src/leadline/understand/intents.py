"""What the writer of each sentence wants: a question, an objection, a meeting, a price, to be left alone, to pass on to
somebody, or to say that nobody is there.

Phrases that leave no doubt come first; else a small model that was trained on our own example sentences
(words/intents.toml, tools/intent_model.py) says it where it is sure enough. A sentence has one intent, the most
specific.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

from leadline.core.understanding import Intent
from leadline.understand.embedding import Size
from leadline.understand.intent_model import IntentModel
from leadline.understand.lexicon import words_of
from leadline.understand.phrases import AWAY, SIGN_OFF
from leadline.understand.sentiment import plainly_bad

NONE = "none"
SURE: dict[Size, float] = {"bulk": 0.45, "best": 0.45}
"""The probability from which the model's word counts; chosen by cross-validation on the example sentences: lower ones
find hardly more and raise twice as many false alarms."""
SURER = {Intent.OBJECTION: 0.7, Intent.REFERRAL: 0.6}
"""Intents that mails which are not about an offer seem to have, from where they count."""
BY_RULE = 0.9
FEWEST, LONGEST = 3, 400
"""Words that a sentence has at least, and letters that it has at most, for the model to be asked."""
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|day)|hallo|liebe[rs]?|guten (?:tag|morgen)|sehr geehrte[rs]?)\b",
    re.IGNORECASE,
)
_BY_PHRASES = (Intent.UNSUBSCRIBE, Intent.OUT_OF_OFFICE, Intent.REFERRAL, Intent.MEETING, Intent.PRICE)
"""Intents with phrases of their own, the surest first."""


class Wanted(NamedTuple):
    """What a writer wants, how sure that is, and whether a rule or the model says it."""

    intent: Intent
    confidence: float
    made_by: str


def intents_in(sentences: Sequence[str], size: Size = "bulk") -> list[Wanted | None]:
    """What the writer of each sentence wants; None for most of them."""
    ruled = [_by_rule(sentence) for sentence in sentences]
    open_ = [at for at, sentence in enumerate(sentences) if ruled[at] is None and _is_sentence(sentence)]
    found: list[Wanted | None] = list(ruled)
    if open_:
        said = model(size).predict([sentences[at] for at in open_])
        for at, label, sure in zip(open_, said.labels, said.probabilities.tolist(), strict=True):
            found[at] = _by_model(sentences[at], label, sure, size)
    return found


def _is_sentence(text: str) -> bool:
    """Whether it is what the model learned from: no greeting, no name with a title, no page of figures."""
    words = text.split()
    if not len(words) >= FEWEST or len(text) > LONGEST or SIGN_OFF.match(text):
        return False
    if len(words) <= 6 and _GREETING.match(text) and text[-1] not in ".?":
        return False
    return any(word[:2].islower() and len(word) > 1 for word in words[1:])


@lru_cache(maxsize=2)
def model(size: Size) -> IntentModel:
    """The model that ships with the program, for a size of vectors."""
    with as_file(files("leadline.understand").joinpath("models", f"intents-{size}")) as folder:
        return IntentModel.load(folder)


@lru_cache(maxsize=16)
def _rule(name: str) -> re.Pattern[str]:
    """The phrases of words/intent_rules.toml under a name."""
    told = tomllib.loads(files("leadline.understand").joinpath("words", "intent_rules.toml").read_text("utf-8"))
    phrases = "|".join(told[name]).replace("<asks>", told["asks"])
    return re.compile(phrases, re.IGNORECASE)


def _by_rule(sentence: str) -> Wanted | None:
    if _rule("courtesy").search(sentence):
        return None
    said = sentence[:LONGEST]
    for intent in _BY_PHRASES:
        if intent is Intent.UNSUBSCRIBE and _rule("foot of a newsletter").search(said):
            continue
        past = intent in (Intent.MEETING, Intent.PRICE) and _rule("about the past").search(said)
        if not past and _rule(intent).search(said):
            return Wanted(intent, BY_RULE, "rules of intents")
    if len(said) < 80 and AWAY.search(said) and "?" not in said:
        return Wanted(Intent.OUT_OF_OFFICE, BY_RULE, "rules of intents")
    if "?" not in said[-3:] and plainly_bad(words_of(said)):
        return Wanted(Intent.OBJECTION, 0.8, "phrases of selling")
    return None


def _by_model(sentence: str, label: str, sure: float, size: Size) -> Wanted | None:
    made_by = f"intents {size} 1"
    asked = sentence.rstrip("\"')]»”").endswith("?") or _rule("asked indirectly").search(sentence[:LONGEST]) is not None
    counts = label != NONE and sure >= max(SURE[size], SURER.get(Intent(label), 0.0))
    if counts and not (label == Intent.UNSUBSCRIBE and _rule("foot of a newsletter").search(sentence)):
        return Wanted(Intent(label), round(sure, 3), made_by)
    if asked and not _rule("courtesy").search(sentence):
        return Wanted(Intent.QUESTION, 0.7, "rules of intents")
    return None
