"""`leadline check`: the compliance kit for plug-ins, ours and strangers'."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from leadline.core.errors import CallError

DESCRIPTION = """\
Checks what a plug-in promises by being one: that it says what it is, that its pages resume anywhere, that its keys
stay, that it reaches nothing past the client it is given, that its errors are one sentence. The plug-in's code runs."""

EXAMPLES = """\
  leadline check leadline-zendesk/
  leadline check leadline-zendesk --json
  leadline check hubspot"""

GROUPS = {"connectors": "connector", "recommenders": "recommender", "pages": "page"}


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "package", metavar="PACKAGE", help="a folder, an installed package, a plug-in's name, or a stage: prospecting"
    )
    parser.add_argument("--json", action="store_true", default=False, help="print the verdicts as JSON")


def run(given: argparse.Namespace) -> int:
    """Check all plug-ins of a package; 1 where a promise is broken."""
    from leadline.testing.checks import judge

    found = list(_plugins(given.package))
    untried = [name for name, _, example in found if example is None and not name.startswith("page ")]
    verdicts = {name: judge(plugin, example) for name, plugin, example in found}
    broken = sum(1 for every in verdicts.values() for one in every if one.why)
    if given.json:
        from leadline.cli import machine

        rows = {name: [machine.plain(one) for one in every] for name, every in verdicts.items()}
        machine.show({"plugins": rows, "broken": broken, "untried": untried})
    else:
        from leadline.cli.paper import Paper

        paper = Paper()
        for name, every in verdicts.items():
            paper.title(name, "not tried, since it exposes no example" if name in untried else "")
            for one in every:
                paper.line(f"{'no ' if one.why else 'yes'}  {one.words}" + (f": {one.why}" if one.why else ""))
        paper.blank()
        kept = sum(map(len, verdicts.values())) - broken
        paper.line(f"{kept} of {kept + broken} promises are kept." + ("" if broken or untried else " It may be used."))
        paper.show()
    return 1 if broken else 0


def _plugins(package: str) -> Iterator[tuple[str, Any, Any]]:
    """Each plug-in of the package: its name, itself, and its example where it has one."""
    folder = Path(package)
    if (folder / "pyproject.toml").is_file():
        found = list(_declared(folder))
    elif folder.is_dir():
        raise CallError(f"{folder} holds no pyproject.toml, so that it says nothing of plug-ins")
    else:
        found = list(_installed(package)) or list(_ours(package))
    if not found:
        raise CallError(
            f"{package} names no plug-in under the entry points leadline.{', leadline.'.join(GROUPS)}; "
            f"of our own there are {', '.join(_known())}"
        )
    for name, group, value in found:
        module_name, _, attribute = value.partition(":")
        try:
            module = import_module(module_name)
            plugin = getattr(module, attribute or GROUPS[group])
        except Exception as error:
            raise CallError(f"{value} cannot be loaded: {type(error).__name__}: {str(error)[:200]}") from error
        yield f"{GROUPS[group]} {name}", plugin, getattr(module, "example", None)


def _declared(folder: Path) -> Iterator[tuple[str, str, str]]:
    """What a folder's pyproject.toml names; the folder becomes importable."""
    try:
        told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        groups = told.get("project", {}).get("entry-points", {})
        rows = [(n, g, v) for g in GROUPS for n, v in groups.get(f"leadline.{g}", {}).items() if isinstance(v, str)]
    except (OSError, ValueError, AttributeError) as error:
        raise CallError(f"{folder / 'pyproject.toml'} cannot be read; mend it first") from error
    sys.path[:0] = [str(path) for path in (folder.resolve() / "src", folder.resolve()) if path.is_dir()]
    yield from rows


def _installed(package: str) -> Iterator[tuple[str, str, str]]:
    wanted = package.replace("_", "-").lower()
    for group in GROUPS:
        for point in entry_points(group=f"leadline.{group}"):
            of = point.dist.name.replace("_", "-").lower() if point.dist else ""
            if wanted in (of, point.name.replace("_", "-").lower()):
                yield point.name, group, point.value


def _known() -> list[str]:
    from leadline.core import plugins

    return [name for group in ("connectors", "recommenders") for name in plugins.own(group)]


def _ours(name: str) -> Iterator[tuple[str, str, str]]:
    from leadline.core import plugins

    for group in ("connectors", "recommenders"):
        ours = plugins.own(group)
        if name in ours:
            yield name, group, ours[name]
        elif group == "recommenders":
            # a stage by its name: all that it recommends
            yield from ((one, group, module) for one, module in ours.items() if f".{name}." in module)
