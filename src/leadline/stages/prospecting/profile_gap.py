"""Ask for this missing fact: of all that is not known, it would move the score most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation

DAYS = 30
LEAST = 2.0  # points of the score that are worth a question


class ProfileGap:
    """Turns blank fields, with how far each moves the score, into one proposal. What was asked and is still open, and
    what is known from any source, is not asked."""

    name = "profile_gap"
    title = "Ask for a missing fact"
    kind = "ask for a missing fact"

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """At most one proposal, from `gaps`, `profile` and `asked` (see docs/reference/recommenders.md)."""
        known = {field for field, value in facts.get("profile", {}).items() if value not in (None, "")}
        asked = set(facts.get("asked", ()))
        open_ = [gap for gap in facts.get("gaps", ()) if gap["field"] not in known | asked and gap["points"] >= LEAST]
        if not open_:
            return
        gap = min(open_, key=lambda one: (-one["points"], one["field"]))
        kind, number = facts["subject"]
        others = [one["field"] for one in open_ if one is not gap]
        yield Recommendation(
            key=f"{self.name}:{kind}:{number}:{gap['field']}",
            kind=self.kind,
            subject=(kind, number),
            action={"do": "ask", "field": gap["field"], "name": str(facts.get("name", ""))},
            evidence=(
                {
                    "words": f"{gap['field']} is blank; once known it would move the score by about "
                    f"±{gap['points']:.0f} points, more than any other blank field",
                    "kind": kind,
                    "number": number,
                },
            ),
            provenance={"model": gap["model"], "version": gap["version"], "data_until": gap["data_until"].isoformat()},
            human_task="Ask it where it helps the buyer too, and listen to what else they say.",
            expires_at=gap["data_until"] + timedelta(days=DAYS),
            extra={"others": sorted(others), "no_probability": "a question is no forecast"},
        )


recommender = ProfileGap()

example = Example(
    facts={
        "subject": ("account", 31),
        "name": "Südwerk AG",
        "now": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "profile": {"industry": "pumps", "employees": None, "country": "Germany"},
        "asked": ["budget"],
        "gaps": [
            {
                "field": "employees",
                "points": 6.0,
                "model": "deals",
                "version": "7",
                "data_until": datetime(2026, 3, 3, tzinfo=UTC),
            },
            {
                "field": "website",
                "points": 2.5,
                "model": "deals",
                "version": "7",
                "data_until": datetime(2026, 3, 3, tzinfo=UTC),
            },
        ],
    }
)
