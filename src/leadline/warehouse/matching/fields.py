"""The columns of one or two tables as fields to compare: what each holds, its cleaned values, its blanks.

Rows of two tables are numbered in one line, those of the second after those of the first. What names a row only (a
column of ids without repeats) is left out: it tells nothing about sameness, or gives the answer away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.core.matching import Kind
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.matching import cleaning
from leadline.warehouse.matching.naming import Sort, named
from leadline.warehouse.values import text_of

Codes = NDArray[np.int64]

LONG_WORDS = 2.5  # words on average, from which a column is text and compared by its letter groups
FEWEST = 2  # filled cells below which a column cannot help
# Columns that describe (status, owner, dates, counts) change and are shared; they do not say who somebody is.
IDENTIFYING: tuple[Sort, ...] = (
    *("given", "surname", "person", "company", "birth", "email", "domain", "phone"),
    *("street", "house", "postcode", "city", "region", "country", "code"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to compare: `codes` is the place in `words` for each row, -1 for blank; `words` are distinct."""

    name: str
    sort: Sort
    codes: Codes
    words: pa.Array

    @property
    def filled(self) -> float:
        """Share of rows with a value."""
        return float(np.mean(self.codes >= 0)) if len(self.codes) else 0.0

    def shares(self) -> NDArray[np.float64]:
        """How common each word is among filled rows."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.words))
        return np.asarray(counts / max(1, counts.sum()), dtype=np.float64)

    def text(self) -> pa.Array:
        """The cleaned value of each row; null for blank."""
        return self.words.take(pa.array(self.codes, mask=self.codes < 0))


@dataclass(frozen=True, slots=True)
class Fields:
    """What is compared, the kind of thing that the rows are, and the columns left out with the reason."""

    fields: tuple[Field, ...]
    kind: Kind
    unused: tuple[tuple[str, str], ...]

    def of(self, *sorts: Sort) -> list[int]:
        """Places of the fields of these sorts."""
        return [at for at, field in enumerate(self.fields) if field.sort in sorts]


def read(tables: Sequence[pa.Table], kind: Kind | None) -> Fields:
    """The fields that the tables have in common."""
    first = tables[0]
    shared = [name for name in first.column_names if all(name in t.column_names for t in tables)]
    unused = [(n, "only in one of the lists") for t in tables for n in t.column_names if n not in shared]
    made: list[Field] = []
    constant: list[Field] = []
    for name in shared:
        columns = [text_of(table[name]) for table in tables]
        field, why = _field(name, columns)
        if field is None:
            unused.append((name, why))
        elif len(np.unique(field.codes[field.codes >= 0])) == 1:
            constant.append(field)
        else:
            made.append(field)
    if made:
        unused += [(field.name, "the same in every row") for field in constant]
    else:
        made = constant
    if kind is None:
        kind = _kind_of(made)
    if kind != "records" and any(f.sort in ("surname", "person", "company", "email") for f in made):
        unused += [(f.name, "describes rather than identifies") for f in made if f.sort not in IDENTIFYING]
        made = [f for f in made if f.sort in IDENTIFYING]
    made = _split_person(made) if kind == "people" else made
    made = _one_domain(_split_mail(made, kind))
    made = [replace(f, sort="company") if f.sort == "person" and kind == "accounts" else f for f in made]
    if kind != "people":
        made = [replace(f, sort="text") if f.sort in ("company", "person") and _wordy(f.words) else f for f in made]
    return Fields(tuple(made), kind, tuple(unused))


def _field(name: str, columns: Sequence[pa.Array]) -> tuple[Field | None, str]:
    whole = pa.concat_arrays([pa.array(c, pa.string()) if not pa.types.is_string(c.type) else c for c in columns])
    encoded = whole.dictionary_encode()
    raw = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    sort = named(name, encoded.dictionary)
    places, words = cleaning.clean(encoded.dictionary, sort)
    codes = np.where(raw >= 0, places[raw] if len(places) else -1, -1)
    filled = int((codes >= 0).sum())
    if filled < FEWEST:
        return None, "blank"
    if sort == "id":
        start, unique = 0, True
        for column in columns:
            part = codes[start : start + len(column)]
            part = part[part >= 0]
            unique &= len(np.unique(part)) == len(part)
            start += len(column)
        if unique:
            return None, "only numbers the rows"
        sort = "code"
    if sort == "text" and not _wordy(words):
        sort = "name"
    if sort == "name" and _wordy(words, 4.5):
        sort = "text"
    return Field(name, sort, codes, words), ""


def _wordy(words: pa.Array, most: float = LONG_WORDS) -> bool:
    counts = pc.count_substring(words.slice(0, 5000), " ")
    return bool((pc.mean(counts).as_py() or 0.0) + 1 >= most)


def _kind_of(fields: Sequence[Field]) -> Kind:
    sorts = {f.sort for f in fields}
    if sorts & {"given", "surname", "birth"} or ("person" in sorts and sorts & {"email", "phone"}):
        return "people"
    if sorts & {"company", "domain"} or ("person" in sorts and sorts & {"city", "postcode", "country", "street"}):
        return "accounts"
    return "records"


def _derived(field: Field, name: str, sort: Sort, words: pa.Array) -> Field:
    """A field made from the words of another; empty ones count as blank."""
    encoded = words.dictionary_encode()
    places = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    blank = pc.index(encoded.dictionary, "").as_py()
    if blank >= 0:
        places = np.where(places == blank, -1, places)
    codes = np.where(field.codes >= 0, places[field.codes], -1)
    return Field(name, sort, codes, encoded.dictionary)


def _split_person(fields: Sequence[Field]) -> list[Field]:
    """A full name becomes given name and surname, where the table has not got them already."""
    have = {f.sort for f in fields}
    made: list[Field] = []
    for field in fields:
        if field.sort != "person" or have & {"given", "surname"}:
            made.append(field)
            continue
        given, surname = cleaning.name_parts(field.words)
        made += [
            _derived(field, f"{field.name} (given)", "given", given),
            _derived(field, f"{field.name} (surname)", "surname", surname),
        ]
    return [f for f in made if (f.codes >= 0).sum() >= FEWEST]


def _split_mail(fields: Sequence[Field], kind: Kind) -> list[Field]:
    """The domain of an address is evidence of its own, unless it is free mail."""
    have_domain = any(f.sort == "domain" for f in fields)
    made: list[Field] = []
    for field in fields:
        made.append(field)
        if field.sort != "email" or have_domain:
            continue
        domains = _derived(field, f"{field.name} (domain)", "domain", cleaning.company_domains(field.words))
        if (domains.codes >= 0).sum() >= FEWEST and len(domains.words) > 1:
            made.append(domains)
    if kind == "accounts":
        made = [f for f in made if f.sort != "email"] or made
    return made


def _one_domain(fields: Sequence[Field]) -> list[Field]:
    """Website and domain are one thing: the first, with its blanks filled from the others."""
    domains = [f for f in fields if f.sort == "domain"]
    if len(domains) < 2:
        return list(fields)
    words = pc.coalesce(*(f.text() for f in domains)).dictionary_encode()
    codes = pc.fill_null(words.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    one = replace(domains[0], codes=codes, words=words.dictionary)
    return [one if f is domains[0] else f for f in fields if f is domains[0] or f.sort != "domain"]


def as_key(*columns: NDArray[Any]) -> Codes:
    """One number for each combination of codes; -1 where any is blank."""
    key = columns[0].astype(np.int64)
    blank = key < 0
    for column in columns[1:]:
        blank |= column < 0
        key = key * (int(column.max(initial=0)) + 1) + column
        if key.max(initial=0) > 2**31:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return np.where(blank, -1, key)
