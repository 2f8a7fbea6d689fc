"""`leadline merge`: joins people or accounts of the record that are one, and puts what is uncertain before a person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from leadline.cli import progress
from leadline.cli.arguments import Once, whole
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from leadline.app import Identity
    from leadline.loop.identity import Pairing

DESCRIPTION = """\
Finds people or accounts of the record that are one. Without --apply it only shows them. With it, what is certain is
joined (the older entry is kept, its blanks filled) and the rest is queued for a person. Nothing is moved or lost: each
merge can be undone with all its history, and what was undone or judged different is not joined again."""

EXAMPLES = """\
  leadline merge people
  leadline merge people --apply
  leadline merge --queue
  leadline merge --same 12 --different 13"""

KINDS = {"people": "person", "accounts": "account"}
SHOWN = 8
_NUMBER = whole("--same and --different", 1, 2**53)


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("kind", metavar="KIND", nargs="?", default="", help="people or accounts")
    add("--apply", action="store_true", default=False, help="join what is certain, queue the rest")
    add("--queue", action="store_true", default=False, help="show the pairs that wait for a person")
    add("--same", action="append", type=_NUMBER, default=[], metavar="PAIR", help="this pair of the queue is one")
    add("--different", action="append", type=_NUMBER, default=[], metavar="PAIR", help="this pair is two")
    add("--by", action=Once, default="", metavar="MAIL", help="who judges, where that is a user of the record")
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Find, join, or judge."""
    if given.kind not in (*KINDS, ""):
        raise CallError(f"Duplicates are found among people or accounts, not '{given.kind}'")
    if not (given.kind or given.queue or given.same or given.different):
        raise CallError("Say which: leadline merge people, leadline merge accounts, or leadline merge --queue")
    from leadline.app import Leadline

    identity = Leadline.open().identity
    for numbers, same in ((given.same, True), (given.different, False)):
        for number in numbers:
            identity.judge(number, same, given.by)
    if given.kind:
        with progress.shown(given.quiet) as report:
            found = identity.find(KINDS[given.kind], progress=report)
            if given.apply:
                found = identity.join(KINDS[given.kind], found)
        _show_found(given, found, identity.shown(KINDS[given.kind], found, SHOWN))
    elif not given.quiet:
        _show_queue(given, identity)
    return 0


def _show_found(given: argparse.Namespace, found: Any, examples: Sequence[Pairing]) -> None:
    if given.quiet:
        return
    if given.json:
        from leadline.cli import machine

        counts = {
            "certain": len(found.certain),
            "uncertain": len(found.uncertain),
            "apart": found.apart,
            "joined": found.joined,
            "queued": found.queued,
            "batch": found.batch,
        }
        machine.show({**counts, "summary": found.matched.summary, "examples": list(examples)})
        return
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, plural

    paper = Paper()
    summary = found.matched.summary
    paper.title(f"{count(summary.rows)} {given.kind}", f"compared {summary.engine_words}")
    joined = f", {count(found.joined)} joined" if given.apply else ""
    paper.item("certain", plural(len(found.certain), "pair") + joined)
    queued = f", {count(found.queued)} newly queued" if given.apply else ""
    paper.item("uncertain", plural(len(found.uncertain), "pair") + queued)
    if found.apart:
        paper.item("left apart", f"{plural(found.apart, 'pair')} that a person parted before")
    _pairs(paper, examples)
    paper.title("Next")
    if not given.apply and found.certain:
        paper.line("Join what is certain, queue the rest:")
        paper.command(f"leadline merge {given.kind} --apply")
    elif found.batch and found.joined:
        paper.line("Take all of it back, or judge what waits:")
        paper.command(f"leadline undo merges {found.batch}")
        paper.command("leadline merge --queue")
    else:
        paper.line("There is nothing to join.")
    paper.show()


def _show_queue(given: argparse.Namespace, identity: Identity) -> None:
    pairs = identity.queue()
    if given.json:
        from leadline.cli import machine

        machine.show({"queue": list(pairs)})
        return
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import plural

    paper = Paper()
    paper.title(f"{plural(len(pairs), 'pair')} to judge" if pairs else "No pair waits to be judged")
    _pairs(paper, pairs)
    if pairs:
        paper.blank()
        paper.command(f"leadline merge --same {pairs[0].number}   or   --different {pairs[0].number}")
    paper.show()


def _pairs(paper: Any, pairs: Sequence[Pairing]) -> None:
    from leadline.cli.paper import clean
    from leadline.web.report.figures import percent

    for one in pairs:
        paper.blank()
        head = f"pair {one.number}, {one.kind}" if one.number else one.kind
        paper.line(f"{head}: {percent(one.probability)} likely one", soft=True)
        for side in (one.left, one.right):
            paper.line(clean(side, paper.width - 4), indent=4)
        if one.reasons:
            paper.line("; ".join(one.reasons).replace("_", " "), indent=4, soft=True)
