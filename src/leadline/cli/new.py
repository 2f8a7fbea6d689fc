"""`leadline new`: writes a plug-in package that passes `leadline check` at once, to begin from."""

from __future__ import annotations

import argparse
import keyword
import re
from pathlib import Path

from leadline.cli.arguments import Once
from leadline.core.errors import CallError

DESCRIPTION = """\
Writes a package with one plug-in: a file, its test, a pyproject.toml that names it, and a README. It passes
leadline check as it is; then make it yours."""

EXAMPLES = """\
  leadline new connector zendesk
  leadline new recommender call_back --in plug-ins
  leadline check leadline-zendesk/"""

KINDS = ("connector", "recommender", "page")


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("kind", metavar="KIND", choices=KINDS, help="connector, recommender or page")
    parser.add_argument("name", metavar="NAME", help="a short name in small letters: zendesk")
    parser.add_argument("--in", dest="folder", action=Once, default=".", metavar="FOLDER", help="where to write it")


def run(given: argparse.Namespace) -> int:
    """Write the package."""
    from leadline.cli import scaffold

    name = given.name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", name) or keyword.iskeyword(name):
        raise CallError(f"'{given.name[:60]}' cannot be a name; use 2 to 41 small letters, digits and _")
    root = Path(given.folder) / f"leadline-{name.replace('_', '-')}"
    if root.exists():
        raise CallError(f"{root} is there already; choose another name, or another folder with --in")
    try:
        for path, text in scaffold.files(given.kind, name).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CallError(f"{root} cannot be written: {error.strerror}") from error
    print(f"Wrote {root}/ with one {given.kind}. Check it as you go: leadline check {root}/")
    return 0
