"""The ribs of prospecting: each keeps every promise, and says no where no is right."""

from __future__ import annotations

import copy
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from leadline.core import plugins
from leadline.core.recommendation import Recommendation
from leadline.testing.checks import judge

NAMES = ("inconsistency", "lookalike", "profile_gap", "qualification", "segment")


def module(name: str) -> Any:
    return import_module(plugins.own("recommenders")[name])


def proposals(name: str, **changed: Any) -> list[Recommendation]:
    """What a rib proposes from its example with some facts changed."""
    facts = {**copy.deepcopy(dict(module(name).example.facts)), **changed}
    return list(plugins.find("recommenders", name).recommend(facts))


def fact(name: str, key: str, **changed: Any) -> dict[str, Any]:
    return {**copy.deepcopy(module(name).example.facts[key]), **changed}


def test_all_are_found_by_name() -> None:
    assert set(NAMES) <= set(plugins.own("recommenders"))
    assert set(NAMES) <= set(plugins.names("recommenders"))
    assert "prospecting" not in plugins.names("recommenders")
    every = list(plugins.own("recommenders").values())
    assert len({place.rpartition(".")[2] for place in every}) == len(every)


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_every_promise(name: str) -> None:
    broken = [one for one in judge(plugins.find("recommenders", name), module(name).example) if one.why]
    assert not broken


@pytest.mark.parametrize("name", NAMES)
def test_it_proposes_nothing_from_nothing(name: str) -> None:
    facts = module(name).example.facts
    bare = {"subject": facts["subject"], "now": facts["now"]}
    assert list(plugins.find("recommenders", name).recommend(bare)) == []


@pytest.mark.parametrize("name", NAMES)
def test_evidence_opens_and_time_runs_out(name: str) -> None:
    for one in proposals(name):
        assert all("words" in row and "kind" in row for row in one.evidence)
        assert one.expires_at is not None
        assert one.expires_at > module(name).example.facts["now"]
        assert one.probability is not None or one.extra["no_probability"]
        assert "data_until" in one.provenance


def test_a_deal_is_worked_next_only_where_even_the_low_end_is_better() -> None:
    (one,) = proposals("qualification")
    assert (one.probability, one.low, one.high) == (0.46, 0.35, 0.58)
    assert str(one.value) == "18400.00"
    (score,) = module("qualification").example.facts["scores"]
    for wrong in ({"low": 0.2}, {"unusual": True}, {"low": 0.5}, {"high": 1.2}):
        assert proposals("qualification", scores=[{**score, **wrong}]) == []
    assert proposals("qualification", state="won") == []
    two = [{**score, "target": "valves", "score": 0.5, "high": 0.6}, score]
    assert [one.action["product"] for one in proposals("qualification", scores=two)] == ["valves", "pumps"]


def test_a_key_stays_until_the_model_changes() -> None:
    (score,) = module("qualification").example.facts["scores"]
    first, again = proposals("qualification")[0], proposals("qualification", scores=[{**score, "score": 0.47}])[0]
    newer = proposals("qualification", scores=[{**score, "version": "8"}])[0]
    assert first.key == again.key != newer.key


@pytest.mark.parametrize("mark", ["customer", "competitor", "opted_out", "worked"])
def test_nobody_is_sent_to_those_who_must_be_left_alone(mark: str) -> None:
    assert proposals("lookalike")
    assert proposals("lookalike", **{mark: True}) == []


def test_a_look_alike_needs_likeness_and_reasons() -> None:
    (one,) = proposals("lookalike")
    assert one.probability is None
    assert one.extra["no_probability"]
    assert {row["number"] for row in one.evidence if row["kind"] == "account"} == {4, 9}
    assert proposals("lookalike", likeness=fact("lookalike", "likeness", times=1.2)) == []
    assert proposals("lookalike", likeness=fact("lookalike", "likeness", near=[])) == []


def test_a_move_and_a_campaign() -> None:
    move, campaign = proposals("segment")
    assert move.action["before"] == "Small German manufacturers"
    assert campaign.action["campaign"] == "Spring price list"
    assert [one.action["do"] for one in proposals("segment", opted_out=True)] == ["see anew"]
    assert [one.action["do"] for one in proposals("segment", campaigns=["Spring price list"])] == ["see anew"]
    assert proposals("segment", segment=fact("segment", "segment", sure=0.5)) == []
    stayed = fact("segment", "segment", moved_from={"id": 2, "name": "same"}, campaigns=[])
    assert proposals("segment", segment=stayed) == []


def test_the_fact_that_moves_most_is_asked_once() -> None:
    (one,) = proposals("profile_gap")
    assert one.action["field"] == "employees"
    assert proposals("profile_gap", profile={"employees": 12})[0].action["field"] == "website"
    assert proposals("profile_gap", asked=["employees"])[0].action["field"] == "website"
    assert proposals("profile_gap", asked=["employees", "website"]) == []
    gaps = [{**gap, "points": 1.0} for gap in module("profile_gap").example.facts["gaps"]]
    assert proposals("profile_gap", gaps=gaps) == []


@pytest.mark.parametrize(
    ("values", "sources", "count"),
    [
        ((120, 480), ("a", "b"), 1),
        ((120, 125), ("a", "b"), 0),
        (("GmbH  Nord", "gmbh nord"), ("a", "b"), 0),
        ((120, 480), ("a", "a"), 0),
        ((120, 480, 121), ("a", "b", "c"), 1),
    ],
)
def test_sources_that_disagree(values: tuple[Any, ...], sources: tuple[str, ...], count: int) -> None:
    said = [
        {"value": value, "source": source, "kind": "row", "number": 1}
        for value, source in zip(values, sources, strict=True)
    ]
    found = proposals("inconsistency", disputes=[{"field": "employees", "values": said}])
    assert len(found) == count
    assert all(len(one.action["values"]) == 2 for one in found)


def test_ribs_know_when_their_data_ends() -> None:
    (one,) = proposals("qualification")
    (score,) = module("qualification").example.facts["scores"]
    assert one.provenance["data_until"] == score["data_until"].isoformat()
    assert one.expires_at == score["data_until"] + timedelta(days=14)
