"""`leadline intents`: learn what writers want from labelled messages, or label new ones."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from leadline.cli import arguments, progress, tables, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, ColumnNotFound, DataError, NotEnoughSignal

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.core.progress import Progress
    from leadline.learn.intents.judgement import Judgement
    from leadline.learn.intents.training import Trained
    from leadline.understand.intent_model import IntentModel

DESCRIPTION = """\
Learns from messages with labels what a writer wants, and says how often it is right on messages that it was not given,
which labels are mixed up and which rows are probably labelled wrongly. With --model it labels new messages: each with
its probability, whether it is one of those that the labels are for, and why."""

EXAMPLES = """\
  leadline intents messages.csv --text Message --label Intent --save intents
  leadline intents inbox.csv --model intents --out labelled.csv"""

MOST_ROWS = 1_000_000
SUSPECTS_SHOWN = 200  # in --json
BLOCK = 4096


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a path, '-' for standard input, or a database's address")
    add("--text", action=Once, default="", metavar="COLUMN", help="the column with the messages")
    add("--label", action=Once, default="", metavar="COLUMN", help="the column with what their writers wanted")
    add("--model", action=Once, default="", metavar="FOLDER", help="label messages with this model instead of learning")
    add(
        "--size",
        action=Once,
        default="",
        choices=("bulk", "best"),
        help="best (default) reads more carefully, bulk is many times faster",
    )
    add("--oos", action=Once, default="", metavar="LABEL", help="the label of messages that are out of scope")
    add("--save", action=Once, default="", metavar="FOLDER", help="keep the model in this folder")
    add("--out", action=Once, default="", metavar="FILE", help="every message with its label: .csv, .parquet or .xlsx")
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Learn or label."""
    if given.model:
        for option, said in (
            ("--label", given.label),
            ("--size", given.size),
            ("--oos", given.oos),
            ("--save", given.save),
        ):
            if said:
                raise CallError(f"{option} is for learning and --model for labelling; give one of the two")
    elif not (given.text and given.label):
        raise CallError("To learn, name the columns with --text and --label; to label messages, a folder with --model")
    targets.check(given.file, out=given.out, save=given.save)
    with progress.shown(given.quiet) as report:
        return _apply(given, report) if given.model else _learn(given, report)


def _learn(given: argparse.Namespace, report: Progress) -> int:
    from leadline.learn.intents.judgement import judge_training
    from leadline.learn.intents.training import train_and_judge

    name, table = _read(given, report)
    texts, labels = _column(table, given.text, name), _column(table, given.label, name)
    rows = [row for row, (text, label) in enumerate(zip(texts, labels, strict=True)) if text and label]
    if not rows:
        raise DataError(f"{name} has no row with both '{given.text}' and '{given.label}'")
    report("learning", 0.2)
    kept = [texts[row] for row in rows], [labels[row] for row in rows]
    trained = train_and_judge(*kept, size=given.size or "best", none_label=given.oos)
    found = judge_training(trained, *kept)
    if not found.beats_guessing:
        raise NotEnoughSignal(
            f"{len(rows):,} messages are not enough: the model is right in {found.accuracy:.0%} of those it was not "
            f"given, and always saying '{found.most_frequent}' in {found.most_frequent_share:.0%}; label more messages"
        )
    model = _with_card(trained.model, given, found)
    if given.save:
        model.save(given.save)
    if given.out:
        _write(given.out, _judged(table, rows, trained, kept[1]))
    _tell(given, name, found, rows)
    return 0


