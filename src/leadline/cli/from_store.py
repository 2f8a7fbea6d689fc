"""`leadline qualify --from-store`: learns from the company's own record and ranks what is open in it."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leadline.cli import ending, progress, targets
from leadline.core.errors import CallError, NotEnoughSignal

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from leadline.core.progress import Progress
    from leadline.core.qualification import Qualification
    from leadline.learn.breakdown import Within
    from leadline.learn.listing import Listing
    from leadline.learn.material import Material
    from leadline.learn.model import Model
    from leadline.learn.record import Learned
    from leadline.loop.models import Models

# What says how a file is to be read: the record knows that of itself.
OF_FILES = ("lost", "open", "role", "split", "keep", "sheet", "query", "id", "amount", "prior")


def check(given: argparse.Namespace) -> None:
    """Raises CallError where the call mixes a file and the record."""
    if given.file:
        raise CallError(f"--from-store learns from the record, not from {given.file}; give one of the two")
    if given.outcome or given.mature_after is not None or any(getattr(given, name) for name in OF_FILES):
        raise CallError(
            "With --from-store the record says what is won and what each column is; give --subject, --product and --at"
        )
    if given.save and given.publish:
        raise CallError("--save keeps a model in a folder of yours, --publish puts it in use; give one of the two")


def moment(text: str) -> int | None:
    """The end of a day (UTC) in microseconds; None for ''. Raises CallError for what is no date."""
    if not text:
        return None
    from leadline.core.clock import micros

    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        raise CallError(f"--at takes a date such as 2026-03-31, not '{text}'") from None
    if len(text) <= 10:
        day = day.replace(hour=23, minute=59, second=59)
    return micros(day if day.tzinfo else day.replace(tzinfo=UTC))


def run(given: argparse.Namespace) -> int:
    """Learn from the record. 1 where the model does not beat the base rate: it is told then, not listed or kept."""
    from dataclasses import replace
    from pathlib import Path

    check(given)
    targets.check("", out=given.out, report=given.report, save=given.save)
    at = moment(given.at)
    from leadline.app import Leadline
    from leadline.learn.grades import capacity

    if given.capacity:
        capacity(given.capacity)
    models = Leadline.open().models
    if given.in_use:
        return _score(models, at, given)
    with progress.shown(given.quiet) as report:
        learned = models.learn(given.subject, at, capacity=given.capacity, seed=given.seed, progress=report)
        wanted = _product(learned.material, given.product)
        enough = learned.qualified.enough
        result = replace(_listed(learned, wanted), seconds=round(time.perf_counter() - given.start, 3))
        if enough and given.out:
            rows = _open_table(learned.material, wanted)
            _write(learned.qualified.model, rows, Path(given.out), given, report)
        if enough and given.save:
            from leadline.learn.folder import save

            save(learned.qualified.model, given.save)
        if enough and given.publish:
            models.publish(learned, by="command line")
        if given.report:
            from leadline.web.report.page import write

            write(result, Path(given.report))
    _show(given, learned, result)
    if not enough:
        from leadline.cli.terminal import why_not

        ending.say(why_not(result, given.out, given.save))
        return NotEnoughSignal.exit_status
    return 0


def _score(models: Models, at: int | None, given: argparse.Namespace) -> int:
    """Score what is open with the model in use; nothing is learned."""
    from pathlib import Path

    from leadline.cli import answers, machine

    if given.publish or given.save or given.report:
        raise CallError("--in-use only scores: leave --publish, --save and --report away, or leave out --in-use")
    with progress.shown(given.quiet) as report:
        material, present = models.waiting(given.subject, at, progress=report)
        rows = _open_table(material, _product(material, given.product))
        listing = _write(present.model, rows, Path(given.out) if given.out else None, given, report)
    if present.flaw:
        ending.say(present.flaw)
    if given.json:
        told = {**machine.plain(listing), "subject": given.subject, "version": present.version.number}
        machine.show({**told, "flaw": present.flaw, "out": given.out})
    elif not given.quiet:
        from leadline.learn.registry import Registry

        given.file = given.out or "scored.csv"
        given.model = str(Registry(given.subject).place(present.version.number))
        answers.show_scored(listing, present.model, f"the record's {given.subject}s", given)
    return 0


def _product(material: Material, name: str) -> str:
    """The product's name as the record has it; '' for none. Raises CallError for one that is not there."""
    if not name:
        return ""
    known = sorted({one for one in material.products if one})
    found = next((one for one in known if one.casefold() == name.casefold()), "")
    if not found:
        raise CallError(f"No {material.subject} is about a product '{name}'; there are {', '.join(known[:8])}")
    return found


def _open_table(material: Material, product: str) -> pa.Table:
    """The open rows, of one product where it is named, with the numbers by which the record knows them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from leadline.learn.material import DECIDED, GROUP, LOOKED, OUTCOME, RIPE_AT

    waiting = material.open_rows()
    table = waiting.table.drop_columns(
        [name for name in (DECIDED, GROUP, LOOKED, OUTCOME, RIPE_AT) if name in waiting.table.column_names]
    )
    table = table.add_column(0, f"{waiting.subject}_id", pa.array(waiting.subjects, pa.int64()))
    return table.filter(pc.equal(table["product"], product)) if product else table


def _listed(learned: Learned, product: str) -> Qualification:
    """The record of the result, with the list of one product where one is asked for."""
    from dataclasses import replace

    result = learned.qualified.result
    if not product:
        return result
    products = learned.material.products
    ranking = tuple(row for row in result.ranking if products[row.row - 1] == product)
    return replace(result, ranking=ranking)


def _write(model: Model, rows: pa.Table, path: Path | None, given: argparse.Namespace, report: Progress) -> Listing:
    """Score rows, best first, and write them where a place is named."""
    from leadline.learn.listing import score_file
    from leadline.warehouse.held import HeldSource

    source = HeldSource("the record", rows)
    how = {"reasons": given.reasons, "capacity": given.capacity, "ranked": True, "force": True, "progress": report}
    return score_file(model, source, path, **how)


def _show(given: argparse.Namespace, learned: Learned, result: Qualification) -> None:
    if given.json:
        from leadline.cli import machine

        told: dict[str, Any] = machine.plain(result)
        told |= {
            "subject": given.subject,
            "by_stage": machine.plain(learned.by_stage),
            "by_product": machine.plain(learned.by_product),
            "published": bool(given.publish and learned.qualified.enough),
        }
        machine.show(told)
    elif not given.quiet:
        from leadline.cli import terminal
        from leadline.cli.paper import Paper

        given.file = f"the record's {given.subject}s"
        terminal.show_qualified(result, given)
        paper = Paper()
        _part(paper, "By stage of readiness", learned.by_stage)
        _part(paper, "By product", learned.by_product)
        if given.publish and learned.qualified.enough:
            paper.line("It is published: leadline renew puts a better one in its place.")
        paper.show()


def _part(paper: Any, title: str, found: tuple[Within, ...]) -> None:
    paper.title(title, "foretold for rows that the model had not seen, and what came true")
    for one in found:
        paper.line(one.words + ("" if one.fits or one.auc is None else "; this is further off than chance"))
