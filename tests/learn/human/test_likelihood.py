"""The likelihood that a human did an act: what speaks for and against, what is unknown, and the reasons."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.origin import NO_AGENT, AgentFacts, Evidence
from leadline.learn.human import HUMAN_THRESHOLD, judge, likelihood, reasons
from leadline.learn.human.bins import ACTS, bins_of
from leadline.learn.human.likelihood import weights
from leadline.learn.human.training import NEVER_AGAINST, NEVER_FOR
from leadline.learn.human.words import sentence

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
PAGE = Evidence("page viewed", "", CHROME, "", True, True)
CLICK = PAGE._replace(
    act="mail link clicked", method="GET", javascript=None, since_send=2_400.0, burst_links=1, mail_links=6, opened=True
)

maybe = st.none() | st.booleans()
agents = st.none() | st.sampled_from([CHROME, "curl/8", "", NO_AGENT, AgentFacts("scanner")]) | st.text(max_size=40)
evidences = st.builds(
    Evidence,
    act=st.sampled_from([*ACTS, "", "order placed"]),
    network=st.sampled_from(["", "cloud", "mimecast", "apple-relay", "google-proxy", "private", "new"]),
    agent=agents,
    method=st.sampled_from(["", "GET", "HEAD"]),
    language=maybe,
    javascript=maybe,
    since_send=st.none() | st.floats(-10, 1e7),
    honeypot=maybe,
    burst_links=st.none() | st.integers(0, 30),
    mail_links=st.none() | st.integers(0, 30),
    burst_networks=st.none() | st.integers(0, 9),
    same_second=st.none() | st.integers(0, 90),
    place_mails=st.none() | st.integers(0, 90),
    opened=maybe,
    dwell=st.none() | st.floats(0, 1e6),
    scrolled=maybe,
    pointer=maybe,
    regularity=st.none() | st.floats(0, 1),
    per_minute=st.none() | st.integers(0, 500),
)


def test_a_person_on_a_page_and_one_who_clicks_are_human() -> None:
    assert likelihood(PAGE) >= HUMAN_THRESHOLD
    assert likelihood(PAGE._replace(dwell=40.0, pointer=True, scrolled=True)) > 0.97
    assert likelihood(CLICK) >= HUMAN_THRESHOLD
    assert likelihood(CLICK._replace(javascript=True, dwell=30.0, pointer=True)) > 0.97


@pytest.mark.parametrize(
    "found",
    [
        {"honeypot": True},
        {"burst_links": 6},
        {"method": "HEAD"},
        {"network": "mimecast", "since_send": 3.0},
        {"agent": "python-requests/2.32.3"},
        {"agent": NO_AGENT},
        {"agent": "Mozilla/5.0 (compatible; SomeNewBot/1.0)"},
    ],
)
def test_what_scanners_do_is_not_human(found: dict[str, object]) -> None:
    assert likelihood(CLICK._replace(**found)) < HUMAN_THRESHOLD


def test_nothing_known_is_the_benefit_of_the_doubt() -> None:
    assert likelihood(Evidence()) >= HUMAN_THRESHOLD
    assert likelihood(Evidence("order placed")) >= HUMAN_THRESHOLD
    assert bins_of(Evidence()) == {}
    assert reasons(Evidence()) == ["Little is known of this act."]


@given(evidences, st.sampled_from(Evidence._fields))
def test_what_is_unknown_adds_nothing(evidence: Evidence, field: str) -> None:
    """Taking a thing away leaves only bins that are there with it, so what is unknown has no points of its own."""
    blank = evidence._replace(**{field: Evidence._field_defaults[field]})
    assert set(bins_of(blank).items()) <= set(bins_of(evidence).items())


@given(evidences)
def test_any_evidence_has_a_likelihood_and_reasons(evidence: Evidence) -> None:
    chance = likelihood(evidence)
    assert 0.0 <= chance <= 1.0
    assert judge([evidence, evidence]) == [chance, chance]
    said = reasons(evidence, 3)
    assert 1 <= len(said) <= 3
    assert all(words.endswith(".") and (words[0].isupper() or words[0].isdigit()) for words in said)


@given(evidences.filter(lambda evidence: not evidence.honeypot))
def test_a_hidden_link_never_speaks_for_a_person(evidence: Evidence) -> None:
    assert likelihood(evidence._replace(honeypot=True)) <= likelihood(evidence._replace(honeypot=None))


@given(evidences)
def test_a_longer_agent_is_neither_kept_nor_judged_otherwise(evidence: Evidence) -> None:
    agent = evidence.agent if isinstance(evidence.agent, str) else CHROME
    long = evidence._replace(agent=agent.ljust(512) + "x" * 10_000)
    assert likelihood(long) == likelihood(evidence._replace(agent=agent.ljust(512)))


def test_weights_keep_their_bounds_and_every_bin_has_words() -> None:
    kept = weights()
    for name in NEVER_FOR:
        left, _, right = name.partition("=")
        assert kept.bins.get(left, {}).get(right, 0.0) <= 0.0, name
    for name in NEVER_AGAINST:
        left, _, right = name.partition("=")
        assert kept.bins.get(left, {}).get(right, 0.0) >= 0.0, name
    agent = AgentFacts("browser", fit="old")
    shown = Evidence("page viewed", "cloud", agent, since_send=9.0, burst_links=3, place_mails=4)
    for name, points in kept.bins.items():
        if name != "act":
            assert all(sentence(name, value, shown, 1.0) for value in points), name


def test_reasons_name_the_strongest_first() -> None:
    trapped = reasons(CLICK._replace(honeypot=True, burst_links=6))
    assert trapped[0] in {
        "A link that no person sees was fetched (against a person).",
        "6 of 6 links of the mail were fetched within seconds (against a person).",
    }
    assert "(for a person)." in " ".join(reasons(PAGE._replace(pointer=True, dwell=45.0)))


def test_judging_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'scipy', 'pydantic', 'django'}"
    code = f"import sys, leadline.learn.human; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
