"""Writes the JSON schema of `leadline qualify --json` from the frozen record behind it: `make schema`.

tests/test_docs.py fails while the file in docs/reference is not what this makes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from leadline.core.qualification import Qualification

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "qualify.schema.json"


def schema() -> str:
    """The schema as it stands in the file: sorted keys, two spaces, one newline at the end."""
    made = _plain(TypeAdapter(Qualification).json_schema(mode="serialization"))
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "The result of leadline qualify --json"
    return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _plain(part: Any) -> Any:
    """Without the titles that repeat each key, and with each key required: the CLI writes them all."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _plain(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    if "properties" in kept:
        kept["required"] = sorted(kept["properties"])
    return kept


if __name__ == "__main__":
    TARGET.write_text(schema(), encoding="utf-8")
