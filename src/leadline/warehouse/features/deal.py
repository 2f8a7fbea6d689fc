"""One deal: its age, where it stood at the cutoff, and how its stage, amount and closing date moved until then."""

from __future__ import annotations

from typing import Any

import ibis

from leadline.warehouse.features.deal_state import deals_then
from leadline.warehouse.features.step import DAY, KEYS, Feature, Scope, Step, counted, days_since, number_of
from leadline.warehouse.features.texts import beside


def _count(scope: Scope) -> ibis.Table:
    deals = deals_then(scope)
    changes = scope.tables["deal_changes"]
    changes = changes.mutate(subject_id=changes.deal_id)
    rows = scope.known(changes, ["field", "before", "after"])
    moved = rows.before.notnull() & rows.after.notnull()
    amounts, dates, stages = (rows.field == name for name in ("amount", "expected_on", "stage"))
    old, new = number_of(rows.before), number_of(rows.after)
    history = rows.group_by(KEYS).aggregate(
        stage_changes=rows.count(where=stages & moved),
        last_stage=rows["at"].max(where=stages),
        amount_raises=rows.count(where=amounts & moved & (new > old)),
        amount_cuts=rows.count(where=amounts & moved & (new < old)),
        close_pushes=rows.count(where=dates & moved & (rows.after > rows.before)),  # ISO dates: text sorts as time
        close_pulls=rows.count(where=dates & moved & (rows.after < rows.before)),
    )
    found = beside(deals, history)
    zero = ("stage_changes", "amount_raises", "amount_cuts", "close_pushes", "close_pulls")
    return found.mutate(
        **{name: ibis.coalesce(found[name], 0) for name in zero},
        deal_age_days=days_since(found.opened, found.cutoff),
        deal_days_in_stage=days_since(ibis.coalesce(found.last_stage, found.opened), found.cutoff),
        deal_state=found.state,
        deal_stage=found.stage,
        deal_amount=found.amount,
        deal_probability=found.probability,
        deal_days_to_close=_day_of(found.expected_on) - found.cutoff // DAY,
    )


def _day_of(text: Any) -> Any:
    """The days from 1970 to an ISO date, in whole numbers alike on every engine (Hinnant, days_from_civil)."""
    text = text.re_search("^[0-9]{4}-[0-9]{2}-[0-9]{2}").ifelse(text, ibis.null("string"))
    year, month, day = (text.substr(start, length).try_cast("int64") for start, length in ((0, 4), (5, 2), (8, 2)))
    year = (month <= 2).ifelse(year - 1, year)
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (month > 2).ifelse(-3, 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


DEAL = Step(
    "deal",
    (
        Feature("deal_state", "open, won or lost", "word", "string"),
        Feature("deal_stage", "the stage that the deal was in", "word", "string"),
        Feature("deal_amount", "the amount that stood in the deal", "money", "float64"),
        Feature("deal_probability", "the probability that stood in the deal", "as in the source", "float64"),
        Feature("deal_age_days", "whole days since the deal was opened", "days"),
        Feature("deal_days_in_stage", "whole days since the stage last changed, or since the deal was opened", "days"),
        Feature("deal_days_to_close", "days from the cutoff to the expected closing date; below 0 it is past", "days"),
        counted("stage_changes", "how often the stage changed", "changes"),
        counted("amount_raises", "how often the amount was raised", "changes"),
        counted("amount_cuts", "how often the amount was cut", "changes"),
        counted("close_pushes", "how often the expected closing date was put off", "changes"),
        counted("close_pulls", "how often the expected closing date was moved forward", "changes"),
    ),
    ("deals", "deal_changes"),
    _count,
    ("deal",),
)
