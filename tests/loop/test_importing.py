from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from imported import bring, record, write
from leadline.core.clock import FixedClock
from leadline.core.errors import CallError, ColumnNotFound
from leadline.store.models import Account, Batch, Change, Deal, FieldOrigin, Order, Person, Product, Seller, Signal
from leadline.store.undo import undo

CLOCK = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
PEOPLE = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone Number",
    "Company Name",
    "Contact owner",
    "Last Modified Date",
]
JUERGEN = ["1", "Jürgen", "Müller", "J.Mueller@Acme.de", "+49 30 1", "Acme GmbH", "Sam Seller", "05.02.2026"]
ANNA = ["2", "Anna", "Schön", "anna@acme.de", "", "Acme GmbH", "", "14.02.2026"]
BOB = ["3", "Bob", "", "bob@gmail.com", "", "", "", ""]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write(tmp_path / "people.csv", PEOPLE, [JUERGEN, ANNA, BOB])


def test_a_dry_run_writes_nothing(store: str, people: Path) -> None:
    result = bring(people, apply=False)
    assert (result.proposal.title, result.source, result.batch) == ("HubSpot contacts", "hubspot", 0)
    assert (result.created, result.changed, result.unchanged) == (3, 0, 0)
    assert {(one.name, one.made) for one in result.related} == {("account", 1), ("owner", 1)}
    assert not Person.objects.exists()
    assert not Batch.objects.exists()


def test_people_with_their_companies(store: str, people: Path) -> None:
    result = bring(people)
    assert result.created == 3
    one = Person.objects.get(email="j.mueller@acme.de")
    assert (one.name, one.given_name, one.row, one.batch_id) == ("Jürgen Müller", "Jürgen", 1, result.batch)
    assert (one.account.name, one.account.domain, one.owner.name) == ("Acme GmbH", "acme.de", "Sam Seller")
    assert Account.objects.count() == 1
    assert Person.objects.get(given_name="Bob").account is None  # anyone may have an address there
    again = bring(people)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 3)
    assert Batch.objects.get(pk=result.batch).counts["created"] == 3


def test_a_change_is_shown_then_kept_with_its_origin(store: str, people: Path, tmp_path: Path) -> None:
    bring(people)
    newer = write(tmp_path / "newer.csv", PEOPLE, [["1", "", "", "", "+49 30 2", "Beta AG", "", "20.02.2026"]])
    shown = bring(newer, apply=False)
    assert [(e.field, e.before, e.after) for e in shown.examples] == [
        ("phone", "+49 30 1", "+49 30 2"),
        ("account", "Acme GmbH", "Beta AG (new)"),
    ]
    done = bring(newer)
    one = Person.objects.get(email="j.mueller@acme.de")
    assert (one.given_name, one.phone, one.account.name) == ("Jürgen", "+49 30 2", "Beta AG")  # blanks erase nothing
    change = Change.objects.get(field="phone")
    assert (change.before, change.after, change.at) == ("+49 30 1", "+49 30 2", datetime(2026, 2, 20, tzinfo=UTC))
    assert {origin.field for origin in FieldOrigin.objects.filter(batch=done.batch)} == {"phone", "account_id"}
    undo(done.batch, CLOCK)
    one.refresh_from_db()
    assert (one.phone, one.account.name) == ("+49 30 1", "Acme GmbH")
    assert not Account.objects.filter(name="Beta AG").exists()


