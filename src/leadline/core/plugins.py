"""Plug-ins: found by name in our own packages first, then by the entry points of installed ones. Never imported by name
elsewhere, so that a rib may be added or taken away without a change to anything else. Recommenders lie in a folder for
each stage (prospecting/qualification.py); their names are their files', whatever the stage."""

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
STAGED = ("leadline.stages",)  # packages whose plug-ins lie one folder deeper


def own(group: str) -> dict[str, str]:
    """Our own plug-ins of a group: the module of each by its name."""
    package, _, _ = GROUPS[group]
    packages = [package]
    if package in STAGED:
        packages = [f"{package}.{found.name}" for found in _inside(package) if found.ispkg]
    return {found.name: f"{place}.{found.name}" for place in packages for found in _inside(place)}


def _inside(package: str) -> list[pkgutil.ModuleInfo]:
    spec = find_spec(package)
    return list(pkgutil.iter_modules(spec.submodule_search_locations)) if spec else []


def names(group: str) -> list[str]:
    """All names of a group, ours and those of installed packages, sorted."""
    return sorted({*own(group), *(point.name for point in entry_points(group=f"leadline.{group}"))})


def find(group: str, name: str) -> Any:
    """The plug-in called so. Raises CallError, with the nearest name, where there is none or it exposes nothing."""
    _, attribute, words = GROUPS[group]
    ours = own(group)
    if name in ours:
        module = import_module(ours[name])
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
