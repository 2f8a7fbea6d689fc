"""What the CRM connectors read, in the record itself: objects, history, signals, and a crash between two pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from leadline.connectors.hubspot import connector
from leadline.core.ports import Connection
from leadline.loop.intake import pull
from leadline.store import connections
from leadline.store.models import Account, Change, Deal, ExternalKey, Person, Seller, Signal
from leadline.store.transactions import together

from . import test_pipedrive, test_salesforce  # noqa: TID252
from .fake_hubspot import TOKEN, FakeHubSpot, iso  # noqa: TID252
from .fake_pipedrive import FakePipedrive  # noqa: TID252
from .fake_salesforce import FakeSalesforce  # noqa: TID252
from .test_hubspot import NOON, small_account  # noqa: TID252

Connect = Callable[..., Connection]


@pytest.fixture
def hubspot() -> Iterator[FakeHubSpot]:
    with FakeHubSpot() as server:
        yield server


def number_of(kind: str, key: str, space: str = "hubspot") -> int:
    return int(ExternalKey.objects.get(kind=kind, space=space, key=key).object_id)


def steps(deal: int) -> list[tuple[object, object]]:
    rows = Change.objects.filter(kind="deal", object_id=deal, field="stage").order_by("at", "pk")
    return [(row.before, row.after) for row in rows]


def test_hubspot_fills_the_record_whatever_breaks(store: str, hubspot: FakeHubSpot, connect: Connect) -> None:
    small_account(hubspot)
    hubspot.put("calls", 31, hs_timestamp=iso(NOON), hs_call_direction="INBOUND")
    for to, number in (("contacts", 11), ("companies", 1), ("deals", 21)):
        hubspot.link("calls", 31, to, number)
    hubspot.now += 60
    hubspot.put("deals", 21, dealstage="contractsent", hubspot_owner_id="7")
    settings = {"token": TOKEN, "address": hubspot.url}
    connection = connect("crm", settings)
    with together():
        connections.make("crm", "hubspot", {"address": hubspot.url}, {"token": TOKEN})
    for most in (1, 2, 3, 99):  # stopped after so many pages, then to the end
        for _, _done in zip(range(most), pull("crm", connector, connection), strict=False):
            pass
    deal = Deal.objects.get(pk=number_of("deal", "21"))
    assert (deal.name, deal.stage, deal.state, deal.amount) == ("Pumps", "Contract sent", "open", 1000)
    assert (deal.account_id, deal.person_id) == (number_of("account", "1"), number_of("person", "11"))
    assert Seller.objects.get(pk=deal.owner_id).email == "anna@us.example"
    assert Account.objects.get(pk=deal.account_id).domain == "nordwind.example"
    assert Person.objects.get(pk=deal.person_id).account_id == deal.account_id
    signal = Signal.objects.get()
    assert (signal.key, signal.person_id, signal.deal_id) == ("call:31", deal.person_id, deal.pk)
    assert ("Appointment scheduled", "Contract sent") in steps(deal.pk)

    before = Change.objects.count(), Person.objects.count()
    for _ in range(2):  # what lies in the overlap comes again, and changes nothing
        list(pull("crm", connector, connection))
    assert (Change.objects.count(), Person.objects.count()) == before

    hubspot.now += 3600
    hubspot.put("deals", 21, dealstage="closedwon", amount="1500")
    list(pull("crm", connector, connection))
    deal.refresh_from_db()
    assert (deal.stage, deal.state, deal.amount) == ("Closed won", "won", 1500)
    assert steps(deal.pk)[-1] == ("Contract sent", "Closed won")
    assert connections.state("crm").error == ""


def test_salesforce_fills_the_record(store: str, connect: Connect) -> None:
    with FakeSalesforce() as server:
        test_salesforce.small_org(server)
        server.now += 3600
        server.put("Opportunity", "0061", StageName="Closed Won", IsClosed=True, IsWon=True, Amount=1500.5)
        server.put("Task", "00T1", IsClosed=True, TaskSubtype="Call", WhoId="00Q1", WhatId="0061")
        with together():
            connections.make("org", "salesforce", {}, {})
        connection = connect("org", {"address": server.url, **test_salesforce.FORM})
        for _ in range(2):
            list(pull("org", test_salesforce.connector, connection))
    number = number_of("deal", "0061", "salesforce")
    assert steps(number) == [(None, "Prospecting"), ("Prospecting", "Closed Won")]
    assert Deal.objects.get(pk=number).person_id == number_of("person", "0031", "salesforce")
    assert Person.objects.get(email="li@new.example").extra["company"] == "New"
    assert Signal.objects.get().deal_id == number


def test_pipedrive_fills_the_record(store: str, connect: Connect) -> None:
    with FakePipedrive() as server:
        test_pipedrive.small_account(server)
        server.now += 3600
        server.put("deals", 21, stage_id=2, value=1500.5)
        server.put("activities", 31, type="call", done=True, due_date="2026-03-02", deal_id=21, person_id=11, org_id=1)
        with together():
            connections.make("pd", "pipedrive", {}, {})
        connection = connect("pd", {"address": server.url, "token": test_pipedrive.TOKEN})
        for _ in range(2):
            list(pull("pd", test_pipedrive.connector, connection))
    number = number_of("deal", "21", "pipedrive")
    assert steps(number) == [(None, "Qualified"), ("Qualified", "Proposal made")]
    assert Deal.objects.get(pk=number).pipeline == "Sales"
    assert Signal.objects.get().person_id == number_of("person", "11", "pipedrive")
