"""Turns at writing: in the order of coming, held again by who holds them, never waited for without end."""

from __future__ import annotations

import threading

import pytest

from leadline.core.errors import StoreUnavailable
from leadline.store.turns import Turns


def test_who_holds_a_turn_may_take_it_again() -> None:
    turns = Turns()
    with turns.taken(1), turns.taken(1):
        pass
    with turns.taken(0.01):
        pass


def test_one_at_a_time_and_nobody_starves() -> None:
    """A thread that takes turns without end lets each of the others in once before itself again."""
    turns = Turns()
    inside = [0]
    order: list[str] = []
    stop = threading.Event()

    def take(name: str) -> None:
        with turns.taken(30):
            inside[0] += 1
            assert inside[0] == 1
            order.append(name)
            inside[0] -= 1

    def greedy() -> None:
        while not stop.is_set():
            take("greedy")

    def modest(name: str) -> None:
        for _ in range(50):
            take(name)

    threads = [threading.Thread(target=greedy), *(threading.Thread(target=modest, args=(f"m{n}",)) for n in range(3))]
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        thread.join(60)
    stop.set()
    threads[0].join(60)
    assert [order.count(f"m{n}") for n in range(3)] == [50, 50, 50]


def test_who_waits_is_served_before_who_comes_back() -> None:
    turns = Turns()
    waiting, order = threading.Event(), []

    def second() -> None:
        waiting.set()
        with turns.taken(30):
            order.append("second")

    thread = threading.Thread(target=second)
    with turns.taken(1):
        thread.start()
        waiting.wait(30)
        while not turns._waiting:
            threading.Event().wait(0.001)
    with turns.taken(30):
        order.append("first again")
    thread.join(30)
    assert order == ["second", "first again"]


def test_waiting_has_an_end() -> None:
    turns = Turns()
    failed: list[str] = []

    def late() -> None:
        with pytest.raises(StoreUnavailable) as told, turns.taken(0.01):
            pass
        failed.append(str(told.value))

    with turns.taken(1):
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(30)
    assert "Others have been writing" in failed[0]
    with turns.taken(0.01):
        pass
