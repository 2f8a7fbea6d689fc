"""What `leadline qualify` tells a person: what was read and left out, how far to trust it, the list, what next."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from leadline.cli import rows
from leadline.cli.paper import DEEP, Paper, clean
from leadline.core.formats import SourceFacts
from leadline.core.qualification import LeftOut, Qualification, Validation
from leadline.web.report import verdict
from leadline.web.report.card import KINDS, sign
from leadline.web.report.figures import between, count, decimal, percent, plural, times

FORMATS = {"csv": "text", "xlsx": "workbook", "parquet": "Parquet", "jsonl": "JSON lines", "sql": "database"}
VALUES = 6  # outcome values that are named
FINDINGS = 8
NOTES = 4
DRIVERS = 6
TOP = 10


def show_qualified(result: Qualification, given: argparse.Namespace) -> None:
    """Print the summary of a qualification; `given` says what was asked for."""
    paper = Paper()
    _read(paper, result)
    _left_out(paper, result, bool(given.report))
    _trust(paper, result)
    if result.drivers:
        _drivers(paper, result)
    _list(paper, result)
    _next(paper, result, given)
    paper.show()


def why_not(result: Qualification, out: str, save: str) -> str:
    """The sentence for a file that does not tell won from lost."""
    unwritten = " and ".join(name for name in (out, save) if name)
    kept = f"; {unwritten} {'were' if out and save else 'was'} not written" if unwritten else ""
    v = result.validation
    held = f"on {plural(v.held_out, 'row')} that the model never saw it does" if v else "the model does"
    return f"Not enough signal: {held} no better than the base rate, so do not rank by it{kept}"


def source_words(source: SourceFacts) -> str:
    """'2,000 rows, 33 columns; text in utf-8, separated by comma'."""
    kind = FORMATS[source.format]
    if source.encoding:
        kind += f" in {source.encoding}"
    if source.delimiter:
        kind += f", separated by {sign(source.delimiter)}"
    if source.sheet:
        kind += f", sheet '{source.sheet}'"
    return f"{plural(source.rows, 'row')}, {plural(source.columns, 'column')}; {kind}"


def _read(paper: Paper, result: Qualification) -> None:
    paper.title(result.source.name, source_words(result.source))
    for note in result.source.notes[:NOTES]:
        paper.line(note, soft=True)
    if len(result.source.notes) > NOTES:
        paper.line(f"and {len(result.source.notes) - NOTES} more notes on how it was read", soft=True)
    outcome = result.outcome
    note = _lower(outcome.reason)
    if outcome.proposed:
        note += "; say otherwise with --lost and --open"
    paper.title(f"Outcome: {outcome.column}", note)
    for label, values in (("won", outcome.won), ("lost", outcome.lost), ("open", outcome.open)):
        if values:
            paper.item(label, _some(values))
    counts = f"{count(result.closed)} closed, of them {count(result.won)} won; {count(result.open)} open"
    if result.immature:
        counts += f"; {count(result.immature)} lost ones are too young to count"
    paper.item("rows", counts)
    paper.item("base rate", f"{percent(result.base_rate)} {verdict_base(result)}")


def verdict_base(result: Qualification) -> str:
    """What the base rate is."""
    return "of closed rows are won" if result.model.trained_rows else "of rows are won, as the questionnaire says"


def _some(values: Sequence[str], most: int = VALUES) -> str:
    shown = ", ".join(clean(value, 40) for value in values[:most])
    return shown + (f" and {len(values) - most} more" if len(values) > most else "")


def _left_out(paper: Paper, result: Qualification, reported: bool) -> None:
    found = [item for item in result.left_out if not item.kept and item.kind != "identifier"]
    names = [f"'{clean(item.column, 40)}'" for item in result.left_out if item.kind == "identifier" and not item.kept]
    if found:
        columns = sum(1 for item in found if item.column)
        note = f"{plural(columns, 'column')} that would mislead; bring one back with --keep COLUMN" if columns else ""
        paper.title("Left out", note)
        lines = [
            _finding([item for item in found if item.kind == kind])
            for kind in KINDS
            if any(item.kind == kind for item in found)
        ]
        flat = [line for group in lines for line in group]
        paper.points(flat, FINDINGS, "and {} more" + (", all in the report" if reported else "; see --report"))
    if not found and not any(item.kept for item in result.left_out):
        paper.title("Left out", "no column was found that would mislead")
    if names:
        paper.line(f"Only {'names' if len(names) == 1 else 'name'} rows, so not used either: {_some(names)}", soft=True)
    for item in result.left_out:
        if item.kept:
            paper.line(f"'{item.column}' is kept as you asked, in spite of this: {_lower(item.reason)}")


def _finding(items: Sequence[LeftOut]) -> list[str]:
    """Lines for the findings of one kind; columns with one reason share a line."""
    by_reason: dict[str, list[str]] = {}
    for item in items:
        by_reason.setdefault(item.reason, []).append(f"'{clean(item.column, 40)}'" if item.column else "")
    return [
        f"{_some(names, 4)}: {_lower(_plural(reason, len(names)))}" if any(names) else reason
        for reason, names in by_reason.items()
    ]


def _plural(reason: str, columns: int) -> str:
    """A reason that several columns share."""
    if columns == 1:
        return reason
    return re.sub(r"^Its name says that it ([a-z]+)", lambda m: f"Their names say that they {_many(m[1])}", reason)


def _many(verb: str) -> str:
    return {"is": "are", "was": "were", "has": "have"}.get(verb, verb.removesuffix("s"))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence


def _trust(paper: Paper, result: Qualification) -> None:
    paper.title("How far to trust it")
    paper.item("model", result.rung_words)
    v = result.validation
    if v is None:
        for sentence in result.warnings or verdict.verdict(result).sentences[:1]:
            paper.item("judged", sentence)
        return
    paper.item("judged", f"{_capital(v.scheme)}; {plural(v.held_out, 'row')} held out, {count(v.held_out_won)} won")
    paper.item("AUC", f"{decimal(v.auc)}, between {decimal(v.auc_low)} and {decimal(v.auc_high)}; 0.5 is chance")
    paper.item(
        "skill",
        f"{percent(v.brier_skill)} less error than always saying the base rate ({between(v.skill_low, v.skill_high)})"
        if v.brier_skill > 0
        else f"none: {percent(-v.brier_skill)} more error than always saying the base rate "
        f"({between(v.skill_low, v.skill_high)})",
    )
    paper.item("calibration", f"what was said and what came differ by {decimal(100 * v.ece, 1)} points on average")
    paper.item("best tenth", f"won {times(v.lift_top_decile)} times as often as all{_best(v)}")
    for words in result.warnings:
        if not words.startswith("Not enough signal"):
            paper.item("note", words)


def _best(v: Validation) -> str:
    if not v.top:
        return ""
    one = min(v.top, key=lambda t: abs(t.k - 50))
    return f"; of the best {count(one.k)}, {count(one.won)} were won, by chance {count(round(one.by_chance))}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _drivers(paper: Paper, result: Qualification) -> None:
    paper.title("What moves the score", "share of all pushes")
    shown = result.drivers[:DRIVERS]
    strongest = shown[0].share or 1.0
    name = min(30, max(cell_len(clean(d.column, 30)) for d in shown))
    sign_ = "█" if paper.signs else "#"
    for driver in shown:
        bar = sign_ * max(1, round(10 * driver.share / strongest))
        line = Text(f"{set_cell_size(clean(driver.column, 30), name)}  {percent(driver.share):>6}  ")
        paper.line(line.append(bar, style=DEEP))
    if len(result.drivers) > DRIVERS:
        paper.line(f"and {len(result.drivers) - DRIVERS} more columns", soft=True)


def _list(paper: Paper, result: Qualification) -> None:
    for item in result.drift:
        paper.line(f"Drift: {item.words}")
    if not result.ranking:
        return
    said = verdict.verdict(result)
    shown = verdict.open_rows(result)[:TOP]
    many = verdict.noun(result)
    some_open = any(row.state == "open" for row in result.ranking)
    paper.title(f"The best {'open' if some_open else 'closed'} {many}", "mark: score on its 80 % range, │ base rate")
    paper.line(said.sentences[0])
    paper.blank()
    rows.draw(paper, shown, result.base_rate)
    if result.products:
        paper.line(f"Each row's score for every product is in --out: {_some(result.products)}", soft=True)
    if result.capacity:
        grades = ", ".join(f"{count(n)} {grade}" for grade, n in result.grade_counts)
        paper.line(f"Grades by {clean(result.capacity, 20)}: {grades}", soft=True)


def _next(paper: Paper, result: Qualification, given: argparse.Namespace) -> None:
    paper.title("Next", f"{decimal(result.seconds, 1)} s")
    if not result.ranking:
        step = verdict.verdict(result).next_step
        if step:
            paper.line(step)
    elif given.out:
        paper.line(f"The whole list, with all reasons: {given.out}")
    else:
        paper.line("For the whole list, with all reasons, add --out scored.csv")
    paper.line(
        f"The report: {given.report}" if given.report else "For the page with all figures, add --report report.html"
    )
    if given.save and result.ranking:
        paper.line("Tomorrow's file, without training:")
        paper.command(f"leadline score FILE --model {shlex.quote(given.save)} --out scored.csv")
    elif result.ranking:
        paper.line("To score tomorrow's file without training, add --save model/")
