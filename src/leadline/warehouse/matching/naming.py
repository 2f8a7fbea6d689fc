"""What a column holds, as far as its name and its values tell: enough to choose how to compare it."""

from __future__ import annotations

import re
from typing import Literal

from leadline.warehouse.arrow import pa, pc

Sort = Literal[
    "given", "surname", "person", "company", "birth", "date", "email", "domain", "phone", "street", "house", "postcode",
    "city", "region", "country", "code", "number", "name", "text", "id",
]  # fmt: skip

# The first that fits a column's name, split into words: 'FirstName' is 'first name'.
_NAMES: tuple[tuple[Sort, str], ...] = (
    ("email", r"\be ?mails?\b|\bmail( address)?$|\bemail\b"),
    ("domain", r"\b(domain|website|web site|homepage|url|web)\b"),
    ("phone", r"\b(phone|telephone|tel|mobile|cell|fax|telefon|handy)\b"),
    ("birth", r"\b(birth ?(date|day)?|dob|date of birth|geburtsdatum|born)\b"),
    ("given", r"\b(given|first ?name|fore ?name|vorname|prenom|nombre|fname|christian name)\b"),
    ("surname", r"\b(sur ?name|last ?name|family ?name|nachname|familienname|apellidos?|lname)\b"),
    ("house", r"\b(street|house) ?(number|no|nr)\b|\bhausnummer\b"),
    ("postcode", r"\b(post ?(al)? ?code|zip( ?code)?|plz|postleitzahl)\b"),
    ("city", r"\b(city|town|suburb|locality|ort|stadt|ville|municipality)\b"),
    ("region", r"\b(state|province|region|county|bundesland|neighbou?rhood)\b"),
    ("country", r"\b(country|land|pays|nation)\b"),
    ("street", r"\b(street|address|addr|strasse|adresse|road)\b"),
    ("id", r"\b(ids?|key|uuid|guid|record|nr|ref|code)$|^(id|rec id|record id|row)\b"),
    ("person", r"^(name|full ?name|contact|contact name|person|person name|customer name|lead name)$"),
    (
        "company",
        r"\b(company|account|organi[sz]ation|firm|firma|employer|business|site name|agency|institution|supplier"
        r"|vendor)( name)?$",
    ),
    ("date", r"\b(date|datum)\b"),
)


def words_of(name: str) -> str:
    """A column's name in lower-case words: 'givenName', 'given_name' and 'GIVEN NAME' are one."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^0-9a-zA-ZÀ-ÿ]+", " ", apart).lower().split())


def named(name: str, words: pa.Array) -> Sort:
    """The sort of a column by its name and, where that says nothing, by its distinct values."""
    spoken = words_of(name)
    sample = words.slice(0, 2000).drop_null()
    if len(sample) and _share(sample, r"^\s*[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}\s*$") > 0.8:
        return "email"
    for sort, pattern in _NAMES:
        if re.search(pattern, spoken) and _fits(sort, sample):
            return sort
    if len(sample) == 0:
        return "name"
    if _share(sample, r"^\s*[-+]?[\d.,]+\s*[%€$£]?\s*$") > 0.9:
        return "number"
    if _share(sample, r"\d") > 0.9 and _share(sample, r" |.{25}") < 0.2:
        return "code"
    if _share(sample, r"^(https?://|www\.)") > 0.5:
        return "domain"
    return "text"


def _fits(sort: Sort, sample: pa.Array) -> bool:
    """Whether values can be what the name says: 'Contact' may hold addresses, 'State' a process."""
    if len(sample) == 0:
        return True
    if sort == "domain":
        return _share(sample, r"[a-zA-Z0-9-]\.[a-zA-Z]{2,}") > 0.5
    if sort in ("phone", "postcode", "birth", "house", "date"):
        return _share(sample, r"\d") > 0.5
    if sort in ("given", "surname", "city", "country", "person", "company"):
        return _share(sample, r"\p{L}") > 0.5
    return True


def _share(values: pa.Array, pattern: str) -> float:
    return float(pc.mean(pc.cast(pc.match_substring_regex(values, pattern), "float64")).as_py() or 0.0)
