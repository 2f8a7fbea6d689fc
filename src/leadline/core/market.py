"""The market's records as they cross packages: what an outside system or a file says about an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from leadline.core.signal import Ref


class Kind(StrEnum):
    """The kinds of objects of the market."""

    ACCOUNT = "account"
    PERSON = "person"
    DEAL = "deal"
    PRODUCT = "product"
    ORDER = "order"
    SELLER = "seller"


class BuyingRole(StrEnum):
    """What a person is in a deal."""

    CHAMPION = "champion"
    ECONOMIC_BUYER = "economic buyer"
    DECISION_MAKER = "decision maker"
    INFLUENCER = "influencer"
    TECHNICAL = "technical evaluator"
    PROCUREMENT = "procurement"
    LEGAL = "legal"
    USER = "user"
    BLOCKER = "blocker"


# The fields that each kind has of its own; whatever else a source says is kept in `extra`. Relations are apart.
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ACCOUNT: (
        "name",
        "domain",
        "website",
        "phone",
        "industry",
        "employees",
        "revenue",
        "currency",
        "street",
        "postcode",
        "city",
        "region",
        "country",
    ),
    Kind.PERSON: (
        "given_name",
        "family_name",
        "name",
        "email",
        "phone",
        "mobile",
        "title",
        "department",
        "city",
        "country",
        "language",
        "lifecycle",
    ),
    Kind.DEAL: (
        "name",
        "stage",
        "state",
        "amount",
        "currency",
        "probability",
        "opened_at",
        "closed_at",
        "expected_on",
        "pipeline",
        "lost_reason",
        "channel",
    ),
    Kind.PRODUCT: ("code", "name", "family", "description", "price", "currency"),
    Kind.ORDER: ("number", "state", "amount", "currency", "ordered_at"),
    Kind.SELLER: ("name", "email"),
}

RELATIONS: Mapping[Kind, Mapping[str, Kind]] = {
    Kind.ACCOUNT: {"parent": Kind.ACCOUNT, "owner": Kind.SELLER},
    Kind.PERSON: {"account": Kind.ACCOUNT, "owner": Kind.SELLER},
    Kind.DEAL: {"account": Kind.ACCOUNT, "person": Kind.PERSON, "owner": Kind.SELLER, "product": Kind.PRODUCT},
    Kind.PRODUCT: {},
    Kind.ORDER: {"account": Kind.ACCOUNT, "person": Kind.PERSON, "deal": Kind.DEAL, "product": Kind.PRODUCT},
    Kind.SELLER: {},
}


@dataclass(frozen=True, slots=True)
class Record:
    """What one source says about one object: an upsert by any of its `keys`.

    `values` holds typed values by field (FIELDS); a field that is absent is left as it is, None clears it. `relations`
    name other objects (RELATIONS). `at` is when the source last changed it, `span` the sentence or cell it rests on,
    `row` the 1-based data row of a file. `lines` are the lines of an order: product, quantity, price.
    """

    kind: Kind
    keys: tuple[Ref, ...]
    values: Mapping[str, Any]
    relations: Mapping[str, Ref] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    row: int = 0
    span: str = ""
    lines: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken, and why, in one sentence that names the mend."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upserted:
    """What came of writing records: counts of objects and the rows that were refused."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()
