"""Who must not come up: customers, names on a list, and who opted out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.roles import ColumnRole, Role
from leadline.learn.headers import words_of
from leadline.learn.roles import find_roles
from leadline.learn.segments.columns import Chosen
from leadline.learn.segments.mixture import Labels
from leadline.warehouse.values import text_of

_OUT = re.compile(r"^(?:unsubscribed?|optout|abgemeldet|donotcontact|suppressed|blacklisted)$")
_OUT_PAIRS = (("opt", "out"), ("opted", "out"), ("do", "not"), ("no", "contact"), ("no", "mail"), ("not", "contact"))
_YES = frozenset("1 1.0 true yes y t ja oui si x on".split())


def excluded(
    table: pa.Table, chosen: Chosen, won: NDArray[np.bool_], exclude: Collection[str], aside: Sequence[tuple[str, str]]
) -> tuple[NDArray[np.bool_], tuple[tuple[str, int], ...]]:
    """Rows that must not come up: of companies that are customers, on a list, or opted out."""
    roles = _roles(table)
    named = [one.column for one in roles if one.role in (Role.IDENTIFIER, Role.ACCOUNT, Role.URL, Role.EMAIL)]
    named += [name for name in (chosen.names,) if name and name not in named]
    out = np.zeros(table.num_rows, bool)
    counts: list[tuple[str, int]] = []

    def leave_out(words: str, hit: NDArray[np.bool_]) -> None:
        fresh = hit & ~out & ~won
        if fresh.any():
            counts.append((words, int(fresh.sum())))
        out[hit] = True

    for one in roles:
        if one.role is Role.ACCOUNT:
            cells = [plain(cell) for cell in text_of(table[one.column]).to_pylist()]
            customers = {cell for cell, winner in zip(cells, won.tolist(), strict=True) if winner and cell}
            leave_out("of companies that are customers", np.array([cell in customers for cell in cells]))
    listed = {plain(name) for name in exclude if plain(name)}
    if listed:
        for name in named:
            leave_out("on the list to exclude", _on(listed, text_of(table[name]).to_pylist()))
    opted = [(name, "who opted out") for name in table.column_names if _opt_out(name)]
    for name, words in (*aside, *opted):
        if name in table.column_names:
            said = [plain(cell) in _YES for cell in text_of(table[name]).to_pylist()]
            leave_out(words, np.array(said))
    return out, tuple(counts)


def _on(listed: Collection[str], cells: Sequence[str | None]) -> NDArray[np.bool_]:
    """Whether a cell is on the list, as it stands or by its domain."""

    def hit(cell: str | None) -> bool:
        text = plain(cell)
        domain = re.sub(r"^(?:https?://)?(?:www\.)?", "", text.rpartition("@")[2]).partition("/")[0]
        return bool(text) and (text in listed or domain in listed)

    return np.array([hit(cell) for cell in cells])


def _opt_out(header: str) -> bool:
    words = list(words_of(header))
    pairs = set(pairwise(words))
    return bool(pairs.intersection(_OUT_PAIRS)) or any(_OUT.match(word) for word in words)


def companies(table: pa.Table) -> Labels:
    """A number for the company of each row; a row without one is its own."""
    roles = _roles(table)
    alone = np.arange(table.num_rows, dtype=np.int64)
    for one in roles:
        if one.role is Role.ACCOUNT:
            codes = text_of(table[one.column]).dictionary_encode().indices
            found = np.asarray(codes.fill_null(-1), dtype=np.int64)
            return np.where(found >= 0, found, alone + table.num_rows)
    return alone


def _roles(table: pa.Table) -> tuple[ColumnRole, ...]:
    stand_in = "outcome of rows"
    return find_roles(table.append_column(stand_in, pa.nulls(table.num_rows, pa.string())), stand_in)[:-1]


def plain(value: object) -> str:
    """A name as names are compared: case and blanks aside."""
    return " ".join(str(value or "").casefold().split())
