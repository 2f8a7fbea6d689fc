"""Salesforce against a server that speaks its API: pages that expire, tokens that end, rows of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.connectors.salesforce import connector
from leadline.core.errors import AskedToWait, LeadlineError, UnreachableAddress
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref

from .conftest import NOW  # noqa: TID252
from .fake_crm import Answer  # noqa: TID252
from .fake_salesforce import REFRESH, SECRET, FakeSalesforce  # noqa: TID252
from .taking import Taken  # noqa: TID252

Connect = Callable[..., Connection]
FORM = {"client_id": "consumer-key", "client_secret": SECRET}
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def salesforce() -> Iterator[FakeSalesforce]:
    with FakeSalesforce() as server:
        yield server


@pytest.fixture
def connection(salesforce: FakeSalesforce, connect: Connect) -> Connection:
    return connect("org", {"address": salesforce.url, **FORM})


def small_org(server: FakeSalesforce) -> None:
    server.put("User", "0051", FirstName="Anna", LastName="Ek", Email="Anna@Us.example", IsActive=True)
    server.put("Account", "0011", Name="Nordwind", Website="https://www.nordwind.example/de", NumberOfEmployees=250)
    server.put("Contact", "0031", LastName="Roth", Email="Max@Nordwind.example", AccountId="0011", MasterRecordId=None)
    server.put("Lead", "00Q1", LastName="Li", Email="li@new.example", Company="New", Status="Open", LeadSource="Web")
    deal = dict(Name="Pumps", StageName="Prospecting", Amount=1000.0, CloseDate="2026-04-30", Probability=10.0)
    server.put("Opportunity", "0061", **deal, IsClosed=False, IsWon=False, AccountId="0011", OwnerId="0051")
    role = {"Id": "00K1", "OpportunityId": "0061", "ContactId": "0031", "Role": "Decision Maker", "IsPrimary": True}
    server.tables["OpportunityContactRole"] = {"00K1": role}


def test_the_whole_org_is_read(salesforce: FakeSalesforce, connection: Connection) -> None:
    small_org(salesforce)
    salesforce.now += 3600
    won = dict(StageName="Closed Won", IsClosed=True, IsWon=True, Amount=1500.5, Probability=100.0)
    salesforce.put("Opportunity", "0061", **won, CloseDate="2026-03-02")
    taken = Taken()
    taken.pull(connector, connection)
    assert taken.of("account", "0011")["domain"] == "nordwind.example"
    assert taken.of("person", "0031")["account"] == Ref("salesforce", "0011")
    assert taken.of("person", "00Q1")["extra"] == {"company": "New", "source": "Web"}
    deal = taken.of("deal", "0061")
    assert (deal["state"], deal["amount"], deal["probability"]) == ("won", Decimal("1500.5"), 1.0)
    assert (deal["closed_at"], deal["expected_on"]) == (datetime(2026, 3, 2, tzinfo=UTC), None)
    assert (deal["account"], deal["person"]) == (Ref("salesforce", "0011"), Ref("salesforce", "0031"))
    assert deal["extra"]["people"] == [{"id": "0031", "role": "Decision Maker"}]
    steps = [(r.at, r.values["stage"], r.values["expected_on"]) for r in taken.records if r.kind == "deal"]
    assert steps == [(EIGHT, "Prospecting", date(2026, 4, 30)), (EIGHT + timedelta(hours=1), "Closed Won", None)]


def test_activities_become_signals(salesforce: FakeSalesforce, connection: Connection) -> None:
    small_org(salesforce)
    call = dict(Subject="Call", TaskSubtype="Call", CallType="Inbound", CallDurationInSeconds=90, WhoId="0031")
    salesforce.put("Task", "00T1", **call, WhatId="0061", IsClosed=True, CompletedDateTime=salesforce.time())
    salesforce.put("Task", "00T2", IsClosed=False)
    salesforce.put("Task", "00T3", IsClosed=True, TaskSubtype="Email", WhoId="00Q1", ActivityDate="2026-03-01")
    meeting = dict(StartDateTime=salesforce.time(1800), EndDateTime=salesforce.time(3600))
    salesforce.put("Event", "00U1", Subject="Demo", WhatId="0011", **meeting)
    salesforce.put("Event", "00U2", **meeting)
    taken = Taken()
    taken.pull(connector, connection)
    told = {key: signal.act for (_, key), signal in taken.signals.items()}
    planned = {f"event:00U{n}:invited": Act.MEETING_INVITED for n in (1, 2)}
    assert told == {"task:00T1": Act.CALL_HELD, "task:00T3": Act.MAIL_SENT, **planned}
    first = taken.signals["salesforce:org", "task:00T1"]
    assert (first.actor, first.person) == (Actor.BUYER, Ref("salesforce", "0031"))
    assert first.deal == Ref("salesforce", "0061")
    # Nothing about the meeting is changed when it is over, and still we learn of it.
    salesforce.put("Event", "00U2", at=salesforce.now + 60, IsDeleted=True)
    salesforce.now += 7200
    taken.pull(connector, connection)
    told = {key: signal.act for (_, key), signal in taken.signals.items()}
    assert told["event:00U1:held"] == Act.MEETING_HELD
    assert told["event:00U2:cancelled"] == Act.MEETING_CANCELLED
    assert "event:00U2:held" not in told


def test_later_only_what_changed_is_read(salesforce: FakeSalesforce, connection: Connection) -> None:
    small_org(salesforce)
    salesforce.now += 3600
    taken = Taken()
    taken.pull(connector, connection)
    before = len(taken.records)
    salesforce.now += 3600
    salesforce.put("Contact", "0031", IsDeleted=True, MasterRecordId="0039")
    salesforce.put("Opportunity", "0061", StageName="Closed Lost", IsClosed=True)
    taken.pull(connector, connection)
    changed = [(one.kind.value, one.keys[0].key) for one in taken.records[before:]]
    assert changed == [("person", "0031"), ("deal", "0061")]
    assert taken.of("person", "0031")["extra"] == {"deleted": True, "merged_into": "0039"}


def test_a_result_that_expires_is_asked_anew(salesforce: FakeSalesforce, connection: Connection) -> None:
    """All rows carry one moment, so that only the id says where we stood."""
    for n in range(500):
        salesforce.put("Account", f"001{n:04d}", Name=f"a{n}")
    asked = 0

    def expire(_: object) -> None:
        nonlocal asked
        asked += 1
        if asked % 3 == 0:
            salesforce.results = {f"gone{n}": [] for n in range(len(salesforce.results))}

    salesforce.before = expire
    taken = Taken()
    taken.pull(connector, connection)
    assert len(taken.objects) == 500
    assert len(taken.records) == 500


def test_a_token_that_ends_is_renewed(salesforce: FakeSalesforce, connection: Connection) -> None:
    for n in range(300):
        salesforce.put("Account", f"001{n:04d}", Name=f"a{n}")
    salesforce.before = lambda asked: salesforce.expired.add("00Dtoken1") if "/query/" in asked.path else None
    taken = Taken()
    taken.pull(connector, connection)
    assert (len(taken.objects), salesforce.tokens) == (300, 2)


def test_objects_that_are_not_shown_are_left_out(salesforce: FakeSalesforce, connection: Connection) -> None:
    small_org(salesforce)
    salesforce.hidden = {"Lead"}
    taken = Taken()
    taken.pull(connector, connection)
    assert taken.notes == ["Salesforce does not show Lead to this user, so it was left out"]
    assert ("deal", Ref("salesforce", "0061")) in taken.objects


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deaths=st.lists(st.integers(0, 9), max_size=8),
    changes=st.lists(st.integers(0, 199), max_size=6),
    batch=st.integers(20, 80),
)
def test_a_crash_between_pages_changes_nothing(
    salesforce: FakeSalesforce, connect: Connect, deaths: list[int], changes: list[int], batch: int
) -> None:
    salesforce.tables, salesforce.now, salesforce.batch = FakeSalesforce().tables, FakeSalesforce.now, batch
    small_org(salesforce)
    for n in range(200):
        salesforce.put("Contact", f"003{n:04d}", LastName=f"n{n}", Email=f"p{n}@a.example")
        salesforce.put("Task", f"00T{n:04d}", IsClosed=True, WhoId=f"003{n:04d}")
    connection = connect("org", {"address": salesforce.url, **FORM})
    whole, broken = Taken(), Taken()
    for round_ in range(2):
        whole.pull(connector, connection)
        for pages in deaths[round_::2]:
            broken.pull(connector, connection, dies_after=pages)
        broken.pull(connector, connection)
        salesforce.now += 3600
        for n, number in enumerate(changes):
            salesforce.put("Contact", f"003{number:04d}", at=salesforce.now + n // 3, Title=f"title {n}")
            salesforce.put("Opportunity", "0061", Amount=float(n))
    whole.pull(connector, connection)
    broken.pull(connector, connection)
    assert broken.state == whole.state


def test_limits_and_faults_say_when(salesforce: FakeSalesforce, connection: Connection) -> None:
    limit = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    for answer, seconds in (
        (Answer(limit, 403), 60),
        (Answer(b"", 503, {"Retry-After": "30"}), 30),
        (Answer(b"<html>", 500), 60),
    ):
        salesforce.fault = lambda asked, answer=answer: answer if "queryAll" in asked.path else None
        with pytest.raises(AskedToWait) as caught:
            Taken().pull(connector, connection)
        assert caught.value.until == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>"),
        Answer([]),
        Answer({"records": 5}),
        Answer({"records": [{"Id": "001'--", "SystemModstamp": "2026-01-01T00:00:00.000+0000"}]}),
        Answer({"records": [{"Id": "0011", "SystemModstamp": "later"}]}),
        Answer({"records": [{}], "done": False, "nextRecordsUrl": "http://127.0.0.2/x"}),
    ],
)
def test_nonsense_is_one_sentence(salesforce: FakeSalesforce, connection: Connection, answer: Answer) -> None:
    small_org(salesforce)
    salesforce.fault = lambda asked: answer if "FROM Account" in asked.query.get("q", "") else None
    with pytest.raises(UnreachableAddress, match=r"^Salesforce answered what its documentation ") as caught:
        Taken().pull(connector, connection)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"access_token": 5, "instance_url": "x"}),
        Answer({"access_token": "a\r\nHost: evil", "instance_url": "http://127.0.0.1"}),
        Answer({"access_token": "a"}),
        Answer({"access_token": "a", "instance_url": "not an address"}),
        Answer({"access_token": "a", "instance_url": "http://10.0.0.1"}),
    ],
)
def test_a_token_that_is_none(salesforce: FakeSalesforce, connection: Connection, answer: Answer) -> None:
    salesforce.fault = lambda asked: answer if "oauth2" in asked.path else None
    with pytest.raises(LeadlineError) as caught:
        Taken().pull(connector, connection)
    assert "\n" not in str(caught.value)


def test_secrets_are_never_said(salesforce: FakeSalesforce, connect: Connect) -> None:
    bad = connect("org", {"address": salesforce.url, "client_id": "consumer-key", "client_secret": "wrong-secret"})
    with pytest.raises(LeadlineError, match="connected app") as caught:
        Taken().pull(connector, bad)
    assert "wrong-secret" not in str(caught.value)
    salesforce.fault = lambda asked: (
        Answer([{"message": f"bad {asked.headers}", "errorCode": "X"}], 400) if ("queryAll" in asked.path) else None
    )
    with pytest.raises(LeadlineError) as caught:
        Taken().pull(connector, connect("org", {"address": salesforce.url, **FORM}))
    assert "00Dtoken1" not in str(caught.value)


def test_a_refresh_token_works_too(salesforce: FakeSalesforce, connect: Connect) -> None:
    small_org(salesforce)
    taken = Taken()
    taken.pull(connector, connect("org", {"address": salesforce.url, **FORM, "refresh_token": REFRESH}))
    assert taken.of("account", "0011")["name"] == "Nordwind"
    assert salesforce.asked[0].form["grant_type"] == "refresh_token"


def test_wrong_settings_are_said(connect: Connect) -> None:
    with pytest.raises(LeadlineError, match="Salesforce needs address and client_id and client_secret"):
        Taken().pull(connector, connect("org", {}))
    for cursor in ("[1", '{"marks": 5}', '{"marks": {"User": "x"}}', '{"id": "a\' OR"}'):
        with pytest.raises(LeadlineError, match="cursor"):
            Taken(cursor=cursor).pull(connector, connect("org", {"address": "http://127.0.0.1", **FORM}))
