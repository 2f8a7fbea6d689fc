"""HubSpot against a server that speaks its API: all, then what changed; nothing lost whatever happens between pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.connectors.hubspot import connector
from leadline.core.errors import AskedToWait, LeadlineError, UnreachableAddress
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref

from .conftest import NOW  # noqa: TID252
from .fake_crm import Answer, Asked  # noqa: TID252
from .fake_hubspot import TOKEN, FakeHubSpot, iso  # noqa: TID252
from .taking import Taken  # noqa: TID252

Connect = Callable[..., Connection]
NOON = 1_772_452_800_000


@pytest.fixture
def hubspot() -> Iterator[FakeHubSpot]:
    with FakeHubSpot() as server:
        yield server


@pytest.fixture
def connection(hubspot: FakeHubSpot, connect: Connect) -> Connection:
    return connect("crm", {"token": TOKEN, "address": hubspot.url})


def small_account(server: FakeHubSpot) -> None:
    server.owners = [{"id": "7", "email": "Anna@Us.example", "firstName": "Anna", "lastName": "Ek", "archived": False}]
    server.put("companies", 1, name="Nordwind", domain="www.nordwind.example", numberofemployees="250", country="DE")
    server.put("contacts", 11, email="Max@Nordwind.example", firstname="Max", lastname="Roth", associatedcompanyid="1")
    server.put("deals", 21, dealname="Pumps", dealstage="appointmentscheduled", amount="1000", pipeline="default")
    server.link("deals", 21, "companies", 99)
    server.link("deals", 21, "companies", 1, primary=True)
    server.link("deals", 21, "contacts", 11)


def test_the_whole_account_is_read(hubspot: FakeHubSpot, connection: Connection) -> None:
    small_account(hubspot)
    hubspot.now += 3600
    hubspot.put("deals", 21, dealstage="contractsent", amount="1500.50", deal_currency_code="EUR")
    hubspot.now += 3600
    hubspot.put("deals", 21, dealstage="closedwon", closedate=iso(NOON), hubspot_owner_id="7")
    taken = Taken()
    taken.pull(connector, connection)
    assert taken.of("seller", "7") == {"name": "Anna Ek", "email": "anna@us.example", "extra": {}}
    assert taken.of("account", "1")["domain"] == "nordwind.example"
    assert taken.of("account", "1")["employees"] == 250
    person = taken.of("person", "11")
    assert (person["email"], person["name"], person["account"]) == (
        "max@nordwind.example",
        "Max Roth",
        Ref("hubspot", "1"),
    )
    deal = taken.of("deal", "21")
    assert (deal["stage"], deal["state"], deal["amount"], deal["currency"]) == (
        "Closed won",
        "won",
        Decimal("1500.50"),
        "EUR",
    )
    assert deal["closed_at"] == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert deal["expected_on"] is None
    assert (deal["account"], deal["person"], deal["owner"]) == (
        Ref("hubspot", "1"),
        Ref("hubspot", "11"),
        Ref("hubspot", "7"),
    )
    history = [(r.at, r.values.get("stage"), r.values.get("amount")) for r in taken.records if r.kind == "deal"]
    eight = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert history == [
        (eight, "Appointment scheduled", Decimal(1000)),
        (eight + timedelta(hours=1), "Contract sent", Decimal("1500.50")),
        (eight + timedelta(hours=2), "Closed won", Decimal("1500.50")),
    ]


def test_an_open_deal_expects_its_close_date(hubspot: FakeHubSpot, connection: Connection) -> None:
    hubspot.put("deals", 1, dealstage="contractsent", closedate=iso(NOON))
    taken = Taken()
    taken.pull(connector, connection)
    deal = taken.of("deal", "1")
    assert (deal["state"], deal["closed_at"], deal["expected_on"]) == ("open", None, date(2026, 3, 2))


def test_engagements_become_signals(hubspot: FakeHubSpot, connection: Connection) -> None:
    small_account(hubspot)
    start = iso(NOON)
    hubspot.put("calls", 31, hs_timestamp=start, hs_call_direction="INBOUND", hs_call_duration="90500")
    hubspot.put("calls", 32, hs_timestamp=start, hs_call_status="NO_ANSWER")
    hubspot.put("meetings", 33, hs_timestamp=start, hs_meeting_start_time=start, hs_meeting_outcome="SCHEDULED")
    hubspot.put("emails", 34, hs_timestamp=start, hs_email_direction="INCOMING_EMAIL", hs_email_subject="Re: Pumps")
    hubspot.put("emails", 35, hs_timestamp=start, hs_email_direction="EMAIL")
    hubspot.put("notes", 36, hs_timestamp=start, hs_note_body="<p>Needs&nbsp;<b>two</b></p><p>by May</p>")
    hubspot.put("tasks", 37, hs_timestamp=start, hs_task_status="NOT_STARTED")
    for to, number in (("contacts", 11), ("companies", 1), ("deals", 21)):
        hubspot.link("calls", 31, to, number)
    taken = Taken()
    taken.pull(connector, connection)
    call = taken.signals["hubspot:crm", "call:31"]
    assert (call.act, call.actor, call.at) == (Act.CALL_HELD, Actor.BUYER, datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert (call.person, call.account, call.deal) == (Ref("hubspot", "11"), Ref("hubspot", "1"), Ref("hubspot", "21"))
    assert call.payload["seconds"] == 90
    acts = {key: signal.act for (_, key), signal in taken.signals.items()}
    assert acts == {
        "call:31": Act.CALL_HELD,
        "email:34": Act.MAIL_RECEIVED,
        "email:35": Act.MAIL_SENT,
        "note:36": Act.NOTE_WRITTEN,
    } | {key: act for key, act in acts.items() if key.startswith("meeting")}
    assert taken.signals["hubspot:crm", "note:36"].payload["text"] == "Needs two\nby May"
    hubspot.now += 7200
    hubspot.put("meetings", 33, hs_meeting_outcome="COMPLETED", hs_meeting_end_time=iso(NOON + 1_800_000))
    hubspot.put("tasks", 37, hs_task_status="COMPLETED")
    taken.pull(connector, connection)
    assert taken.signals["hubspot:crm", "meeting:33:held"].act == Act.MEETING_HELD
    assert taken.signals["hubspot:crm", "task:37"].act == Act.TASK_DONE


def test_later_only_what_changed_is_read(hubspot: FakeHubSpot, connection: Connection) -> None:
    for number in range(1, 250):
        hubspot.put("contacts", number, at=NOON - 10**9, email=f"p{number}@a.example")
    small_account(hubspot)
    hubspot.now += 3600  # what changed within the overlap is read again
    taken = Taken()
    taken.pull(connector, connection)
    before = len(taken.records)
    hubspot.now += 3600
    hubspot.put("contacts", 5, jobtitle="Buyer")
    hubspot.put("deals", 21, dealstage="contractsent")
    taken.pull(connector, connection)
    # The deal as it is now comes once, the contact once, the owner each time, and of the history only what is new.
    changed = [(record.kind.value, record.keys[0].key) for record in taken.records[before:]]
    assert changed == [("seller", "7"), ("person", "5"), ("deal", "21")]
    assert taken.of("person", "5")["title"] == "Buyer"


@pytest.mark.slow
def test_many_of_one_millisecond_are_all_read(hubspot: FakeHubSpot, connection: Connection) -> None:
    """A mass update gives thousands one time: more than a page, and at the search's end more than it may reach."""
    hubspot.put("contacts", 1, email="first@a.example")
    taken = Taken()
    taken.pull(connector, connection)
    hubspot.now += 3600
    same = int(hubspot.now * 1000)
    for number in range(2, 10_452):
        hubspot.put("contacts", number, at=same, email=f"p{number}@a.example")
    hubspot.put("contacts", 20_000, at=same + 1, email="after@a.example")
    taken.pull(connector, connection)
    assert len([key for key in taken.objects if key[0] == "person"]) == 10_452
    assert not [asked for asked in hubspot.asked if asked.path.endswith("search") and "after" in asked.json]


