"""What a column is: found from its name and values, or set by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The part that a column plays. Only the last group becomes features as it stands."""

    OUTCOME = "outcome"
    IDENTIFIER = "identifier"
    ACCOUNT = "account"  # group: rows that share it are never on both sides of a split
    ORDER = "order"  # running number or row order that carries time
    PERSON = "person"
    PHONE = "phone"
    EMPTY = "empty"  # nothing in it, or one value only
    IGNORED = "ignored"  # set aside by hand
    EMAIL = "email"
    URL = "url"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"


FEATURE_ROLES = frozenset({Role.EMAIL, Role.URL, Role.DATE, Role.MONEY, Role.NUMBER, Role.CATEGORY, Role.TEXT})


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """One column's role and why: `missing` is the share of blank cells, `distinct` the count of values."""

    column: str
    role: Role
    reason: str
    missing: float
    distinct: int
    given: bool = False
