"""Work this deal next: a published model gives it better odds than the deals it learned from had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation

DAYS = 14  # after which a score that was not renewed says little
MOST = 3  # reasons


class Qualification:
    """Turns scores of published models into proposals: one a product, where even the low end of the range is above the
    base rate. Closed deals and rows unlike those that the model learned from get none."""

    name = "qualification"
    title = "Work this deal next"
    kind = "work a deal next"

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """Proposals from `scores` (see docs/reference/recommenders.md), best first."""
        if facts.get("state", "open") != "open":
            return
        scores = [score for score in facts.get("scores", ()) if not score.get("unusual") and _better(score)]
        for score in sorted(scores, key=lambda one: (-one["score"], str(one.get("target", "")))):
            yield self._proposal(facts, score)

    def _proposal(self, facts: Mapping[str, Any], score: Mapping[str, Any]) -> Recommendation:
        kind, number = facts["subject"]
        target = str(score.get("target", ""))
        worth = score.get("value")
        ways = (("up", "raises it"), ("down", "lowers it"))
        reasons = [
            {"words": f"{reason['words']} ({way})", **_opens(reason)}
            for side, way in ways
            for reason in score.get(side, ())[: MOST if side == "up" else 1]
        ]
        odds = f"{score['score']:.0%} against {score['base_rate']:.0%} of the closed deals that the model learned from"
        return Recommendation(
            key=f"{self.name}:{kind}:{number}:{target}:{score['model']}:{score['version']}",
            kind=self.kind,
            subject=(kind, number),
            action={"do": "work next", "name": str(facts.get("name", "")), "product": target},
            evidence=({"words": odds, "kind": "model", "model": score["model"], "version": score["version"]}, *reasons),
            provenance={
                "model": score["model"],
                "version": score["version"],
                "data_until": score["data_until"].isoformat(),
            },
            human_task="Judge need, budget and feasibility: call and hear whether the buyer has a reason to act now.",
            probability=float(score["score"]),
            low=float(score["low"]),
            high=float(score["high"]),
            value=None if worth is None else Decimal(str(worth)),
            expires_at=score["data_until"] + timedelta(days=DAYS),
            extra={"missing": str(score.get("missing", ""))},
        )


def _better(score: Mapping[str, Any]) -> bool:
    low, at, high = float(score["low"]), float(score["score"]), float(score["high"])
    return 0 <= low <= at <= high <= 1 and low > float(score["base_rate"])


def _opens(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {name: reason[name] for name in ("kind", "number", "row") if name in reason}


recommender = Qualification()

example = Example(
    facts={
        "subject": ("deal", 12),
        "name": "Pumps for Nordwind GmbH",
        "state": "open",
        "now": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "scores": [
            {
                "model": "deals",
                "version": "7",
                "data_until": datetime(2026, 3, 3, tzinfo=UTC),
                "target": "pumps",
                "score": 0.46,
                "low": 0.35,
                "high": 0.58,
                "base_rate": 0.21,
                "value": "18400.00",
                "up": [{"words": "3 people of the buyer took part in 30 days", "kind": "signal", "number": 881}],
                "down": [{"words": "no meeting is planned", "kind": "deal", "number": 12}],
                "missing": "employees (about ±6 points)",
            }
        ],
    }
)
