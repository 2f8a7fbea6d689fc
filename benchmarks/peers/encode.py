"""What every peer is given: the same columns, dates as days and month, categories as codes learned in training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MISSING = "(missing)"


def numbers(x: pa.Table) -> dict[str, np.ndarray]:
    """Number columns as float64 with NaN; a date gives its day number and its month."""
    out: dict[str, np.ndarray] = {}
    for name in x.column_names:
        column = x.column(name)
        if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
            days = pc.cast(pc.cast(column, pa.date32()), pa.int32())
            out[f"{name} (day)"] = _floats(days)
            out[f"{name} (month)"] = _floats(pc.month(column))
        elif pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
            out[name] = _floats(column)
    return out


def words(x: pa.Table) -> dict[str, np.ndarray]:
    """Text columns as arrays of str, with missing cells named."""
    return {
        name: np.array(pc.fill_null(x.column(name), MISSING).to_pylist(), dtype=object)
        for name in x.column_names
        if pa.types.is_string(x.schema.field(name).type) or pa.types.is_large_string(x.schema.field(name).type)
    }


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.cast(column, pa.float64()), float("nan")).to_numpy(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Codes:
    """Categories as integers 0..k-1 in order of falling count; unknown and beyond `cap` is -1."""

    values: dict[str, dict[str, int]]

    @classmethod
    def learn(cls, x: pa.Table, cap: int | None = None) -> Codes:
        """Learn each text column's values; `cap` keeps the most frequent only."""
        values = {}
        for name, column in words(x).items():
            found, counts = np.unique(column.astype(str), return_counts=True)
            ranked = found[np.lexsort((found, -counts))][:cap]
            values[name] = {value: code for code, value in enumerate(ranked.tolist())}
        return cls(values)

    def matrix(self, x: pa.Table, unknown: float = -1.0) -> tuple[np.ndarray, list[int]]:
        """All columns as float64, numbers first, and the places of the categories."""
        columns = list(numbers(x).values())
        places = list(range(len(columns), len(columns) + len(self.values)))
        for name, column in words(x).items():
            known = self.values[name]
            columns.append(np.array([known.get(value, unknown) for value in column], dtype=np.float64))
        return np.column_stack(columns), places
