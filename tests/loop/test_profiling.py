"""Profiles of a real CRM's export with acts and facts: every field opens to what it rests on."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imported import bring, write
from leadline.app import Leadline
from leadline.core.clock import FixedClock
from leadline.core.errors import CallError
from leadline.core.ledger import Fact
from leadline.core.market import BuyingRole as Role
from leadline.core.profile import Profile, ProfileField
from leadline.core.signal import Actor, Ref, Signal
from leadline.loop import reading
from leadline.store import audit, buying_group, ledger, merging
from leadline.store.erasure import erase
from leadline.store.models import Account, AuditEntry, Change, Consent, Deal, Person
from leadline.store.models import Signal as Row
from leadline.store.transactions import together
from leadline.understand.signal_text import text_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)
MAIL = "Hello Ann,\n\nWhat does the pump cost for 40 units? We had trouble with Orion last year.\nBest, Jürgen"
ASKED = "What does the pump cost for 40 units?"


def workspace() -> Leadline:
    return Leadline(CLOCK)


def said(made: Profile, name: str) -> ProfileField:
    return next(field for field in (*made.fields, *made.numbers, *made.understood) if field.name == name)


def walk(made: Profile) -> int:
    """Opens every reference of every field; gives how many there were. What was opened once need not be again."""
    opened, app, seen = 0, workspace(), set[object]()
    for field in made.every_field():
        assert field.source, field
        zero = field.value == 0
        assert field.evidence or zero, f"{made.name}: {field.name} = {field.value} rests on nothing"
        for evidence in (*field.evidence, *(one for other in field.others for one in other.evidence)):
            opened += 1
            if evidence in seen:
                continue
            seen.add(evidence)
            found = app.profiles.opened(evidence)
            assert found is not None, f"{made.name}: {field.name} rests on {evidence}, which does not open"
            if evidence.kind == "fact":
                signal = Row.objects.get(pk=evidence.signal)
                text = text_of(signal.act, json.loads(signal.payload))
                assert evidence.span is None or text[slice(*evidence.span)] == evidence.quote
            if evidence.kind == "row" and evidence.row:
                assert {"objects", "changes", "acts", "roles"} & found.keys(), evidence
    for act in made.story:
        assert Row.objects.filter(pk=act.number).exists()
    for week in made.weeks:
        assert len(week.signals) == week.theirs + week.ours
        assert Row.objects.filter(pk__in=week.signals).count() == len(week.signals)
    return opened


@pytest.fixture
def acme(store: str, tmp_path: Path) -> Account:
    """A company from two exports that disagree, with people, deals, acts, facts and roles."""
    head = ["Record ID", "Company name", "Company Domain Name", "Industry", "Number of Employees", "Country/Region"]
    head.append("Tier")
    bring(write(tmp_path / "companies.csv", head, [["7", "Acme GmbH", "acme.de", "Pumps", "240", "Germany", "A"]]))
    bring(write(tmp_path / "register.csv", head, [["7", "Acme GmbH", "acme.de", "Pumps", "90", "", "B"]]))
    people = ["Record ID", "First Name", "Last Name", "Email", "Job Title", "Company Name", "Contact owner"]
    rows = [
        ["1", "Jürgen", "Müller", "j.mueller@acme.de", "Head of purchasing", "Acme GmbH", "Ann Seller"],
        ["2", "Eva", "Schön", "eva@acme.de", "", "Acme GmbH", "Ann Seller"],
    ]
    bring(write(tmp_path / "people.csv", people, rows))
    deals = ["Record ID", "Deal Name", "Deal Stage", "Amount", "Create Date", "Close Date", "Associated Company"]
    for name, stage, amount in (("deals.csv", "Qualified", "40,000"), ("later.csv", "Proposal", "44,000")):
        bring(write(tmp_path / name, deals, [["9", "Pumps 2026", stage, amount, "2026-01-05", "", "Acme GmbH"]]))
    deal = Deal.objects.get()
    one = Ref("email", "j.mueller@acme.de")
    signals = [
        Signal("imap:ann", "m0", "mail sent", NOW - timedelta(days=20), Actor.SELLER, one, consent="contract",
               payload={"subject": "Our offer", "text": "Here it is."}),
        Signal("imap:ann", "m1", "mail received", NOW - timedelta(days=9), Actor.BUYER, one, consent="contract",
               payload={"subject": "Pump", "text": MAIL}),
        Signal("web", "p1", "page viewed", NOW - timedelta(days=3), Actor.BUYER, one, human=0.1,
               payload={"title": "Prices"}),
        Signal("calendar", "c1", "meeting held", NOW - timedelta(days=30), Actor.BUYER, Ref("email", "eva@acme.de")),
    ]  # fmt: skip
    text = text_of("mail received", signals[1].payload)
    start = text.index(ASKED)
    with together():
        ledger.append(signals)
        number = Row.objects.get(key="m1").pk
        common = dict(subject=("signal", number), at=NOW, signal=number, made_by="test 1")
        span = (start, start + len(ASKED))
        ledger.append_facts(
            [
                Fact("reading", "1", "intent", value={"intent": "price"}, span=span, quote=ASKED, **common),
                Fact("reading", "2", "language", value={"language": "en"}, **common),
                Fact("reading", "3", "entity", value={"entity": "organisation", "text": "Orion"},
                     span=(text.index("Orion"), text.index("Orion") + 5), quote="Orion", **common),
                Fact("reading", "4", "theme", value={"theme": "pricing", "words": ["cost"]}, **common),
            ]
        )  # fmt: skip
        ours = Row.objects.get(key="m0").pk
        ledger.append_facts([Fact("reading", "5", "theme", ("signal", ours), {"theme": "delivery"}, NOW, ours)])
        buying_group.propose(deal.pk, Person.objects.get(email="eva@acme.de").pk, Role.CHAMPION, source="notes",
                             span="Eva will push it")  # fmt: skip
    return Account.objects.get(domain="acme.de")


def test_every_field_of_an_account_opens(acme: Account) -> None:
    made = workspace().profiles.account("acme gmbh")
    assert walk(made) > 40
    assert made.name == "Acme GmbH"
    employees = said(made, "employees")
    assert employees.value == 90
    assert employees.evidence[0].words == "register.csv, row 1"
    assert [one.value for one in employees.others] == [240]
    assert employees.others[0].evidence[0].words == "companies.csv, row 1"
    assert said(made, "industry").others == ()
    assert said(made, "Tier").value == "B"
    assert said(made, "meetings and calls held").value == 1
    assert said(made, "acts of theirs in 90 days").value == 2  # the visit was a machine's
    assert said(made, "acts that machines did, not counted").value == 1
    assert said(made, "people active in 90 days").value == 2
    assert said(made, "last act of theirs").value == "mail received"
    assert said(made, "entity: organisation").value == "Orion"
    assert said(made, "intent").evidence[0].quote == ASKED
    assert {field.value for field in made.understood if field.name == "theme"} == {"pricing"}  # not what we wrote
    (deal,) = made.deals
    assert (deal.value("stage"), deal.value("amount"), deal.value("state")) == ("Proposal", 44000, "open")
    changed = [(one.name, one.value) for one in deal.history if one.others]
    assert changed == [("stage", "Proposal"), ("amount", "44000.00")]
    assert [one.name for one in made.people] == ["Eva Schön", "Jürgen Müller"]  # the one with a role first
    assert made.people[0].roles[0].evidence[0].quote == "Eva will push it"
    gaps = [gap.what for gap in made.gaps]
    assert gaps[0] == f"“{ASKED}” is not answered"
    assert "no economic buyer is known" in gaps
    assert sum(week.theirs for week in made.weeks) == 2
    assert sum(week.ours for week in made.weeks) == 1
    assert [act.act for act in made.story] == ["page viewed", "mail received", "mail sent", "meeting held"]


def test_a_person_shows_why_what_is_kept(acme: Account) -> None:
    person = Person.objects.get(email="j.mueller@acme.de")
    Consent.objects.create(purpose="mail", subject=person.email, person=person, words="Yes, write to me", given_at=NOW)
    made = workspace().profiles.person("j.mueller@acme.de", "Acme GmbH")
    assert walk(made) > 10
    assert made.kept[0].evidence[0].quote == "Yes, write to me"
    assert {field.name: field.value for field in made.kept} == {
        "consent to mail": "given",
        "ground: contract": "2 acts from imap:ann",
        "no ground noted": "1 act from web",
    }
    assert said(made, "job title").value == "Head of purchasing"
    entry = AuditEntry.objects.get(act="look at profile")
    assert (entry.subject_kind, entry.subject_id, entry.actor) == ("person", made.number, "command line")
    Account.objects.create(name="Beta")
    with pytest.raises(CallError, match="belongs to 'Acme GmbH'"):
        workspace().profiles.person("j.mueller@acme.de", "Beta")


def test_a_duplicate_says_otherwise(acme: Account, tmp_path: Path) -> None:
    twin = Account.objects.create(name="ACME Deutschland", employees=300, city="Ulm")
    with together():
        merging.merge("account", acme.pk, twin.pk)
    made = workspace().profiles.account(str(acme.pk))
    assert walk(made) > 40
    employees = said(made, "employees")
    assert ("another record", 300) in [(one.why, one.value) for one in employees.others]
    assert employees.disputed
    assert said(made, "city").evidence[0].number == twin.pk  # it fills the gap, and says where from
    assert any(gap.what.startswith("employees is 90 by") for gap in made.gaps)
    assert workspace().profiles.account("acme deutschland").number == acme.pk


def test_who_is_meant(acme: Account) -> None:
    find = workspace().profiles.account
    other = Account.objects.create(name="Acme Pumps Ltd", domain="acme.co.uk")
    for text in (str(acme.pk), "ACME GmbH", "https://www.acme.de/about", "hubspot:7", "acme g"):
        assert find(text).number == acme.pk, text
    assert find("Amce Pmups").number == other.pk
    with pytest.raises(CallError, match=r"'acme' may be 2 accounts; say which by number: \d+ \(Acme GmbH, acme.de\), "):
        find("acme")
    with pytest.raises(CallError, match="There is no account 'Zebra'"):
        find("Zebra")


def test_an_undone_import_states_nothing(acme: Account) -> None:
    from leadline.store.undo import undo

    undo(Change.objects.get(field="employees").batch_id, CLOCK)
    made = workspace().profiles.account("Acme GmbH")
    assert walk(made) > 30
    assert said(made, "employees").value == 240
    assert said(made, "employees").others == ()


def test_a_bare_account(store: str) -> None:
    Account.objects.create(name="Nobody knows")
    made = workspace().profiles.account("Nobody knows")
    walk(made)
    assert [field.name for field in made.fields] == ["name"]
    assert said(made, "acts of theirs in 90 days").value == 0
    assert {gap.what for gap in made.gaps} >= {"industry is not known", "country is not known"}


def test_of_an_erased_person_nothing_is_shown(acme: Account) -> None:
    person = Person.objects.get(email="j.mueller@acme.de")
    with pytest.raises(CallError, match="There is no person"):
        workspace().profiles.person("nobody@acme.de")
    erase(person.pk, apply=True)
    made = workspace().profiles.account("Acme GmbH")
    walk(made)
    told = repr(made)
    for gone in ("Müller", "mueller", "40 units", "Jürgen"):
        assert gone not in told
    assert [one.name for one in made.people] == ["Eva Schön"]
    with pytest.raises(CallError, match="was erased on"):
        workspace().profiles.person(str(person.pk))


def test_a_look_is_kept_and_the_trail_holds(acme: Account) -> None:
    workspace().profiles.account("Acme GmbH", by="7")
    workspace().profiles.export("eva@acme.de", by="7")
    looks = list(AuditEntry.objects.filter(act="look at profile").order_by("seq"))
    assert [(one.actor, one.subject_kind) for one in looks] == [("7", "account"), ("7", "person")]
    assert audit.check() == []


@pytest.mark.slow
def test_a_real_export_opens_everywhere(store: str, data_dir: Path, tmp_path: Path) -> None:
    """85 accounts, 1,200 deals, and acts with texts of some; every account, every field, every reference."""
    folder = data_dir / "crm_sales_opportunities"
    named = {"account": "name", "sector": "industry", "subsidiary_of": "parent.name"}
    bring(folder / "accounts.csv", kind="accounts", given=named)
    with (folder / "sales_pipeline.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    some = write(tmp_path / "pipeline.csv", rows[0], rows[1:1201])
    bring(some, kind="deals", given={"account": "account.name", "deal_stage": "stage", "close_value": "amount"})
    lines = [
        [f"a{place}", "Email", "received", f"2026-02-{1 + place % 27:02d}", name, "Question", ASKED]
        for place, name in enumerate(Account.objects.order_by("pk").values_list("name", flat=True)[:60])
    ]
    head = ["Activity ID", "Type", "Direction", "Date", "Account", "Subject", "Text"]
    acts = write(tmp_path / "acts.csv", head, lines)
    bring(acts, kind="activities", given={"Account": "account.name", "Text": "body"})
    assert reading.read_new(limit=1_000).facts > 60
    opened = 0
    numbers = list(Account.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True))
    for number in numbers:
        opened += walk(workspace().profiles.account(str(number)))
    assert opened > 10_000
    assert any(workspace().profiles.account(str(number)).understood for number in numbers[:60])
