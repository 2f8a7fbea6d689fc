"""The simulated traffic: the same by seed, in order, with truth beside it, and kinds that development never shows."""

from __future__ import annotations

from collections import Counter

import pytest

from leadline.core.origin import AgentFacts
from leadline.learn.human import HUMAN_THRESHOLD, Recent, agent_of, hindsight, judge
from leadline.learn.human.networks import LABELS
from leadline.testing.world import visits, visits_agents, visits_prior
from leadline.testing.world.visits import Traffic


@pytest.fixture(scope="module")
def developed() -> list[Traffic]:
    return [visits.development(seed) for seed in range(3)]


@pytest.fixture(scope="module")
def unseen() -> list[Traffic]:
    # Seeds that no published figure rests on.
    return [visits.unseen(seed) for seed in range(3)]


def test_equal_seeds_give_equal_traffic() -> None:
    assert visits.unseen(5) == visits.unseen(5)
    assert visits.unseen(5) != visits.unseen(6)
    assert visits_prior.development(5) != visits_prior.unseen(5)


def test_acts_stand_in_order_with_their_truth(developed: list[Traffic]) -> None:
    for traffic in developed:
        times = [seen.at for seen in traffic.seen]
        assert times == sorted(times)
        assert len(traffic.seen) == len(traffic.human) == len(traffic.kind)
        assert len({seen.key for seen in traffic.seen}) == len(traffic.seen)
        assert 0.15 < sum(traffic.human) / len(traffic.human) < 0.9
        for kind, human in set(zip(traffic.kind, traffic.human, strict=True)):
            assert kind.startswith(("person", "visitor")) == human


def test_what_a_product_sees_is_plausible(developed: list[Traffic], unseen: list[Traffic]) -> None:
    for traffic in developed + unseen:
        for seen in traffic.seen:
            evidence = seen.evidence
            assert evidence.network in LABELS
            assert evidence.since_send is None or evidence.since_send >= 0
            assert (evidence.since_send is not None) == (evidence.act in {"mail opened", "mail link clicked"})
            assert not seen.hidden or not evidence.pointer
            # What only the acts around tell is for the product to find.
            assert evidence.burst_links is evidence.same_second is evidence.honeypot is None


def test_people_are_of_many_kinds(developed: list[Traffic], unseen: list[Traffic]) -> None:
    for family in (developed, unseen):
        kinds = Counter(kind for traffic in family for kind in traffic.kind)
        for kind in (
            "person, quick",
            "person in a data centre",
            "person on a slow phone",
            "person with an odd browser",
            "person without scripts",
            "person by image proxy",
            "person, forwarded to",
            "visitor",
        ):
            assert kinds[kind] > 0, kind


def test_no_person_fetches_a_hidden_link(developed: list[Traffic], unseen: list[Traffic]) -> None:
    for traffic in developed + unseen:
        assert not any(seen.hidden and human for seen, human in zip(traffic.seen, traffic.human, strict=True))


def test_unseen_traffic_has_kinds_and_agents_that_development_has_not() -> None:
    draws = (visits_prior.development, visits_prior.unseen)
    names = [{kind.kind for seed in range(30) for kind in draw(seed).scanners} for draw in draws]
    assert {"drip", "detonation", "mail assistant", "opener"} <= names[1] - names[0]
    pools = visits_agents._POOLS
    for name in [name for name in pools if name.endswith("_unseen")]:
        assert not set(pools[name]) & set(pools[name.removesuffix("_unseen")]), name


def test_development_never_draws_from_unseen_pools() -> None:
    for seed in range(40):
        given = visits_prior.development(seed)
        mixes = [*(kind.agents for kind in (*given.scanners, *given.robots)), given.previews, given.click_time_agents]
        assert not [name for mix in mixes for name, _ in mix if name.endswith("_unseen")]


def test_agents_of_people_are_read_as_browsers() -> None:
    from numpy.random import default_rng

    rng = default_rng(3)
    facts = [agent_of(visits_agents.person(rng, 0.1)[0]) for _ in range(400)]
    assert {fact.family for fact in facts} == {"browser"}
    assert sum(fact.fit == "fine" for fact in facts) > 360
    assert all(isinstance(fact, AgentFacts) for fact in facts)


@pytest.mark.slow
def test_people_are_told_from_machines(unseen: list[Traffic]) -> None:
    """A coarse check that the shipped weights work; the figures that are published come from the benchmark."""
    for traffic in unseen:
        recent = Recent()
        counted = [seen.evidence.act != "time on page" for seen in traffic.seen]
        early = judge([recent.see(seen) for seen in traffic.seen])
        late = judge(hindsight(traffic.seen))
        for chances, most, least in ((early, 0.10, 0.85), (late, 0.03, 0.90)):
            rows = [(p >= HUMAN_THRESHOLD, h) for p, h, c in zip(chances, traffic.human, counted, strict=True) if c]
            machines = [called for called, human in rows if not human]
            people = [called for called, human in rows if human]
            assert sum(machines) / len(machines) <= most
            assert sum(people) / len(people) >= least
