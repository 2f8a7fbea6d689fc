"""Depth: how long buyers stay, how many different pages and files they look at, and how much they write."""

from __future__ import annotations

from typing import Any

import ibis

from leadline.core.signal import Act
from leadline.warehouse.features.acts import by
from leadline.warehouse.features.step import DAY, KEYS, Feature, Scope, Step, counted, hundredths

_STAY, _CALL, _MEETING = Act.TIME_ON_PAGE.value, Act.CALL_HELD.value, Act.MEETING_HELD.value
_PAGE, _FILE = Act.PAGE_VIEWED.value, Act.FILE_DOWNLOADED.value


def _count(scope: Scope) -> ibis.Table:
    rows = scope.signals(
        ["act", "actor", "page", "depth", "words"],
        days=90,
        where=lambda t: t.counts & (by(t, "buyer") | t.act.isin([_CALL, _MEETING])),
    )
    buyers = by(rows, "buyer")
    each = rows.group_by([*KEYS, "act", "page"]).aggregate(
        long=hundredths(rows.depth).sum(),
        month=hundredths(rows.depth).sum(where=rows["at"] > rows.cutoff - 30 * DAY),
        wrote=rows.words.sum(where=buyers),
    )
    talks = each.act.isin([_CALL, _MEETING])
    found = each.group_by(KEYS).aggregate(
        stay_30d=each.month.sum(where=each.act == _STAY),
        stay_90d=each.long.sum(where=each.act == _STAY),
        talk_90d=each.long.sum(where=talks),
        words_written_90d=_none_is_0(each.wrote.sum()),
        pages_different_90d=each.count(where=(each.act == _PAGE) & each.page.notnull()),
        files_different_90d=each.count(where=(each.act == _FILE) & each.page.notnull()),
    )
    return found.mutate(
        seconds_on_pages_30d=_seconds(found.stay_30d),
        seconds_on_pages_90d=_seconds(found.stay_90d),
        seconds_talked_90d=_seconds(found.talk_90d),
    )


def _none_is_0(value: Any) -> Any:
    return ibis.coalesce(value, 0)


def _seconds(value: Any) -> Any:
    return _none_is_0(value).cast("float64") / 100.0


DEPTH = Step(
    "depth",
    (
        Feature("seconds_on_pages_30d", "time that buyers spent on pages in the last 30 days", "seconds", "float64", 0),
        Feature("seconds_on_pages_90d", "time that buyers spent on pages in the last 90 days", "seconds", "float64", 0),
        Feature("seconds_talked_90d", "length of the calls and meetings of the last 90 days", "seconds", "float64", 0),
        counted("words_written_90d", "words that buyers wrote in the last 90 days", "words"),
        counted("pages_different_90d", "different pages that buyers viewed in the last 90 days", "pages"),
        counted("files_different_90d", "different files that buyers downloaded in the last 90 days", "files"),
    ),
    ("signals",),
    _count,
)