def _apply(given: argparse.Namespace, report: Progress) -> int:
    from leadline.understand.intent_model import IntentModel

    model = IntentModel.load(given.model)
    name, table = _read(given, report)
    texts = _column(table, given.text or str(model.card.get("text", "")), name)
    columns: dict[str, list[Any]] = {
        key: [] for key in ("intent", "probability", "in scope", "words", "most like", "its intent", "likeness")
    }
    for start in range(0, len(texts), BLOCK):
        report("labelling", start / len(texts))
        part = texts[start : start + BLOCK]
        found, near = model.predict(part), model.nearest(part)
        for row, text in enumerate(part):
            example, its, likeness = near[row]
            line = (
                found.labels[row] if text else None,
                round(float(found.probabilities[row]), 4) if text else None,
                bool(found.in_scope[row]) if text else None,
                ", ".join(model.reasons(text, found.labels[row])),
                example if text else None,
                its if text else None,
                round(likeness, 3) if text else None,
            )
            for key, value in zip(columns, line, strict=True):
                columns[key].append(value)
    if given.out:
        _write(given.out, _beside(table, columns))
    from leadline.cli import machine

    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        shown = [{"row": row, **{key: one[row] for key, one in columns.items()}} for row in range(len(texts))]
        machine.show({"source": name, "messages": len(texts), "seconds": seconds, "labelled": shown})
    elif not given.quiet:
        from leadline.cli import intents_told

        intents_told.show_labelled(name, texts, columns, seconds, given)
    return 0


def _read(given: argparse.Namespace, report: Progress) -> tuple[str, pa.Table]:
    report("reading", 0.0)
    with tables.opened(given) as source:
        table, _ = source.table(MOST_ROWS)
        if not table.num_rows:
            raise DataError(f"{source.name} has a header and no rows; give a file with messages")
        return source.name, table


def _column(table: pa.Table, column: str, name: str) -> list[str]:
    from leadline.warehouse.values import text_of

    if column not in table.column_names:
        raise ColumnNotFound(column, table.column_names, name)
    return [(cell or "").strip() for cell in text_of(table[column]).to_pylist()]


def _with_card(model: IntentModel, given: argparse.Namespace, found: Judgement) -> IntentModel:
    from dataclasses import replace

    measured = {"accuracy": found.accuracy, "low": found.low, "high": found.high, "macro_f1": found.macro_f1}
    return replace(model, card={**model.card, **measured, "text": given.text, "label": given.label})


def _judged(table: pa.Table, rows: list[int], trained: Trained, labels: list[str]) -> pa.Table:
    """Every row with what the model says of it when it is left out."""
    names = trained.model.labels
    columns: dict[str, list[Any]] = {
        key: [None] * table.num_rows for key in ("intent when left out", "probability", "probability of its label")
    }
    for at, row in enumerate(rows):
        place = int(trained.unique.place[at])
        if place < 0:
            continue
        each = trained.each[place]
        best = int(each.argmax())
        columns["intent when left out"][row] = names[best]
        columns["probability"][row] = round(float(each[best]), 4)
        columns["probability of its label"][row] = round(float(each[names.index(labels[at])]), 4)
    return _beside(table, columns)


def _beside(table: pa.Table, columns: dict[str, list[Any]]) -> pa.Table:
    """The file's own columns as text, then ours."""
    from leadline.warehouse.arrow import pa
    from leadline.warehouse.values import text_of

    made: dict[str, Any] = {name: text_of(table[name]) for name in table.column_names}
    for name, values in columns.items():
        made[name if name not in made else f"{name} (Leadline)"] = pa.array(values)
    return pa.table(made)


def _write(path: str, table: pa.Table) -> None:
    from leadline.warehouse.writing import Writer

    with Writer(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=65_536):
            writer.write(batch)


def _tell(given: argparse.Namespace, name: str, found: Judgement, rows: list[int]) -> None:
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        plain = machine.plain(found)
        plain["suspects"] = [{**one, "row": rows[one["row"]]} for one in plain["suspects"][:SUSPECTS_SHOWN]]
        machine.show({**plain, "source": name, "size": given.size or "best", "seconds": seconds})
    elif not given.quiet:
        from leadline.cli import intents_told

        intents_told.show_learned(name, found, rows, seconds, given)
