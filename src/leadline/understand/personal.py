"""Personal data in a text: what kind stands where, and a text without it that only the holder of a map can turn back.

Patterns with check digits are presidio-analyzer's recognisers, called one by one without its engine (no model, no
network); mail addresses, telephone numbers, dates of birth and postal addresses have rules of our own; names come from
`leadline.understand.entities` (in the size 'best' from its model, too). Nothing is looked up anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from leadline.understand import entities
from leadline.understand.embedding import Size
from leadline.understand.language import language_of

LOOKED_AT = 50_000
"""Characters that are looked at; of what follows nothing is known."""

_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+'-]{1,64}(?:@| ?(?:\(at\)|\[at\]) ?)(?:[\w-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![\w-])"
)
_PHONE = re.compile(
    r"(?<![\w+.,/:#-])(?:\+|00)?(?:\(\+?\d{1,5}\)|\d)(?:[ \u00a0./()-]{0,3}\d){5,15}(?![\w%€$£]|[.,/:-]\d)"
)
_CALLED = re.compile(
    r"(?:\btel|phone|\bcell|mobile|mobil|\bcall|\bring|dial|reach|fax|whatsapp|telefon|handy|durchwahl|\b[tmpf]\b)"
    r"[^\d\n]{0,25}$",
    re.IGNORECASE,
)
_NO_PHONE = re.compile(
    r"(?:invoice|order|ticket|case|ref(?:erence)?|no|nr|number|id|contract|account|article|part|serial|rechnung|auftrag|"
    r"bestellung|kundennummer|version|isbn|po|quote|vat|ust)\b[^\d\n]{0,12}$",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(r"^(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:19|20)\d{6}|\d{4}[ –-]+\d{4}|\d{1,3}(?:[., ]\d{3})+)$")
_BORN = re.compile(
    r"(?:\b(?:born|date of birth|d\.?o\.?b\.?|birth ?date|birthday|geboren|geb\.|geburtsdatum|geburtstag|né|née|"
    r"nacid[oa])[ :]{0,3}(?:on |am |le |el |is |ist )?)"
    r"(?P<data>\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}|\d{4}-\d{2}-\d{2}|"
    r"\d{1,2}(?:st|nd|rd|th|\.)? [A-Za-zäé]{3,10}\.? \d{4}|[A-Za-z]{3,10} \d{1,2}(?:st|nd|rd|th)?,? \d{4})",
    re.IGNORECASE,
)
_PLACE = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿß-]{1,30}"
_WAYS = "Straße|Strasse|Str\\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer"
_STREETS = "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Way|Square|Terrace|Parkway|Pkwy|Crescent"
_ADDRESSES = (
    re.compile(
        rf"(?<!\w)(?:{_PLACE}[ -]){{0,3}}{_PLACE}?(?:{_WAYS.lower()}|(?<=[ -])(?:{_WAYS})) ?\d{{1,4}} ?[a-z]?(?!\w)"
        rf"(?:,? ?\n?(?:[A-Z]{{1,2}}-)?\d{{4,5}} {_PLACE}(?:[ -]{_PLACE})?)?"
    ),
    re.compile(
        rf"(?<![\w.,])\d{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:{_PLACE} ){{1,3}}(?:{_STREETS}|Highway|Hwy)\b\.?"
        rf"(?:,? (?:Suite|Ste|Apt|Floor|Unit)\.? ?#?\w{{1,5}})?(?:,? ?\n?{_PLACE}(?: {_PLACE})?)?"
        r"(?:,? [A-Z]{2})?(?:,? (?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}))?(?!\w)"
    ),
    re.compile(
        rf"(?<!\w)\d{{1,4}},? (?:rue|avenue|boulevard|place|chemin) (?:[\w'’-]{{1,20}},? ){{1,5}}\d{{5}} {_PLACE}"
    ),
    re.compile(
        rf"(?<!\w)(?:[Vv]ia|[Cc]alle|[Pp]iazza|[Pp]laza|[Vv]iale) (?:{_PLACE},? |d[ei]l{{0,2}}a? ){{1,4}}\d{{1,4}}"
        rf"(?:,? \d{{5}} {_PLACE})?(?!\w)"
    ),
)

# Recognisers of presidio with the kind that they tell, and the words of which one must stand before where a pattern
# alone would take too much for what it looks for.
_RECOGNISERS: tuple[tuple[str, str, str], ...] = (
    ("IbanRecognizer", "IBAN", ""),
    ("CreditCardRecognizer", "credit card", ""),
    ("IpRecognizer", "IP address", ""),
    ("MacAddressRecognizer", "device address", ""),
    ("UsSsnRecognizer", "national number", ""),
    ("UkNinoRecognizer", "national number", ""),
    ("ItFiscalCodeRecognizer", "national number", ""),
    ("EsNifRecognizer", "national number", ""),
    ("EsNieRecognizer", "national number", ""),
    ("SePersonnummerRecognizer", "national number", ""),
    ("FiPersonalIdentityCodeRecognizer", "national number", ""),
    ("NhsRecognizer", "national number", "nhs|health"),
    ("PlPeselRecognizer", "national number", "pesel"),
    ("DeTaxIdRecognizer", "national number", "steuer|tax"),
    ("DeSocialSecurityRecognizer", "national number", "versicherung|social|rente"),
    ("CaSinRecognizer", "national number", "sin|social insurance"),
    ("DePassportRecognizer", "passport", "pass"),
    ("DeIdCardRecognizer", "identity card", "ausweis|id card|identity"),
    ("UsPassportRecognizer", "passport", "passport"),
    ("UkPassportRecognizer", "passport", "passport"),
)
_CERTAIN = 0.5  # the score from which a pattern counts by itself
_NEAR = 45  # characters before a number in which such a word must stand
# Which says what it is, where two say it of the same words.
_FIRST = [
    *("IBAN", "credit card", "national number", "passport", "identity card", "IP address", "device address", "e-mail"),
    *("date of birth", "phone", "address", "name"),
]


class Personal(NamedTuple):
    """Personal data: its kind, and where it stands in the text."""

    kind: str
    start: int
    end: int


def find(text: str, size: Size = "bulk", named: Iterable[entities.Entity] | None = None) -> list[Personal]:
    """Personal data in a text, from left to right; nothing overlaps. `named` is whom it names, where that is known."""
    return find_many([text], size, None if named is None else [named])[0]


def find_many(
    texts: Sequence[str], size: Size = "bulk", named: Sequence[Iterable[entities.Entity]] | None = None
) -> list[list[Personal]]:
    """As `find`, for many texts at once."""
    shown = [text[:LOOKED_AT] for text in texts]
    if named is None:
        ruled = [entities.entities_in(text) for text in shown]
        english = [at for at, text in enumerate(shown) if size == "best" and language_of(text).language == "en"]
        for at, more in zip(english, entities.by_model([shown[at] for at in english]) if english else (), strict=True):
            ruled[at] = entities.chosen([*ruled[at], *more])
        named = ruled
    return [_found(text, names) for text, names in zip(shown, named, strict=True)]


def _found(text: str, named: Iterable[entities.Entity]) -> list[Personal]:
    found = [*_ruled(text), *_recognised(text)]
    found += [Personal("name", one.start, one.end) for one in named if one.entity == "person"]
    found.sort(key=lambda one: (_FIRST.index(one.kind), one.start - one.end, one.start))
    kept: list[Personal] = []
    taken = bytearray(len(text))
    for one in found:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _ruled(text: str) -> Iterable[Personal]:
    if "@" in text or "at)" in text or "at]" in text:
        for found in _MAIL.finditer(text):
            yield Personal("e-mail", *found.span())
    for found in _BORN.finditer(text):
        yield Personal("date of birth", *found.span("data"))
    for pattern in _ADDRESSES:
        for found in pattern.finditer(text):
            yield Personal("address", *found.span())
    for found in _PHONE.finditer(text):
        if _is_phone(text, *found.span()):
            yield Personal("phone", *found.span())


def _is_phone(text: str, start: int, end: int) -> bool:
    """A number that is written as one calls it, or that is called so, and is no date, amount or number of a paper."""
    number, before = text[start:end], text[max(0, start - 40) : start]
    digits = sum(map(str.isdigit, number))
    if not 7 <= digits <= 15 or _DATE_LIKE.match(number):
        return False
    if _CALLED.search(before):
        return True
    if _NO_PHONE.search(before):
        return False
    if number.startswith("+") or (number.startswith("00") and digits >= 10):
        return True
    grouped = len(re.split(r"[ ./()-]+", number.strip())) >= 2
    if grouped and (number[0] in "0(" or re.fullmatch(r"(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}", number)):
        return True
    if number.startswith("0") and digits >= 9:
        return any(one.score >= 0.4 for one in _recogniser("PhoneRecognizer").analyze(number, ["PHONE_NUMBER"], None))
    return False


def _recognised(text: str) -> Iterable[Personal]:
    if sum(map(str.isdigit, text[:LOOKED_AT])) < 6:
        return
    for name, kind, near in _RECOGNISERS:
        if near and not re.search(near, text, re.IGNORECASE):
            continue
        recogniser = _recogniser(name)
        for one in recogniser.analyze(text, recogniser.supported_entities, None) or ():
            before = text[max(0, one.start - _NEAR) : one.start]
            if re.search(near, before, re.IGNORECASE) if near else one.score >= _CERTAIN:
                yield Personal(kind, one.start, one.end)


@lru_cache(maxsize=32)
def _recogniser(name: str) -> Any:
    from presidio_analyzer import predefined_recognizers

    return getattr(predefined_recognizers, name)()
