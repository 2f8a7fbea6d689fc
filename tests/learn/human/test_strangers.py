"""Machines and people that the simulated traffic does not have, as a stranger would try them."""

# ruff: noqa: E501 (a story a line)

from __future__ import annotations

from typing import Any

import pytest

from leadline.core.origin import Evidence, Seen
from leadline.learn.human import HUMAN_THRESHOLD, rejudge

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/141.0.0.0 Safari/537.36"
WINDOWS_7 = f"Mozilla/5.0 (Windows NT 6.1; Win64; x64) {KIT} Chrome/109.0.0.0 Safari/537.36"


class Story:
    """Acts of one mail by one hand, with what each would carry."""

    def __init__(self, agent: str = CHROME, network: str = "", language: bool | None = True, place: str = "x") -> None:
        self.agent, self.network, self.language, self.place = agent, network, language, place
        self.rows: list[Seen] = []

    def _add(self, act: str, at: float, message: str = "m:a", visitor: str = "", link: str = "", **more: Any) -> Story:
        fields = {name: more.pop(name) for name in list(more) if name in Evidence._fields}
        evidence = Evidence(act, self.network, self.agent, language=self.language, **fields)
        self.rows.append(Seen(f"{act}{at}", at, evidence, message, "m", visitor, link, self.place, **more))
        return self

    def opens(self, at: float) -> Story:
        return self._add("mail opened", at, method="GET", since_send=at, mail_links=6)

    def clicks(self, at: float, link: str = "l1", **more: Any) -> Story:
        return self._add("mail link clicked", at, link=link, method="GET", since_send=at, mail_links=6, **more)

    def reads(self, at: float, seconds: float, *, scrolled: bool = True, pointer: bool = True) -> Story:
        self._add("page viewed", at, visitor="v", link="p", javascript=True)
        return self._add("time on page", at + seconds, "", "v", "p", javascript=True, dwell=seconds, scrolled=scrolled,
                         pointer=pointer)  # fmt: skip

    def sends(self, at: float) -> Story:
        return self._add("form submitted", at, "", "v", "p", javascript=True)

    def judged(self, act: str) -> list[float]:
        judged = zip(self.rows, rejudge(self.rows, most_reasons=0), strict=True)
        return [row.human for seen, row in judged if seen.evidence.act == act]


PEOPLE = {
    "a quick reader with the mail open": Story().opens(3.0).clicks(5.0, tracked=True).reads(7.0, 50.0),
    "an old computer in a town hall": Story(WINDOWS_7)
    .opens(2_990.0)
    .clicks(3_000.0, tracked=True)
    .reads(3_002.0, 45.0),
    "a reader behind a data centre's proxy": Story(network="cloud").clicks(3_000.0, tracked=True).reads(3_002.0, 45.0),
    "a reader whose pointer is never seen": Story()
    .clicks(3_000.0, tracked=True)
    .reads(3_003.0, 97.0, pointer=False, scrolled=False),
    "a reader of a page that is not ours": Story().opens(7_000.0).clicks(7_012.0),
    "two links, one after the other": Story().opens(900.0).clicks(915.0, "l1").clicks(960.0, "l2"),
    "a slow phone": Story().clicks(5_000.0, tracked=True).reads(5_038.0, 20.0),
}
MACHINES = {
    "one link and the hidden one": Story().clicks(40.0).clicks(41.0, "hidden", hidden=True),
    "a preview in a browser's dress": Story(network="cloud", language=False).clicks(3_600.0),
    "an assistant that clicks and looks at nothing": Story(network="cloud").clicks(600.0, tracked=True),
    "an assistant that fills the form": Story(network="cloud").clicks(600.0, tracked=True).reads(602.0, 5.0, pointer=False, scrolled=False).sends(604.0),
    "a scanner that walks from home to home": Story(place="").clicks(60.0, "l1").clicks(64.0, "l2").clicks(67.0, "l3").clicks(71.0, "l4"),
    "a phone's agent that runs no script": Story(network="cloud").clicks(30.0, tracked=True),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_people_who_are_easy_to_mistake_are_kept(name: str) -> None:
    assert min(PEOPLE[name].judged("mail link clicked")) >= HUMAN_THRESHOLD


@pytest.mark.parametrize("name", MACHINES)
def test_machines_of_other_makes_are_caught(name: str) -> None:
    assert max(MACHINES[name].judged("mail link clicked")) < HUMAN_THRESHOLD


def test_a_form_that_an_assistant_filled_at_once_is_caught() -> None:
    assert max(MACHINES["an assistant that fills the form"].judged("form submitted")) < HUMAN_THRESHOLD


def test_the_gateway_before_a_reader_does_not_take_the_reader_along() -> None:
    gateway = Story("Mozilla/5.0 (compatible; Some Gateway)", "mimecast", language=False, place="gate")
    for i in range(6):
        gateway.clicks(2.0 + i / 10, f"l{i}")
    reader = Story(place="desk").clicks(300.0, "l2", tracked=True).reads(302.0, 35.0)
    judged = [row.human for row in rejudge([*gateway.rows, *reader.rows], most_reasons=0)]
    assert max(judged[:6]) < 0.05
    assert min(judged[6:]) >= HUMAN_THRESHOLD


def test_colleagues_who_click_when_told_to_are_kept() -> None:
    rows: list[Seen] = []
    for i in range(5):
        story = Story(place="office").clicks(905.0 + i / 5, tracked=True).reads(908.0 + i / 5, 40.0)
        rows += [
            seen._replace(key=f"{i}{seen.key}", message=seen.message and f"m:{i}", visitor=seen.visitor and f"v{i}")
            for seen in story.rows
        ]
    judged = [row.human for seen, row in zip(rows, rejudge(rows, most_reasons=0), strict=True) if seen.message]
    assert min(judged) >= HUMAN_THRESHOLD
