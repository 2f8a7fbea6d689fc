"""Look-alikes as a file: the open rows as they came, best first, with likeness and reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from leadline.learn.lookalikes.find import Found
from leadline.warehouse.writing import Writer

BATCH = 65_536


def write(found: Found, raw: pa.Table, path: str | Path) -> None:
    """Every open row of `raw`, best first, with place, times and, for those that have them, reasons."""
    table = raw.take(pa.array(found.order))
    reasons = {one.row: "; ".join(f"like {near.name}: {', '.join(near.shared)}" for near in one.near)
               for one in found.result.top}  # fmt: skip
    added = {
        "place": pa.array(np.arange(1, len(found.order) + 1), pa.int64()),
        "times": pa.array(np.round(found.times[found.order], 3), pa.float64()),
        "like": pa.array([reasons.get(int(row) + 1) for row in found.order.tolist()], pa.string()),
    }
    for name, values in added.items():
        free = name
        while free in table.column_names:
            free += "_"
        table = table.append_column(free, values)
    with Writer(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=BATCH):
            writer.write(batch)
