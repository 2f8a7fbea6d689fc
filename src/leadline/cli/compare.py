"""`leadline compare`: which of two models foretells the same closed rows better, and whether that can be told."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from leadline.cli import arguments, tables
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, ColumnNotFound

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from leadline.core.formats import ColumnFormat
    from leadline.learn.model import Model

DESCRIPTION = """\
Scores the closed rows of a file with two saved models and gives the difference, paired row by row, with its 95 % range.
Use rows that closed after both were trained: on rows that a model learned from it looks better than it is."""

EXAMPLES = """\
  leadline compare model-old/ model/ closed-since.csv
  leadline compare model-old/ model/ closed-since.csv --outcome Converted=1 --json"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("a", metavar="MODEL_A", help="the folder of a model that qualify has kept")
    parser.add_argument("b", metavar="MODEL_B", help="another")
    parser.add_argument("file", metavar="FILE", help="closed rows that neither has seen")
    parser.add_argument(
        "--outcome", action=Once, default="", metavar="SPEC", help="the outcome here, where it is not that of MODEL_A"
    )
    arguments.reading(parser)
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Compare two models."""
    from leadline.learn.comparison import compare
    from leadline.learn.folder import load

    a, b = load(given.a), load(given.b)
    with tables.opened(given) as source:
        for name in (*a.columns, *b.columns):
            if name not in source.columns:
                raise ColumnNotFound(name, source.columns, source.name)
        raw, _ = source.table()
        name = source.name
    typed, labels = _typed(a, b, raw, given.outcome)
    comparison = compare(a, b, typed, labels, _groups(a, typed))
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        machine.show(
            {**machine.plain(comparison), "a": given.a, "b": given.b, "source": name, "seconds": seconds},
        )
    else:
        from leadline.cli import answers

        answers.show_compared(comparison, given.a, given.b, name)
    return 0


def _typed(a: Model, b: Model, raw: pa.Table, outcome: str) -> tuple[pa.Table, np.ndarray[Any, np.dtype[np.int8]]]:
    """The rows as both models read them, and 1 won, 0 lost, -1 open for each."""
    import numpy as np

    from leadline.learn.outcome import read_outcome
    from leadline.warehouse.values import infer, parse, text_of

    formats: dict[str, ColumnFormat] = {f.column: f for f in b.formats}
    for one in a.formats:
        other = formats.get(one.column)
        if other is not None and other.kind != one.kind and one.column in {*a.columns, *b.columns}:
            raise CallError(
                f"The models read '{one.column}' differently ({one.kind} and {other.kind}), so one file cannot "
                "compare them; train both on exports of one kind"
            )
        formats[one.column] = one
    formats = {name: f for name, f in formats.items() if name in raw.column_names}
    new = [name for name in raw.column_names if name not in formats]
    formats.update({f.column: f for f in infer(raw.select(new))})
    typed = parse(raw, list(formats.values()))
    if outcome:
        return typed, read_outcome(typed, outcome)[1]
    column = a.outcome.column
    if column not in typed.column_names:
        raise ColumnNotFound(column, typed.column_names)
    known = dict.fromkeys(a.outcome.lost, 0) | dict.fromkeys(a.outcome.won, 1)
    cells = text_of(typed[column]).to_pylist()
    return typed, np.array([known.get(cell, -1) for cell in cells], dtype=np.int8)


def _groups(model: Model, typed: pa.Table) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """A number for each account: its rows are drawn together. None where there are no accounts."""
    import numpy as np
    import pyarrow.compute as pc

    from leadline.core.roles import Role
    from leadline.warehouse.values import text_of

    named = [r.column for r in model.roles if r.role is Role.ACCOUNT and r.column in typed.column_names]
    if not named:
        return None
    codes = text_of(typed[named[0]]).dictionary_encode().indices
    alone = np.arange(typed.num_rows, dtype=np.int64) + typed.num_rows  # a row without an account is its own
    found = np.asarray(pc.fill_null(codes, -1), dtype=np.int64)
    return np.where(found >= 0, found, alone)
