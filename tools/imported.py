"""For tests: small files imported in this process, and what the record says afterwards."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadline.core.clock import FixedClock
from leadline.core.market import FIELDS, Kind
from leadline.loop.importing.result import Imported
from leadline.loop.importing.running import run
from leadline.loop.importing.sheet import understood
from leadline.store.models import Signal
from leadline.store.upsert_lookup import MODELS
from leadline.warehouse.parsed import Parsed, extract_table
from leadline.warehouse.refusals import write_refused

CLOCK = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
Cells = Sequence[Sequence[str]]


def write(path: Path, header: Sequence[str], rows: Cells) -> Path:
    """A CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@contextmanager
def opened(path: Path) -> Iterator[Parsed]:
    """The file parsed without a child process, which costs a second."""
    folder = Path(tempfile.mkdtemp(prefix="leadline-test-"))
    out = folder / "table.arrow"
    with Parsed(folder, out, extract_table(str(path), path.name, "", "", str(out))) as table:
        yield table


def bring(
    path: Path,
    kind: str = "",
    given: Mapping[str, str] | None = None,
    *,
    source: str = "",
    key: str = "",
    apply: bool = True,
    out: Path | None = None,
) -> Imported:
    """Imports a file as the command does."""
    with opened(path) as table:
        result = run(understood(table, kind, given, source, key), CLOCK, apply=apply, path=str(path))
        if out is not None and result.refused:
            write_refused(table, out, {one.row: one.reason for one in result.refused})
    return result


def record() -> dict[str, list[Any]]:
    """All objects of the record by what they say, without numbers, rows and times of our own."""
    told: dict[str, list[Any]] = {}
    for kind, model in MODELS.items():
        every = list(model.objects.all())
        told[kind.value] = sorted((_said(kind, one) for one in every), key=repr)
    told["signals"] = sorted(
        Signal.objects.filter(batch__undone_at=None).values_list("source__name", "key", "act", "at", "actor", "payload")
    )
    return told


def _said(kind: Kind, one: Any) -> tuple[Any, ...]:
    own = [getattr(one, name) for name in FIELDS[kind]]
    related = [_name(getattr(one, name, None)) for name in ("account", "person", "owner", "product", "parent", "deal")]
    lines = [(str(line.product.name), line.quantity) for line in one.lines.all()] if kind is Kind.ORDER else []
    return (*own, *related, sorted(one.extra.items()), lines)


def _name(one: Any) -> str:
    return "" if one is None else one.name or getattr(one, "domain", "") or getattr(one, "email", "")
