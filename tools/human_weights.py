"""Learns the weights of the likelihood that a human did an act, from the simulated market's development traffic.

`python tools/human_weights.py [--seeds 120]` writes src/leadline/learn/human/weights.json. Each act is taken as it is
known at receipt, in hindsight, and with parts taken out at random; half of the machines' weight goes by kind, so that
a noisy gateway does not drown a quiet one. Unseen traffic is never read here.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from leadline.core.origin import Evidence
from leadline.learn.human.context import Recent, hindsight
from leadline.learn.human.training import fit
from leadline.testing.world import visits

OUT = Path(__file__).resolve().parents[1] / "src" / "leadline" / "learn" / "human" / "weights.json"
UNKNOWN = Evidence()


def taken_out(rng: np.random.Generator, evidence: Evidence) -> Evidence:
    """The evidence with each field but the act unknown with a chance that is drawn for the row."""
    lost = rng.random(len(evidence)) < rng.uniform(0.0, 0.7)
    gone: dict[str, Any] = {name: UNKNOWN[i] for i, name in enumerate(Evidence._fields) if i and lost[i]}
    return evidence._replace(**gone)


def rows_of(seeds: range) -> tuple[list[Evidence], list[bool], list[float]]:
    """Evidence, truth and weight of the development traffic of `seeds`."""
    rows: list[Evidence] = []
    human: list[bool] = []
    weight: list[float] = []
    for seed in seeds:
        rng = np.random.default_rng((seed, 7))
        traffic = visits.development(seed)
        recent = Recent()
        early, late = [recent.see(seen) for seen in traffic.seen], hindsight(traffic.seen)
        kinds = Counter(traffic.kind)
        people = sum(traffic.human)
        machines = [kind for kind, count in kinds.items() if count and not kind.startswith(("person", "visitor"))]
        for seen, first, last, truth, kind in zip(traffic.seen, early, late, traffic.human, traffic.kind, strict=True):
            if seen.evidence.act == "time on page":
                continue
            # Half of the weight is people's; among machines half goes by acts, half by kind.
            of_kind = 0.25 / (len(machines) * kinds[kind])
            share = 0.5 / people if truth else 0.25 / (len(traffic.seen) - people) + of_kind
            for evidence in (first, last, last, taken_out(rng, first), taken_out(rng, last)):
                rows.append(evidence)
                human.append(truth)
                weight.append(share * 600)
    return rows, human, weight


def main() -> None:
    """Learns and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=120)
    given = parser.parse_args()
    rows, human, weight = rows_of(range(given.seeds))
    learned: dict[str, Any] = fit(rows, human, weight)
    about = (
        f"Made by tools/human_weights.py: ridge logistic regression on {len(rows):,} rows of simulated traffic, "
        f"development seeds 0 to {given.seeds - 1}. Log-odds that a human did the act; what is unknown adds nothing."
    )
    OUT.write_text(json.dumps({"about": about, **learned}, indent=1) + "\n", encoding="utf-8")
    print(about)


if __name__ == "__main__":
    main()
