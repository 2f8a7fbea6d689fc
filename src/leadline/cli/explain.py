"""`leadline explain`: all that moves one row's score."""

from __future__ import annotations

import argparse
import re
import time
from difflib import get_close_matches
from typing import TYPE_CHECKING

from leadline.cli import arguments, tables
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, ColumnNotFound

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.core.qualification import ScoredRow
    from leadline.learn.model import Model
    from leadline.warehouse.source import Source

DESCRIPTION = """\
Says everything that raises or lowers the score of one row against the average row, strongest first, and which missing
fact would move it most. The row is named by its identifier or by its number in the file."""

EXAMPLES = """\
  leadline explain new-leads.csv --model model/ --row L-1042
  leadline explain new-leads.csv --model model/ --row 17 --json"""

NEAR = 20_000  # identifiers that are looked through for one that is spelt alike


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a path, '-' for standard input, or a database's address")
    add("--model", action=Once, required=True, metavar="FOLDER", help="the folder of a model that qualify has kept")
    add("--row", action=Once, required=True, metavar="ID", help="the row's identifier, or its number in the file")
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Explain one row."""
    from leadline.learn.folder import load

    model = load(given.model)
    with tables.opened(given) as source:
        for column in model.columns:
            if column not in source.columns:
                raise ColumnNotFound(column, source.columns, source.name)
        place, alike = _find(source, model, given.row.strip())
        row = _explained(model, _at(source, place), place)
        name = source.name
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        machine.show(
            {**machine.plain(row), "base_rate": model.base_rate, "alike": alike, "source": name, "seconds": seconds}
        )
    else:
        from leadline.cli import answers

        answers.show_explained(row, model, name, alike)
    return 0


def _find(source: Source, model: Model, wanted: str) -> tuple[int, int]:
    """The 0-based place of the row, and how many rows are called so. An identifier goes before a row's number."""
    column = model.id_column if model.id_column in source.columns else ""
    found, alike, seen = -1, 0, 0
    names: list[str] = []
    for batch in source.raw_batches(columns=[column] if column else source.columns[:1]):
        if column:
            here = _names(batch, model, column)
            places = [at for at, name in enumerate(here) if name == wanted]
            if places and found < 0:
                found = seen + places[0]
            alike += len(places)
            names += here[: max(0, NEAR - len(names))]
        seen += batch.num_rows
    if not seen:
        raise CallError(f"{source.name} has a header and no rows, so there is none to explain")
    number = re.fullmatch(r"(?:row )?(\d{1,15})", wanted)
    if found >= 0:
        return found, alike
    if number and 1 <= int(number[1]) <= seen:
        return int(number[1]) - 1, 1
    if not column:
        raise CallError(f"The model knows no identifier, so --row takes a number from 1 to {seen:,}, not '{wanted}'")
    near = get_close_matches(wanted, names, n=1, cutoff=0.7)
    mend = f"did you mean '{near[0]}'?" if near else f"they are called like '{names[0] if names else ''}'"
    raise CallError(f"No row of {source.name} has '{wanted}' in '{column}'; {mend}")


def _names(batch: pa.RecordBatch, model: Model, column: str) -> list[str]:
    """Identifiers as the list shows them."""
    from leadline.learn import words
    from leadline.warehouse.values import parse

    typed = parse(batch, [f for f in model.formats if f.column == column])
    cells = typed.column(0).to_pylist()
    return [words.name(cell) if isinstance(cell, float) else str(cell or "").strip() for cell in cells]


def _at(source: Source, place: int) -> pa.RecordBatch:
    start = 0
    for batch in source.raw_batches():
        if place < start + batch.num_rows:
            return batch.slice(place - start, 1)
        start += batch.num_rows
    raise CallError(f"{source.name} has no row {place + 1:,} any more")


def _explained(model: Model, raw: pa.RecordBatch, place: int) -> ScoredRow:
    import numpy as np
    import pyarrow as pa

    from leadline.core.qualification import ScoredRow
    from leadline.learn import grades, reasons, scoring, words
    from leadline.warehouse.values import parse, text_of

    typed = pa.Table.from_batches([parse(raw, model.formats)])
    scores = scoring.score(model, typed)
    why = reasons.explain(model, typed, scores, np.zeros(1, dtype=np.int64), count=len(model.columns) + 1)[0]
    cuts = model.reference.grades if model.reference is not None else None
    grade = grades.by_score(scores.score, np.ones(1, dtype=bool), cuts)[0] if cuts else ""
    names = typed.column_names
    called = words.name(typed[model.id_column][0].as_py()) if model.id_column in names else ""
    amount = typed[model.money_column][0].as_py() if model.money_column in names else None
    said = text_of(typed[model.outcome.column])[0].as_py() if model.outcome.column in names else None
    return ScoredRow(
        row=place + 1,
        name=called or f"row {place + 1}",
        score=float(scores.score[0]),
        low=float(scores.low[0]),
        high=float(scores.high[0]),
        grade=str(grade),
        value=amount * float(scores.score[0]) if isinstance(amount, float) else None,
        up=why.up,
        down=why.down,
        missing=why.missing,
        unusual=bool(scores.unusual[0]),
        state="won" if said in model.outcome.won else "lost" if said in model.outcome.lost else "open",
    )
