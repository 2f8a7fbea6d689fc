"""How deep a value is nested: what is deeper than the readers of the ledger can follow is not taken."""

from __future__ import annotations

from typing import Any

DEEPEST = 32


def depth(value: object, level: int = 0) -> int:
    """Levels of lists and objects in `value`; counting ends one level below `DEEPEST`."""
    kind = type(value)
    if kind is not dict and kind is not list:
        return level
    if level > DEEPEST:
        return level
    holds: Any = value
    inner = holds.values() if kind is dict else holds
    deepest = level = level + 1
    for one in inner:
        if type(one) is dict or type(one) is list:
            deepest = max(deepest, depth(one, level))
    return deepest


def too_deep(payload: dict[str, Any]) -> bool:
    """Whether an object is deeper than `DEEPEST`; the common one of two levels is told at once."""
    for inner in payload.values():
        if type(inner) is dict:
            for one in inner.values():
                if type(one) is dict or type(one) is list:
                    return depth(payload) > DEEPEST
        elif type(inner) is list:
            return depth(payload) > DEEPEST
    return False
