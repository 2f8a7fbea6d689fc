"""What `leadline import` tells a person: how the file was understood, what comes of it, what was refused, what next."""

from __future__ import annotations

import argparse
import shlex

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from leadline.cli.paper import DEEP, SOFT, Paper, clean
from leadline.cli.terminal import source_words
from leadline.loop.importing.result import Imported
from leadline.web.report.figures import plural

REFUSED = 6
NOTES = 4
EXTRAS = 6
WIDEST = 26
ONE = {
    "people": "person",
    "accounts": "account",
    "deals": "deal",
    "activities": "activity",
    "products": "product",
    "orders": "order",
}
MANY = {
    "account": "accounts",
    "parent": "parents",
    "person": "people",
    "owner": "sellers",
    "product": "products",
    "deal": "deals",
}


def show(result: Imported, given: argparse.Namespace) -> None:
    """Print it."""
    paper = Paper()
    paper.title(result.facts.name, source_words(result.facts))
    for note in (*result.facts.notes, *result.notes)[:NOTES]:
        paper.line(note, soft=True)
    _columns(paper, result)
    _counts(paper, result)
    _examples(paper, result)
    _refused(paper, result, given)
    _next(paper, result, given)
    paper.show()


def _columns(paper: Paper, result: Imported) -> None:
    proposal = result.proposal
    read = f"read as {proposal.kind}" + (f" from {proposal.title}" if proposal.title else "")
    paper.title("Columns", f"{read}; ids count as those of '{result.source}'")
    mapped = [one for one in proposal.columns if one.field not in ("extra", "skip")]
    wide = min(max((cell_len(one.header) for one in mapped), default=0), WIDEST) + 2
    field = min(max((len(one.field) for one in mapped), default=0), WIDEST) + 2
    for one in mapped:
        line = Text(set_cell_size(clean(one.header, wide - 2), wide))
        line.append(set_cell_size(one.field, field), style=DEEP)
        left = max(paper.width - wide - field - 4, 20)
        why = one.why.partition(": ")[2] or one.why
        line.append(clean(f"{why}{f', as {one.example}' if one.example else ''}", left), style=SOFT)
        paper.line(line)
    for word, said in (("extra", "kept under their own names"), ("skip", "left out")):
        rest = [one.header for one in proposal.columns if one.field == word]
        if rest:
            more = f" and {len(rest) - EXTRAS} more" if len(rest) > EXTRAS else ""
            paper.line(f"{said}: {', '.join(rest[:EXTRAS])}{more}", soft=True)


def _counts(paper: Paper, result: Imported) -> None:
    one = ONE[result.proposal.kind]
    would = "Imported" if result.batch else "What would happen"
    paper.title(would, f"import {result.batch}" if result.batch else "a dry run: nothing was written")
    acts = result.proposal.kind == "activities"
    paper.item("created", _many(result.created, one))
    if not acts:
        paper.item("changed", f"{_many(result.changed, one)}; blank cells never erase a value")
    paper.item("as they are", _many(result.unchanged, one))
    if result.repeated:
        paper.item("repeated", f"{plural(result.repeated, 'row')} that say what an earlier row says")
    for rel in result.related:
        word = MANY[rel.name]
        parts = [f"{rel.met:,} met"] if rel.met else []
        if rel.made:
            parts.append(f"{rel.made:,} made, as {', '.join(clean(name, 30) for name in rel.examples)}")
        if rel.by_name:
            parts.append(f"{rel.by_name:,} met by name alone: look at those")
        if rel.unknown:
            parts.append(f"{rel.unknown:,} unknown by name, kept as text")
        if parts:
            paper.item(word, "; ".join(parts))
    refused = plural(len(result.refused), "row")
    paper.item("refused", refused if result.refused else "none")


def _many(number: int, one: str) -> str:
    words = {"person": "people", "activity": "activities"}
    return f"{number:,} {one if number == 1 else words.get(one, one + 's')}"


def _examples(paper: Paper, result: Imported) -> None:
    if not result.examples:
        return
    paper.title("Changes", "a few of them")
    for one in result.examples:
        before = f"'{clean(one.before, 30)}'" if one.before else "blank"
        paper.line(f"row {one.row:,}, {clean(one.name, 30)}: {one.field} {before} becomes '{clean(one.after, 40)}'")


def _refused(paper: Paper, result: Imported, given: argparse.Namespace) -> None:
    if not result.refused:
        return
    paper.title("Refused", f"all of them with their reasons in {given.out}" if given.out else "--out FILE keeps them")
    for one in result.refused[:REFUSED]:
        place = f"row {one.row:,}" + (f", {one.column} '{clean(one.value, 40)}'" if one.column else "")
        paper.line(f"{place}: {one.reason}.")
    if len(result.refused) > REFUSED:
        paper.line(f"and {len(result.refused) - REFUSED:,} more", soft=True)


def _next(paper: Paper, result: Imported, given: argparse.Namespace) -> None:
    paper.title("Next")
    call = ["leadline", "import", given.file]
    for name, value in (
        ("--as", given.kind),
        ("--source", given.source),
        ("--key", given.key),
        ("--sheet", given.sheet),
    ):
        call += [name, value] if value else []
    for pair in given.map:
        call += ["--map", pair]
    if not result.batch:
        if result.created or result.changed:
            paper.command(shlex.join([*call, *(["--out", given.out] if given.out else []), "--apply"]))
        else:
            paper.line("The record says all this already.")
    else:
        paper.command(f"leadline undo import {result.batch}")
    if result.refused and given.out:
        call[2] = given.out
        paper.line("Mend the refused rows in their file and import it as well:")
        if not given.kind:
            call[3:3] = ["--as", result.proposal.kind]
        if not given.source and result.source != "file":
            call += ["--source", result.source]
        paper.command(shlex.join([*call, "--apply"]))
    paper.blank()
