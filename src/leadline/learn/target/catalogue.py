"""Countries by their names, functions and seniority by the words of job titles: what words mean, and what cells say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

# Names that are ordinary words in a sentence: there they count with a capital letter only.
_WORDS = {"us", "turkey", "jordan", "can", "ind", "fin", "nor", "polish", "pol", "che", "chile", "bel", "bra", "aus"}

_CODE = re.compile(r"(?<![\w&-])[A-Z]{2}(?![\w&-])")
_NO_CODES = {"IT", "IN", "HR", "PR", "QA", "CO", "SA", "SE"}  # capitals that mean something else in a sentence
_SHORT = {"uk", "us", "usa", "eu", "uae", "cee", "gcc", "uki"}  # codes that sentences use


@cache
def regions() -> Mapping[str, tuple[str, ...]]:
    """Countries of a region by its code ('EU', 'DACH')."""
    return {code: tuple(entry["countries"]) for code, entry in _toml("countries")["regions"].items()}


@cache
def places() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166 codes by every name of a country or region, in lower case."""
    found = {
        name: tuple(entry["countries"]) for entry in _toml("countries")["regions"].values() for name in entry["names"]
    }
    for code, names in _toml("countries")["countries"].items():
        found.update(dict.fromkeys(names, (code,)))
    return found


def country_of(cell: str) -> str:
    """The ISO code of a cell of a list: a name in some languages, or a code of two or three letters; '' where it is
    none."""
    text = re.sub(r"\s+", " ", cell.strip().casefold())
    text = re.sub(r"^the ", "", text).rstrip(".")
    if len(text) == 2 and text.upper() in _toml("countries")["countries"]:
        return text.upper()
    codes = places().get(text, places().get(f"{text}.", ()))
    return codes[0] if len(codes) == 1 else ""


def places_in(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Where countries and regions stand in a sentence (start, end, codes), longest names first, none in another."""
    found = [
        (one.start(), one.end(), places()[one[0].casefold()])
        for one in _place_pattern().finditer(text)
        if one[0].casefold() not in _WORDS or one[0][:1].isupper()
    ]
    codes = _toml("countries")["countries"]
    for one in _CODE.finditer(text):
        if one[0] in codes and one[0] not in _NO_CODES and not any(a <= one.start() < b for a, b, _ in found):
            found.append((one.start(), one.end(), (one[0],)))
    return sorted(found)


def functions_in(title: str) -> set[str]:
    """The functions that a job title or department names."""
    return _named("functions", title)


def seniorities_in(title: str) -> set[str]:
    """How high a job title stands; the highest alone counts ('managing director' is no director)."""
    order = list(_toml("titles")["seniorities"])
    return set(sorted(_named("seniorities", title), key=order.index)[:1])


def named_in(kind: str, text: str) -> list[tuple[int, int, str]]:
    """Where words of `kind` ('functions', 'seniorities') stand in a sentence: start, end, name."""
    found = []
    for name, pattern in _patterns(kind).items():
        found += [(one.start(), one.end(), name) for one in pattern.finditer(text)]
    return sorted(found, key=lambda one: (one[0], -one[1]))


def names_of(kind: str) -> tuple[str, ...]:
    """The names that the catalogue knows of a kind, in order."""
    return tuple(_toml("titles")[kind])


def _named(kind: str, text: str) -> set[str]:
    return {name for name, pattern in _patterns(kind).items() if pattern.search(text)}


@cache
def _patterns(kind: str) -> Mapping[str, re.Pattern[str]]:
    return {name: _pattern(words) for name, words in _toml("titles")[kind].items()}


@cache
def _place_pattern() -> re.Pattern[str]:
    return _pattern(name for name in places() if len(name) > 3 or name in _SHORT)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    parts = [
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![\w&])(?:{'|'.join(parts)})(?![\w&])", re.IGNORECASE)


@cache
def _toml(name: str) -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = tomllib.loads(text)
    return found
