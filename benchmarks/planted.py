"""Personal data planted into real texts, with the truth: what kind stands where. Seeded; the data are nobody's.

Check digits are computed, numbers are of ranges kept free for examples where there are such, names and places are put
together at random, half of the names from given names that the program's own list does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

_GIVEN = "Anna Peter Maria Thomas Julia Stefan Claire Omar Yuki Daniel Sarah Marco Ingrid Paul Elena".split()
_RARE = "Thaddea Oluwaseun Brunhild Eirlys Kwabena Siobhan Zdenko Aurelija Tiphaine Mehrdad Ottoline Nkechi".split()
_FAMILY = (
    "Novak Berg Schneider Okafor Whitfield Lindqvist Moreau Castellano Hartwell Brandt Kowalczyk Tanaka Ferreira "
    "Osei Vandermeer Quayle Steinbach Rothwell Nair Demirci"
).split()
_CITIES = ("Berlin", "Leeds", "Hamburg", "Boston", "Vienna", "Denver", "Leipzig", "Bristol")
_STREETS = ("Maple", "Station", "Church", "Mill", "Victoria", "Oak Hill")
_WEGE = ("Hauptstraße", "Bahnhofstraße", "Lindenweg", "Goethestr.", "Marktplatz", "Am Sonnenhang")


class Text(NamedTuple):
    """A text, and (kind, start, end) of what was planted in it."""

    text: str
    planted: tuple[tuple[str, int, int], ...]


def plant(texts: Sequence[str], seed: int, each: int = 2) -> list[Text]:
    """Every text with `each` sentences that hold one personal datum each, before, between or after its own."""
    rng = np.random.default_rng(seed)
    kinds = list(_MAKERS)
    made = []
    for number, text in enumerate(texts):
        parts: list[tuple[str, str, str]] = [("", text.strip(), "")]
        for turn in range(each):
            kind = kinds[(number * each + turn) % len(kinds)]
            before, data, after = _MAKERS[kind](rng)
            parts.insert(int(rng.integers(0, len(parts) + 1)), (kind + "|" + before, data, after))
        whole, planted = "", []
        for told, data, after in parts:
            kind, _, before = told.partition("|")
            whole += (" " if whole else "") + before
            if kind:
                planted.append((kind, len(whole), len(whole) + len(data)))
            whole += data + after
        made.append(Text(whole, tuple(planted)))
    return made


Made = tuple[str, str, str]


def _pick(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]


def _digits(rng: np.random.Generator, count: int, first: str = "") -> str:
    return first + "".join(str(d) for d in rng.integers(0, 10, count - len(first)))


def _name(rng: np.random.Generator) -> Made:
    name = f"{_pick(rng, _GIVEN if rng.random() < 0.5 else _RARE)} {_pick(rng, _FAMILY)}"
    return _pick(rng, ("Please talk to ", "I spoke with ", "The contract was signed by ", "Regards from ")), name, "."


def _mail(rng: np.random.Generator) -> Made:
    local = _pick(
        rng, (f"{_pick(rng, _RARE)}.{_pick(rng, _FAMILY)}", f"info{_digits(rng, 2)}", f"{_pick(rng, _FAMILY)}_x")
    )
    host, end = _pick(rng, ("acme", "mail.north-co", "kontor")), _pick(rng, ("example", "co.uk", "de", "com"))
    address = f"{local.lower()}@{host}.{end}"
    return _pick(rng, ("Write to ", "My address is ", "Contact: ")), address, _pick(rng, (".", ", please.", "\n"))


def _phone(rng: np.random.Generator) -> Made:
    shapes: tuple[Callable[[], str], ...] = (
        lambda: f"+49 {_digits(rng, 2, '8')} {_digits(rng, 7)}",
        lambda: f"(212) 555-01{_digits(rng, 2)}",
        lambda: f"+44 20 7946 0{_digits(rng, 3)}",
        lambda: f"0171/{_digits(rng, 7)}",
        lambda: f"+33 1 {_digits(rng, 2)} {_digits(rng, 2)} {_digits(rng, 2)} {_digits(rng, 2)}",
        lambda: f"555-01{_digits(rng, 2)}-{_digits(rng, 4)}"[:12],
        lambda: f"+1-415-555-01{_digits(rng, 2)}",
    )
    return (
        _pick(rng, ("Call me at ", "Tel: ", "You reach me under ", "My mobile is ")),
        shapes[int(rng.integers(7))](),
        ".",
    )


def _iban(rng: np.random.Generator) -> Made:
    country, length = (("DE", 18), ("AT", 16), ("NL", 0), ("GB", 0))[int(rng.integers(4))]
    body = (
        _digits(rng, length)
        if length
        else ("ABNA" + _digits(rng, 10) if country == "NL" else "NWBK" + _digits(rng, 14))
    )
    turned = "".join(str(int(sign, 36)) for sign in body + country + "00")
    number = f"{country}{98 - int(turned) % 97:02d}{body}"
    if rng.random() < 0.7:
        number = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return "Please pay to ", number, "."


def _card(rng: np.random.Generator) -> Made:
    body = _digits(rng, 15, _pick(rng, ("4", "51", "53")))
    total = sum(sum(divmod(int(d) * 2, 10)) if at % 2 == 0 else int(d) for at, d in enumerate(body))
    number = body + str(-total % 10)
    return "The card is ", _pick(rng, (" ", "-", "")).join(number[at : at + 4] for at in range(0, 16, 4)), "."


def _network(rng: np.random.Generator) -> Made:
    return "The request came from ", ".".join(str(n) for n in rng.integers(1, 254, 4)), "."


def _born(rng: np.random.Generator) -> Made:
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(1950, 2004))
    told = _pick(rng, (f"{day:02d}.{month:02d}.{year}", f"{year}-{month:02d}-{day:02d}", f"{month}/{day}/{year}"))
    return _pick(rng, ("Date of birth: ", "I was born on ", "DOB ", "geboren am ")), told, "."


def _address(rng: np.random.Generator) -> Made:
    house = int(rng.integers(1, 240))
    told = (
        f"{_pick(rng, _WEGE)} {house}, {_digits(rng, 5, '8')} {_pick(rng, _CITIES)}",
        f"{house} {_pick(rng, _STREETS)} Street, {_pick(rng, _CITIES)}",
        f"{house} {_pick(rng, _STREETS)} Road",
        f"{_pick(rng, _WEGE)} {house}",
    )[int(rng.integers(4))]
    return _pick(rng, ("Our office is at ", "Send it to ", "Ship to ")), told, "."


def _national(rng: np.random.Generator) -> Made:
    kind = int(rng.integers(3))
    if kind == 0:
        return "My SSN is ", f"{rng.integers(101, 600)}-{rng.integers(11, 99)}-{rng.integers(1001, 9998)}", "."
    if kind == 1:
        return "National insurance number: ", f"AB{_digits(rng, 6)}C", "."
    number = int(rng.integers(10_000_000, 99_999_999))
    return "NIF ", f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}", "."


_MAKERS: dict[str, Callable[[np.random.Generator], Made]] = {
    "name": _name,
    "e-mail": _mail,
    "phone": _phone,
    "IBAN": _iban,
    "credit card": _card,
    "IP address": _network,
    "date of birth": _born,
    "address": _address,
    "national number": _national,
}
