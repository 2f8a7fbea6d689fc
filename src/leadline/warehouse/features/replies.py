"""Response times both ways: how soon buyers answer sellers' mails, and sellers buyers'.

A mail answers the one before it between the same person of the buyer and the sellers, where the other side wrote that.
"""

from __future__ import annotations

from typing import Any

import ibis

from leadline.warehouse.features.acts import of_group
from leadline.warehouse.features.step import KEYS, SECOND, Feature, Scope, Step, counted, share

_DAYS = 365


def _count(scope: Scope) -> ibis.Table:
    rows = scope.signals(
        ["id", "actor", "person_id"],
        days=_DAYS,
        where=lambda t: t.counts & (of_group(t, "mails") | of_group(t, "outreach")),
    )
    thread: dict[str, Any] = {"group_by": [*KEYS, "person_id"], "order_by": ["at", "id"]}
    rows = rows.mutate(
        before=rows.actor.lag(1).over(**thread),
        asked=rows["at"].lag(1).over(**thread),
        after=rows.actor.lead(1).over(**thread),
    )
    rows = rows.mutate(took=(rows["at"] - rows.asked) // SECOND)
    wanted: dict[str, Any] = {}
    for side, other in (("buyer", "seller"), ("seller", "buyer")):
        answer = (rows.actor == side) & (rows.before == other)
        wanted[f"{side}_replies_365d"] = rows.count(where=answer)
        wanted[f"{side}_sum"] = rows.took.sum(where=answer)
        wanted[f"{side}_reply_fastest"] = rows.took.min(where=answer)
        wanted[f"{side}_mails_waiting"] = rows.count(where=(rows.actor == side) & rows.after.isnull())
    found = rows.group_by(KEYS).aggregate(**wanted)
    return found.mutate(
        buyer_reply_mean=share(found.buyer_sum, found.buyer_replies_365d),
        seller_reply_mean=share(found.seller_sum, found.seller_replies_365d),
    )


def _features(side: str, other: str) -> tuple[Feature, ...]:
    return (
        counted(f"{side}_replies_365d", f"mails of the last 365 days in which a {side} answered a {other}", "mails"),
        Feature(
            f"{side}_reply_mean", f"mean time until a {side} answered a {other}'s mail (365 days)", "seconds", "float64"
        ),
        Feature(
            f"{side}_reply_fastest", f"shortest time until a {side} answered a {other}'s mail (365 days)", "seconds"
        ),
        counted(
            f"{side}_mails_waiting", f"people whose last mail of the last 365 days a {side} wrote, unanswered", "people"
        ),
    )


REPLIES = Step("replies", (*_features("buyer", "seller"), *_features("seller", "buyer")), ("signals",), _count)
