"""Small honest counts are not taken for a number of years between two dates."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from leadline.learn.task import Options, prepare


def test_a_small_count_is_not_a_duration() -> None:
    rng = np.random.default_rng(5)
    rows = 1_500
    start = [datetime(2023, 1, 2) + timedelta(days=int(d)) for d in rng.integers(0, 700, rows)]
    length = rng.integers(5, 400, rows)
    won = rng.random(rows) < 0.3
    table = pa.table(
        {
            "Created Date": pa.array(start, pa.timestamp("us")),
            "Close Date": pa.array(
                [s + timedelta(days=int(d)) for s, d in zip(start, length, strict=True)], pa.timestamp("us")
            ),
            "Replies": pa.array(rng.poisson(0.8, rows).astype(float)),
            "Cycle": pa.array(length.astype(float)),
            "Stage": pa.array(np.where(won, "Won", "Lost").tolist()),
        }
    )
    left_out = {item.column for item in prepare(table, (), Options("Stage=Won")).left_out}
    assert "Replies" not in left_out
    assert {"Cycle", "Close Date"} <= left_out