def test_what_changes_between_pages_is_not_lost(hubspot: FakeHubSpot, connection: Connection) -> None:
    for number in range(1, 301):
        hubspot.put("contacts", number, at=NOON - 10**9 + number, email=f"p{number}@a.example")
    taken = Taken()
    taken.pull(connector, connection)
    hubspot.now += 3600
    for number in range(1, 301):
        hubspot.put("contacts", number, at=int(hubspot.now * 1000) + number, jobtitle="one")
    searches = 0

    def move(asked: Asked) -> None:
        """While the second page is read, those of the first one change again and move to the end."""
        nonlocal searches
        if asked.path == "/crm/v3/objects/contacts/search":
            searches += 1
            if searches == 2:
                for number in (*range(1, 50), 150, 250):
                    hubspot.put("contacts", number, at=int(hubspot.now * 1000) + 5000, jobtitle="two")

    hubspot.before = move
    taken.pull(connector, connection)
    titles = {number: taken.of("person", str(number))["title"] for number in range(1, 301)}
    assert titles == {n: "two" if n < 50 or n in (150, 250) else "one" for n in range(1, 301)}


def test_what_is_archived_or_merged_is_noted(hubspot: FakeHubSpot, connection: Connection) -> None:
    small_account(hubspot)
    hubspot.put("contacts", 12, email="old@nordwind.example")
    taken = Taken()
    taken.pull(connector, connection)
    hubspot.now += 3600
    hubspot.archive("contacts", 12)
    hubspot.put("contacts", 11, hs_merged_object_ids="12;13", hs_additional_emails="m.roth@nordwind.example")
    taken.pull(connector, connection)
    assert taken.of("person", "12")["extra"] == {"archived": True, "archived_at": "2026-03-02T09:00:00.000Z"}
    assert taken.of("person", "11")["extra"] == {"merged": ["12", "13"]}
    keys = [record.keys for record in taken.records if record.keys[0].key == "11"][-1]
    assert Ref("email", "m.roth@nordwind.example") in keys


