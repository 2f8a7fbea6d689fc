"""`leadline up`: brings the record up to date and serves what is sent to it."""

from __future__ import annotations

import argparse

from leadline.cli.arguments import Once

DESCRIPTION = """\
Makes the record where there is none, brings it up to date, and takes events over HTTP: Segment's API, CloudEvents and
the script for your own pages. What is answered with 200 is on disk. Ctrl-C ends it."""

EXAMPLES = """\
  leadline up
  leadline up --port 9000"""

SENDS_EVERY = 3.0  # seconds
LOOKS_EVERY = 900.0
INDEXES_EVERY = 600.0
READS_EVERY = 300.0


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--host", action=Once, default="127.0.0.1", metavar="ADDRESS", help="the address to serve on; 127.0.0.1"
    )
    parser.add_argument("--port", action=Once, type=int, default=8000, metavar="N", help="the port; 8000")


def run(given: argparse.Namespace) -> int:
    """Serve until stopped."""
    from leadline.app import Leadline
    from leadline.cli.ending import Terminated
    from leadline.web.chores import Chore, Chores
    from leadline.web.nightly import Nightly
    from leadline.web.server import Server
    from leadline.web.serving import serve
    from leadline.web.unpacking import UnpackingProcess

    workspace = Leadline.open()
    collect = workspace.collect
    chores = Chores(
        Chore("Sending webhooks", SENDS_EVERY, workspace.webhooks.send),
        Chore("Looking again at who was human", LOOKS_EVERY, workspace.look_again),
        Chore("Indexing what was said", INDEXES_EVERY, workspace.passages.refresh),
        Chore("Reading what was said", READS_EVERY, workspace.reading.refresh),
    )
    try:
        with UnpackingProcess(), Nightly(workspace.clock), chores:
            serve(Server(collect), given.host, given.port, _say)
    except (KeyboardInterrupt, Terminated):
        return 0  # to be stopped is how a server ends well
    return 0


def _say(address: str) -> None:
    print(f"Leadline takes events at {address}; its script for pages is {address}/leadline.js", flush=True)
