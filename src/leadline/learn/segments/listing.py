"""Segments as a file: every row's own cells with its segment, or a table that may be handed on."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadline.core.errors import DataError
from leadline.learn.disclosure import measure, refuse_below
from leadline.learn.segments.bands import Column
from leadline.learn.segments.find import Found
from leadline.learn.segments.mixture import Labels
from leadline.learn.segments.naming import figure
from leadline.warehouse.writing import Writer


def write(found: Found, raw: pa.Table, path: str | Path, moved_from: Labels | None = None) -> None:
    """The rows as they came, with segment, segment_name, segment_sure, and where asked for moved_from."""
    table = raw
    for name, values in _added(found, moved_from).items():
        table = table.append_column(_free(name, raw), values)
    _write(table, path)


def write_open(found: Found, typed: pa.Table, path: str | Path, k: int) -> None:
    """A table for others: segment and the columns that tell segments apart, numbers in bands, no names and no texts.
    Raises DataError where fewer than `k` rows are alike."""
    model = found.model
    if model is None:
        return
    columns: dict[str, pa.Array] = {}
    for column in model.columns:
        if column.kind != "text" and column.name in found.result.told_apart_by:
            columns[column.name] = _bands(column, typed)
    quasi = list(columns)
    added = _added(found, None)
    table = pa.table({**columns, "segment": added["segment"], "segment_name": added["segment_name"]})
    if quasi:
        why = refuse_below(measure(table, quasi), k)
        if why:
            raise DataError(why)
    _write(table, path)


def _write(table: pa.Table, path: str | Path) -> None:
    with Writer(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=65_536):
            writer.write(batch)


def _added(found: Found, moved_from: Labels | None) -> dict[str, pa.Array]:
    names = {segment.id: segment.name for segment in found.result.segments}
    ids = found.ids.tolist()
    added = {
        "segment": pa.array(ids, pa.int64()),
        "segment_name": pa.array([names[one] for one in ids], pa.string()),
        "segment_sure": pa.array(np.round(found.sure, 4), pa.float64()),
    }
    if moved_from is not None:
        added["moved_from"] = pa.array([one or None for one in moved_from.tolist()], pa.int64())
    return added


def _free(name: str, table: pa.Table) -> str:
    while name in table.column_names:
        name += "_"
    return name


def _bands(column: Column, typed: pa.Table) -> pa.Array:
    """Each cell's band in words."""
    codes = column.codes(typed)[:, 0].tolist()
    if column.kind == "category":
        words = [*column.values, *(["other"] if column.others else [])]
    else:
        edges = [figure(edge) for edge in column.edges[0]]
        middle = [f"{a} to {b}" for a, b in pairwise(edges)]
        words = [f"under {edges[0]}", *middle, f"{edges[-1]} or more"]
    return pa.array([words[code] if code >= 0 else None for code in codes], pa.string())
