"""`leadline`: reads the call, runs one command, and returns its exit status: 0 done, 1 no answer, 2 a wrong call."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Sequence
from importlib import import_module

from leadline import __version__
from leadline.cli import ending
from leadline.cli.arguments import Parser

COMMANDS = {
    "qualify": "learn from the closed rows of a file and rank the open ones",
    "score": "score rows with a saved model",
    "train": "learn from more rows than one machine takes, on a Spark cluster",
    "explain": "say all that moves one row's score",
    "compare": "say which of two models is better",
    "renew": "train the models of the record anew, and publish what is better",
    "segments": "find groups of rows that differ in kind",
    "lookalikes": "find rows like those that were won",
    "import": "take a CRM's export or any file into the record",
    "undo": "take an import back",
    "match": "find rows that are the same person, company or record",
    "match-target": "match a list against a target group in words or rules",
    "intents": "learn what writers of messages want, or label new ones",
    "merge": "join people or accounts of the record that are one",
    "search": "find passages by words and by meaning, in the record or in files",
    "profile": "show what is known of an account or a person, each value with its source",
    "export": "write the record as Parquet, and keep it up to date",
    "features": "count what was known of accounts, people or deals at a moment",
    "understand": "read messages: what they are about, name, want and say",
    "mask": "take personal data out of messages",
    "risk": "measure how easily people are recognised in a file, and what would make it harder",
    "sample": "write a sample of a simulated market",
    "up": "serve the workspace and take events",
    "connect": "set up a connection, record its owner's consent, or take it back",
    "pull": "read the connections that are set up",
    "webhook": "add, list or remove addresses that are told of buyers' acts",
    "write-key": "make, list or take back keys for sending events",
    "new": "write a plug-in package to begin from",
    "check": "check what a plug-in promises",
    "doctor": "look whether the record is whole",
    "backup": "write the whole record to one file",
    "restore": "put a backup in the record's place",
    "erase": "take a person out of the whole record",
}

MODULES = {"import": "import_file"}  # names that Python keeps for itself

DESCRIPTION = """\
Reads what buyers and sellers do, ranks leads and deals, explains, and says how far to trust it.
Software proposes; people decide."""

EPILOG = """\
examples:
  leadline sample deals.csv
  leadline qualify deals.csv --outcome 'Stage=Closed Won' --out scored.csv --report report.html

leadline COMMAND --help says more. Exit status: 0 done; 1 the data cannot give an answer; 2 the call is wrong."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; `arguments` are the words after `leadline`, of this process unless given.

    Never raises: errors are one sentence on standard error (and an object on standard output with --json).
    """
    start = time.perf_counter()
    # Before NumPy is loaded: BLAS threads spin while they wait, and LightGBM is told its threads itself.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    ending.speakable(sys.stdout, sys.stderr)
    with ending.terminable():
        try:
            with warnings.catch_warnings():
                if not ending.debugging():
                    warnings.simplefilter("ignore")  # libraries speak to programmers; a user reads sentences
                status = _run(words, start)
            sys.stdout.flush()
        except BaseException as error:  # noqa: BLE001  the one place where everything ends
            status = ending.status_of(error, as_json="--json" in words)
    return status


def parser(words: Sequence[str]) -> Parser:
    """The grammar of the command line; only the command that `words` name has its options, to start soon."""
    made = Parser(prog="leadline", description=DESCRIPTION, epilog=EPILOG)
    made.add_argument("--version", action="version", version=f"leadline {__version__}", help="show the version")
    commands = made.add_subparsers(title="commands", dest="command", required=True, parser_class=Parser)
    for name, summary in COMMANDS.items():
        if name not in words[:1]:
            commands.add_parser(name, help=summary)
            continue
        module = import_module(f"leadline.cli.{MODULES.get(name, name.replace('-', '_'))}")
        command = commands.add_parser(
            name, help=summary, description=module.DESCRIPTION, epilog=f"examples:\n{module.EXAMPLES}"
        )
        module.declare(command)
        command.set_defaults(run=module.run)
    return made


def _run(words: list[str], start: float) -> int:
    grammar = parser(words)
    if not words:
        grammar.print_help()
        return 2
    given = grammar.parse_args(words)
    given.start = start
    status: int = given.run(given)
    return status
