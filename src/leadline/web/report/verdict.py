"""The answer in plain words: what the list says and how far to trust it. Sentences only; no markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leadline.core.qualification import Qualification, ReliabilityBin, ScoredRow, Validation
from leadline.web.report.figures import between, clip, count, decimal, percent, plural, times

State = Literal["clear", "weak", "unknown", "nothing"]
RUNG_NAMES = {
    "prior": "rules and priors",
    "scorecard": "scorecard",
    "ensemble": "scorecard and trees",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stands at the top. `state`: 'clear' beats the base rate, 'weak' does not, 'unknown' was never measured,
    'nothing' has no open row to rank. `next_step` is '' when the list can be used as it is."""

    state: State
    tag: str
    sentences: tuple[str, ...]
    next_step: str


@dataclass(frozen=True, slots=True)
class Sounding:
    """One number of the strip: its name, the number, and what it means."""

    name: str
    number: str
    note: str


def noun(result: Qualification) -> str:
    """What a row is called: 'leads' where the file speaks of leads, else 'deals'."""
    said = f"{result.source.name} {result.outcome.column}".casefold()
    return "leads" if "lead" in said or "convert" in said else "deals"


def named(result: Qualification, n: float, state: str = "") -> str:
    """'1 open deal', '412 open deals'."""
    many = noun(result)
    return f"{count(n)} {state + ' ' if state else ''}{many[:-1] if n == 1 else many}"


def open_rows(result: Qualification) -> list[ScoredRow]:
    """The open rows, best first; all rows when none is open."""
    return [r for r in result.ranking if r.state == "open"] or list(result.ranking)


def fitting(result: Qualification) -> int:
    """How many open rows fit the capacity: its number, else the count of grade A."""
    said = re.search(r"\d[\d,. ]*", result.capacity)
    digits = re.sub(r"\D", "", said.group()) if said else ""
    wanted = int(digits[:12]) if digits else dict(result.grade_counts).get("A", 0)
    return min(wanted, result.open)


def beats_base(validation: Validation) -> bool:
    """True when the held-out rows show more than chance: the skill is positive and the AUC's interval is above 0.5."""
    return validation.brier_skill > 0 and validation.auc_low > 0.5


def like_them(rows: Sequence[ScoredRow], bins: Sequence[ReliabilityBin]) -> float | None:
    """Share won among held-out rows whose score is nearest to that of `rows`; None without either."""
    usable = [b for b in bins if b.rows > 0]
    if not rows or not usable:
        return None
    return sum(min(usable, key=lambda b: abs(b.predicted - r.score)).observed for r in rows) / len(rows)


def capacity_words(result: Qualification) -> str:
    """'this week's capacity' for '50/week'."""
    unit = re.search(r"(day|week|month|quarter|year)", result.capacity.casefold())
    if unit is None:
        return "the capacity you gave" if result.capacity else "grade A"
    return "a day’s capacity" if unit.group() == "day" else f"this {unit.group()}’s capacity"


def verdict(result: Qualification) -> Verdict:
    """The answer to the page's question."""
    v, many, n = result.validation, noun(result), fitting(result)
    if v is None:
        known = named(result, result.closed, "closed")
        first = f"We do not know yet how far to trust this: {known}, too few to hold any back and check."
        basis = "The list rests on a first fit that was never tested on rows it had not seen."
        if result.rung == "prior":
            basis = "The list rests on the rules and priors you wrote, not on evidence."
        step = f"Use it as a starting order, note what buyers do, and run this again as more {many} close."
        return Verdict("unknown", "not measured yet", (first, basis), step)
    seen = f"On {plural(v.held_out, 'row')} the model never saw"
    if not beats_base(v):
        first = (
            f"Not enough signal: {seen[0].lower()}{seen[1:]} it does no better than saying "
            f"{percent(result.base_rate)} for every one of the {many}."
        )
        step = (
            f"Do not order your work by this list. Add columns that are known before a {many[:-1]} closes, or more "
            f"closed {many}, and run it again."
        )
        return Verdict("weak", "not enough signal", (first,), step)
    trust = (
        f"{seen}, the best tenth won {times(v.lift_top_decile)} times as often as all"
        f"{'' if v.auc_low >= 0.55 else ', but the margin over chance is thin'}."
    )
    if result.open == 0:
        first = f"There is no open {many[:-1]} to rank: all {plural(result.rows, 'row')} are closed."
        step = f"Save the model, export the open {many} and score them with it."
        return Verdict("nothing", "nothing open", (first, trust), step)
    rows = open_rows(result)[: max(n, 0)]
    rate = like_them(rows, v.reliability)
    like = f"; {percent(rate)} of {many} scored like {'it' if n == 1 else 'them'} were won" if rate is not None else ""
    first = f"{_fit(result, n)}{like}."
    severe = [d for d in result.drift if d.severe]
    if severe:
        names = ", ".join(f"‘{clip(d.column, 40)}’" for d in severe[:3])
        more = f" and {len(severe) - 3} more" if len(severe) > 3 else ""
        trust += (
            f" Trust it less than that: {names}{more} {'looks' if len(severe) == 1 else 'look'} different in the "
            f"open {many}."
        )
    return Verdict("clear", "", (first, trust), "")


