"""`leadline sample`: a file of the simulated market, to try everything on."""

from __future__ import annotations

import argparse
from pathlib import Path

from leadline.cli import arguments
from leadline.cli.arguments import Once
from leadline.core.errors import CallError

DESCRIPTION = """\
Writes a sample file of a simulated market whose truth is known, as a CRM would export it. Deals: blanks, typed notes,
columns that give the answer away; about one in eight is open, and 'Stage' says how the others ended. Contacts: as
HubSpot exports them, about one in six of them twice."""

EXAMPLES = """\
  leadline sample deals.csv
  leadline sample contacts.csv --as contacts --rows 300 --seed 8"""

HEADERS = (b"Opportunity ID,Opportunity Name,Account Name,", b"Record ID,First Name,Last Name,Email,Phone Number,Job")


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", help="the file to write: .csv")
    parser.add_argument(
        "--as",
        action=Once,
        dest="kind",
        default="deals",
        choices=("deals", "contacts"),
        help="what it holds: deals (unless given) or contacts",
    )
    parser.add_argument(
        "--rows",
        action=Once,
        type=arguments.whole("--rows", 1, 2_000_000),
        default=3_000,
        metavar="N",
        help="how many; 3,000 unless given",
    )
    parser.add_argument(
        "--seed",
        action=Once,
        type=arguments.whole("--seed", 0, 2**31 - 1),
        default=0,
        metavar="N",
        help="which market; 0 unless given",
    )


def run(given: argparse.Namespace) -> int:
    """Write the sample; a file that is there and is no sample is never replaced."""
    path = Path(given.file)
    if not path.name.lower().endswith(".csv"):
        raise CallError(f"A sample is a CSV file; name it '{path.stem or 'deals'}.csv'")
    if path.is_dir() or not path.parent.is_dir():
        raise CallError(f"{path} cannot be a file; name one in a folder that is there")
    if path.exists() and not _is_sample(path):
        raise CallError(f"{path} is there and is no sample; name another file, so that nothing of yours is lost")
    from leadline.testing.world.sample import write_contacts, write_sample

    try:
        (write_contacts if given.kind == "contacts" else write_sample)(path, given.rows, given.seed)
    except OSError as error:
        raise CallError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
    told = "; the outcome is 'Stage=Closed Won'" if given.kind == "deals" else ", as HubSpot exports them"
    print(f"{path} holds {given.rows:,} simulated {given.kind}{told}.")
    return 0


def _is_sample(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(max(len(header) for header in HEADERS))
    except OSError as error:
        raise CallError(f"{path} cannot be replaced: {(error.strerror or str(error)).lower()}") from error
    return not start or any(start.startswith(header) for header in HEADERS)
