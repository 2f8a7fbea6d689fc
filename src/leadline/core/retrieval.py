"""What is searched and what is found: documents with their subjects, filters, and hits that open to their source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be found. `key` names its source for ever ('signal:12', 'notes.md#3'); texts of one key replace each
    other. `at` is microseconds since 1970; `account`, `person`, `deal` are numbers of the record; `who` a name where
    there is no record to ask."""

    key: str
    text: str
    kind: str = ""
    at: int | None = None
    account: int | None = None
    person: int | None = None
    deal: int | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be: one of each tuple that is not empty; `since` counts, `until` does not (microseconds)."""

    accounts: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    deals: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: characters `start` to `end` of the document `key`, with its rank by words and by
    meaning (1 is best; None where it was not among the best of that kind) and `marks`, the spans of `text` in which
    words of the query stand."""

    key: str
    text: str
    start: int
    end: int
    score: float
    words_rank: int | None
    meaning_rank: int | None
    marks: tuple[tuple[int, int], ...] = ()
    kind: str = ""
    at: int | None = None
    account: int | None = None
    person: int | None = None
    deal: int | None = None
    who: str = ""
