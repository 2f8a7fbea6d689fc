"""What the writer of each sentence wants: a question, an objection, a meeting, a price, to be left alone, to pass on to
somebody, or to say that nobody is there.

Phrases that leave no doubt come first; else a small model that was trained on our own example sentences
(words/intents.toml, tools/intent_model.py) says it where it is sure enough. A sentence has one intent, the most specific.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

from leadline.core.understanding import Intent
from leadline.understand.embedding import Size
from leadline.understand.intent_model import IntentModel
from leadline.understand.lexicon import words_of
from leadline.understand.phrases import AWAY
from leadline.understand.sentiment import plainly_bad

NONE = "none"
SURE: dict[Size, float] = {"bulk": 0.45, "best": 0.45}
"""The probability from which the model's word counts; chosen by cross-validation on the example sentences: lower ones
find hardly more and raise twice as many false alarms."""
SURER = {Intent.OBJECTION: 0.7, Intent.REFERRAL: 0.6}
"""Intents that mails which are not about an offer seem to have, from where they count."""
BY_RULE = 0.9
SHORTEST, LONGEST = 2, 400


class Wanted(NamedTuple):
    """What a writer wants, how sure that is, and whether a rule or the model says it."""

    intent: Intent
    confidence: float
    made_by: str


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ASKS = r"(?:please|could|can|would|may|shall|should|let(?:'|’)?s|i(?:'|’)?d|we(?:'|’)?d|need|want|kindly|bitte|könn|würd|hätt)"
_RULES: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (
        Intent.UNSUBSCRIBE,
        _rule(
            r"\bunsubscribe\b|\bopt(?:ing)?[ -]?out\b|\b(?:take|remove|delete|strike) (?:me|us|my (?:name|address|e-?mail|data|details|contact)|our (?:name|address|data|company))\b|"
            r"\b(?:stop|quit|cease) (?:\w+ ){0,2}(?:e-?mail|mail|writ|contact|messag|send|spam|call)\w*|"
            r"\b(?:do not|don(?:'|’)?t|never) (?:ever )?(?:contact|e-?mail|mail|write to|call|send) (?:me|us|this|any)\b|"
            r"\bno (?:more|further) (?:e-?mails?|mails?|messages?|newsletters?|offers?)\b|\bno longer wish to (?:hear|receive|be)\b|"
            r"\b(?:off|from) (?:your|this|the) (?:mailing|distribution|e-?mail|newsletter)? ?(?:list|verteiler|database)\b|"
            r"\b(?:newsletter|abo|verteiler)\b.{0,30}\b(?:abbestell|abmeld|austrag|nehmen|tragen|kündig)|\babmelden\b|\bkeine (?:weiteren? |mehr )?(?:mails?|e-mails?|werbung|nachrichten)\b|"
            r"\b(?:daten|adresse)\b.{0,20}\blöschen\b|\blöschen sie (?:bitte )?meine\b|\bwidersprech\w+ der (?:nutzung|verwendung|verarbeitung)"
        ),
    ),
    (
        Intent.OUT_OF_OFFICE,
        _rule(
            r"\bi(?:'|’)?(?:m| am| will be| shall be) (?:currently |presently |now |still )?(?:out of|away from) (?:the |my )?(?:office|desk|town|mail)|"
            r"\b(?:am|be|bin) (?:currently |on |derzeit |zurzeit )?(?:annual leave|on (?:vacation|holiday|leave)|absent|abwesend|unavailable until)|"
            r"\b(?:back|return\w*) (?:in|to) the office\b|\b(?:limited|no) access to (?:my )?(?:e-?mails?|mail)\b|"
            r"\bduring my absence\b|\bwhile i am away\b|\bwährend meiner abwesenheit\b|\b(?:nicht|wieder) im (?:büro|haus)\b|\bim urlaub\b"
        ),
    ),
    (
        Intent.REFERRAL,
        _rule(
            r"\b(?:not|isn(?:'|’)?t) the (?:right|best|correct) (?:person|contact|one)\b|\bthe right (?:person|contact)\b.{0,30}\bis\b|"
            r"\b(?:forward|pass|hand)(?:ed|ing)? (?:\w+ ){1,4}(?:on |over )?to (?:our|my|the|mr|ms)\b|\b(?:cc(?:'|’)?(?:ing|ed)|copying|looping in|copied in|adding) \w+|"
            r"\b(?:talk|speak|write|reach out|turn) (?:to|with) (?:our|my|the|mr|ms|mrs) .{0,40}(?:instead|about|who|manager|director|department|team|colleague|office|boss|head|buyer)|"
            r"\bput you in touch with\b|\bintroduce you to\b|\b(?:has|have) taken over\b|\bsuccessor is\b|\bmy replacement\b|"
            r"\bwenden sie sich (?:bitte )?an (?:meine|unsere|den|die|herrn?|frau)\b|\bzuständig (?:ist|dafür)\b|\bnicht zuständig\b|\bist (?:bei uns )?(?:\w+ ){0,3}zuständig\b|\bansprechpartner(?:in)? (?:ist|dafür)\b|\bmein nachfolger\b|\bleite(?:n)? .{0,40}\bweiter\b"
        ),
    ),
    (
        Intent.MEETING,
        _rule(
            _ASKS
            + r".{0,40}\b(?:schedule|set up|arrange|book|have|hop on|jump on|organi[sz]e|join|reserve|propose|plan) (?:\w+ ){0,3}(?:call|meeting|demo|demonstration|appointment|session|visit|workshop|slot|webinar|chat)\b|"
            r"\b(?:let(?:'|’)?s|shall we|can we|could we|we should) (?:\w+ )?(?:meet|talk|speak|sit down|catch up)\b|\b(?:please|can you|could you) (?:call|ring|phone) me\b|\bgive me a (?:call|ring)\b|"
            r"\b(?:see|like|love|want|get) (?:to see )?(?:a|the|your) (?:\w+ )?(?:demo|demonstration|walkthrough)\b|\b(?:are you|would you be) (?:free|available) (?:on|for|next|this|tomorrow|at)\b|"
            r"\b(?:gespräch|termin|demo|vorführung|telefonat|besprechung)\b.{0,40}\b(?:vereinbaren|ausmachen|abstimmen|sehen|haben|finden)\b|\brufen sie mich\b|\b(?:können|könnten|wollen|sollen) wir .{0,30}\b(?:telefonieren|sprechen|treffen)\b"
        ),
    ),
    (
        Intent.PRICE,
        _rule(
            r"\bhow much (?:is|are|does|do|would|will|for|did|to)\b(?=.{0,60}\b(?:cost|charge|price|pay|it|for|licen[cs]e|be)\b)|\bwhat(?:'|’)?(?:s| is| are| would be)? (?:the |your |its )?(?:\w+ ){0,2}(?:price|prices|pricing|cost|costs|fee|fees|rate|rates)\b|"
            r"\bwhat (?:would|does|do|will) .{1,40}\bcost\b|"
            + _ASKS
            + r".{0,40}\b(?:send|give|provide|make|need|get|have|share|revise|request|submit|offer|see|receive|us|me) "
            r"(?:\w+ ){0,4}(?:quot(?:e|ation)|price list|pricing|rate card|price indication|cost estimate|commercial (?:offer|proposal)|better price|best price|lowest price|discount)\b|"
            r"\b(?:is there|are there|do you (?:offer|give|have)|any) (?:an? |any )?(?:\w+ )?(?:discounts?|rebates?|special rates?|set-?up fees?|hidden costs?)\b|"
            r"\bwas (?:kostet|kosten|würde)\b|\bwie (?:hoch|teuer) (?:ist|sind|wäre)\b|\b(?:angebot|preisliste|kostenvoranschlag|preise?)\b.{0,40}\b(?:senden|schicken|zukommen|machen|erstellen|unterbreiten)\b|\b(?:senden|schicken|machen|erstellen) sie (?:uns |mir )?(?:bitte )?(?:ein|eine|die|ihre) (?:angebot|preisliste|preise)\b|\b(?:rabatt|nachlass)\b.{0,30}\?|\bgibt es .{0,20}rabatt"
        ),
    ),
)  # fmt: skip
_INDIRECT = _rule(
    r"\b(?:i was wondering|i wonder|could you (?:please )?(?:tell|clarify|explain|confirm)|can you (?:please )?(?:tell|clarify|explain|confirm)|"
    r"let (?:me|us) know (?:if|whether|how|what|when|which)|(?:please )?tell me (?:if|whether|how|what|which)|"
    r"i have (?:a|one|another|some|two|a few) questions?|i(?:'|’)?d like to know|i would like to know|ich habe (?:noch )?eine frage|ich hätte (?:noch )?eine frage)\b"
)
_COURTESY = _rule(
    r"^(?:how are you|how(?:'|’)?s it going|how is everything|how do you do|how was your|may i ask (?:for )?a favou?r|isn(?:'|’)?t it|"
    r"right|ok(?:ay)?|really|wie geht es|alles gut|oder)\b.{0,40}\?*$"
)
_FOOTER = _rule(
    r"\b(?:if you|to)\b.{0,40}\b(?:no longer|unsubscribe|stop|opt[ -]?out|rather not|prefer not)\b|\bclick\b|"
    r"\byour (?:e-?mail |subscription |account )?(?:preferences|settings)\b|\bunsubscribe (?:here|below|at any time)\b|"
    r"\bwenn sie (?:keine|diesen|den)\b|\bfalls sie\b"
)
"""What a newsletter's own foot says of leaving it: nobody who answers it wrote that."""
_PAST = _rule(r"\b(?:thank(?:s| you) for|as (?:agreed|discussed)|attached|we (?:met|discussed|had)|yesterday|last week)\b")


