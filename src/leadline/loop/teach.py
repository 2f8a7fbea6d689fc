"""Teach: learn from the company's own record, keep the model, and let a better one take its place.

Whatever goes into use, or is refused, stands in the audit trail; what was learned stands in the ledger as a lesson.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadline.core.clock import Clock, micros
from leadline.core.errors import CallError, DataError, NotEnoughSignal
from leadline.core.ledger import Lesson
from leadline.core.plain import plain
from leadline.core.progress import Progress, quiet
from leadline.core.settings import lake
from leadline.learn import material, record, renewal
from leadline.learn.material import Material
from leadline.learn.record import Learned
from leadline.learn.registry import Event, Present, Registry, Version
from leadline.learn.renewal import Renewal, Verdict
from leadline.store import address, audit, ledger
from leadline.store.transactions import together
from leadline.warehouse.lake import export


def gather(subject: str, at: int, *, progress: Progress = quiet) -> Material:
    """What the record knew at `at` (microseconds), the lake brought up to date first."""
    export(address.url(), lake(), progress=progress)
    return material.gather(lake(), subject, at, _deal_names() if subject == "deal" else None, progress)


def publish(learned: Learned, clock: Clock, *, by: str, why: str = "learned from the record") -> Version:
    """Keeps a model and puts it in use. Raises NotEnoughSignal where it does not beat the base rate."""
    if not learned.qualified.enough:
        raise NotEnoughSignal("The model does no better than the base rate, so it is not published")
    given = learned.material
    registry = Registry(given.subject)
    facts = {"by_stage": plain(learned.by_stage), "by_product": plain(learned.by_product)}
    version = registry.keep(learned.qualified.model, given.at, facts, clock.now(), by, why)
    registry.publish(version.number, clock.now(), by, why)
    _told(given.subject, version.number, "model published", why, clock, by)
    return version


def renew(
    subject: str,
    clock: Clock,
    *,
    at: int | None = None,
    by: str = "command line",
    dry_run: bool = False,
    seed: int = 0,
    given: Material | None = None,
    progress: Progress = quiet,
) -> Renewal:
    """Trains a challenger and publishes it only if it foretells the latest outcomes better than the present model.

    With `dry_run` nothing is written. `given` is what was gathered already.
    """
    now = micros(clock.now()) if at is None else at
    have = given if given is not None else gather(subject, now, progress=progress)
    registry = Registry(subject)
    present = registry.present()
    flaw = registry.flaw()
    if present is not None and (why := renewal.unusable(present.model, have)):
        flaw, present = f"The present model cannot score the record as it is now: {why}", None
    found, learned = _contest(have, present, flaw, seed, progress)
    if not dry_run:
        found = _settle(found, learned, registry, clock, by)
    return found


def _contest(
    have: Material, present: Present | None, flaw: str, seed: int, progress: Progress
) -> tuple[Renewal, Learned | None]:
    """The verdict, with the challenger where there is one."""
    subject, number = have.subject, present.version.number if present else 0
    if present is None or present.flaw:
        learned = record.learn(have, seed=seed, progress=progress)
        verdict: Verdict = "first" if not flaw and present is None else "present broken"
        why = "There was no model of the record before"
        if verdict == "present broken":
            why = flaw or (present.flaw if present else "")
        if not learned.qualified.enough:
            verdict, why = "no signal", f"{why}; the new one does no better than the base rate, so it is not published"
        return Renewal(subject, have.at, have.at, 0, verdict, why, present=number), learned
    to = renewal.boundary(have, present.version.trained_to)
    if to is None:
        fresh = have.decided_in(present.version.trained_to, have.at)
        count = fresh.count
        why = (
            f"{count:,} {subject}s were decided since the present model's data ended; {renewal.FEWEST} with "
            f"{renewal.FEWEST_KIND} of each outcome among the latest half are needed to tell two models apart"
        )
        return Renewal(subject, have.at, have.at, count, "too few", why, present=number), None
    window = have.decided_in(to, have.at)
    judged = window.count
    made = _learned_until(have, to, seed, progress)
    if made is None or not made.qualified.enough:
        why = "A model of the earlier outcomes does no better than the base rate, so the present one stays"
        return Renewal(subject, to, have.at, judged, "no signal", why, present=number), None
    challenger = made.qualified.model
    try:
        verdict, why, compared = renewal.judge(challenger, present.model, window, seed)
    except DataError as error:
        return Renewal(subject, to, have.at, judged, "too few", f"{error}", present=number), None
    changed = renewal.changes(challenger, present.model, window, have.open_rows())
    return Renewal(subject, to, have.at, judged, verdict, why, compared, changed, present=number), made


def _learned_until(have: Material, to: int, seed: int, progress: Progress) -> Learned | None:
    """A challenger that knows no outcome after `to`; None where there are too few or one kind only."""
    earlier = have.until(to)
    if not 0 < int(earlier.labels.sum()) < len(earlier.labels):
        return None
    try:
        return record.learn(earlier, seed=seed, progress=progress)
    except DataError:
        return None


def _settle(found: Renewal, learned: Learned | None, registry: Registry, clock: Clock, by: str) -> Renewal:
    """Keeps and publishes, or notes the refusal; either way it is said in the trail."""
    if learned is None or not found.publishes:
        registry.refuse(0, clock.now(), by, found.why)
        _told(found.subject, 0, "model not renewed", found.why, clock, by)
        return found
    facts = {
        "by_stage": plain(learned.by_stage),
        "by_product": plain(learned.by_product),
        "renewal": plain(found),
        "told": renewal.told(found),
    }
    version = registry.keep(learned.qualified.model, found.trained_to, facts, clock.now(), by, found.why)
    registry.publish(version.number, clock.now(), by, found.why)
    _told(found.subject, version.number, "model published", found.why, clock, by)
    return found.numbered(version.number)


def roll_back(subject: str, clock: Clock, *, by: str = "command line", why: str = "") -> Version:
    """Puts the model before the present one in use again. Raises DataError where there is none."""
    said = why or "rolled back by hand"
    version = Registry(subject).roll_back(clock.now(), by, said)
    _told(subject, version.number, "model rolled back", said, clock, by)
    return version


def present(subject: str) -> Present | None:
    """The model in use."""
    return Registry(subject).present()


def waiting(subject: str, at: int, *, progress: Progress = quiet) -> tuple[Material, Present]:
    """What is open and the model in use, to score it with. Raises CallError where no model is in use, ColumnNotFound
    where it cannot score the record as it is now."""
    found = present(subject)
    if found is None:
        flaw = Registry(subject).flaw()
        raise CallError(
            f"{flaw}; renew it with: leadline renew"
            if flaw
            else f"No model of {subject}s is in use; publish one with: leadline qualify --from-store --publish"
        )
    return gather(subject, at, progress=progress).open_rows(), found


def history(subjects: Sequence[str] = material.SUBJECTS) -> dict[str, tuple[Event, ...]]:
    """What was done with each model, oldest first."""
    return {subject: events for subject in subjects if (events := Registry(subject).history())}


def report(subject: str, number: int) -> list[str]:
    """The report of the renewal that made a version, in sentences. Raises CallError where there is no such version."""
    registry = Registry(subject)
    if number not in registry.numbers():
        raise CallError(f"There is no version {number} of '{subject}'; leadline renew --history lists them")
    facts: Any = registry.load(number)[0].facts
    return [str(line) for line in facts.get("told", ())]


def _told(subject: str, version: int, act: str, why: str, clock: Clock, by: str) -> None:
    now = clock.now()
    with together():
        if act == "model published":
            ledger.append_lesson(Lesson("renewal", f"{subject}:{version}", f"model of {subject}s", why, now))
        audit.record(act, kind="model", payload={"model": subject, "version": version, "why": why, "by": by})


def _deal_names() -> dict[int, str]:
    from leadline.warehouse.source import open_source

    with open_source(address.url(), query="SELECT id, COALESCE(name, '') AS name FROM deals_v2 ORDER BY id") as source:
        rows = source.table(max_rows=100_000_000)[0]
    return {int(n): str(name) for n, name in zip(rows["id"].to_pylist(), rows["name"].to_pylist(), strict=True) if name}