def test_what_is_wrong_is_refused_and_can_be_mended(store: str, tmp_path: Path) -> None:
    rows = [
        ["1", "A", "A", "not an address", "", "", "", ""],
        ["2", "B", "B", "b@b.com", "", "", "", "31.31.2026"],
        ["3", "C", "C", "c@c.com", "", "", "", "03.02.2026"],
        ["4", "D", "D", "d@d.com", "", "", "", ""],
        ["4", "D", "E", "d@d.com", "", "", "", ""],
        ["", "F", "F", "", "", "", "", ""],
        ["7", "x" * 201, "G", "", "", "", "", ""],
        ["3", "C", "C", "c@c.com", "", "", "", "03.02.2026"],
    ]
    out = tmp_path / "refused.csv"
    result = bring(write(tmp_path / "bad.csv", PEOPLE, rows), out=out)
    assert (result.created, result.repeated) == (1, 1)
    why = {one.row: (one.column, one.reason) for one in result.refused}
    assert sorted(why) == [1, 2, 4, 5, 6, 7]
    assert why[1] == ("Email", "It is no e-mail address; mend it, or leave the cell blank")
    assert why[2][0] == "Last Modified Date"
    assert "day.month.year" in why[2][1]
    assert why[4] == ("Record ID", "Rows 4 and 5 have the same Record ID and differ; keep one of them")
    assert why[6][1] == "Nothing names this row; give it an id or an e-mail address"
    assert why[7] == ("First Name", "201 signs are too long: 200 fit; shorten it")
    with out.open(newline="", encoding="utf-8") as file:
        header, *kept = csv.reader(file)
    assert header == [*PEOPLE, "Refused row", "Refused because"]
    assert [row[:8] for row in kept] == [rows[place - 1] for place in sorted(why)]
    mended = [row for row in kept if row[8] in ("2", "4")]
    mended[0][7] = "28.02.2026"
    done = bring(write(tmp_path / "mended.csv", header, mended))
    assert (done.created, done.refused) == (2, ())
    assert Person.objects.get(email="b@b.com").extra == {}


def test_companies_of_one_name(store: str, tmp_path: Path) -> None:
    rows = [["Acme", "acme.com"], ["Acme", "acme.de"]]
    assert bring(write(tmp_path / "a.csv", ["Company name", "Domain"], rows), "accounts").created == 2
    named = write(tmp_path / "p.csv", ["Email", "Company"], [["a@x.com", "Acme"], ["b@acme.de", ""]])
    result = bring(named, "people")
    assert [(one.row, one.column) for one in result.refused] == [(1, "Company")]
    assert "More than one account is called 'Acme'" in result.refused[0].reason
    assert Person.objects.get().account.domain == "acme.de"


def test_parents_may_come_later(store: str, tmp_path: Path) -> None:
    header = ["Account ID", "Account Name", "Billing City", "Employees", "Parent Account ID"]
    rows = [["1", "Child", "Bonn", "10", "2"], ["2", "Mother", "Köln", "1,200", ""]]
    bring(write(tmp_path / "a.csv", header, rows))
    assert Account.objects.get(name="Child").parent.name == "Mother"
    assert Account.objects.get(name="Mother").employees == 1200


def test_deals_open_won_and_lost(store: str, people: Path, tmp_path: Path) -> None:
    bring(people)
    header = [
        "Record ID",
        "Deal Name",
        "Deal Stage",
        "Close Date",
        "Amount",
        "Create Date",
        "Associated Company",
        "Associated Contact IDs",
    ]
    rows = [
        ["5", "Pumps", "Closed Won", "2026-01-31", "12.500,50", "2025-11-01", "Acme GmbH", "1;2"],
        ["6", "Valves", "Qualified", "2026-06-30", "99,00", "2025-12-01", "Acme GmbH", ""],
        ["7", "Pipes", "Closed Lost", "2026-02-01", "", "2025-12-01", "Gamma", "99"],
    ]
    result = bring(write(tmp_path / "deals.csv", header, rows))
    won, open_ = Deal.objects.order_by("name")
    assert (won.state, won.amount, won.person.given_name) == ("won", Decimal("12500.50"), "Jürgen")
    assert (open_.state, open_.closed_at, open_.expected_on) == ("open", None, date(2026, 6, 30))
    assert [one.column for one in result.refused] == ["Associated Contact IDs"]
    assert not Account.objects.filter(name="Gamma").exists()  # a refused row makes nothing
    assert list(Change.objects.filter(field="state").order_by("id").values_list("after", flat=True)) == [
        "open",
        "won",
        "open",
    ]