def test_a_deal_without_history_is_still_read(hubspot: FakeHubSpot, connection: Connection) -> None:
    small_account(hubspot)
    taken = Taken()
    taken.pull(connector, connection)
    hubspot.now += 3600
    hubspot.put("deals", 21, dealstage="contractsent")
    hubspot.put("deals", 22, dealname="Valves", dealstage="contractsent")
    hubspot.unreadable = {22}
    taken.pull(connector, connection)
    assert taken.of("deal", "22")["stage"] == "Contract sent"
    assert taken.notes == ["HubSpot gave no history of deals 22"]


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deaths=st.lists(st.integers(0, 9), max_size=8), changes=st.lists(st.integers(1, 230), max_size=6))
def test_a_crash_between_pages_changes_nothing(
    hubspot: FakeHubSpot, connect: Connect, deaths: list[int], changes: list[int]
) -> None:
    hubspot.objects, hubspot.links, hubspot.now = {}, {}, FakeHubSpot.now
    small_account(hubspot)
    for number in range(100, 330):
        hubspot.put("contacts", number, at=NOON - 10**9 + number // 120, email=f"p{number}@a.example")
    for number in range(40, 60):
        hubspot.put("calls", number, hs_timestamp=iso(NOON + number))
    connection = connect("crm", {"token": TOKEN, "address": hubspot.url})
    whole, broken = Taken(), Taken()
    for round_ in range(2):
        whole.pull(connector, connection)
        for pages in deaths[round_::2]:
            broken.pull(connector, connection, dies_after=pages)
        broken.pull(connector, connection)
        hubspot.now += 3600
        for n, number in enumerate(changes):
            hubspot.put("contacts", 99 + number, at=int(hubspot.now * 1000) + n // 3, jobtitle=f"title {n}")
    whole.pull(connector, connection)
    broken.pull(connector, connection)
    assert broken.state == whole.state


@pytest.mark.parametrize(("retry", "seconds"), [("17", 17), ("Mon, 02 Mar 2026 08:02:00 GMT", 120), ("", 60)])
def test_it_waits_as_long_as_it_is_asked_to(
    hubspot: FakeHubSpot, connection: Connection, retry: str, seconds: int
) -> None:
    small_account(hubspot)
    limit = {"status": "error", "message": "You have reached your limit.", "category": "RATE_LIMITS"}
    taken = Taken()
    hubspot.fault = lambda asked: Answer(limit, 429, {"Retry-After": retry}) if "contacts" in asked.path else None
    with pytest.raises(AskedToWait) as caught:
        taken.pull(connector, connection)
    assert caught.value.until == NOW + timedelta(seconds=seconds)
    assert ("account", Ref("hubspot", "1")) in taken.objects
    hubspot.fault = lambda asked: None
    taken.pull(connector, connection)
    assert ("person", Ref("hubspot", "11")) in taken.objects
    assert sum(record.kind == "account" for record in taken.records) == 1


NONSENSE = {
    "no JSON": Answer(b"<html>maintenance</html>"),
    "a list": Answer([1, 2]),
    "no rows": Answer({"results": "none"}),
    "rows of numbers": Answer({"results": [1, 2]}),
    "deep": Answer(b'{"results": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "cut": Answer(b'{"results": [{"id": "1"'),
    "not UTF-8": Answer(b'{"results": "\xff\xfe"}'),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("where", ["pipelines", "owners", "contacts", "associations"])
def test_nonsense_is_one_sentence(hubspot: FakeHubSpot, connection: Connection, answer: Answer, where: str) -> None:
    small_account(hubspot)
    hubspot.fault = lambda asked: answer if where in asked.path else None
    with pytest.raises(UnreachableAddress, match=r"^HubSpot answered what its documentation does not know: ") as caught:
        Taken().pull(connector, connection)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_odd_cells_do_not_stop_the_rest(hubspot: FakeHubSpot, connection: Connection) -> None:
    hubspot.put("companies", 1, name=["a"], numberofemployees="many", annualrevenue="NaN", domain={"x": 1})
    hubspot.put("companies", 2, name="Good", annualrevenue="1e400", numberofemployees="12.0")
    hubspot.put("deals", 3, dealstage=None, amount="-", closedate="soon", createdate="99999999999999999999")
    taken = Taken()
    taken.pull(connector, connection)
    assert taken.of("account", "1").keys() == {"extra"}
    assert (taken.of("account", "2")["name"], taken.of("account", "2")["employees"]) == ("Good", 12)
    assert taken.of("deal", "3")["opened_at"] is None


def test_secrets_are_never_said(hubspot: FakeHubSpot, connect: Connect) -> None:
    wrong = connect("crm", {"token": "pat-wrong-secret", "address": hubspot.url})
    with pytest.raises(LeadlineError) as caught:
        Taken().pull(connector, wrong)
    assert "pat-wrong-secret" not in str(caught.value)
    assert "does not let us in (HTTP 401)" in str(caught.value)
    echo = {"message": f"your token {TOKEN} is bad\n\x1b[31m", "category": "VALIDATION_ERROR"}
    hubspot.fault = lambda asked: Answer(echo, 400)
    with pytest.raises(LeadlineError) as caught:
        Taken().pull(connector, connect("crm", {"token": TOKEN, "address": hubspot.url}))
    assert TOKEN not in str(caught.value)
    assert str(caught.value).isprintable()


def test_wrong_settings_are_said(connect: Connect) -> None:
    for wrong, word in (({}, "token"), ({"token": "x", "address": "hubapi"}, "URL")):
        with pytest.raises(LeadlineError, match=word):
            Taken().pull(connector, connect("crm", wrong))
    with pytest.raises(LeadlineError, match="cursor"):
        Taken(cursor="[1").pull(connector, connect("crm", {"token": "x"}))
