"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the stage in words and the share done, 0 to 1."""


def quiet(_words: str, _share: float) -> None:
    """A progress that says nothing."""
