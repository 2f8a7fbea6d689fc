"""Bodies in Segment's form become signals: who, what, when, by whose consent, and how likely a human did it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.clock import micros
from leadline.core.journal import JournalRow
from leadline.core.signal import Actor, Ref, Signal
from leadline.loop.bodies import Read, translate

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
PAGE_FACTS = {"page": True, "language": True, "agent": ["browser", "chrome", "desktop", 126, "fine"]}


def read(body: object, kind: str = "batch", facts: dict[str, Any] | None = None, received: datetime = NOW) -> Read:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = json.dumps({"kind": kind, "page": False, "language": False, **(facts or {})})
    return translate(JournalRow(1, micros(received), "collect:web", "segment", told, raw))


def one(event: dict[str, Any], **named: Any) -> Signal:
    found = read({"batch": [event]}, **named)
    assert not found.refused, found.refused
    (signal,) = found.signals
    return signal


def refusal(event: object, **named: Any) -> str:
    found = read({"batch": [event]}, **named)
    assert not found.signals
    ((reason, body),) = found.refused
    again = read(body)
    assert [why for why, _ in again.refused] == [reason], "what is refused can be sent again as it is"
    return reason


def event(kind: str = "track", **more: Any) -> dict[str, Any]:
    named = {"event": "Trial Started"} if kind == "track" else {}
    return {"type": kind, "userId": "u1", "messageId": "m1", **named, **more}


def test_a_track_call() -> None:
    signal = one(
        event(
            event="Form Submitted",
            anonymousId="v1",
            timestamp="2026-11-20T11:59:00.500Z",
            properties={"form": "demo", "url": "https://a.example/x?token=1"},
            context={
                "groupId": 77,
                "page": {"path": "/x", "url": "https://a.example/x?token=1#y", "title": "X", "search": "?token=1"},
                "campaign": {"source": "mail"},
                "userAgent": CHROME,
                "ip": "network:safelinks",
                "device": {"id": "not kept"},
            },
        )
    )
    assert (signal.source, signal.key, signal.act, signal.actor) == ("collect:web", "m1", "form submitted", Actor.BUYER)
    assert signal.at == datetime(2026, 11, 20, 11, 59, 0, 500_000, tzinfo=UTC)
    assert (signal.person, signal.account, signal.visitor) == (Ref("user", "u1"), Ref("group", "77"), "v1")
    assert (signal.network, signal.received, signal.consent) == ("safelinks", NOW, "")
    assert signal.human is not None
    assert signal.payload == {
        "name": "Form Submitted",
        "properties": {"form": "demo", "url": "https://a.example/x"},
        "campaign": {"source": "mail"},
        "page": {"path": "/x", "url": "https://a.example/x", "title": "X"},
        "reader": {"agent": ["browser", "chrome", "desktop", 126, "fine"]},
    }


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("Form Submitted", "form submitted"),
        ("form_submitted", "form submitted"),
        ("File Downloaded", "file downloaded"),
        ("Email Opened", "mail opened"),
        ("Email Link Clicked", "mail link clicked"),
        ("Email Bounced", "mail bounced"),
        ("Order Completed", "order placed"),
        ("Time on Page", "time on page"),
        ("Trial Started", "Trial Started"),
        ("  Account   Created ", "Account Created"),
        ("deal changed", "event: deal changed"),
        ("Meeting Held", "event: meeting held"),
        ("said in a call", "event: said in a call"),
        ("x" * 200, "x" * 60),
    ],
)
def test_names_of_events_are_acts_or_stay(name: str, act: str) -> None:
    assert one(event(event=name)).act == act


def test_a_page_call_keeps_path_and_campaign_without_the_query() -> None:
    signal = one(
        event(
            "page",
            name="Pricing",
            properties={
                "path": "/p",
                "url": "https://a.example/p?utm_source=mail&utm_campaign=spring&mail=ann%40acme.example",
                "search": "?utm_source=mail&utm_campaign=spring&mail=ann%40acme.example",
                "referrer": "https://s.example/?q=secret",
                "plan": "pro",
            },
        )
    )
    assert signal.act == "page viewed"
    assert signal.payload == {
        "page": {"path": "/p", "url": "https://a.example/p", "referrer": "https://s.example/"},
        "properties": {"plan": "pro"},
        "campaign": {"source": "mail", "name": "spring"},
        "name": "Pricing",
    }


def test_identify_group_alias_screen() -> None:
    traits = {"email": "Ann@Acme.example", "firstName": "Ann"}
    signal = one(event("identify", anonymousId="v1", traits=traits))
    assert (signal.act, signal.person, signal.visitor) == ("identified", Ref("user", "u1"), "v1")
    assert signal.payload == {"traits": traits}
    by_mail = one({"type": "identify", "anonymousId": "v1", "messageId": "m", "traits": traits})
    assert by_mail.person == Ref("email", "ann@acme.example")
    assert one(event("identify", userId="Ann@Acme.example")).person == Ref("email", "ann@acme.example")
    traits = {"name": "Acme"}
    signal = one(event("group", groupId="g1", traits=traits))
    assert (signal.act, signal.account, signal.payload) == ("joined account", Ref("group", "g1"), {"traits": traits})
    signal = one(event("alias", previousId="v1"))
    assert (signal.act, signal.payload) == ("aliased", {"previous": "v1"})
    signal = one(event("screen", name="Home"))
    assert (signal.act, signal.payload) == ("page viewed", {"screen": "Home"})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"type": "track", "event": "x"}, "neither userId nor anonymousId"),
        ({"type": "track", "event": "x", "userId": " ", "anonymousId": ""}, "neither userId nor anonymousId"),
        ({"type": "track", "userId": "u"}, "name of its event"),
        ({"type": "dance", "userId": "u"}, "none of track"),
        ({"userId": "u"}, "no type"),
        ({"type": "group", "userId": "u"}, "groupId"),
        ({"type": "alias", "userId": "u"}, "previousId"),
        ({"type": "alias", "anonymousId": "u", "previousId": "p"}, "userId"),
        ("words", "Expected `object`"),
        (None, "Expected `object`"),
        (event(properties=[1]), "properties"),
        (event(userId={"a": 1}), "userId"),
        (event(timestamp="yesterday"), "is no time"),
        (event(timestamp=1e300), "is no time"),
        (event(timestamp="2026-11-22T12:00:00Z"), "more than a day ahead"),
        (event(timestamp="1970-01-01T00:00:00Z"), "before 1990"),
        (event(context={"page": "x"}), "page"),
        (event(properties={"deep": json.loads("[" * 60 + "]" * 60)}), "levels deep"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(wrong: object, words: str) -> None:
    assert words in refusal(wrong)


def test_a_bad_event_in_a_good_batch_is_refused_alone() -> None:
    events: list[object] = [event(messageId=f"m{n}") for n in range(5)]
    for bad in ({"type": "track"}, {"type": "track", "userId": ["x"]}, 5):
        mixed = [*events[:2], bad, *events[2:]]
        found = read({"batch": mixed, "sentAt": "2026-11-20T12:00:00Z"})
        assert [signal.key for signal in found.signals] == ["m0", "m1", "m2", "m3", "m4"]
        ((_, body),) = found.refused
        assert json.loads(body) == {"sentAt": "2026-11-20T12:00:00Z", "batch": [bad]}


def test_a_refused_single_call_knows_its_type_when_it_is_sent_again() -> None:
    found = read({"event": "x"}, kind="track")
    ((reason, body),) = found.refused
    assert "userId" in reason
    assert json.loads(body)["batch"] == [{"type": "track", "event": "x"}]
    found = read({"event": "x", "properties": {"type": "demo"}}, kind="track")
    assert json.loads(found.refused[0][1])["batch"][0]["type"] == "track"
    assert json.loads(read(b"{ }", kind="page").refused[0][1])["batch"] == [{"type": "page"}]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\x00", b'{"batch":5}', b'{"batch":[' + b"[" * 5_000, b"null"])
def test_bodies_that_are_none_are_kept_whole(body: bytes) -> None:
    ((reason, kept),) = read(body).refused
    assert (bool(reason), kept) == (True, body)


def test_an_unknown_form_is_kept_whole() -> None:
    found = translate(JournalRow(1, 1, "s", "smoke", "{}", b"x"))
    assert found.signals == []
    assert found.refused[0][1] == b"x"


# ---- time ------------------------------------------------------------------------------------------------------------


@given(skew=st.integers(-(10**9), 10**9), late=st.integers(0, 86_400), travel=st.integers(0, 600))
def test_the_clock_of_the_sender_does_not_matter(skew: int, late: int, travel: int) -> None:
    """It happened `late` seconds before it was sent, however wrong the sender's clock is."""
    sent = NOW - timedelta(seconds=travel)
    wrong = timedelta(seconds=skew)
    signal = read(
        {
            "batch": [event(timestamp=(sent - timedelta(seconds=late) + wrong).isoformat())],
            "sentAt": (sent + wrong).isoformat(),
        }
    ).signals[0]
    assert signal.at == NOW - timedelta(seconds=late)


