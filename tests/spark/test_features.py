"""The same features come out of DuckDB and of a real Spark cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import cluster as spark_cluster
from leadline.warehouse.features import Subject, features

pytestmark = pytest.mark.slow
CLOSE = 1e-9  # of max(1, |x|)


def assert_same(one: pa.Table, other: pa.Table) -> None:
    """Columns, types, rows and their order; whole numbers and texts equal, floats within CLOSE."""
    assert [(f.name, str(f.type)) for f in one.schema] == [(f.name, str(f.type)) for f in other.schema]
    assert one.num_rows == other.num_rows
    wrong = []
    for name in one.column_names:
        a, b = one[name].to_pylist(), other[name].to_pylist()
        if not pa.types.is_floating(one.schema.field(name).type):
            same = [x == y for x, y in zip(a, b, strict=True)]
        else:
            same = [
                x is y is None
                or (x is not None and y is not None and bool(np.isfinite(x)) and abs(x - y) <= CLOSE * max(1.0, abs(x)))
                for x, y in zip(a, b, strict=True)
            ]
        if not all(same):
            at = same.index(False)
            wrong.append(f"{name}: {same.count(False)} of {len(same)}, first row {at}: {a[at]!r} and {b[at]!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("lake", "subject", "as_recorded"),
    [
        ("hard", "account", False),
        ("hard", "person", True),
        ("hard", "deal", False),
        ("bare", "account", True),
    ],
)
def test_every_step_counts_alike(
    lake: str,
    subject: Subject,
    as_recorded: bool,
    cutoffs: pa.Table,
    session: Any,
    cluster: spark_cluster.Cluster,
    request: pytest.FixtureRequest,
) -> None:
    place: Path = request.getfixturevalue(lake)
    counted = [
        features(place, subject, cutoffs, engine=engine, master=master, as_recorded=as_recorded)
        for engine, master in (("duckdb", ""), ("spark", cluster.url))
    ]
    assert counted[0].num_rows == cutoffs.num_rows
    told = [name for name in counted[0].column_names[2:] if counted[0][name].null_count < counted[0].num_rows]
    if lake == "hard":
        silent = set(counted[0].column_names[2:]) - set(told)
        assert not silent, f"nothing is compared in {silent}"
        assert len(told) >= 35
    assert_same(*counted)
