"""Invented names of companies and people, and addresses that reach nobody."""

from __future__ import annotations

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Aisha Alan Amara Anna Ben Carla Chen Dana Daniel Elena Emil Farid Fiona Grace Hanna Hugo Ines Ivan Jana Jonas "
    "Karim Kate Leila Liam Lucia Marek Maria Mei Milan Nadia Nils Nora Omar Oscar Paula Priya Rafael Rosa Samir Sara "
    "Sofia Tariq Tessa Theo Tom Uma Vera Viktor Wendy Yusuf"
)
LAST = _words(
    "Adler Almeida Baker Bauer Berg Bianchi Brandt Carter Costa Dahl Diaz Duval Ekström Evans Fischer Fontana Garcia "
    "Gruber Haddad Hansen Iqbal Ivanova Jensen Kaya Keller Kowalski Larsen Lopez Marino Meyer Moreau Nakamura Novak "
    "O'Brien Okafor Olsen Patel Petrov Quinn Rossi Sato Schmid Silva Singh Tanaka Torres Varga Weber "
    "Wójcik Zhang"
)
_HEADS = _words(
    "Alder Amber Arc Baltic Beacon Birch Blue Bright Cedar Cobalt Coral Crest Delta Drift Eagle East Elm Ember Falcon "
    "Fern Flint Forge Gale Glen Granite Harbor Hazel Heron High Iron Ivory Juniper Keel Lake Lark Linden Maple Marble "
    "Meadow Mill North Oak Onyx Orchard Pine Polar Quarry Raven Ridge River Rowan Sable Silver South Stone Summit "
    "Tidal Timber Vale Vista West Willow Winter"
)
_TAILS = _words(
    "bridge brook burg bury dale field ford gate haven heim holm ley mark mont more port shore stead ton vale view "
    "ville wick wood worth"
)
_TRADES = _words(
    "Components Foods Freight Group Health Holdings Industries Instruments Labs Logistics Materials Networks Partners "
    "Power Services Systems Tools Trading Works"
)
_FORMS = ("Ltd", "GmbH", "Inc.", "AG", "BV", "SA", "& Co.", "LLC")
_PLAIN = str.maketrans({"ö": "o", "ó": "o", "'": "", "&": "", ".": "", " ": "", "-": ""})


def stems(rng: np.random.Generator, count: int) -> list[str]:
    """`count` different company names, without a legal form."""
    kinds = len(_HEADS) * len(_TAILS) * len(_TRADES)
    order = rng.permutation(kinds)
    found = []
    for i in range(count):
        head, rest = divmod(int(order[i % kinds]), len(_TAILS) * len(_TRADES))
        tail, trade = divmod(rest, len(_TRADES))
        lap = f" {i // kinds + 1}" if i >= kinds else ""
        found.append(f"{_HEADS[head]}{_TAILS[tail]} {_TRADES[trade]}{lap}")
    return found


def companies(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """`count` different companies: name with a legal form, and address domain under the reserved `.example`."""
    bare = stems(rng, count)
    forms = rng.integers(len(_FORMS), size=count).tolist()
    return [(f"{s} {_FORMS[f]}", f"{s.lower().translate(_PLAIN)}.example") for s, f in zip(bare, forms, strict=True)]


def people(rng: np.random.Generator, count: int) -> list[str]:
    """`count` names of people; namesakes occur."""
    first, last = rng.integers(len(FIRST), size=count).tolist(), rng.integers(len(LAST), size=count).tolist()
    return [f"{FIRST[f]} {LAST[s]}" for f, s in zip(first, last, strict=True)]


def local_part(name: str) -> str:
    """The part of a person's address before the @ sign."""
    first, last = name.lower().split(" ", 1)
    return f"{first}.{last.translate(_PLAIN)}"
