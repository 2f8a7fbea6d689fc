"""Deals as they were at a cutoff: each field as the first change after the cutoff found it, else as it is."""

from __future__ import annotations

from typing import Any

import ibis

from leadline.warehouse.features.step import Scope, number_of

FIELDS = ("stage", "state", "amount", "probability", "expected_on")


def deals_then(scope: Scope) -> ibis.Table:
    """Deals of the subjects that were there at the cutoff: subject_id, cutoff, deal_id, opened, closed_at, and stage,
    state, amount, probability and expected_on as they were.

    A deal that is closed now and was not then was open; its stage and probability are null unless a change tells them,
    for those of today would give away how it ended.
    """
    deals = scope.tables["deals"]
    owner = deals.id if scope.subject == "deal" else deals[f"{scope.subject}_id"]
    deals = deals.filter(owner.notnull())
    deals = deals.mutate(
        subject_id=deals.id if scope.subject == "deal" else deals[f"{scope.subject}_id"],
        deal_id=deals.id,
        opened=ibis.coalesce(deals.opened_at, deals.created_at),
        recorded_at=deals.created_at,
    )
    there = scope.known(deals, ["deal_id", "closed_at", *FIELDS], at="opened")
    then = _first_after(scope, there)
    both = there.left_join(then, [there.deal_id == then.the_deal, there.cutoff == then.the_cutoff])
    told = {name: (ibis.coalesce(both[f"{name}_told"], 0) > 0, both[f"{name}_then"]) for name in FIELDS}
    ended_later = both.closed_at.notnull() & (both.closed_at > both.cutoff)

    def then_or(name: str, now: Any) -> Any:
        known, value = told[name]
        if name in ("amount", "probability"):
            value = number_of(value)
        return known.ifelse(value, now)

    nothing = ibis.null("string")
    return both.select(
        "subject_id",
        "cutoff",
        "deal_id",
        "opened",
        "closed_at",
        stage=then_or("stage", ended_later.ifelse(nothing, both.stage)),
        state=then_or("state", ended_later.ifelse("open", both.state)),
        amount=then_or("amount", both.amount),
        probability=then_or("probability", ended_later.ifelse(ibis.null("float64"), both.probability)),
        expected_on=then_or("expected_on", both.expected_on),
    )


def _first_after(scope: Scope, there: ibis.Table) -> ibis.Table:
    """Of each deal and cutoff, what the first change of each field after the cutoff found."""
    changes = scope.tables["deal_changes"]
    when = "recorded_at" if scope.as_recorded else "at"
    if scope.first is not None:
        changes = changes.filter(changes[when] > scope.first)
    changes = changes.select("id", "field", "before", changed_deal=changes.deal_id, changed=changes[when])
    pairs = there.select("deal_id", "cutoff").distinct()  # one deal has one subject; a merge may leave it two rows
    later = changes.inner_join(pairs, [changes.changed_deal == pairs.deal_id, changes.changed > pairs.cutoff])
    later = later.mutate(
        place=ibis.row_number().over(group_by=["deal_id", "cutoff", "field"], order_by=["changed", "id"])
    )
    first = later.filter(later.place == 0)
    wanted: dict[str, Any] = {}
    for name in FIELDS:
        wanted[f"{name}_told"] = first.count(where=first.field == name)
        wanted[f"{name}_then"] = first.before.max(where=first.field == name)
    found = first.group_by(["deal_id", "cutoff"]).aggregate(**wanted)
    return found.rename(the_deal="deal_id", the_cutoff="cutoff")
