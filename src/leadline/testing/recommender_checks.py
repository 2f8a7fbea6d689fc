"""What a recommender promises: proposals that can be judged, from the same facts the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation
from leadline.testing.promises import Check, demand


def checks(plugin: Any, example: Example | None) -> Iterator[Check]:
    """Those that fit a recommender; it is called with the facts of its example."""
    yield Check("it names its kind", lambda: demand(str(getattr(plugin, "kind", "")).strip(), "its kind is blank"))
    if example is not None:
        yield Check("its proposals can be judged", lambda: _proposals(plugin, example))
        yield Check("the same facts give the same proposals", lambda: _same(plugin, example))


def _proposals(plugin: Any, example: Example) -> None:
    found = list(plugin.recommend(example.facts))
    demand(found, "it proposes nothing from its own example")
    demand(len({one.key for one in found}) == len(found), "two proposals have one key")
    for one in found:
        demand(isinstance(one, Recommendation), f"it gives a {type(one).__name__}, not a Recommendation")
        at = f"the proposal '{one.key}'"
        demand(one.key and one.kind == plugin.kind, f"{at} has no key, or another kind than its recommender")
        demand(one.action and one.evidence and one.provenance, f"{at} lacks an action, evidence or provenance")
        demand(one.human_task.strip(), f"{at} names no human task beside it")
        for part in (one.action, list(one.evidence), one.provenance):
            json.dumps(part, allow_nan=False)
        if one.probability is not None:
            demand(one.low is not None and one.high is not None, f"{at} has a probability without a range")
            demand(0 <= (one.low or 0) <= one.probability <= (one.high or 0) <= 1, f"{at} lies outside its own range")
        demand(one.expires_at is None or one.expires_at.tzinfo, f"{at} expires at a time without a zone")


def _same(plugin: Any, example: Example) -> None:
    facts = copy.deepcopy(dict(example.facts))
    first, second = list(plugin.recommend(facts)), list(plugin.recommend(facts))
    demand(first == second, "two calls with the same facts differ")
    demand(facts == dict(example.facts), "it changes the facts that it is given")
