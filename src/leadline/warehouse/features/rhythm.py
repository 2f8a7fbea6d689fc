"""Rhythm: in which of the last 13 weeks buyers acted, and how long they were silent at a stretch."""

from __future__ import annotations

import ibis

from leadline.warehouse.features.acts import by
from leadline.warehouse.features.step import DAY, KEYS, Feature, Scope, Step, counted

WEEKS = 13


def _count(scope: Scope) -> ibis.Table:
    rows = scope.signals([], days=7 * WEEKS, where=lambda t: t.counts & by(t, "buyer"))
    rows = rows.mutate(week=(rows.cutoff - rows["at"]) // (7 * DAY))
    flags = {f"w{week}": (rows.week == week).ifelse(1, 0).max() for week in range(WEEKS)}
    found = rows.group_by(KEYS).aggregate(**flags)
    runs = [1 - found.w0]
    for week in range(1, WEEKS):
        runs.append((1 - found[f"w{week}"]) * (runs[-1] + 1))
    active = found.w0
    for week in range(1, WEEKS):
        active = active + found[f"w{week}"]
    return found.mutate(weeks_active_13w=active, weeks_silent_longest_13w=ibis.greatest(*runs))


RHYTHM = Step(
    "rhythm",
    (
        counted("weeks_active_13w", "of the last 13 weeks, those in which a buyer acted", "weeks"),
        Feature(
            "weeks_silent_longest_13w",
            "of the last 13 weeks, the most in a row without an act of a buyer (weeks before the first one are silent)",
            "weeks",
            "int64",
            WEEKS,
        ),
    ),
    ("signals",),
    _count,
)
