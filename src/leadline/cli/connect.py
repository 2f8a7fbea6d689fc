"""`leadline connect`: sets up a connection to an outside system, records its owner's consent, or takes it back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from leadline.app import Connections
    from leadline.core.ports import Setting

DESCRIPTION = """\
Sets up one of hubspot, salesforce, pipedrive, imap, caldav, feed, transcripts, or an installed package's.
A secret is asked for where you can type it, or read from a file or the environment: never put it on the command line.
Mail and calendars are read only within what their owner consents to (--scope); --revoke removes what was read."""

EXAMPLES = """\
  leadline connect
  leadline connect hubspot --secret token=hubspot.token
  leadline connect imap --name anna --owner anna@us.example --set host=imap.us.example --set user=anna \\
      --scope folders=INBOX,Sent --scope domains=customer.example,prospect.example
  leadline connect --revoke anna"""

LISTS = ("folders", "domains", "labels", "exclude", "calendars")


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("connector", metavar="CONNECTOR", nargs="?", default="", help="the system; none: list all")
    parser.add_argument("--name", action=Once, default="", metavar="NAME", help="what to call it; else as the system")
    parser.add_argument("--owner", action=Once, default="", metavar="MAIL", help="whose mailbox or calendar it is")
    parser.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting, no secret")
    parser.add_argument(
        "--secret", action="append", default=[], metavar="SETTING=FILE", help="a secret, from the first line of a file"
    )
    parser.add_argument(
        "--scope", action="append", default=[], metavar="WHAT=A,B", help="what the owner agrees to have read"
    )
    parser.add_argument(
        "--revoke", action=Once, default="", metavar="NAME", help="end the consent and remove what was read"
    )
    parser.add_argument("--json", action="store_true", default=False, help="print connections as JSON")


def run(given: argparse.Namespace) -> int:
    """Set up, list or revoke."""
    from leadline.app import Leadline

    connections = Leadline.open().connections
    said = ""
    if given.revoke:
        said = f"The consent ended; {connections.revoke(given.revoke):,} signals were emptied."
    elif given.connector:
        said = _set_up(connections, given)
    _show(connections, said, as_json=given.json)
    return 0


def _set_up(connections: Connections, given: argparse.Namespace) -> str:
    from leadline.loop.connections import settings_of

    title, asked, personal = settings_of(given.connector)
    name = given.name or given.connector
    settings = _pairs(given.set, "--set") | {
        word: _first_line(file) for word, file in _pairs(given.secret, "--secret").items()
    }
    for one in asked:
        if one.secret and one.name not in settings:
            settings |= _asked_for(name, title, one)
        elif one.secret and one.name in _pairs(given.set, "--set"):
            raise CallError(f"'{one.name}' is a secret: others can read a command line; use --secret {one.name}=FILE")
    connections.set_up(name, given.connector, settings, given.owner)
    if given.scope:
        scope = {
            word: [part.strip() for part in value.split(",") if part.strip()] if word in LISTS else value
            for word, value in _pairs(given.scope, "--scope").items()
        }
        connections.consent(name, scope, "leadline connect --scope " + " --scope ".join(given.scope))
    elif personal:
        return f"'{name}' is set up, but reads nothing until its owner consents: add --scope"
    return f"'{name}' is set up; read it with: leadline pull {name}"


def _asked_for(name: str, title: str, setting: Setting) -> dict[str, str]:
    variable = f"LEADLINE_{name}_{setting.name}".upper().replace("-", "_")
    if os.environ.get(variable):
        return {setting.name: os.environ[variable]}
    if setting.required and sys.stdin.isatty():
        from getpass import getpass

        return {setting.name: getpass(f"{title}: {setting.words} ")}
    if setting.required:
        raise CallError(f"{title} needs '{setting.name}'; give --secret {setting.name}=FILE or set {variable}")
    return {}


def _pairs(words: Sequence[str], option: str) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.strip():
            raise CallError(f"{option} takes NAME=VALUE, not '{word}'")
        found[name.strip()] = value.strip()
    return found


def _first_line(file: str) -> str:
    try:
        lines = Path(file).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CallError(f"The secret's file {file} cannot be read") from error
    if not lines or not lines[0].strip():
        raise CallError(f"The secret's file {file} is empty; its first line is the secret")
    return lines[0].strip()


def _show(connections: Connections, said: str, *, as_json: bool) -> None:
    every = connections.listed()
    if as_json:
        from leadline.cli import machine

        machine.show({"connections": every})
        return
    from leadline.cli.paper import Paper

    paper = Paper()
    if said:
        paper.line(said)
    if not every:
        paper.line("No connection is set up yet; leadline connect --help shows how.")
    for one in every:
        paper.title(one.name, one.connector + ("" if one.enabled else ", off"))
        if one.owner:
            paper.item("owner", one.owner)
        for word, value in one.scope.items():
            paper.item(word, ", ".join(value) if isinstance(value, list) else str(value))
        paper.item("last read", one.read_at or "not yet")
        if one.error:
            paper.item("stopped", one.error)
    paper.show()
