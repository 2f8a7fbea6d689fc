"""A promise that a plug-in makes, and how one is found broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Broken(AssertionError):
    """A promise that is not kept, in one sentence."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: `words` say what, `run` raises Broken where it is not kept."""

    words: str
    run: Callable[[], None]


def demand(kept: object, why: str) -> None:
    """Raises Broken with `why` unless the promise is kept."""
    if not kept:
        raise Broken(why)
