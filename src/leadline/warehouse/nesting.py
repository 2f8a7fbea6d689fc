"""Nested columns made flat: one level of objects becomes columns named with dots, what lies deeper JSON text."""

from __future__ import annotations

import json
from typing import Any

from leadline.warehouse.arrow import pa, pc


def flat_names(schema: pa.Schema) -> list[str]:
    """Names that `flattened` gives, in order."""
    names: list[str] = []
    for field in schema:
        if pa.types.is_struct(field.type):
            names += [f"{field.name}.{inner.name}" for inner in field.type]
        else:
            names.append(field.name)
    return names


def flattened(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Structs opened by one level; lists, maps and deeper structs as JSON text (pa.string())."""
    names: list[str] = []
    arrays: list[pa.Array] = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_struct(field.type):
            for inner, part in zip(field.type, column.flatten(), strict=True):
                names.append(f"{field.name}.{inner.name}")
                arrays.append(_text_if_nested(part))
        else:
            names.append(field.name)
            arrays.append(_text_if_nested(column))
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _text_if_nested(column: pa.Array) -> pa.Array:
    if not pa.types.is_nested(column.type):
        return column
    texts = [None if value is None else json_text(value) for value in column.to_pylist()]
    return pa.array(texts, pa.string())


def json_text(value: Any) -> str:
    """A value as compact JSON; what JSON has no word for as text."""
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def bare(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """What an extension type (PostgreSQL's numeric, say) is stored as."""
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    return pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)


def plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One array, dictionaries decoded and extension types laid bare."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(column, pa.ChunkedArray):  # too long for one array of 32-bit offsets
            column = pa.concat_arrays([pc.cast(chunk, pa.large_string()) for chunk in column.chunks])
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
