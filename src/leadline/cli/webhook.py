"""`leadline webhook`: addresses that are told of buyers' acts, signed (Standard Webhooks)."""

from __future__ import annotations

import argparse

from leadline.cli.arguments import Once, whole

DESCRIPTION = """\
Adds an address that is told of what buyers do, as it happens, signed by the Standard Webhooks specification; lists
them or takes one away. Messages are sent while leadline up runs, and again for three days where one fails."""

EXAMPLES = """\
  leadline webhook https://hooks.us.example/leadline
  leadline webhook https://hooks.us.example/forms --kind signal.form_submitted --kind signal.mail_received
  leadline webhook
  leadline webhook --remove 1"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("url", metavar="URL", nargs="?", default="", help="the address to tell; without it, list all")
    add("--kind", action="append", default=[], metavar="KIND", help="only messages of this kind; may be repeated")
    add(
        "--remove",
        action=Once,
        type=whole("--remove", 1, 2**53),
        default=0,
        metavar="N",
        help="tell this address no more",
    )
    add("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Add, list or remove."""
    from leadline.app import Leadline

    hooks = Leadline.open().webhooks
    made = hooks.add(given.url, given.kind) if given.url else None
    if given.remove:
        hooks.remove(given.remove)
    every = hooks.listed()
    if given.json:
        from leadline.cli import machine

        secret = {"endpoint": made[0], "secret": made[1]} if made else {}
        machine.show({**secret, "endpoints": list(every)})
        return 0
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count

    paper = Paper()
    if made:
        paper.line(f"Address {made[0]} is told from now on. Its secret, which is shown only now:")
        paper.command(made[1])
    if not every:
        paper.line("No address is told; leadline webhook --help shows how.")
    for one in every:
        paper.title(f"{one.id}  {one.url}", "" if one.active else "off")
        paper.item("kinds", ", ".join(one.kinds) or "all")
        paper.item("messages", f"{count(one.waiting)} waiting, {count(one.dead)} given up")
        if one.failing:
            paper.item("state", "fails at the moment and is tried again")
    paper.show()
    return 0
