"""Pipedrive against a server that speaks its API: lists in order of change, seconds that many rows share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.connectors.pipedrive import connector
from leadline.core.errors import AskedToWait, LeadlineError, UnreachableAddress
from leadline.core.ports import Connection
from leadline.core.signal import Act, Ref

from .conftest import NOW  # noqa: TID252
from .fake_crm import Answer, Asked  # noqa: TID252
from .fake_pipedrive import TOKEN, FakePipedrive  # noqa: TID252
from .taking import Taken  # noqa: TID252

Connect = Callable[..., Connection]
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def pipedrive() -> Iterator[FakePipedrive]:
    with FakePipedrive() as server:
        yield server


@pytest.fixture
def connection(pipedrive: FakePipedrive, connect: Connect) -> Connection:
    return connect("pd", {"token": TOKEN, "address": pipedrive.url})


def small_account(server: FakePipedrive) -> None:
    place = {"value": "Hafenstr. 1, 20457 Hamburg", "route": "Hafenstr.", "street_number": "1", "locality": "Hamburg"}
    server.put("organizations", 1, name="Nordwind", website="nordwind.example", address=place, owner_id=7)
    mails = [{"value": "private@b.example", "primary": False}, {"value": "Max@Nordwind.example", "primary": True}]
    server.put("persons", 11, name="Max Roth", first_name="Max", last_name="Roth", emails=mails, org_id=1)
    deal = dict(title="Pumps", value=1000, currency="EUR", stage_id=1, pipeline_id=1, status="open", probability=40)
    server.put("deals", 21, **deal, org_id=1, person_id=11, owner_id=7)


def test_the_whole_account_is_read(pipedrive: FakePipedrive, connection: Connection) -> None:
    small_account(pipedrive)
    pipedrive.now += 3600
    pipedrive.put("deals", 21, stage_id=2, value=1500.5)
    pipedrive.now += 3600
    pipedrive.put("deals", 21, status="won", won_time="2026-03-02T10:00:00Z")
    taken = Taken()
    taken.pull(connector, connection)
    assert taken.of("seller", "7")["email"] == "anna@us.example"
    firm = taken.of("account", "1")
    assert (firm["domain"], firm["street"], firm["city"]) == ("nordwind.example", "Hafenstr. 1", "Hamburg")
    person = taken.of("person", "11")
    assert (person["email"], person["account"]) == ("max@nordwind.example", Ref("pipedrive", "1"))
    deal = taken.of("deal", "21")
    assert (deal["stage"], deal["state"], deal["amount"]) == ("Proposal made", "won", Decimal("1500.5"))
    assert (deal["closed_at"], deal["probability"], deal["pipeline"]) == (EIGHT + timedelta(hours=2), 0.4, "Sales")
    assert [(r.at, r.values) for r in taken.records if r.kind == "deal"][:-1] == [
        (EIGHT, {"state": "open", "stage": "Qualified", "amount": Decimal(1000)}),
        (EIGHT + timedelta(hours=1), {"stage": "Proposal made", "amount": Decimal("1500.5")}),
    ]


def test_activities_become_signals(pipedrive: FakePipedrive, connection: Connection) -> None:
    small_account(pipedrive)
    due = dict(due_date="2026-03-03", due_time="14:30:00", deal_id=21, person_id=11, org_id=1)
    pipedrive.put("activities", 31, type="meeting", done=False, subject="Demo", **due)
    pipedrive.put("activities", 32, type="call", done=True, marked_as_done_time="2026-03-02T07:00:00Z", **due)
    pipedrive.put("activities", 33, type="task", done=False)
    taken = Taken()
    taken.pull(connector, connection)
    told = {key: (one.act, one.at) for (_, key), one in taken.signals.items()}
    assert told == {
        "activity:31:invited": (Act.MEETING_INVITED, EIGHT),
        "activity:32": (Act.CALL_HELD, EIGHT - timedelta(hours=1)),
    }
    pipedrive.now += 90_000
    pipedrive.put("activities", 31, done=True)
    taken.pull(connector, connection)
    held = taken.signals["pipedrive:pd", "activity:31:held"]
    assert (held.act, held.at, held.deal) == (
        Act.MEETING_HELD,
        datetime(2026, 3, 3, 14, 30, tzinfo=UTC),
        Ref("pipedrive", "21"),
    )


def test_later_only_what_changed_is_read(pipedrive: FakePipedrive, connection: Connection) -> None:
    small_account(pipedrive)
    pipedrive.now += 3600
    taken = Taken()
    taken.pull(connector, connection)
    before = len(taken.records)
    pipedrive.now += 3600
    pipedrive.put("deals", 21, status="deleted", is_deleted=True)
    taken.pull(connector, connection)
    assert [(one.kind.value, one.keys[0].key) for one in taken.records[before:]] == [("seller", "7"), ("deal", "21")]
    assert taken.of("deal", "21")["extra"] == {"deleted": True}


def test_many_rows_of_one_second_and_changes_between_pages(pipedrive: FakePipedrive, connection: Connection) -> None:
    for number in range(1, 701):
        pipedrive.put("persons", number, name=f"p{number}", at=pipedrive.now - 10**6 + number // 450)
    asked = 0

    def change(request: Asked) -> None:
        nonlocal asked
        if request.path.endswith("persons"):
            asked += 1
            if asked == 2:
                for number in (1, 300, 699):
                    pipedrive.put("persons", number, name="changed")
            elif asked == 3:
                pipedrive.stale.add(request.query.get("cursor", ""))

    pipedrive.before = change
    taken = Taken()
    taken.pull(connector, connection)
    names = {number: taken.of("person", str(number))["name"] for number in range(1, 701)}
    assert names == {n: "changed" if n in (1, 300, 699) else f"p{n}" for n in range(1, 701)}


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deaths=st.lists(st.integers(0, 9), max_size=8), changes=st.lists(st.integers(1, 400), max_size=6))
def test_a_crash_between_pages_changes_nothing(
    pipedrive: FakePipedrive, connect: Connect, deaths: list[int], changes: list[int]
) -> None:
    fresh = FakePipedrive()
    pipedrive.tables, pipedrive.changes, pipedrive.now = fresh.tables, fresh.changes, FakePipedrive.now
    small_account(pipedrive)
    for number in range(100, 501):
        pipedrive.put("persons", number, name=f"p{number}", at=pipedrive.now + number // 150)
        pipedrive.put("activities", number, type="call", done=True, at=pipedrive.now + number // 50)
    connection = connect("pd", {"token": TOKEN, "address": pipedrive.url})
    whole, broken = Taken(), Taken()
    for round_ in range(2):
        whole.pull(connector, connection)
        for pages in deaths[round_::2]:
            broken.pull(connector, connection, dies_after=pages)
        broken.pull(connector, connection)
        pipedrive.now += 3600
        for n, number in enumerate(changes):
            pipedrive.put("persons", 99 + number, name=f"name {n}", at=pipedrive.now + n // 3)
            pipedrive.put("deals", 21, value=n)
    whole.pull(connector, connection)
    broken.pull(connector, connection)
    assert broken.state == whole.state


def test_a_history_that_is_not_shown_is_said_once(pipedrive: FakePipedrive, connection: Connection) -> None:
    small_account(pipedrive)
    pipedrive.now += 60
    for number in (21, 22, 23):
        pipedrive.put("deals", number, add_time="2026-01-01T00:00:00Z", title="x", status="open")
    pipedrive.fault = lambda asked: Answer({"error": "Scope"}, 403) if "changelog" in asked.path else None
    taken = Taken()
    taken.pull(connector, connection)
    assert taken.notes == ["Pipedrive does not show what changed in deal 21 (HTTP 403)"]
    assert len([key for key in taken.objects if key[0] == "deal"]) == 3


def test_limits_say_when(pipedrive: FakePipedrive, connection: Connection) -> None:
    limit = Answer({"success": False, "error": "request over limit"}, 429, {"Retry-After": "4"})
    pipedrive.fault = lambda asked: limit if "persons" in asked.path else None
    small_account(pipedrive)
    taken = Taken()
    with pytest.raises(AskedToWait) as caught:
        taken.pull(connector, connection)
    assert caught.value.until == NOW + timedelta(seconds=4)
    pipedrive.fault = lambda asked: None
    taken.pull(connector, connection)
    assert sum(record.kind == "account" for record in taken.records) == 1


@pytest.mark.parametrize(
    "answer", [Answer(b"<html>"), Answer([]), Answer({"data": 5}), Answer({"data": [{"name": "no id"}]})]
)
def test_nonsense_is_one_sentence(pipedrive: FakePipedrive, connection: Connection, answer: Answer) -> None:
    pipedrive.fault = lambda asked: answer if "persons" in asked.path else None
    with pytest.raises(UnreachableAddress, match=r"^Pipedrive answered what its documentation does not know: "):
        Taken().pull(connector, connection)


def test_wrong_settings_are_said_and_no_secret(pipedrive: FakePipedrive, connect: Connect) -> None:
    with pytest.raises(LeadlineError, match="API token"):
        Taken().pull(connector, connect("pd", {}))
    with pytest.raises(LeadlineError, match="does not let us in") as caught:
        Taken().pull(connector, connect("pd", {"token": "wrong-token", "address": pipedrive.url}))
    assert "wrong-token" not in str(caught.value)
    with pytest.raises(LeadlineError, match="cursor"):
        Taken(cursor='{"began": "x"}').pull(connector, connect("pd", {"token": "x"}))
