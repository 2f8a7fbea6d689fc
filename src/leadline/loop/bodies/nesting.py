"""How deep a value is nested: what is deeper than the readers of the ledger can follow is not taken."""

from __future__ import annotations

from typing import Any

DEEPEST = 32


def depth(value: object, level: int = 0) -> int:
    """Levels of lists and objects in `value`; counting ends one level below `DEEPEST`."""
    inner: Any = value.values() if type(value) is dict else value if type(value) is list else None
    if inner is None or level > DEEPEST:
        return level
    deepest = level + 1
    for one in inner:
        if type(one) is dict or type(one) is list:
            deepest = max(deepest, depth(one, level + 1))
    return deepest
