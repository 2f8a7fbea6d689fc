"""Whether a value is what a record's annotation says: what is read from a file is checked before it is used."""

from __future__ import annotations

import types
import typing
from functools import lru_cache
from typing import Any

import numpy as np


@lru_cache(maxsize=64)
def of(record: type) -> dict[str, Any]:
    """The annotations of a record's fields."""
    return typing.get_type_hints(record)


def fits(value: Any, hint: Any) -> bool:
    """Whether `value` fits the annotation, through unions, tuples, literals and arrays (by their element type)."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in inner)
    if origin is typing.Literal:
        return value in inner
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if inner[-1] is Ellipsis:
            return all(fits(item, inner[0]) for item in value)
        return len(value) == len(inner) and all(fits(item, one) for item, one in zip(value, inner, strict=True))
    if origin is np.ndarray:
        wanted = typing.get_args(inner[1])[0]
        return isinstance(value, np.ndarray) and value.dtype == np.dtype(wanted)
    if hint in (int, float):
        return isinstance(value, int if hint is int else (int, float)) and not isinstance(value, bool)
    return hint is Any or isinstance(value, hint)
