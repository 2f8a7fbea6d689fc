"""The form for machines: `--json` prints exactly one object. docs/reference/qualify.schema.json describes qualify's."""

from __future__ import annotations

import json
import sys
from typing import Any

from leadline.core.plain import plain

__all__ = ["plain", "show"]


def show(value: Any) -> None:
    """Print one object: on one line for a program, indented for a person."""
    indent = 2 if sys.stdout.isatty() else None
    # ASCII, so that no encoding of a terminal or a pipe can break it
    print(json.dumps(plain(value), allow_nan=False, indent=indent))
