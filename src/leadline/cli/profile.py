"""`leadline profile`: all that is known of an account or a person, each value with its source and date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from leadline.cli.arguments import Once
from leadline.core.errors import CallError

DESCRIPTION = """\
Shows what is known of an account: what sources say and where they disagree, what was understood of texts, who acted,
deals with their history, and what is missing and whom to ask. With --person it shows a person, what is stored about it
and why; with --json then everything that the record holds about it, as a request for access wants. Each look goes into
the audit trail."""

EXAMPLES = """\
  leadline profile 'Acme GmbH' --html acme.html
  leadline profile --person anna@example.com --json"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("account", metavar="ACCOUNT", nargs="?", default="", help="name, domain, number or outside key")
    add("--person", action=Once, default="", metavar="PERSON", help="a mail address, number, outside key or full name")
    add("--html", action=Once, default="", metavar="FILE", help="write the page for people")
    add("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Show a profile, write its page, or print all as JSON."""
    if not given.account and not given.person:
        raise CallError("Say whose profile: leadline profile ACCOUNT, or leadline profile --person PERSON")
    if given.html and not Path(given.html).parent.is_dir():
        raise CallError(f"There is no folder {Path(given.html).parent} for --html; make it first")
    from leadline.app import Leadline

    profiles = Leadline.open().profiles
    stored: Any = None
    if given.person and given.json:
        made, stored = profiles.export(given.person, given.account)
    elif given.person:
        made = profiles.person(given.person, given.account)
    else:
        made = profiles.account(given.account)
    if given.html:
        from leadline.web.profile.page import write

        write(made, Path(given.html))
    if given.json:
        from leadline.cli import machine

        told = {"profile": made}
        machine.show(told if stored is None else {**told, "stored": stored})
    else:
        from leadline.cli import profile_lines

        profile_lines.show(made, given)
    return 0
