"""The page of all features, from their definitions: `python tools/feature_catalogue.py` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from leadline.warehouse.features import catalogue

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "features.md"

_HEAD = """\
Made by `python tools/feature_catalogue.py`; do not edit. What each one means at its cutoff, by the step that counts it.
How they are counted: [features](../explain/features.md). Where nothing is known, counts are 0 and the rest is blank
unless another value is given. A day is 24 hours back from the cutoff; acts of buyers count only where
[a human did them](../explain/humans-not-scanners.md).""".splitlines()


def page() -> str:
    """The page as it should be."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    entries = catalogue()
    yield "# Features"
    yield ""
    yield from _HEAD
    for (step, subjects), group in groupby(entries, key=lambda entry: (entry.step, entry.subjects)):
        yield ""
        yield f"## {step}, of {', '.join(f'{subject}s' for subject in subjects).replace('persons', 'people')}"
        yield ""
        yield "| feature | meaning | unit | where nothing is known |"
        yield "|---|---|---|---|"
        for entry in group:
            one = entry.feature
            blank = "blank" if one.blank is None else str(one.blank)
            yield f"| `{one.name}` | {one.meaning} | {one.unit} | {blank} |"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
