"""Findings as rows, as JSON, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.core.understanding import Finding


def plain(one: Finding) -> dict[str, Any]:
    """A finding as a JSON object."""
    return {
        "kind": one.kind.value,
        **{name: value for name, value in one.value.items() if name not in ("kind", "quote")},
        "span": list(one.span) if one.span else None,
        "quote": one.quote,
        "confidence": one.confidence,
        "made_by": one.made_by,
    }


def label_of(one: Finding) -> str:
    """What was found, in a word: the theme, the intent, the kind of entity …"""
    return str(one.value.get(one.kind.value.partition(" ")[0], ""))


def table(found: Sequence[Sequence[Finding]]) -> pa.Table:
    """Every finding of every text as a row."""
    import json

    import pyarrow as pa

    rows = [(row, one) for row, many in enumerate(found, 1) for one in many]
    details = ("language", "theme", "entity", "intent", "sentiment", "personal")
    more = [{name: value for name, value in one.value.items() if name not in details} for _, one in rows]
    return pa.table(
        {
            "row": pa.array([row for row, _ in rows], pa.int64()),
            "kind": pa.array([one.kind.value for _, one in rows], pa.string()),
            "found": pa.array([label_of(one) for _, one in rows], pa.string()),
            "quote": pa.array([one.quote for _, one in rows], pa.string()),
            "start": pa.array([one.span[0] if one.span else None for _, one in rows], pa.int64()),
            "end": pa.array([one.span[1] if one.span else None for _, one in rows], pa.int64()),
            "confidence": pa.array([one.confidence for _, one in rows], pa.float64()),
            "details": pa.array([json.dumps(one, ensure_ascii=False) if one else "" for one in more], pa.string()),
            "made_by": pa.array([one.made_by for _, one in rows], pa.string()),
        }
    )


def write(path: str, rows: pa.Table) -> None:
    """Writes a table to a file."""
    from leadline.warehouse.writing import Writer

    with Writer(path, rows.schema) as writer:
        for batch in rows.to_batches(max_chunksize=65_536):
            writer.write(batch)


def counted(found: Sequence[Sequence[Finding]], kind: str) -> list[tuple[str, int]]:
    """How many texts hold each finding of a kind, the most frequent first."""
    counts = Counter(name for many in found for name in {label_of(one) for one in many if one.kind.value == kind})
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
