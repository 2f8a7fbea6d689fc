"""Two sources disagree: a person who knows the account can say why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation

DAYS = 90
NEAR = 0.1  # numbers that differ by less say the same


class Inconsistency:
    """Turns fields whose sources say different things into a proposal each. Case, blanks and numbers within a tenth are
    no difference; what the same source said earlier is none either."""

    name = "inconsistency"
    title = "Explain a contradiction"
    kind = "explain a contradiction"

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """One proposal a field, from `disputes` (see docs/reference/recommenders.md)."""
        for dispute in facts.get("disputes", ()):
            said = _different(dispute["values"])
            if len({str(one["source"]) for one in said}) > 1:
                yield self._proposal(facts, dispute["field"], said)

    def _proposal(self, facts: Mapping[str, Any], field: str, said: list[Mapping[str, Any]]) -> Recommendation:
        kind, number = facts["subject"]
        known_until = facts["now"]
        grounds = "|".join(sorted(f"{one['source']}={_plain(one['value'])}" for one in said))
        return Recommendation(
            key=f"{self.name}:{kind}:{number}:{field}:{grounds}",
            kind=self.kind,
            subject=(kind, number),
            action={
                "do": "explain",
                "field": field,
                "name": str(facts.get("name", "")),
                "values": [one["value"] for one in said],
            },
            evidence=tuple(
                {
                    "words": f"{one['source']} says that {field} is {one['value']}",
                    "kind": one["kind"],
                    "number": one["number"],
                    **({"row": one["row"]} if "row" in one else {}),
                    "at": one.get("at"),
                }
                for one in said
            ),
            provenance={"rule": "sources that disagree", "version": "1", "data_until": known_until.isoformat()},
            human_task="Say which is right and why: both may be, of a parent and its plant, or last year and now.",
            expires_at=known_until + timedelta(days=DAYS),
            extra={"no_probability": "which source is right is not foretold"},
        )


def _plain(value: Any) -> Any:
    return " ".join(str(value).casefold().split())


def _different(values: Any) -> list[Mapping[str, Any]]:
    """The values that say different things, the first of each, in their order."""
    kept: list[Mapping[str, Any]] = []
    for one in values:
        if not any(_same(one["value"], other["value"]) for other in kept):
            kept.append(one)
    return kept if len(kept) > 1 else []


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(abs(one - other) <= NEAR * max(abs(one), abs(other)))
    return bool(_plain(one) == _plain(other))


recommender = Inconsistency()

example = Example(
    facts={
        "subject": ("account", 31),
        "name": "Südwerk AG",
        "now": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "disputes": [
            {
                "field": "employees",
                "values": [
                    {"value": 120, "source": "HubSpot", "kind": "row", "number": 3, "row": 41, "at": None},
                    {"value": 480, "source": "a mail of 3 March", "kind": "signal", "number": 771, "at": None},
                ],
            }
        ],
    }
)
