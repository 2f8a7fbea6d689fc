"""Values as the columns of the market take them, compared and told in the history."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from leadline.core.market import Kind
from leadline.store.ledger import storable
from leadline.store.upsert_lookup import MODELS, columns

Taker = Callable[[Any], Any]


@cache
def takers(kind: Kind) -> Mapping[str, Taker]:
    """What brings a value into the type of each column; raises ValueError with words where it does not fit."""
    own = {column.attname: column for column in MODELS[kind]._meta.concrete_fields}
    return {name: _taker(own[name]) for name in columns(kind) if not name.endswith("_id")}


@cache
def lengths(kind: Kind) -> Mapping[str, int]:
    """How many signs fit into each column of text; 0 for any number."""
    own = {column.attname: column for column in MODELS[kind]._meta.concrete_fields}
    return {name: own[name].max_length or 0 for name in takers(kind) if _is_text(kind, name)}


def blank(kind: Kind, column: str) -> Any:
    """What stands in a column of which nothing is known."""
    return "" if takers(kind).get(column) is not None and _is_text(kind, column) else None


def same(a: Any, b: Any) -> bool:
    """Whether two values of a column mean the same; blank text and nothing are one."""
    if a is None or a == "":
        return b is None or b == ""
    return bool(a == b)


def as_json(value: Any) -> Any:
    """A column's value as it stands in the history: exact decimals and times are text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def from_json(kind: Kind, column: str, value: Any) -> Any:
    """A value of the history as the column takes it."""
    taker = takers(kind).get(column)
    if value is None or taker is None:
        return blank(kind, column) if value is None else value
    return taker(value)


@cache
def _is_text(kind: Kind, column: str) -> bool:
    return isinstance(MODELS[kind]._meta.get_field(column), models.CharField | models.TextField)


def _taker(column: Any) -> Taker:
    if isinstance(column, models.CharField | models.TextField):
        return partial(_text, column.max_length)
    if isinstance(column, models.DecimalField):
        return partial(_decimal, column.decimal_places, Decimal(10) ** (column.max_digits - column.decimal_places))
    return partial(_other, column)


def _text(most: int | None, value: Any) -> str:
    text = storable(value if isinstance(value, str) else "" if value is None else str(value)).strip()
    if most is not None and len(text) > most:
        raise ValueError(f"{len(text):,} signs are too long: {most:,} fit; shorten it")
    return text


def _decimal(places: int, limit: Decimal, value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite() or abs(number) >= limit:
            raise ValueError(f"a number below {limit:,.0f} fits")
        return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    except ArithmeticError as error:
        raise ValueError("it is no number; write it with digits only") from error


def _other(column: Any, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(column, models.DateTimeField) and isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    try:
        if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
            return value.date() if isinstance(value, datetime) else column.to_python(value)
        made = column.to_python(value)
    except (ValidationError, OverflowError, TypeError) as error:
        raise ValueError("it does not fit; see the reference of import fields") from error
    if isinstance(made, datetime):
        return made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)
    if isinstance(made, int) and abs(made) >= 1 << 62:
        raise ValueError("so large a number does not fit")
    if isinstance(made, float) and not math.isfinite(made):
        raise ValueError("it is no number")
    return made
