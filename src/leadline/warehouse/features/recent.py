"""The last 90 days: acts by group in 7, 30 and 90 days, and where they are heading."""

from __future__ import annotations

from typing import Any

import ibis

from leadline.warehouse.features.acts import GROUPS, by, of_group
from leadline.warehouse.features.step import DAY, KEYS, Feature, Scope, Step, counted, share

WINDOWS = (7, 30, 90)
_COUNTED = {name: words for name, (_, _, words) in GROUPS.items()} | {
    "buyer_acts": "all acts of buyers",
    "seller_acts": "all acts of sellers",
}


def _count(scope: Scope) -> ibis.Table:
    rows = scope.signals(["act", "actor"], days=90, where=lambda t: t.counts)

    def told(name: str) -> Any:
        if name in GROUPS:
            return of_group(rows, name)
        return by(rows, name.removesuffix("_acts"))

    counts = {}
    for name in _COUNTED:
        for days in WINDOWS:
            young = told(name) if days == 90 else told(name) & (rows.at > rows.cutoff - days * DAY)
            counts[f"{name}_{days}d"] = rows.count(where=young)
    found = rows.group_by(KEYS).aggregate(**counts)
    trends = {f"{side}_trend": _trend(found, side) for side in ("buyer_acts", "seller_acts")}
    both = found.buyer_acts_90d + found.seller_acts_90d
    return found.mutate(**trends, seller_share_90d=share(found.seller_acts_90d, both))


def _trend(found: ibis.Table, side: str) -> Any:
    """(2 n30 - (n90 - n30)) / 2: the last 30 days less the mean of the two months before."""
    month, quarter = found[f"{side}_30d"], found[f"{side}_90d"]
    return (month * 3 - quarter).cast("float64") / 2.0


RECENT = Step(
    "recent",
    (
        *(
            counted(f"{name}_{days}d", f"{words} in the last {days} days", "acts")
            for name, words in _COUNTED.items()
            for days in WINDOWS
        ),
        *(
            Feature(
                f"{side}_trend",
                f"{_COUNTED[side]} in the last 30 days, less the mean of the two months before",
                "acts",
                "float64",
                0,
            )
            for side in ("buyer_acts", "seller_acts")
        ),
        Feature("seller_share_90d", "share of the acts of the last 90 days that sellers did", "fraction", "float64"),
    ),
    ("signals",),
    _count,
)
