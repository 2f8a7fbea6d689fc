"""The likelihood that a human did an act: a scorecard whose weights were learned on simulated traffic.

The score is a sum of log-odds, one for each bin that the evidence falls in. Equal bins give equal likelihoods, so most
judgements are a look into a cache, and each can say its reasons. Weights, and how they were made, lie in weights.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from math import exp
from typing import NamedTuple

from leadline.core.origin import Evidence
from leadline.core.views import HUMAN_FROM
from leadline.learn.human.bins import CROSSED, Bins, bins_of
from leadline.learn.human.words import sentence

HUMAN_THRESHOLD = HUMAN_FROM  # the views of the record draw the line there


class Weights(NamedTuple):
    """Log-odds: where nothing is known, of each bin, and of each pair of bins that is read together."""

    start: float
    bins: Mapping[str, Mapping[str, float]]
    pairs: Sequence[tuple[str, str, Mapping[str, Mapping[str, float]]]]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that ship with the package, read once a process."""
    kept = json.loads(files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    pairs = kept["pairs"]
    return Weights(
        float(kept["start"]), kept["bins"], tuple((a, b, pairs[f"{a}*{b}"]) for a, b in CROSSED if f"{a}*{b}" in pairs)
    )


def log_odds(bins: Bins, kept: Weights) -> float:
    """The sum over all bins and pairs."""
    total = kept.start
    for name, value in bins.items():
        total += kept.bins.get(name, {}).get(value, 0.0)
    for a, b, table in kept.pairs:
        if a in bins and b in bins:
            total += table.get(bins[a], {}).get(bins[b], 0.0)
    return total


@lru_cache(maxsize=65_536)
def _of_bins(bins: tuple[tuple[str, str], ...]) -> float:
    return 1.0 / (1.0 + exp(-log_odds(dict(bins), weights())))


def likelihood(evidence: Evidence) -> float:
    """The likelihood, 0 to 1, that a human did the act. Some microseconds."""
    return _of_bins(tuple(bins_of(evidence).items()))


def judge(batch: Sequence[Evidence]) -> list[float]:
    """The likelihoods of many acts, in their order."""
    return [likelihood(evidence) for evidence in batch]


def reasons(evidence: Evidence, most: int = 4) -> list[str]:
    """Why, in sentences, strongest first: what spoke for a person and what against, at most `most` of them."""
    kept = weights()
    bins = bins_of(evidence)
    parts = {name: kept.bins.get(name, {}).get(value, 0.0) for name, value in bins.items()}
    for a, b, table in kept.pairs:
        if a in bins and b in bins:
            # A pair's share goes to that of the two which says more; the reader sees one sentence, not three.
            share = table.get(bins[a], {}).get(bins[b], 0.0)
            parts[max((a, b), key=lambda name: abs(parts[name]))] += share
    parts.pop("act", None)
    ranked = sorted(parts, key=lambda name: -abs(parts[name]))
    said = (sentence(name, bins[name], evidence, parts[name]) for name in ranked if abs(parts[name]) >= 0.2)
    found = [words for words in said if words][:most]
    return found or ["Little is known of this act."]
