"""The compliance kit: what a plug-in promises by being one, derived from what it is, and checked one by one."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.core.errors import CallError, LeadlineError
from leadline.core.ports import Example
from leadline.testing import connector_checks, recommender_checks
from leadline.testing.promises import Broken, Check, demand

ROLES = ("seller", "manager", "marketer", "operations", "administrator", "buyer")

# A plug-in stands where connectors and stages stand: what is above it and the record are not for it.
_MAY_USE = ("core", "learn", "understand", "warehouse", "testing")
_NEVER = {"django": "the record", "pandas": "Arrow or NumPy", "pickle": "data, never code"}
_PAST_EGRESS = ("requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib", "telnetlib")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one check; `why` is '' where the promise is kept."""

    words: str
    why: str = ""


def kind_of(plugin: Any) -> str:
    """'connector', 'recommender' or 'page'. Raises CallError for what is none of them."""
    if callable(getattr(plugin, "read", None)):
        return "connector"
    if callable(getattr(plugin, "recommend", None)):
        return "recommender"
    if hasattr(plugin, "path") and hasattr(plugin, "roles"):
        return "page"
    raise CallError("This is no plug-in: a connector has read, a recommender recommend, a page a path and roles")


def yield_checks(plugin: Any, example: Example | None = None, connect: Any = None) -> Iterator[Check]:
    """The checks that fit `plugin`.

    `example` is what its module exposes under that name; `connect` gives a Connection to a test server in its place. A
    connector that has neither is not read.
    """
    kind = kind_of(plugin)
    yield Check("it has a name and a title", lambda: _named(plugin))
    yield Check("it says what it is", lambda: _documented(plugin, kind))
    yield Check("it imports only what a plug-in may", lambda: _imports(plugin))
    if kind == "connector":
        yield from connector_checks.checks(plugin, example, connect)
    elif kind == "recommender":
        yield from recommender_checks.checks(plugin, example)
    else:
        yield Check("its path and roles can be", lambda: _page(plugin))


def judge(plugin: Any, example: Example | None = None, connect: Any = None) -> list[Verdict]:
    """Runs all checks; a check that fails in a way of its own is broken too."""
    found = []
    for check in yield_checks(plugin, example, connect):
        try:
            check.run()
        except Broken as error:
            found.append(Verdict(check.words, str(error)))
        except Exception as error:  # noqa: BLE001  a stranger's code may raise anything, and that is what is judged
            kind = "" if isinstance(error, LeadlineError) else f"{type(error).__name__}: "
            found.append(Verdict(check.words, f"it raised {kind}{str(error)[:300]}"))
        else:
            found.append(Verdict(check.words))
    return found


def _named(plugin: Any) -> None:
    name, title = getattr(plugin, "name", None), getattr(plugin, "title", None)
    demand(isinstance(name, str) and name.isidentifier() and name == name.lower(), f"its name is {name!r}, not a word")
    demand(isinstance(title, str) and title.strip() == title != "", f"its title is {title!r}")
    demand(len(str(title)) <= 60 and str(title).isprintable(), "its title is over 60 signs, or not printable")


def _documented(plugin: Any, kind: str) -> None:
    module = sys.modules[type(plugin).__module__]
    told = {"its class": type(plugin).__doc__, "its module": module.__doc__}
    if kind != "page":
        act = {"connector": "read", "recommender": "recommend"}[kind]
        told[f"its {act}"] = getattr(plugin, act).__doc__
    silent = [what for what, words in told.items() if not (words or "").strip()]
    demand(not silent, f"{' and '.join(silent)} {'has' if len(silent) == 1 else 'have'} no docstring")


def _imports(plugin: Any) -> None:
    own = type(plugin).__module__
    for path in _sources(own):
        for name in _imported(path):
            top, _, rest = name.partition(".")
            part = rest.partition(".")[0]
            where = f"{path.name} imports {name}"
            demand(top not in _NEVER, f"{where}; use {_NEVER.get(top, '')}")
            demand(not any(name == one or name.startswith(one + ".") for one in _PAST_EGRESS), f"{where}; use Egress")
            if top == "leadline" and part not in _MAY_USE:
                beside = part in ("connectors", "stages") and f"{own}.".startswith(".".join(name.split(".")[:3]) + ".")
                demand(beside, f"{where}; a plug-in may use leadline.{', '.join(_MAY_USE)}")


def _sources(module: str) -> list[Path]:
    """The file of a module, or all files of its package."""
    try:
        path = Path(inspect.getfile(sys.modules[module]))
    except (TypeError, OSError):
        return []
    return sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _page(plugin: Any) -> None:
    path, roles = plugin.path, plugin.roles
    demand(isinstance(path, str) and path.startswith("/") and " " not in path, f"its path is {path!r}, not /words")
    demand(isinstance(roles, tuple) and roles, "it names no roles")
    strange = [role for role in roles if role not in ROLES]
    demand(not strange, f"it names the role {strange and strange[0]!r}; there are {', '.join(ROLES)}")
