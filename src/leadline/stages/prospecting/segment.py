"""This account moved into another segment, or is in one that a campaign was made for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation

DAYS = 30
SURE = 0.7  # how likely it must belong there
TRAITS = 3


class SegmentMove:
    """Turns a segment, and where the account was before, into proposals: see it anew after a move, add it to a campaign
    that suits its segment."""

    name = "segment"
    title = "See this account in its segment"
    kind = "act on a segment"

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """At most one proposal for a move and one a campaign, from `segment` (see docs/reference/recommenders.md)."""
        segment = facts.get("segment")
        if not segment or segment["sure"] < SURE:
            return
        before = segment.get("moved_from")
        if before and before["id"] != segment["id"]:
            words = f"was in '{before['name']}' and is in '{segment['name']}' now"
            action = {"do": "see anew", "segment": segment["name"], "before": before["name"]}
            task = "Ask what changed at the buyer: a segment sees that something did, not what it means to them."
            yield self._proposal(facts, segment, f"move:{before['id']}:{segment['id']}", action, words, task)
        if facts.get("opted_out"):
            return
        for campaign in segment.get("campaigns", ()):
            if campaign["name"] in facts.get("campaigns", ()):
                continue
            words = f"is in '{segment['name']}', for which '{campaign['name']}' was made"
            action = {"do": "add to campaign", "campaign": campaign["name"], "segment": segment["name"]}
            task = "Read the campaign as this buyer would, and leave them out where it misses them."
            yield self._proposal(facts, segment, f"campaign:{campaign['name']}:{segment['id']}", action, words, task)

    def _proposal(
        self,
        facts: Mapping[str, Any],
        segment: Mapping[str, Any],
        what: str,
        action: dict[str, Any],
        words: str,
        task: str,
    ) -> Recommendation:
        kind, number = facts["subject"]
        traits = segment.get("traits", ())[:TRAITS]
        return Recommendation(
            key=f"{self.name}:{kind}:{number}:{what}",
            kind=self.kind,
            subject=(kind, number),
            action={**action, "name": str(facts.get("name", ""))},
            evidence=(
                {"words": f"{words} ({segment['sure']:.0%} sure)", "kind": "segment", "number": segment["id"]},
                *({"words": f"its segment: {trait}", "kind": "segment", "number": segment["id"]} for trait in traits),
            ),
            provenance={
                "model": segment["model"],
                "version": segment["version"],
                "data_until": segment["data_until"].isoformat(),
            },
            human_task=task,
            expires_at=segment["data_until"] + timedelta(days=DAYS),
            extra={"no_probability": "a segment says what the account is like, not what it will do"},
        )


recommender = SegmentMove()

example = Example(
    facts={
        "subject": ("account", 31),
        "name": "Südwerk AG",
        "now": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "campaigns": [],
        "segment": {
            "model": "segments",
            "version": "4",
            "data_until": datetime(2026, 3, 3, tzinfo=UTC),
            "id": 2,
            "name": "Small German manufacturers with many price list downloads",
            "sure": 0.93,
            "moved_from": {"id": 5, "name": "Small German manufacturers"},
            "traits": ["employees under 50: 97 %, of the others 31 %", "price list downloads 2 or more: 81 %"],
            "campaigns": [{"name": "Spring price list"}],
        },
    }
)
