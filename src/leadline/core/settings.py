"""Where the program keeps what it must remember: one folder."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder of all state: LEADLINE_HOME, else 'leadline' in the user's data folder (XDG Base Directory)."""
    given = os.environ.get("LEADLINE_HOME", "").strip()
    if given:
        return Path(given).expanduser()
    data = os.environ.get("XDG_DATA_HOME", "").strip()
    # The standard ignores paths that are not absolute.
    base = Path(data) if data and Path(data).is_absolute() else Path("~/.local/share").expanduser()
    return base / "leadline"


LAKE = "lake"


def lake() -> Path:
    """The folder of the record's own lake. It is made anew from the record at need: no backup holds it, and whoever is
    erased is gone from it at once, because all of it goes."""
    return home() / LAKE


INDEX = "index"


def index() -> Path:
    """The folder of the indexes that searches use: of the record, and of folders of files. Made anew at need, as the
    lake is."""
    return home() / INDEX
