"""Deals of an account or person: open, won and lost ones as they stood at the cutoff."""

from __future__ import annotations

import ibis

from leadline.warehouse.features.deal_state import deals_then
from leadline.warehouse.features.step import KEYS, Feature, Scope, Step, counted, days_since, hundredths, share


def _count(scope: Scope) -> ibis.Table:
    deals = deals_then(scope)
    is_open, won, lost = (deals.state == state for state in ("open", "won", "lost"))
    found = deals.group_by(KEYS).aggregate(
        deals_open=deals.count(where=is_open),
        deals_won=deals.count(where=won),
        deals_lost=deals.count(where=lost),
        cents_open=hundredths(deals.amount).sum(where=is_open),
        cents_won=hundredths(deals.amount).sum(where=won),
        last_opened=deals.opened.max(),
        last_won=deals.closed_at.max(where=won & (deals.closed_at <= deals.cutoff)),
    )
    return found.mutate(
        deal_amount_open=ibis.coalesce(found.cents_open, 0).cast("float64") / 100.0,
        deal_amount_won=ibis.coalesce(found.cents_won, 0).cast("float64") / 100.0,
        deal_win_rate=share(found.deals_won, found.deals_won + found.deals_lost),
        deal_opened_days_since=days_since(found.last_opened, found.cutoff),
        deal_won_days_since=days_since(found.last_won, found.cutoff),
    )


DEALS = Step(
    "deals",
    (
        counted("deals_open", "deals that were open", "deals"),
        counted("deals_won", "deals that were won", "deals"),
        counted("deals_lost", "deals that were lost", "deals"),
        Feature("deal_amount_open", "amounts of the open deals together", "money", "float64", 0),
        Feature("deal_amount_won", "amounts of the won deals together", "money", "float64", 0),
        Feature("deal_win_rate", "won deals among those decided", "fraction", "float64"),
        Feature("deal_opened_days_since", "whole days since the newest deal was opened", "days"),
        Feature("deal_won_days_since", "whole days since a deal was last won", "days"),
    ),
    ("deals", "deal_changes"),
    _count,
    ("account", "person"),
)
