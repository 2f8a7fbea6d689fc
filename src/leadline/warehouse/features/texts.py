"""What buyers said: intents, themes and tone of what was read of theirs in the last 90 days.

Where a text was read more than once, the newest reading of each kind counts.
"""

from __future__ import annotations

from typing import Any

import ibis

from leadline.core.understanding import FactKind, Intent
from leadline.warehouse.features.step import DAY, KEYS, Feature, Scope, Step, counted

INTENTS = {
    "questions": Intent.QUESTION,
    "objections": Intent.OBJECTION,
    "meeting_requests": Intent.MEETING,
    "price_talks": Intent.PRICE,
    "unsubscribes": Intent.UNSUBSCRIBE,
    "referrals": Intent.REFERRAL,
    "absences": Intent.OUT_OF_OFFICE,
}
_MILLIONTHS = 1_000_000


def _count(scope: Scope) -> ibis.Table:
    facts = scope.tables["facts"]
    facts = facts.filter(facts.signal_id.notnull() & (facts.actor == "buyer") & facts[f"{scope.subject}_id"].notnull())
    facts = facts.mutate(subject_id=facts[f"{scope.subject}_id"])
    rows = scope.known(facts, ["signal_id", "kind", "label", "score", "recorded_at"], days=90)
    newest = rows.recorded_at.max().over(group_by=[*KEYS, "signal_id", "kind"])
    rows = rows.mutate(newest=newest)
    rows = rows.filter(rows.recorded_at == rows.newest)
    # once a text, however many words of it say so
    said = rows.group_by([*KEYS, "signal_id", "kind", "label"]).aggregate(
        at=rows["at"].max(),
        marks=rows.score.count(),
        score=(rows.score * _MILLIONTHS + 0.5).floor().cast("int64").sum(),
    )
    young = said["at"] > said.cutoff - 30 * DAY
    tone = said.kind == FactKind.SENTIMENT.value
    wanted: dict[str, Any] = {}
    for name, intent in INTENTS.items():
        told = (said.kind == FactKind.INTENT.value) & (said.label == intent.value)
        wanted[f"{name}_30d"] = said.count(where=told & young)
        wanted[f"{name}_90d"] = said.count(where=told)
    wanted |= {
        "marks_30d": said.marks.sum(where=tone & young),
        "marks_90d": said.marks.sum(where=tone),
        "score_30d": said.score.sum(where=tone & young),
        "score_90d": said.score.sum(where=tone),
        "negative_texts_90d": said.count(where=tone & (said.label == "negative")),
    }
    found = said.group_by(KEYS).aggregate(**wanted)
    themes = said.filter((said.kind == FactKind.THEME.value) & said.label.notnull()).select(*KEYS, "label").distinct()
    themes = themes.group_by(KEYS).aggregate(themes_90d=themes.count())
    found = beside(found, themes)
    return found.mutate(
        themes_90d=ibis.coalesce(found.themes_90d, 0),
        tone_30d=_mean(found.score_30d, found.marks_30d),
        tone_90d=_mean(found.score_90d, found.marks_90d),
    )


def beside(left: ibis.Table, right: ibis.Table) -> ibis.Table:
    """Two tables of the same keys side by side, with every row of the left one."""
    other = right.rename({f"{key}_right": key for key in KEYS})
    both = left.left_join(other, [left.subject_id == other.subject_id_right, left.cutoff == other.cutoff_right])
    return both.select(*left.columns, *(name for name in right.columns if name not in KEYS))


def _mean(total: Any, marks: Any) -> Any:
    return total.cast("float64") / marks.nullif(0).cast("float64") / float(_MILLIONTHS)


_WORDS = {
    "questions": "asked something",
    "objections": "objected",
    "meeting_requests": "asked for a meeting",
    "price_talks": "spoke of the price",
    "unsubscribes": "wanted no more mails",
    "referrals": "named somebody else to talk to",
    "absences": "said that they are away",
}

TEXTS = Step(
    "texts",
    (
        *(
            counted(f"{name}_{days}d", f"texts of the last {days} days in which buyers {words}", "texts")
            for name, words in _WORDS.items()
            for days in (30, 90)
        ),
        counted("negative_texts_90d", "texts of the last 90 days with a negative tone", "texts"),
        counted("themes_90d", "different themes of what buyers said in the last 90 days", "themes"),
        Feature("tone_30d", "mean tone of what buyers said in the last 30 days, from -1 to 1", "score", "float64"),
        Feature("tone_90d", "mean tone of what buyers said in the last 90 days, from -1 to 1", "score", "float64"),
    ),
    ("facts",),
    _count,
)
