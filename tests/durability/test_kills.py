"""Servers killed at random moments under load lose nothing that they acknowledged, and count nothing twice."""

from __future__ import annotations

import asyncio

import pytest

import kills
from leadline.store import write_keys
from leadline.store.journal import lag

KILLS = 60


@pytest.mark.slow
def test_kills_lose_nothing_and_double_nothing(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = asyncio.run(kills.trial(write_keys.make("web"), KILLS, seed=1))
    found = kills.in_ledger()
    with capsys.disabled():
        print(
            f"\n{told.kills} kills in {told.seconds:.1f} s, {told.starting / told.seconds:.0%} of it starting: "
            f"{len(told.acknowledged):,} events acknowledged, {told.broken:,} requests cut off and sent again"
        )
    assert told.verdict(found) == {"lost": 0, "doubled": 0, "strange": 0}
    assert told.kills == KILLS
    assert told.sent == told.acknowledged == set(found)
    assert lag()[0] == 0
    assert told.broken > KILLS  # the kills hit requests under way


def test_the_verdict_tells_what_is_wrong() -> None:
    told = kills.Told(sent={"a", "b", "c"}, acknowledged={"a", "b"})
    found = kills.Counter({"a": 2, "d": 1})
    assert told.verdict(found) == {"lost": 1, "doubled": 1, "strange": 1}
