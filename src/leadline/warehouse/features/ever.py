"""All of the past: how much there was, when it began, and when each kind of act was last seen."""

from __future__ import annotations

import ibis

from leadline.warehouse.features.acts import GROUPS, by, of_group
from leadline.warehouse.features.step import KEYS, Feature, Scope, Step, counted, days_since


def _count(scope: Scope) -> ibis.Table:
    rows = scope.signals(["act", "actor"], where=lambda t: t.counts)
    lasts = {f"{name}_days_since": rows["at"].max(where=of_group(rows, name)) for name in GROUPS}
    lasts |= {f"{side}_acts_days_since": rows["at"].max(where=by(rows, side)) for side in ("buyer", "seller")}
    found = rows.group_by(KEYS).aggregate(
        first_act_days_since=rows["at"].min(),
        buyer_acts_ever=rows.count(where=by(rows, "buyer")),
        seller_acts_ever=rows.count(where=by(rows, "seller")),
        **lasts,
    )
    times = ("first_act_days_since", *lasts)
    return found.mutate(**{name: days_since(found[name], found.cutoff) for name in times})


EVER = Step(
    "ever",
    (
        counted("buyer_acts_ever", "all acts of buyers", "acts"),
        counted("seller_acts_ever", "all acts of sellers", "acts"),
        Feature("first_act_days_since", "whole days since the first act of either side", "days"),
        Feature("buyer_acts_days_since", "whole days since a buyer last acted", "days"),
        Feature("seller_acts_days_since", "whole days since a seller last acted", "days"),
        *(
            Feature(f"{name}_days_since", f"whole days since the last of the {words}", "days")
            for name, (_, _, words) in GROUPS.items()
        ),
    ),
    ("signals",),
    _count,
)
