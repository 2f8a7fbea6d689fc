"""How like a description a cell is: by shared words first, then by the nearness of meanings of short texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from leadline.core.target import Fit
from leadline.understand.embedding import Size, embed

# Cosines from which a cell is like a description, or may be; chosen on 36 pairs of trades: 'best' then takes 12 of 19
# like ones and none of 16 others, and leaves 6 and 1 open (docs/reference/target-groups.md).
BOUNDS = {"best": (0.58, 0.42), "bulk": (0.25, 0.09)}
MOST_BEST = 3_000  # different cells that the slower model reads
# Words that say that somebody makes, sells or does something, not what.
_PLAIN = frozenset(
    """manufactur maker make producer produc build builder supplier suppl provid operat compan firm business industr
    sector service solution group shop trad process use sell""".split()
)
_STOP = frozenset("the and for of in a an or with that who to on by at their own any".split())


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a text is: the verdict, 0 to 1, and what says so."""

    fit: Fit
    degree: float
    why: str


class Reader:
    """Compares cells with descriptions; each different pair once."""

    def __init__(self, values: Iterable[str], cells: Iterable[str]) -> None:
        self._values = list(dict.fromkeys(values))
        distinct = list(dict.fromkeys(cells))
        size: Size = "best" if len(distinct) <= MOST_BEST else "bulk"
        self._yes, self._perhaps = BOUNDS[size]
        self._place = {cell: at for at, cell in enumerate(distinct)}
        short = [cell[:400] for cell in distinct]
        self._near = (
            embed(self._values, size) @ embed(short, size).T
            if self._values and distinct
            else np.zeros((len(self._values), len(distinct)), np.float32)
        )

    def of(self, value: str, cell: str) -> Likeness:
        """How like `value` the cell is."""
        if shares_words(value, cell):
            return Likeness(Fit.YES, 1.0, "the word stands there")
        near = float(self._near[self._values.index(value), self._place[cell]])
        fit = Fit.YES if near >= self._yes else Fit.PERHAPS if near >= self._perhaps else Fit.NO
        return Likeness(fit, min(1.0, max(0.0, near)), f"near in meaning, {near:.2f} of 1")


def shares_words(value: str, text: str) -> bool:
    """Whether every telling word of `value` has its like in `text`: 'pump makers' in 'Pumps and valves'."""
    telling = _stems(value) - _PLAIN or _stems(value)
    return bool(telling) and all(any(_alike(word, other) for other in _stems(text)) for word in telling)


@cache
def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return frozenset(_stem(word) for word in words if word not in _STOP)


def _stem(word: str) -> str:
    """A word without the endings of English plurals and doers; short words stay."""
    for end in ("ations", "ation", "ings", "ing", "ers", "er", "ors", "ies", "es", "s", "y", "ed"):
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def _alike(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) >= 5 and (a.startswith(b) or b.startswith(a)))
