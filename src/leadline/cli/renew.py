"""`leadline renew`: trains the models of the record anew and publishes each only if it beats the present one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from leadline.learn.registry import Event
    from leadline.learn.renewal import Renewal
    from leadline.loop.models import Models

DESCRIPTION = """\
Learns from the record up to a time, compares with the present model on what was decided after it, and publishes the new
one only where it foretells that better. It says what changed: inputs, weights, places in the list. A worse model is
never published; leadline up renews every night."""

EXAMPLES = """\
  leadline renew --dry-run
  leadline renew --rollback --subject deal --why 'The new list is odd'"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "--subject",
        action=Once,
        default="deal",
        choices=("deal", "account"),
        help="which model: deal (unless given) or account",
    )
    add("--all", action="store_true", default=False, help="every model that was ever published")
    add("--at", action=Once, default="", metavar="DATE", help="as if it were the end of this day; today unless given")
    add("--dry-run", action="store_true", default=False, help="say what would be done and write nothing")
    add("--history", action="store_true", default=False, help="list what was done with the models, by whom and why")
    add("--rollback", action="store_true", default=False, help="put the model before the present one in use again")
    add("--why", action=Once, default="", metavar="WORDS", help="why it is rolled back")
    add("--by", action=Once, default="command line", metavar="WHO", help="who asks for it; kept in the history")
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Renew, list or roll back; 0 also where the present model stays."""
    from leadline.cli import progress
    from leadline.cli.from_store import moment

    if sum((given.history, given.rollback, given.dry_run)) > 1:
        raise CallError("--history, --rollback and --dry-run are three different things; give one of them")
    from leadline.app import Leadline

    models = Leadline.open().models
    if given.history:
        _show_history(models, given)
        return 0
    if given.rollback:
        version = models.roll_back(given.subject, by=given.by, why=given.why)
        _say(given, {"subject": given.subject, "version": version.number}, f"Version {version.number} is in use again.")
        return 0
    subjects = list(models.history()) if given.all else [given.subject]
    with progress.shown(given.quiet) as report:
        found = [
            models.renew(subject, moment(given.at), by=given.by, dry_run=given.dry_run, progress=report)
            for subject in subjects
        ]
    _show(given, found)
    return 0


def _show(given: argparse.Namespace, found: list[Renewal]) -> None:
    from leadline.cli import machine
    from leadline.cli.paper import Paper
    from leadline.learn.renewal import told

    if given.json:
        machine.show({"renewals": [machine.plain(one) | {"publishes": one.publishes} for one in found]})
        return
    if given.quiet:
        return
    paper = Paper()
    if not found:
        paper.line("No model of the record is published yet; publish one with: leadline qualify --from-store --publish")
    for one in found:
        would = "would be published" if given.dry_run else "is published"
        title = f"A new model {would}" if one.publishes else "The present model stays"
        paper.title(f"{one.subject.capitalize()}s: {title.lower()}", f"version {one.version}" if one.version else "")
        for line in told(one):
            paper.line(line)
    paper.show()


def _show_history(models: Models, given: argparse.Namespace) -> None:
    from leadline.cli import machine
    from leadline.cli.paper import Paper

    found = models.history()
    present = {name: now.version.number for name in found if (now := models.present(name)) is not None}
    if given.json:
        machine.show({"present": present, "history": found})
        return
    paper = Paper()
    if not found:
        paper.line("No model of the record was ever made; begin with: leadline qualify --from-store --publish")
    for name, events in found.items():
        paper.title(f"{name.capitalize()}s", f"version {present[name]} is in use" if name in present else "none in use")
        for event in events:
            paper.item(event.at[:10], f"{event.at[11:16]} {_event(event)}")
    paper.show()


def _event(event: Event) -> str:
    number = f" {event.number}" if event.number else ""
    return f"{event.what}{number} by {event.by}: {event.why}"


def _say(given: argparse.Namespace, told: dict[str, Any], words: str) -> None:
    from leadline.cli import machine

    if given.json:
        machine.show(told)
    elif not given.quiet:
        print(words)
