"""What the acts around an act tell of it, at receipt and in hindsight."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.origin import Evidence, Seen
from leadline.learn.human import HUMAN_THRESHOLD, Recent, hindsight, likelihood, rejudge

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)


def click(at: float, link: str = "l1", place: str = "desk", message: str = "m:anna", **more: Any) -> Seen:
    evidence = Evidence("mail link clicked", "", CHROME, "GET", True, since_send=at, mail_links=6)
    return Seen(f"{message}{at}{link}", at, evidence, message, "m", link=link, place=place, **more)


def opened(at: float, message: str = "m:anna", place: str = "desk") -> Seen:
    evidence = Evidence("mail opened", "", CHROME, "GET", since_send=at)
    return Seen(f"o{message}{at}", at, evidence, message, "m", place=place)


def view(at: float, visitor: str = "v", link: str = "p1", message: str = "", place: str = "desk") -> Seen:
    evidence = Evidence("page viewed", "", CHROME, "", True, True)
    return Seen(f"p{visitor}{at}", at, evidence, message, "", visitor, link, place)


def stay(at: float, dwell: float, visitor: str = "v", link: str = "p1", *, pointer: bool = True) -> Seen:
    evidence = Evidence("time on page", "", CHROME, "", True, True, dwell=dwell, scrolled=pointer, pointer=pointer)
    return Seen(f"s{visitor}{at}", at, evidence, "", "", visitor, link, "desk")


def test_links_at_once_are_counted_before_and_after() -> None:
    history = [click(100.0 + i, f"l{i}") for i in range(4)]
    assert [evidence.burst_links for evidence in hindsight(history)] == [4, 4, 4, 4]
    recent = Recent()
    assert [recent.see(seen).burst_links for seen in history] == [1, 2, 3, 4]


def test_one_link_twice_is_one_link_and_later_ones_are_apart() -> None:
    history = [click(100.0, "l1"), click(101.0, "l1"), click(160.0, "l2")]
    assert [evidence.burst_links for evidence in hindsight(history)] == [1, 1, 1]


def test_a_hidden_link_tells_of_its_hand_not_of_the_reader() -> None:
    trap = click(11.0, "hidden", place="gate", hidden=True)
    gate, person = click(10.0, "l1", place="gate"), click(4_000.0, "l2", place="desk")
    elsewhere = click(20.0, "l1", place="gate", message="m:bert")
    found = hindsight([gate, trap, person, elsewhere])
    assert [evidence.honeypot for evidence in found] == [True, True, None, None]
    later = click(4_000.0, "l2", place="gate")  # a person may share the address of the office's own scanner
    assert hindsight([trap, later])[1].honeypot is None
    recent = Recent()
    assert [recent.see(seen).honeypot for seen in (gate, trap, person)] == [None, True, None]


def test_without_addresses_a_minute_decides_whose_hand_it_was() -> None:
    trap = click(11.0, "hidden", place="", hidden=True)
    found = hindsight([click(10.0, place=""), trap, click(4_000.0, place="")])
    assert [evidence.honeypot for evidence in found] == [True, True, None]


def test_addresses_and_recipients_at_once() -> None:
    history = [click(50.2 + i / 10, message=f"m:{i}", place="gate") for i in range(3)]
    history += [click(50.9, message="m:0", place="other")]
    found = hindsight(history)
    assert [evidence.same_second for evidence in found] == [3, 3, 3, 1]
    assert found[0].burst_networks == found[3].burst_networks == 2
    assert found[0].place_mails == 3


def test_a_click_knows_whether_the_mail_was_opened_before() -> None:
    history = [click(5.0), opened(8.0), click(40.0, "l2")]
    assert [evidence.opened for evidence in hindsight(history)] == [False, None, True]


def test_a_landing_lends_the_click_what_its_reader_did() -> None:
    history = [click(100.0, tracked=True), view(102.0, message="m:anna"), stay(150.0, 47.0)]
    found = hindsight(history)
    assert (found[0].javascript, found[0].dwell, found[0].pointer) == (True, 47.0, True)
    assert (found[1].dwell, found[1].pointer) == (47.0, True)
    alone = hindsight([click(100.0, tracked=True), click(300.0, "l2")])
    assert [evidence.javascript for evidence in alone] == [False, None]


def test_a_landing_page_knows_the_burst_that_led_to_it() -> None:
    history = [*(click(100.0 + i, f"l{i}") for i in range(4)), view(104.0, message="m:anna")]
    found = hindsight(history)
    assert (found[4].burst_links, found[4].mail_links) == (4, 6)
    recent = Recent()
    assert [recent.see(seen) for seen in history][4].burst_links == 4
    assert hindsight([click(100.0), view(500.0, message="m:anna")])[1].burst_links is None


def test_one_page_of_a_visit_speaks_for_the_others() -> None:
    history = [view(1.0), view(30.0, link="p2"), stay(29.0, 28.0), view(9_000.0, link="p3")]
    assert [evidence.pointer for evidence in hindsight(history)] == [True, True, True, None]


def test_a_form_knows_how_long_its_page_was_open() -> None:
    form = Seen("f", 31.5, Evidence("form submitted", "", CHROME, "", True, True), "", "", "v", "p1", "desk")
    assert hindsight([view(1.0), form])[1].dwell == 30.5
    recent = Recent()
    assert [recent.see(seen).dwell for seen in (view(1.0), form)] == [None, 30.5]


def test_anothers_landing_lends_nothing() -> None:
    history = [click(100.0, place="gate", tracked=True), view(102.0, message="m:anna", place="desk")]
    assert hindsight(history)[0].javascript is False


def test_clockwork_is_seen() -> None:
    even = hindsight([view(60.0 * i) for i in range(8)])
    uneven = hindsight([view(float(i**4)) for i in range(8)])
    assert even[0].regularity == 1.0
    assert uneven[0].regularity is not None
    assert uneven[0].regularity < 0.5
    assert hindsight([view(60.0 * i) for i in range(3)])[0].regularity is None


def test_a_form_knows_whether_anything_moved() -> None:
    form = Seen("f", 30.0, Evidence("form submitted", "", CHROME, "", True, True), "", "", "v", "p1", "desk")
    assert hindsight([view(1.0), form, stay(40.0, 39.0)])[1].pointer is True
    assert hindsight([view(1.0), form, stay(40.0, 0.4, pointer=False)])[1].pointer is False
    assert hindsight([view(1.0), form])[1].pointer is None


def test_what_the_caller_knows_is_kept() -> None:
    known = click(5.0)._replace(evidence=Evidence("page viewed", javascript=True, honeypot=True))
    assert hindsight([known]) == [known.evidence]
    assert Recent().see(known) == known.evidence


def test_a_second_look_turns_over_what_looked_human() -> None:
    first = click(100.0, tracked=True)
    assert likelihood(Recent().see(first)) >= 0.5
    history = [first, *(click(101.0 + i, f"l{i}") for i in range(2, 7)), click(107.0, "hidden", hidden=True)]
    judged = rejudge(history)
    assert [row.key for row in judged] == [seen.key for seen in history]
    assert max(row.human for row in judged) < 0.1
    assert all(row.reasons for row in judged)


def test_a_second_look_restores_a_quick_reader() -> None:
    history = [opened(4.0), click(6.0, tracked=True), view(8.0, message="m:anna"), stay(60.0, 52.0)]
    assert rejudge(history)[1].human >= HUMAN_THRESHOLD
    assert rejudge(history, most_reasons=0)[1].reasons == ()


def test_memory_is_bounded() -> None:
    recent = Recent(most=10)
    for i in range(500):
        recent.see(click(float(i), message=f"m:{i}"))
        recent.see(view(float(i), visitor=f"v{i}"))
        recent.see(click(float(i), f"l{i}", message="m:busy", place=f"p{i}"))
    for i in range(500):
        recent.see(view(float(i) / 100, visitor="busy", link=f"p{i}"))
    assert max(len(recent._mails), len(recent._places), len(recent._visitors)) <= 10
    assert all(len(rows) <= 64 for table in (recent._mails, recent._places) for rows in table.values())
    assert all(max(len(visit.minute), len(visit.pages)) <= 64 for visit in recent._visitors.values())


seens = st.builds(
    Seen,
    key=st.just("k"),
    at=st.floats(0, 300),
    evidence=st.sampled_from([seen.evidence for seen in (click(1.0), opened(1.0), view(1.0), stay(1.0, 5.0))]),
    message=st.sampled_from(["", "m:a", "m:b"]),
    mailing=st.sampled_from(["", "m"]),
    visitor=st.sampled_from(["", "v", "w"]),
    link=st.sampled_from(["", "l1", "l2", "p1"]),
    place=st.sampled_from(["", "x", "y"]),
    hidden=st.booleans(),
    tracked=st.none() | st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(seens, max_size=14), st.randoms(use_true_random=False))
def test_hindsight_does_not_hang_on_the_order_of_rows(history: list[Seen], random: Any) -> None:
    # Acts at one time stand in no order of their own.
    history = [seen._replace(key=str(i), at=seen.at + i * 1e-3) for i, seen in enumerate(history)]
    shuffled = list(history)
    random.shuffle(shuffled)
    straight = {seen.key: evidence for seen, evidence in zip(history, hindsight(history), strict=True)}
    assert straight == {seen.key: evidence for seen, evidence in zip(shuffled, hindsight(shuffled), strict=True)}


@settings(max_examples=60)
@given(st.lists(seens, max_size=14))
def test_hindsight_sees_at_least_what_receipt_saw(history: list[Seen]) -> None:
    history = sorted((seen._replace(at=seen.at + i * 1e-3) for i, seen in enumerate(history)), key=lambda seen: seen.at)
    recent = Recent()
    for early, late in zip([recent.see(seen) for seen in history], hindsight(history), strict=True):
        assert (late.burst_links or 0) >= (early.burst_links or 0)
        assert (late.burst_networks or 0) >= (early.burst_networks or 0)
        assert late.honeypot or not early.honeypot
        assert late.opened == early.opened
