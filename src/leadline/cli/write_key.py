"""`leadline write-key`: makes, lists and takes back the keys that sites and programs send events with."""

from __future__ import annotations

import argparse

DESCRIPTION = """\
Makes a write key for a site or program and prints it; without NAME lists the keys. A write key is no secret: it names
the source of events. A key with origins takes events of browsers from pages of those origins only."""

EXAMPLES = """\
  leadline write-key web --origin https://www.example.com
  leadline write-key billing
  leadline write-key
  leadline write-key --retire KEY"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="what the source is called")
    parser.add_argument(
        "--origin", action="append", default=[], metavar="URL", help="pages that may use it; may be given many times"
    )
    parser.add_argument("--retire", default="", metavar="KEY", help="take a key out of use")
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Make, list or retire."""
    from leadline.app import Leadline
    from leadline.core.errors import CallError

    if given.origin and not given.name:
        raise CallError("--origin belongs to a new key; name its source, such as 'web'")
    if given.retire and given.name:
        raise CallError("Give NAME for a new key or --retire for an old one, not both")
    Leadline.open()
    from leadline.store import write_keys  # its tables are there once the record is open

    if given.retire:
        if not write_keys.retire(given.retire):
            raise CallError("There is no such key in use; leadline write-key lists those that are")
        _show(given.json, {"retired": given.retire}, f"{given.retire} is no longer taken")
    elif given.name:
        key = write_keys.make(given.name, given.origin)
        _show(given.json, {"key": key}, key)
    else:
        keys = write_keys.active()
        rows = [{"key": key, "source": source, "origins": list(origins)} for key, (source, origins) in keys.items()]
        lines = [f"{key}  {source}  {' '.join(origins) or 'any origin'}" for key, (source, origins) in keys.items()]
        none = "There is no write key yet; leadline write-key NAME makes one"
        _show(given.json, {"keys": rows}, "\n".join(lines) or none)
    return 0


def _show(as_json: bool, value: object, words: str) -> None:
    if as_json:
        from leadline.cli import machine

        machine.show(value)
    else:
        print(words)
