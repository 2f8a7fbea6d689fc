"""The sample file: a CRM export of the simulated market, for a first try."""

from __future__ import annotations

import csv
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadline.testing.world import doubles
from leadline.testing.world.market import make
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams


def write_sample(path: str | Path, rows: int = 3_000, seed: int = 0) -> Path:
    """Writes a CSV file (UTF-8, comma, dates as M/D/YYYY) of `rows` deals, of which about one in eight is open.

    The file appears whole or not at all: it is written beside and then renamed. Returns its path.
    """
    deals = replace(Parameters(), deals=rows, accounts=max(1, rows // 7), sellers=18)
    return _written(Path(path), make(deals, seed).export_text())


def write_contacts(path: str | Path, rows: int = 3_000, seed: int = 0) -> Path:
    """Writes a CSV file as HubSpot exports contacts, of people of whom about 18 % are in it twice. Returns its path."""
    people = doubles.people(seed, rows)
    rng = Streams("contacts", seed)("columns")
    stages = np.array(["Subscriber", "Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Customer"])
    owners = np.array(["Anna Ek", "Ben Stone", "Carla Nunes", ""])
    days = rng.integers(0, 900, len(people))
    made = np.datetime64("2024-01-02") + days
    changed = made + rng.integers(0, 60, len(people))
    columns = {
        "Record ID": [str(number) for number in 50_001 + np.arange(len(people))],
        "First Name": people["given_name"],
        "Last Name": people["family_name"],
        "Email": people["email"],
        "Phone Number": people["phone"],
        "Job Title": people["title"],
        "Company Name": people["company"],
        "City": people["city"],
        "Country/Region": people["country"],
        "Contact owner": rng.choice(owners, len(people)).tolist(),
        "Lifecycle Stage": rng.choice(stages, len(people)).tolist(),
        "Create Date": np.datetime_as_string(made, "D").tolist(),
        "Last Modified Date": np.datetime_as_string(changed, "D").tolist(),
    }
    return _written(Path(path), pa.table(columns))


def _written(target: Path, table: pa.Table) -> Path:
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
