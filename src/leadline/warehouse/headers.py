"""Column names from a header row: never blank, never twice."""

from __future__ import annotations

from collections.abc import Sequence


def unique_names(header: Sequence[str]) -> list[str]:
    """Names in the header's order: blanks become 'column 7', a repeated 'x' becomes 'x (2)'."""
    names: list[str] = []
    taken: set[str] = {cell.strip() for cell in header if cell.strip()}
    seen: set[str] = set()
    for place, cell in enumerate(header, start=1):
        name = cell.strip()
        blank = not name
        if blank:
            name = f"column {place}"
        if name in seen or (blank and name in taken):
            stem, number = name, 2
            while name in seen or name in taken:
                name = f"{stem} ({number})"
                number += 1
        seen.add(name)
        names.append(name)
    return names