def test_activities_become_signals(store: str, people: Path, tmp_path: Path) -> None:
    bring(people)
    header = ["Record ID", "Activity date", "Call Title", "Call Direction", "Associated Contact IDs", "Task Status"]
    rows = [
        ["90", "2026-02-01 10:00", "Intro", "INBOUND", "1", ""],
        ["91", "2026-02-02 10:00", "Back", "OUTBOUND", "2", ""],
        ["92", "2026-02-03 10:00", "Lost", "OUTBOUND", "77", ""],
        ["93", "2026-09-03 10:00", "Later", "OUTBOUND", "1", ""],
    ]
    path = write(tmp_path / "calls.csv", header, rows)
    result = bring(path)
    assert (result.created, [one.row for one in result.refused]) == (2, [3])
    assert "not done yet" in result.notes[0]
    assert [(s.act, s.actor, s.row) for s in Signal.objects.order_by("key")] == [
        ("call held", "buyer", 1),
        ("call held", "seller", 2),
    ]
    assert bring(path, apply=False).unchanged == 2
    before = record()
    assert undo(result.batch, CLOCK).withdrawn == 2
    assert record()["signals"] == []
    assert bring(path, apply=False).created == 2
    assert bring(path).created == 2
    assert Signal.objects.count() == 2
    assert before["person"] == record()["person"]


def test_orders_with_lines(store: str, tmp_path: Path) -> None:
    header = [
        "Order Reference",
        "Customer",
        "Order Date",
        "Total",
        "Status",
        "Order Lines/Product",
        "Order Lines/Quantity",
        "Order Lines/Unit Price",
    ]
    rows = [
        ["S1", "Acme", "2026-01-05", "1,250.00", "Sales Order", "Pump", "10", "100"],
        ["", "", "", "", "", "Valve", "5", "50"],
        ["S2", "Beta", "2026-01-06", "99.50", "Sales Order", "Pump", "x", "99.5"],
    ]
    path = write(tmp_path / "orders.csv", header, rows)
    result = bring(path)
    order = Order.objects.get()
    assert (order.number, order.amount, order.account.name) == ("S1", Decimal("1250.00"), "Acme")
    assert [(line.product.name, line.quantity) for line in order.lines.order_by("number")] == [
        ("Pump", 10),
        ("Valve", 5),
    ]
    assert [(one.row, one.column) for one in result.refused] == [(3, "Order Lines/Quantity")]
    assert bring(path).unchanged == 1
    undo(result.batch, CLOCK)
    assert not Product.objects.exists()


def test_any_list_with_a_key_and_a_mapping(store: str, tmp_path: Path) -> None:
    path = write(
        tmp_path / "fair.csv", ["Badge", "Who", "Firm"], [["b1", "van der Berg, Anna", "Acme"], ["b2", "Bob Jones", ""]]
    )
    given = {"Who": "name", "Firm": "account.name"}
    bring(path, "people", given, source="fair", key="Badge")
    anna = Person.objects.get(family_name="van der Berg")
    assert (anna.given_name, anna.name) == ("Anna", "Anna van der Berg")
    assert bring(path, "people", given, source="fair", key="Badge").unchanged == 2
    with pytest.raises(CallError, match="did you mean 'name'"):
        bring(path, "people", {"Who": "nam"})
    with pytest.raises(ColumnNotFound, match="did you mean 'Badge'"):
        bring(path, "people", key="Badgee")


def test_a_run_that_was_cut_off_is_taken_up_again(store: str, people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leadline.loop.importing import running
    from leadline.store.upsert import unfinished

    monkeypatch.setattr("leadline.warehouse.parsed.CHUNK", 1)
    calls = []

    def cut(real: Callable[..., object], *given: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("the power went")
        return real(*given)

    for name in ("write", "insert"):
        monkeypatch.setattr(running, name, partial(cut, getattr(running, name)))
    with pytest.raises(RuntimeError):
        bring(people)
    assert 0 < Person.objects.count() < 3
    assert len(unfinished()) == 1
    result = bring(people)
    assert (result.created + result.unchanged, Person.objects.count()) == (3, 3)
    assert Batch.objects.count() == 1
    assert unfinished() == []
    assert undo(result.batch, CLOCK).kept == []
    assert not Person.objects.exists()
    assert not Seller.objects.exists()
