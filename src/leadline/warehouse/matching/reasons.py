"""Why two rows may be one, in words: which fields are equal, alike, or differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadline.core.matching import Agreement
from leadline.warehouse.matching.fields import Field
from leadline.warehouse.matching.levels import Levels

Floats = NDArray[np.float64]
MOST = 6


def word(level: int, size: int) -> str:
    """What a level says."""
    if level == 0:
        return "not known in both"
    if level == size - 1:
        return "same"
    if level == 1:
        return "differs"
    return "nearly the same" if level >= size - 2 else "similar"


def sentences(fields: Sequence[Field], levels: Levels, sizes: Sequence[int], parts: Floats) -> list[str]:
    """For each pair what agrees, the strongest first, then what differs: 'same email; alike surname; city differs'."""
    made: list[str] = []
    said: dict[bytes, str] = {}
    for at in range(len(levels)):
        key = levels[at].tobytes()
        if key not in said:
            said[key] = _sentence(fields, levels[at], sizes, parts[at])
        made.append(said[key])
    return made


def _sentence(fields: Sequence[Field], levels: NDArray[np.uint8], sizes: Sequence[int], parts: Floats) -> str:
    order = np.argsort(-np.abs(parts), kind="stable").tolist()
    words = [(fields[i].name, word(int(levels[i]), sizes[i])) for i in order if levels[i] > 0]
    equal = {name for name, w in words if w == "same"}  # an equal address has an equal domain; that is said already
    words = [(name, w) for name, w in words if not (w == "same" and name.removesuffix(" (domain)") in equal - {name})]
    agree = [f"{w} {name}" for name, w in words if w != "differs"][:MOST]
    differ = [name for name, w in words if w == "differs"][:MOST]
    if len(differ) > 1:
        agree.append(f"{', '.join(differ[:-1])} and {differ[-1]} differ")
    elif differ:
        agree.append(f"{differ[0]} differs")
    return "; ".join(agree) or "nothing to compare"


def agreements(
    fields: Sequence[Field], levels: NDArray[np.uint8], sizes: Sequence[int], parts: Floats, left: int, right: int
) -> tuple[Agreement, ...]:
    """Field by field, the strongest first."""
    found = []
    for i in np.argsort(-np.abs(parts), kind="stable").tolist():
        field = fields[i]
        values = [field.words[int(c)].as_py() if c >= 0 else "" for c in (field.codes[left], field.codes[right])]
        found.append(
            Agreement(field.name, word(int(levels[i]), sizes[i]), values[0], values[1], float(parts[i] / np.log(2)))
        )
    return tuple(found)
