"""The sample file: a CRM export of the simulated market, for a first try."""

from __future__ import annotations

import csv
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from leadline.testing.world.market import make
from leadline.testing.world.parameters import Parameters


def write_sample(path: str | Path, rows: int = 3_000, seed: int = 0) -> Path:
    """Writes a CSV file (UTF-8, comma, dates as M/D/YYYY) of `rows` deals, of which about one in eight is open.

    The file appears whole or not at all: it is written beside and then renamed. Returns its path.
    """
    target = Path(path)
    table = make(replace(Parameters(), deals=rows, accounts=max(1, rows // 7), sellers=18), seed).export_text()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table.column_names)
            writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return target
