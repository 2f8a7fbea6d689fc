"""Rows of a list beside a target group: what fits, what does not, what nobody knows.

A blank cell is unknown, never a no. An unknown counts as the share of the list's known rows that fit the rule; `low`
and `high` of the score say what it could come to. A row that breaks a must, or is what it must not be, gets a third of
its score at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from leadline.core.target import Answer, Fit, Rule, Target, TargetRow, Weight
from leadline.learn.target.amounts import amounts_in, number_of
from leadline.learn.target.catalogue import country_of, functions_in, seniorities_in
from leadline.learn.target.columns import Columns
from leadline.learn.target.likeness import Reader, shares_words

MUST_PULL = 3.0  # of a must beside a should of weight 1
BROKEN = 0.3
FITS_FROM = 60.0
_BY_NAME = 0.6  # how far a company's name alone says what it does
_LIKE = ("industry", "text")
Judge = Callable[[int], Answer]


def match(columns: Columns, target: Target, *, people_partial: bool = False) -> list[TargetRow]:
    """Each row of a list with its score, in the list's order.

    `people_partial` says that the titles of a row are those of the people who happen to be known there: that nobody
    among them fits is then unknown, not a no.
    """
    reader = _reader(columns, target)
    judges = [_judge(rule, columns, reader, people_partial) for rule in target.rules]
    answers = [[judge(row) for row in range(columns.rows)] for judge in judges]
    usual = [_usual(column) for column in answers]
    return [_scored(row, target.rules, [column[row] for column in answers], usual) for row in range(columns.rows)]


def rule_words(rule: Rule) -> str:
    """A rule in words: 'employees 50 to 500', 'country is AT or DE', 'industry is like pump manufacturers'."""
    if rule.field in ("employees", "revenue"):
        money = f" {rule.currency}" if rule.currency else ""
        if rule.low is not None and rule.high is not None:
            return f"{rule.field} {rule.low:,.0f} to {rule.high:,.0f}{money}"
        bound, way = (rule.low, "or more") if rule.low is not None else (rule.high, "or less")
        return f"{rule.field} {bound or 0:,.0f} {way}{money}"
    listed = " or ".join(rule.values[:8]) + (" …" if len(rule.values) > 8 else "")
    link = {"industry": "is like", "text": "is like", "title": "contains", "city": "contains"}.get(rule.field, "is")
    return f"{'text' if rule.field == 'text' else rule.field} {link} {listed}"


# ---- judging ---------------------------------------------------------------------------------------------------------


def _judge(rule: Rule, columns: Columns, reader: Reader, people_partial: bool) -> Judge:
    """What answers for one rule; equal cells are judged once."""
    get = columns.cells.get
    nothing: Sequence[str | None] = [None] * columns.rows
    if rule.field in _LIKE:
        industry, text, name = (get(field) or nothing for field in ("industry", "text", "name"))
        places = [get(field) or nothing for field in ("city", "region")] if rule.field == "text" else []
        return partial(_like, rule, reader, industry, text, name, places)
    if rule.field in ("function", "seniority"):
        titles, departments = get("title") or nothing, get("department") or nothing
        return partial(_job, rule, titles, departments if rule.field == "function" else nothing, people_partial)
    cells = get(rule.field) or nothing
    judge = {"country": _country, "employees": _number, "revenue": _number}.get(rule.field, _contains)
    seen: dict[tuple[str | None, str | None], Answer] = {}
    currency = get("currency") or nothing

    def of(row: int) -> Answer:
        key = (cells[row], currency[row] if rule.field == "revenue" else None)
        if key not in seen:
            seen[key] = _unknown(rule) if key[0] is None else judge(rule, key[0], key[1] or "")
        return seen[key]

    return of


def _unknown(rule: Rule, why: str = "") -> Answer:
    return Answer(Fit.UNKNOWN, f"{rule.field} is not known{f': {why}' if why else ''}", None)


def _country(rule: Rule, cell: str, _: str) -> Answer:
    code = country_of(cell)
    if not code:
        return _unknown(rule, f"'{cell[:40]}' names no country that is known here")
    fit = Fit.YES if code in rule.values else Fit.NO
    return Answer(fit, f"country is {cell[:40]}", float(fit is Fit.YES))


def _number(rule: Rule, cell: str, currency: str) -> Answer:
    found = number_of(cell)
    said = f"{rule.field} {'is' if rule.field == 'revenue' else 'are'} {cell[:40]}"
    if found is None:
        return _unknown(rule, f"'{cell[:40]}' is no number")
    named = currency or next((one.currency for one in amounts_in(f"revenue {cell}") if one.currency), "")
    if rule.currency and named and named.upper() != rule.currency:
        return _unknown(rule, f"{cell[:40]} is in {named}, {rule.currency} is asked for")
    low = rule.low if rule.low is not None else float("-inf")
    high = rule.high if rule.high is not None else float("inf")
    if low <= found[0] and found[1] <= high:
        return Answer(Fit.YES, said, 1.0)
    if found[1] < low or found[0] > high:
        return Answer(Fit.NO, said, 0.0)
    return Answer(Fit.PERHAPS, f"{said}, which only overlaps", 0.5)


def _contains(rule: Rule, cell: str, _: str) -> Answer:
    found = any(value.casefold() in cell.casefold() for value in rule.values)
    return Answer(Fit.YES if found else Fit.NO, f"{rule.field} is {cell[:60]}", float(found))


def _job(
    rule: Rule, titles: Sequence[str | None], departments: Sequence[str | None], people_partial: bool, row: int
) -> Answer:
    title = "; ".join(part for part in (titles[row], departments[row]) if part)
    if not title:
        return _unknown(rule, "no job title")
    # of several people, each is one title
    parts = [title] if not people_partial else title.split("; ")
    reader = functions_in if rule.field == "function" else seniorities_in
    named = [(part, reader(part)) for part in parts]
    for part, found in named:
        if both := found & set(rule.values):
            return Answer(Fit.YES, f"'{part[:60]}' is {rule.field} {min(both)}", 1.0)
    if people_partial:
        return _unknown(rule, "nobody who is known there")
    if rule.field == "function" and not named[0][1]:
        return _unknown(rule, f"'{title[:60]}' names no function")
    return Answer(Fit.NO, f"job is {title[:60]}", 0.0)


def _like(
    rule: Rule,
    reader: Reader,
    industry: Sequence[str | None],
    text: Sequence[str | None],
    name: Sequence[str | None],
    places: Sequence[Sequence[str | None]],
    row: int,
) -> Answer:
    cells = [cell for cell in (industry[row], text[row]) if cell]
    best: tuple[float, Answer] | None = None
    for value in rule.values:
        for cells_of in places:
            place = cells_of[row]
            if place and value.casefold() in place.casefold():
                return Answer(Fit.YES, f"it is in {place[:60]}", 1.0)
        for cell in cells:
            likeness = reader.of(value, cell)
            answer = Answer(likeness.fit, f"'{cell[:60]}': {likeness.why}", likeness.degree)
            if best is None or _rank(answer) > best[0]:
                best = (_rank(answer), answer)
        firm = name[row]
        if firm and (best is None or best[1].fit is not Fit.YES) and shares_words(value, firm):
            best = (2.5, Answer(Fit.PERHAPS, f"the name '{firm[:60]}' says so", _BY_NAME))
    return _unknown(rule) if best is None else best[1]


def _rank(answer: Answer) -> float:
    return {Fit.YES: 3.0, Fit.PERHAPS: 2.0, Fit.NO: 0.0}.get(answer.fit, 1.0) + 0.1 * (answer.degree or 0.0)


def _reader(columns: Columns, target: Target) -> Reader:
    values = [value for rule in target.rules if rule.field in _LIKE for value in rule.values]
    cells = [cell for field in _LIKE if values for cell in columns.cells.get(field, ()) if cell]
    return Reader(values, cells)


# ---- scoring ---------------------------------------------------------------------------------------------------------


def _usual(answers: Sequence[Answer]) -> float:
    """The share of known rows that fit, drawn towards one half where few are known."""
    known = [answer.degree if answer.fit is Fit.PERHAPS else float(answer.fit is Fit.YES)
             for answer in answers if answer.fit is not Fit.UNKNOWN]  # fmt: skip
    return (sum(one or 0.0 for one in known) + 1.0) / (len(known) + 2.0)


def _scored(row: int, rules: Sequence[Rule], answers: Sequence[Answer], usual: Sequence[float]) -> TargetRow:
    pulls, likely, low, high = 0.0, 0.0, 0.0, 0.0
    broken, certain, doubt = False, True, 1.0
    for rule, answer, share in zip(rules, answers, usual, strict=True):
        if rule.kind is Weight.MUST_NOT:
            broken = broken or answer.fit is Fit.YES
            doubt *= 1 - 0.3 * (answer.degree or 0.0) if answer.fit is Fit.PERHAPS else 1.0
            continue
        pull = rule.weight * (MUST_PULL if rule.kind is Weight.MUST else 1.0)
        degree = {Fit.YES: 1.0, Fit.NO: 0.0, Fit.PERHAPS: answer.degree}.get(answer.fit)
        pulls += pull
        likely += pull * (share if degree is None else degree)
        low += pull * (degree or 0.0)
        high += pull * (1.0 if degree is None else degree)
        if rule.kind is Weight.MUST:
            broken = broken or answer.fit is Fit.NO
            certain = certain and answer.fit is Fit.YES
    times = 100.0 * doubt * (BROKEN if broken else 1.0)
    score, low, high = (round(times * (part / pulls if pulls else 1.0), 1) for part in (likely, low, high))
    band = Fit.NO if broken else Fit.YES if certain and score >= FITS_FROM else Fit.PERHAPS
    return TargetRow(row, score, low, high, band.value, tuple(answers))
