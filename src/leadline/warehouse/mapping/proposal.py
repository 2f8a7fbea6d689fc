"""Proposes for each column the field that it holds, and says why. Pure: headers and some cells in, a proposal out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from leadline.core.errors import CallError, ColumnNotFound
from leadline.warehouse.mapping.catalogue import EXTRA, KINDS, SKIP, Field, Shape, fields, shapes, words_of

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_MANY = {"at", "subject", "body", "direction", "type", "status", "closed_at", "account.name", "email", "phone"}
SHARE = 0.8
OURS = {"Refused row", "Refused because"}  # what we add to rows that were not taken


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: the field it holds (`extra`: kept under its own header; `skip`: left out), why, and an
    example of its cells."""

    header: str
    field: str
    why: str
    example: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file is understood: what it holds, whose export it is ('' where it is no known one), and its columns."""

    kind: str
    source: str
    title: str
    columns: tuple[Column, ...]

    def of(self, field: str) -> list[str]:
        """The headers of the columns that hold `field`, in their order."""
        return [column.header for column in self.columns if column.field == field]


def propose(
    headers: Sequence[str],
    examples: Mapping[str, Sequence[str]],
    kind: str = "",
    given: Mapping[str, str] | None = None,
) -> Proposal:
    """The proposal for a file. `kind` is what it holds, '' to find out; `given` are fields that a person has named by
    header. Raises CallError where the kind cannot be told or a field is none, ColumnNotFound for an unknown header.
    """
    said = _checked(headers, given or {})
    words = {header: words_of(header) for header in headers}
    shape = _shape(frozenset(words.values()), kind)
    kind = kind or (shape.kind if shape else _kind(words))
    known = fields(kind)
    _check_fields(said, known, kind)
    found: dict[str, tuple[str, str]] = {h: (SKIP, "written by us") for h in headers if h in OURS}
    found |= {h: (field, "as you said") for h, field in said.items()}
    taken = {field for field, _ in found.values()}
    if shape is not None:
        for header in headers:
            field = shape.columns.get(words[header], "")
            if header in found or not field or (field in taken and field not in (EXTRA, SKIP) and field not in _MANY):
                continue
            found[header] = (field, f"{shape.title}: {_words(known, field)}")
            taken.add(field)
    by_words = {word: field.name for field in reversed(list(known.values())) for word in field.headers}
    for header in headers:
        field = by_words.get(words[header], "")
        if header not in found and field and field not in taken and _fits(known[field], examples.get(header, ())):
            found[header] = (field, f"its name says {_words(known, field)}")
            taken.add(field)
    for header in headers:
        if header not in found and "email" in known and "email" not in taken and _are_mails(examples.get(header, ())):
            found[header] = ("email", "its cells are e-mail addresses")
            taken.add("email")
    columns = tuple(
        Column(header, *found.get(header, (EXTRA, "kept under its own name")), next(iter(examples.get(header, ())), ""))
        for header in headers
    )
    return Proposal(kind, shape.source if shape else "", shape.title if shape else "", columns)


def _shape(words: frozenset[str], kind: str) -> Shape | None:
    """The native shape that explains most headers."""
    fit = [shape for shape in shapes() if shape.fits(words) and kind in ("", shape.kind)]
    return max(fit, key=lambda shape: len(shape.columns.keys() & words), default=None)


def _kind(words: Mapping[str, str]) -> str:
    """What a file holds, by the fields that its headers name. Raises CallError where two kinds are as likely."""
    named = set(words.values())
    scores: dict[str, float] = {}
    for kind in KINDS:
        own = [
            field for field in fields(kind).values() if "." not in field.name and field.name not in ("id", "modified")
        ]
        scores[kind] = sum(bool(named & set(field.headers)) for field in own) + 2 * any(
            word.startswith(stem) for word in named for stem in _STEMS[kind]
        )
    best, second = sorted(KINDS, key=lambda name: -scores[name])[:2]
    if scores[best] < 2 or scores[best] - scores[second] < 1:
        raise CallError(
            f"What the file holds cannot be told from its headers; say --as {', '.join(KINDS[:-1])} or {KINDS[-1]}"
        )
    return best


_STEMS = {
    "people": ("first name", "last name", "contact id", "vorname", "nachname", "job title", "lead id"),
    "accounts": ("number of employees", "employees", "annual revenue", "company domain", "industry"),
    "deals": ("deal", "opportunity", "stage", "close date"),
    "activities": ("activity", "call ", "meeting ", "task "),
    "products": ("product code", "sku", "list price", "internal reference"),
    "orders": ("order", "invoice", "quantity"),
}


def _fits(field: Field, cells: Sequence[str]) -> bool:
    """Whether the cells may be what the header says: a header 'contact' over addresses is an address."""
    if not cells:
        return True
    if field.reading == "email":
        return _are_mails(cells)
    return field.reading != "text" or not _are_mails(cells)


def _are_mails(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(_MAIL.fullmatch(cell) is not None for cell in cells) >= SHARE * len(cells)


def _words(known: Mapping[str, Field], field: str) -> str:
    return {EXTRA: "kept under its own name", SKIP: "of no use here"}.get(field) or known[field].words


def _checked(headers: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    for header in given:
        if header not in headers:
            raise ColumnNotFound(header, headers)
    return dict(given)


def _check_fields(said: Mapping[str, str], known: Mapping[str, Field], kind: str) -> None:
    for header, field in said.items():
        if field not in known and field not in (EXTRA, SKIP):
            near = get_close_matches(field, known, n=1, cutoff=0.5)
            mend = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}, extra and skip"
            raise CallError(f"'{field}', to which '{header}' is to be mapped, is no field of {kind}; {mend}")