def test_without_sent_at_the_time_stands_and_is_never_after_its_receipt() -> None:
    assert one(event(timestamp="2026-11-01T00:00:00Z")).at == datetime(2026, 11, 1, tzinfo=UTC)
    assert one(event(timestamp="2026-11-01T00:00:00")).at == datetime(2026, 11, 1, tzinfo=UTC)
    assert one(event(timestamp="2026-11-01T02:00:00+02:00")).at == datetime(2026, 11, 1, tzinfo=UTC)
    assert one(event(timestamp=1_793_491_200_000)).at == datetime(2026, 11, 1, tzinfo=UTC)
    assert one(event(originalTimestamp="2026-11-01T00:00:00Z")).at == datetime(2026, 11, 1, tzinfo=UTC)
    assert one(event(timestamp="2026-11-21T11:00:00Z")).at == NOW
    assert one(event()).at == NOW


# ---- identity of an event --------------------------------------------------------------------------------------------


def test_events_without_an_id_get_one() -> None:
    bare = {"type": "track", "userId": "u", "event": "x"}
    dated = {**bare, "timestamp": "2026-11-01T00:00:00Z"}
    later = NOW + timedelta(seconds=1)
    assert one(dated).key == one(dated, received=later).key
    assert one(bare).key != one(bare, received=later).key  # the same thing may happen twice
    assert one(dated).key != one({**dated, "event": "y"}).key
    once = {"once": "request-7"}
    assert one(bare, facts=once).key == one(bare, facts=once, received=later).key
    assert len({signal.key for signal in read({"batch": [bare, bare]}, facts=once).signals}) == 2


