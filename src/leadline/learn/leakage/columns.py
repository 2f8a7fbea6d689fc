"""A column's cells as arrays that the hunt can count: numbers or codes, and which are blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from leadline.core.roles import ColumnRole, Role

DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Column:
    """One column over all rows. `numbers` (float64, NaN blank; dates in days) is None for text; `codes` (-1 blank)
    is None for numbers and dates. `values` are the texts that the codes stand for."""

    name: str
    role: Role
    rows: int
    numbers: np.ndarray | None
    codes: np.ndarray | None
    values: int

    @cached_property
    def filled(self) -> np.ndarray:
        """Whether each cell holds something, bool per row."""
        if self.numbers is not None:
            return np.asarray(np.isfinite(self.numbers))
        return np.asarray(self.codes) >= 0

    @property
    def is_number(self) -> bool:
        """Whether `numbers` are plain numbers, not dates."""
        return self.numbers is not None and self.role != Role.DATE

    @property
    def is_date(self) -> bool:
        """Whether `numbers` are days since 1970."""
        return self.role == Role.DATE

    def at(self, rows: np.ndarray) -> Column:
        """The same column at these positions only."""
        numbers = None if self.numbers is None else self.numbers[rows]
        codes = None if self.codes is None else self.codes[rows]
        return Column(self.name, self.role, int(rows.size), numbers, codes, self.values)

    @cached_property
    def zeros(self) -> int:
        """How many cells are exactly zero, if they are numbers other than dates."""
        if self.numbers is None or self.is_date:
            return 0
        return int((self.numbers == 0).sum())


def column_of(table: pa.Table, role: ColumnRole, rows: np.ndarray | None = None) -> Column:
    """The column that `role` is of, at positions `rows` (all when None)."""
    cells = table[role.column]
    if rows is not None:
        cells = cells.take(pa.array(rows))
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        coded = cells.combine_chunks().dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return Column(role.column, role.role, len(cells), None, codes, len(coded.dictionary))
    if pa.types.is_temporal(cells.type):
        micros = cells.cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy()
        return Column(role.column, Role.DATE, len(cells), micros / DAY, None, 0)
    return Column(role.column, role.role, len(cells), cells.cast(pa.float64()).to_numpy(), None, 0)


def columns_of(table: pa.Table, roles: Sequence[ColumnRole], rows: np.ndarray | None = None) -> list[Column]:
    """The columns that the roles are of, in their order, without the outcome and those with nothing in them."""
    skipped = (Role.OUTCOME, Role.EMPTY, Role.IGNORED)
    return [column_of(table, role, rows) for role in roles if role.role not in skipped]
