"""First names and places that are known without a model (words/names.toml)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from leadline.understand.lexicon import Lexicon


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """First names in lower case."""
    return frozenset(_told()["first_names"].casefold().split())


@lru_cache(maxsize=1)
def places() -> Lexicon:
    """Countries, regions and cities."""
    told = _told()
    return Lexicon((name, "place") for name in (*told["places"].split(), *told["places_of_many_words"]))


@lru_cache(maxsize=1)
def _told() -> dict[str, Any]:
    return tomllib.loads(files("leadline.understand").joinpath("words", "names.toml").read_text("utf-8"))