EVENTS = st.builds(
    lambda number, kind, minute: event(
        kind,
        messageId=f"m{number}",
        groupId="g",
        previousId="p",
        timestamp=(NOW - timedelta(minutes=number * 7 + minute)).isoformat(),
    ),
    st.integers(0, 30),
    st.sampled_from(["track", "page", "identify", "group", "alias"]),
    st.integers(0, 6),
)


@given(data=st.data(), events=st.lists(EVENTS, min_size=1, max_size=12, unique_by=lambda event: event["messageId"]))
def test_any_order_with_repeats_gives_the_same_signals(data: st.DataObject, events: list[dict[str, Any]]) -> None:
    sent = "2026-11-20T12:00:03Z"
    plain = read({"batch": events, "sentAt": sent}).signals
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=10))
    mixed = data.draw(st.permutations([*events, *repeats]))
    cut = data.draw(st.integers(0, len(mixed)))
    found = [signal for part in (mixed[:cut], mixed[cut:]) for signal in read({"batch": part, "sentAt": sent}).signals]
    assert {signal.key: signal for signal in found} == {signal.key: signal for signal in plain}
    assert len(found) == len(mixed)


# ---- consent and humans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("categories", "consent"),
    [
        ({"Analytics": True, "Advertising": False}, "given"),
        ({"Functional": True}, "given"),
        ({}, ""),
        ({"Analytics": False, "Advertising": True}, None),
        ({"C0002": False, "C0004": True}, None),
        ({"Advertising": False}, None),
    ],
)
def test_consent_is_kept_and_refusal_leaves_nothing(categories: dict[str, bool], consent: str | None) -> None:
    found = read({"batch": [event(context={"consent": {"categoryPreferences": categories}})]})
    if consent is None:
        assert found == Read([], [("Consent is refused.", b"")])
    else:
        assert found.signals[0].consent == consent


def test_how_likely_a_human_did_it_is_judged_by_who_is_meant() -> None:
    page = event("page")
    assert one(page).human is None  # a program of the sender's says so: it tells nothing of the reader
    on_page = one(page, facts=PAGE_FACTS).human
    headless = one(page, facts={**PAGE_FACTS, "agent": ["headless", "headless", "desktop", 126, ""]}).human
    reader = one(event("page", context={"userAgent": CHROME})).human
    library = one(event("page", context={"userAgent": "python-requests/2.31"})).human
    assert on_page is not None
    assert headless is not None
    assert reader is not None
    assert library is not None
    assert on_page > 0.5 > headless
    assert reader > 0.5 > library


def test_what_our_script_saw_counts() -> None:
    def human(**conduct: object) -> float:
        stay = event(event="Time on Page", context={"leadline": conduct})
        found = one(stay, facts={**PAGE_FACTS, "network": "cloud"}).human
        assert found is not None
        return found

    assert human(seconds=42.0, scrolled=True, pointer=True) > human(seconds=0.2, scrolled=False, pointer=False)
    assert human(seconds="x", scrolled="yes", pointer=None) == human(other=1)


def test_a_page_that_was_just_opened_is_not_blamed_for_stillness() -> None:
    still = {"leadline": {"seconds": 0, "scrolled": False, "pointer": False}}
    assert one(event("page", context=still), facts=PAGE_FACTS).human == one(event("page"), facts=PAGE_FACTS).human


def test_what_a_database_cannot_hold_is_not_in_names() -> None:
    signal = one(event(userId="a\u0000b", anonymousId="\u0000v"))
    assert (signal.person, signal.visitor) == (Ref("user", "ab"), "v")


@pytest.mark.parametrize("name", ["IP", "ipAddress", "ip_address", "clientIp", "$ip_address", "remoteIP"])
def test_network_addresses_are_not_kept_under_other_names(name: str) -> None:
    assert one(event(properties={name: "198.51.100.7", "a": 1})).payload["properties"] == {"a": 1}
    assert one(event("identify", traits={name: "198.51.100.7", "a": 1})).payload["traits"] == {"a": 1}
