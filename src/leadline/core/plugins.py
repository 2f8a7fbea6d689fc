"""Plug-ins: found by name in our own packages first, then by the entry points of installed ones. Never imported by name
elsewhere, so that a rib may be added or taken away without a change to anything else."""

from __future__ import annotations

import pkgutil
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

from leadline.core.errors import CallError

# group: our package, the name that a plug-in's module exposes, what a person calls one
GROUPS = {
    "connectors": ("leadline.connectors", "connector", "connector"),
    "recommenders": ("leadline.stages", "recommender", "recommender"),
    "pages": ("leadline.web", "page", "page"),
}


def names(group: str) -> list[str]:
    """All names of a group, ours and those of installed packages, sorted."""
    package, _, _ = GROUPS[group]
    spec = find_spec(package)
    ours = [found.name for found in pkgutil.iter_modules(spec.submodule_search_locations)] if spec else []
    return sorted({*ours, *(point.name for point in entry_points(group=f"leadline.{group}"))})


def find(group: str, name: str) -> Any:
    """The plug-in called so. Raises CallError, with the nearest name, where there is none or it exposes nothing."""
    package, attribute, words = GROUPS[group]
    if name.isidentifier() and find_spec(package) and find_spec(f"{package}.{name}"):
        module = import_module(f"{package}.{name}")
    else:
        points = [point for point in entry_points(group=f"leadline.{group}") if point.name == name]
        if not points:
            every = names(group)
            near = get_close_matches(name, every, n=1)
            mend = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(every)}"
            raise CallError(f"There is no {words} '{name}'; {mend}")
        loaded = points[0].load()
        return getattr(loaded, attribute, loaded)
    if not hasattr(module, attribute):
        raise CallError(f"The {words} '{name}' exposes no '{attribute}'")
    return getattr(module, attribute)
