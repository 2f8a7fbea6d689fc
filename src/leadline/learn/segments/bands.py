"""Columns as bands: numbers of about equal counts, categories value by value, texts by what they are about.

Bands of equal counts do not change when a number is scaled, counted in other units or skewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.learn.derive import numbers, texts
from leadline.learn.segments.mixture import Codes, Floats

VALUES = 12  # categories with a band of their own
RAREST = 0.02  # of the rows that a category with a band of its own has
TOPICS = 2  # directions in which texts differ most
ALONE = 0.5  # of a band's rows that one value needs for a band of its own


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """How one column becomes bands. `kind` is number (`edges`: where the next band begins), category (`values`, then
    one band for others where `others`) or text (`middle`, `axes`: directions, with `edges` for each)."""

    name: str
    kind: str
    edges: tuple[tuple[float, ...], ...] = ()
    values: tuple[str, ...] = ()
    others: bool = False
    middle: NDArray[np.float32] | None = None
    axes: NDArray[np.float32] | None = None

    @property
    def sizes(self) -> list[int]:
        """How many bands; one number a direction of texts."""
        if self.kind == "category":
            return [len(self.values) + self.others]
        return [len(edges) + 1 for edges in self.edges]

    def codes(self, table: pa.Table) -> Codes:
        """The band of each row, -1 for blank: (rows, 1) or for texts (rows, directions). All blank where the table has
        no such column or another kind of cells."""
        width = len(self.sizes)
        blank = np.full((table.num_rows, width), -1, np.int16)
        if self.name not in table.column_names:
            return blank
        cells = table[self.name]
        if self.kind == "number":
            if not (pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type)):
                return blank
            return _banded(numbers(cells), self.edges[0]).reshape(-1, 1)
        words = _words(cells)
        if self.kind == "category":
            place = {value: at for at, value in enumerate(self.values)}
            rest = len(self.values) if self.others else -1
            known = words.dictionary_encode()
            codes = [place.get(value, rest) for value in known.dictionary.to_pylist()]
            found = np.array([*codes, -1], np.int16)[np.asarray(known.indices.fill_null(len(codes)))]
            return np.asarray(found[:, None])
        if self.middle is None or self.axes is None:
            return blank
        vectors, filled = _vectors(words)
        along = (vectors - self.middle) @ self.axes.T
        for at, edges in enumerate(self.edges):
            blank[filled, at] = _banded(along[:, at].astype(np.float64), edges)
        return blank


def number_of_bands(rows: int) -> int:
    """More bands for more rows: 3 under 150, 5 for some hundred, 7 for thousands."""
    return int(np.clip(round(rows**0.25), 3, 7))


def learn(table: pa.Table, name: str, kind: str) -> Column | None:
    """The bands of a column; None where it has one band only."""
    cells = table[name]
    if kind == "number":
        values = numbers(cells)
        made = Column(name, kind, edges=(_edges(values[np.isfinite(values)], number_of_bands(len(values))),))
    elif kind == "category":
        made = _category(name, _words(cells))
    else:
        made = _text(name, _words(cells))
    return made if made.sizes and all(size > 1 for size in made.sizes) else None


def codes_of(columns: Sequence[Column], table: pa.Table) -> Codes:
    """The bands of all columns beside each other."""
    parts = [column.codes(table) for column in columns]
    return np.concatenate(parts, axis=1) if parts else np.zeros((table.num_rows, 0), np.int16)


def blocks_of(columns: Sequence[Column]) -> list[list[int]]:
    """Which places of `codes_of` come from one column."""
    blocks, start = [], 0
    for column in columns:
        blocks.append(list(range(start, start + len(column.sizes))))
        start += len(column.sizes)
    return blocks


def _banded(values: Floats, edges: Sequence[float]) -> Codes:
    found = np.searchsorted(np.asarray(edges), values, side="right").astype(np.int16)
    return np.where(np.isfinite(values), found, -1).astype(np.int16)


def _edges(values: Floats, bands: int) -> tuple[float, ...]:
    """Where bands begin: about equal counts; a value that is a good part of a band alone (zero, mostly) has its own."""
    kinds, counts = np.unique(values, return_counts=True)
    if len(kinds) < 2:
        return ()
    wanted = len(values) / bands
    whole = bool((kinds == np.floor(kinds)).all())
    edges: list[float] = []
    held = 0.0
    for at in range(len(kinds) - 1):
        held += counts[at]
        heavy_here, heavy_next = counts[at] >= ALONE * wanted, counts[at + 1] >= ALONE * wanted
        full = held + counts[at + 1] / 2 >= wanted
        if full or (heavy_here and held >= ALONE * wanted) or (heavy_next and held >= ALONE * wanted):
            middle = float((kinds[at] + kinds[at + 1]) / 2)
            edges.append(float(np.ceil(middle)) if whole else middle)
            held = 0.0
    if edges and held + counts[-1] < ALONE / 2 * wanted:
        edges.pop()
    return tuple(edges)


def _words(cells: pa.ChunkedArray) -> pa.Array:
    from leadline.warehouse.values import text_of

    found = texts(text_of(cells))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _category(name: str, words: pa.Array) -> Column:
    counts = {pair["values"]: pair["counts"] for pair in words.drop_null().value_counts().to_pylist()}
    filled = sum(counts.values())
    fewest = max(3, RAREST * filled)
    common = sorted((value for value, n in counts.items() if n >= fewest), key=lambda value: (-counts[value], value))
    kept = tuple(common[:VALUES])
    return Column(name, "category", values=kept, others=sum(counts[value] for value in kept) < filled)


def _text(name: str, words: pa.Array) -> Column:
    vectors, _ = _vectors(words)
    if len(vectors) < 20:
        return Column(name, "text")
    middle = vectors.mean(axis=0)
    values, axes = np.linalg.eigh((vectors - middle).T.astype(np.float64) @ (vectors - middle))
    strongest = axes[:, np.argsort(-values)[:TOPICS]].T
    strongest *= np.sign(strongest[np.arange(len(strongest)), np.abs(strongest).argmax(axis=1)])[:, None]
    along = (vectors - middle).astype(np.float64) @ strongest.T
    bands = min(3, number_of_bands(len(vectors)))
    edges = tuple(_edges(np.round(along[:, at], 6), bands) for at in range(along.shape[1]))
    return Column(name, "text", edges=edges, middle=middle.astype(np.float32), axes=strongest.astype(np.float32))


def _vectors(words: pa.Array) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The vectors of the texts that are there, and which rows these are."""
    from leadline.understand.embedding import embed

    filled = np.flatnonzero(np.asarray(words.is_valid()))
    return embed([str(text)[:4_000] for text in words.take(pa.array(filled)).to_pylist()]), filled
