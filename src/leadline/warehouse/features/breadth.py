"""Breadth of the buying group: how many of the buyers' people act."""

from __future__ import annotations

import ibis

from leadline.warehouse.features.acts import by
from leadline.warehouse.features.step import DAY, KEYS, Scope, Step, counted


def _count(scope: Scope) -> ibis.Table:
    rows = scope.signals(["person_id"], days=90, where=lambda t: t.counts & by(t, "buyer") & t.person_id.notnull())
    people = rows.group_by([*KEYS, "person_id"]).aggregate(last=rows["at"].max())
    return people.group_by(KEYS).aggregate(
        people_7d=people.count(where=people["last"] > people.cutoff - 7 * DAY),
        people_30d=people.count(where=people["last"] > people.cutoff - 30 * DAY),
        people_90d=people.count(),
    )


BREADTH = Step(
    "breadth",
    tuple(
        counted(f"people_{days}d", f"different people of the buyer who acted in the last {days} days", "people")
        for days in (7, 30, 90)
    ),
    ("signals",),
    _count,
    ("account", "deal"),
)
