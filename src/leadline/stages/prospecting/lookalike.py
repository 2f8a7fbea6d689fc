"""Look at this account: it is like accounts that were won, and nobody works it yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation

DAYS = 60
LEAST = 1.5  # times as likely as the average account to be among the won
NEAR = 3


class LookAlike:
    """Turns likeness to won accounts into a proposal. Customers, competitors, and those who opted out get none. It has
    no probability: whom nobody tried may be as good as the won, so that only likeness can be known."""

    name = "lookalike"
    title = "Look at this account"
    kind = "look at an account like the won"

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """At most one proposal, from `likeness` (see docs/reference/recommenders.md)."""
        like = facts.get("likeness")
        if not like or any(facts.get(mark) for mark in ("customer", "competitor", "opted_out", "worked")):
            return
        near = like.get("near", ())[:NEAR]
        if like["times"] < LEAST or not near:
            return
        kind, number = facts["subject"]
        yield Recommendation(
            key=f"{self.name}:{kind}:{number}:{like['model']}:{like['version']}",
            kind=self.kind,
            subject=(kind, number),
            action={"do": "look at", "name": str(facts.get("name", "")), "like": [one["name"] for one in near]},
            evidence=(
                {
                    "words": f"{like['times']:.1f} times as likely as the average account to be among the won; "
                    f"place {like['place']:,} of {like['of']:,}",
                    "kind": "model",
                    "model": like["model"],
                    "version": like["version"],
                },
                *(
                    {
                        "words": f"like {one['name']}: {', '.join(one['shared']) or 'on the whole'}",
                        "kind": "account",
                        "number": one["number"],
                    }
                    for one in near
                ),
            ),
            provenance={
                "model": like["model"],
                "version": like["version"],
                "data_until": like["data_until"].isoformat(),
                "method": like.get("method", ""),
            },
            human_task="Judge whether they could need it at all: likeness to customers is no need of theirs.",
            expires_at=like["data_until"] + timedelta(days=DAYS),
            extra={
                "no_probability": "nobody knows yet which untried accounts would buy",
                "tested": like.get("tested", ""),
            },
        )


recommender = LookAlike()

example = Example(
    facts={
        "subject": ("account", 31),
        "name": "Südwerk AG",
        "now": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "likeness": {
            "model": "look-alikes",
            "version": "2",
            "data_until": datetime(2026, 3, 3, tzinfo=UTC),
            "method": "ridge logistic, winners against the rest",
            "times": 4.2,
            "place": 3,
            "of": 812,
            "near": [
                {"name": "Nordwind GmbH", "number": 4, "shared": ["industry is pumps", "employees 100 to 150"]},
                {"name": "Tekton AG", "number": 9, "shared": ["asked about delivery"]},
            ],
            "tested": "of winners that were hidden, 38 % (25–52 %) came back in the best tenth",
        },
    }
)
