"""Tables as the commands read them."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from leadline.core.errors import CallError

if TYPE_CHECKING:
    from leadline.warehouse.source import Source


def opened(given: argparse.Namespace) -> AbstractContextManager[Source]:
    """The table that FILE, --sheet and --query name. Its temporary files go at the end of the context."""
    from leadline.warehouse.source import open_source

    if given.file == "-" and sys.stdin.isatty():
        raise CallError("'-' reads standard input, and nothing is piped into it; name a file, or pipe one in")
    return open_source(given.file, sheet=given.sheet, query=given.query)