def _fit(result: Qualification, n: int) -> str:
    """'Of 412 open deals, 50 fit this week’s capacity'."""
    fits = f"fit{'s' if n <= 1 else ''} {capacity_words(result)}"
    if not result.capacity:
        fits = f"{'is' if n <= 1 else 'are'} graded A"
    if n == result.open:
        return f"{'The one' if n == 1 else 'All'} {named(result, n, 'open').removeprefix('1 ')} {fits}"
    return f"Of {named(result, result.open, 'open')}, {count(n) if n else 'none'} {fits}"


def _base_note(result: Qualification) -> str:
    """What the base rate is: measured, or assumed by the rules while nothing has closed."""
    if result.closed and abs(result.won / result.closed - result.base_rate) < 0.005:
        return f"of closed {result.source.rows_are or noun(result)} are won"
    return "assumed, not measured"


def soundings(result: Qualification) -> tuple[Sounding, ...]:
    """The strip under the answer."""
    v, many = result.validation, result.source.rows_are or noun(result)
    immature = f"{count(result.immature)} too young to call" if result.immature else f"of {plural(result.rows, 'row')}"
    strip = [
        Sounding("Closed", count(result.closed), f"{many} with an outcome"),
        Sounding("Won", count(result.won), f"{count(result.closed - result.won)} lost"),
        Sounding("Open", count(result.open), immature),
        Sounding("Base rate", percent(result.base_rate), _base_note(result)),
    ]
    learned = result.model.trained_rows
    method = f"learned from {plural(learned, 'row')}" if learned else "nothing learned yet"
    auc, skill = ("–", "not known yet"), ("–", "not known yet")
    if v is not None:
        auc = (decimal(v.auc), f"{decimal(v.auc_low)}–{decimal(v.auc_high)}; 0.5 is chance")
        skill = (percent(v.brier_skill), f"{between(v.skill_low, v.skill_high)}; 0 is chance")
    strip += [
        Sounding("AUC", *auc),
        Sounding("Brier skill", *skill),
        Sounding("Method", RUNG_NAMES[result.rung], method),
    ]
    return tuple(strip)


def trust_sentences(v: Validation, base: float) -> tuple[str, ...]:
    """What the held-out rows showed, number by number."""
    gone = f"{percent(v.brier_skill)} of the error is gone"
    if v.brier_skill < 0:
        gone = f"the error is {percent(-v.brier_skill)} larger"
    return (
        f"Of one won and one lost row, the won one has the higher score {round(100 * v.auc)} times in 100 "
        f"({round(100 * v.auc_low)}–{round(100 * v.auc_high)}).",
        f"The Brier score is {decimal(v.brier, 3)}, against {decimal(v.brier_base, 3)} for saying {percent(base)} of "
        f"every row: {gone} ({between(v.skill_low, v.skill_high)}). Log loss is {decimal(v.log_loss, 3)} against "
        f"{decimal(v.log_loss_base, 3)}.",
        f"What was said and what came differ by {decimal(100 * v.ece, 1)} points on average (ECE); before calibration "
        f"by {decimal(100 * v.ece_uncalibrated, 1)}.",
        f"In {percent(v.interval_coverage)} of the groups in the plot the share won lies inside the interval that "
        "their scores promised.",
    )


def unseen_sentence(v: Validation) -> str:
    """How it does on rows unlike any that it learned from."""
    rows = plural(v.unseen_rows, "held-out row") if v.unseen_rows else "No held-out row"
    if v.unseen_auc is None:
        were = "was" if v.unseen_rows <= 1 else "were"
        return (
            f"{rows} {were} unlike all rows seen in training, too few or all of one ending: we do not know yet how it "
            "does on such rows."
        )
    loss = f" and the log loss {decimal(v.unseen_log_loss, 3)}" if v.unseen_log_loss is not None else ""
    return (
        f"{rows} had values that never occurred together in training; on those the AUC is "
        f"{decimal(v.unseen_auc)}{loss}."
    )


def top_sentence(v: Validation) -> str:
    """How many of the best k were won, for each k."""
    parts = [f"{count(t.won)} of the best {count(t.k)} (chance: {count(round(t.by_chance))})" for t in v.top]
    return f"Held-out wins: {', '.join(parts)}." if parts else ""