def intents_in(sentences: Sequence[str], size: Size = "bulk") -> list[Wanted | None]:
    """What the writer of each sentence wants; None for most of them."""
    ruled = [_by_rule(sentence) for sentence in sentences]
    # A model learned from whole sentences: a greeting or a page of figures is none.
    open_ = [
        at
        for at, sentence in enumerate(sentences)
        if ruled[at] is None and SHORTEST <= len(sentence) <= LONGEST and any(map(str.isalpha, sentence))
    ]
    found: list[Wanted | None] = list(ruled)
    if open_:
        said = model(size).predict([sentences[at] for at in open_])
        for at, label, sure in zip(open_, said.labels, said.probabilities.tolist(), strict=True):
            found[at] = _by_model(sentences[at], label, sure, size)
    return found


@lru_cache(maxsize=2)
def model(size: Size) -> IntentModel:
    """The model that ships with the program, for a size of vectors."""
    with as_file(files("leadline.understand").joinpath("models", f"intents-{size}")) as folder:
        return IntentModel.load(folder)


def _by_rule(sentence: str) -> Wanted | None:
    if _COURTESY.search(sentence):
        return None
    said = sentence[:LONGEST]
    for intent, pattern in _RULES:
        if intent is Intent.UNSUBSCRIBE and _FOOTER.search(said):
            continue
        if pattern.search(said) and not (intent in (Intent.MEETING, Intent.PRICE) and _PAST.search(said)):
            return Wanted(intent, BY_RULE, "rules of intents")
    if len(said) < 80 and AWAY.search(said) and "?" not in said:
        return Wanted(Intent.OUT_OF_OFFICE, BY_RULE, "rules of intents")
    if "?" not in said[-3:] and plainly_bad(words_of(said)):
        return Wanted(Intent.OBJECTION, 0.8, "phrases of selling")
    return None


def _by_model(sentence: str, label: str, sure: float, size: Size) -> Wanted | None:
    made_by = f"intents {size} 1"
    asked = sentence.rstrip("\"')]»”").endswith("?") or _INDIRECT.search(sentence[:LONGEST]) is not None
    if label != NONE and sure >= max(SURE[size], SURER.get(Intent(label), 0.0)):
        if label != Intent.UNSUBSCRIBE or not _FOOTER.search(sentence):
            return Wanted(Intent(label), round(sure, 3), made_by)
    if asked and not _COURTESY.search(sentence):
        return Wanted(Intent.QUESTION, 0.7, "rules of intents")
    return None
