"""What Salesforce's rows say, as records of the market and signals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadline.core.market import Kind, Record
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.warehouse.api_values import amount, day, domain_of_site, filled, iso, moment, plain, text, whole
from leadline.warehouse.rest import Answer

FIELDS: Mapping[str, tuple[str, ...]] = {
    "User": ("FirstName", "LastName", "Email", "IsActive"),
    "Account": tuple(
        "Name Website Phone Industry NumberOfEmployees AnnualRevenue CurrencyIsoCode BillingStreet BillingPostalCode "
        "BillingCity BillingState BillingCountry ParentId OwnerId MasterRecordId IsDeleted".split()
    ),
    "Contact": tuple(
        "FirstName LastName Email Phone MobilePhone Title Department MailingCity MailingCountry AccountId OwnerId "
        "MasterRecordId IsDeleted".split()
    ),
    "Lead": tuple(
        "FirstName LastName Email Phone MobilePhone Title City Country Company Status LeadSource OwnerId "
        "ConvertedContactId MasterRecordId IsDeleted".split()
    ),
    "Opportunity": tuple(
        "Name StageName IsClosed IsWon Amount CurrencyIsoCode Probability CreatedDate CloseDate LeadSource Type "
        "AccountId ContactId OwnerId IsDeleted".split()
    ),
    "Task": tuple(
        "Subject Description IsClosed TaskSubtype CallType CallDurationInSeconds CallDisposition ActivityDate "
        "CompletedDateTime CreatedDate WhoId WhatId AccountId OwnerId IsDeleted".split()
    ),
    "Event": tuple(
        "Subject Description StartDateTime EndDateTime CreatedDate WhoId WhatId AccountId OwnerId IsDeleted".split()
    ),
}


def ref(number: Any) -> Ref:
    """The key of a row."""
    return Ref("salesforce", text(number, 400))


def _relations(**ends: Any) -> dict[str, Ref]:
    return {name: ref(end) for name, end in ends.items() if text(end)}


def state_of(row: Answer) -> str:
    """Whether an opportunity or a stage is open, won or lost."""
    return "open" if row.get("IsClosed") is not True else ("won" if row.get("IsWon") is True else "lost")


def _extra(row: Answer, **more: Any) -> dict[str, Any]:
    """What we have no field for, and what became of the row: deleted, or merged into another."""
    gone = {"deleted": True} if row.get("IsDeleted") is True else {}
    merged = {"merged_into": text(row.get("MasterRecordId"))} if row.get("MasterRecordId") else {}
    return {name: text(value) for name, value in more.items() if text(value)} | gone | merged


def seller(row: Answer) -> Record:
    """A user."""
    mail = text(row.get("Email"), 320).lower()
    name = " ".join(filter(None, (text(row.get("FirstName")), text(row.get("LastName")))))
    keys = (ref(row.get("Id")), *((Ref("email", mail),) if mail else ()))
    inactive = {"inactive": True} if row.get("IsActive") is False else {}
    return Record(
        Kind.SELLER, keys, filled({"name": name, "email": mail}), extra=inactive, at=moment(row.get("SystemModstamp"))
    )


def account(row: Answer) -> Record:
    """An account, known by its id and the domain of its website."""
    values = {
        "name": text(row.get("Name"), 500),
        "website": text(row.get("Website")),
        "phone": text(row.get("Phone"), 60),
        "industry": text(row.get("Industry"), 200),
        "employees": whole(row.get("NumberOfEmployees")),
        "revenue": amount(row.get("AnnualRevenue")),
        "currency": text(row.get("CurrencyIsoCode"), 3),
        "street": text(row.get("BillingStreet"), 500),
        "postcode": text(row.get("BillingPostalCode"), 30),
        "city": text(row.get("BillingCity"), 200),
        "region": text(row.get("BillingState"), 200),
        "country": text(row.get("BillingCountry"), 100),
    }
    domain = domain_of_site(values["website"])
    keys = (ref(row.get("Id")), *((Ref("domain", domain),) if domain else ()))
    ends = _relations(parent=row.get("ParentId"), owner=row.get("OwnerId"))
    values |= {"domain": domain} if domain else {}
    return Record(Kind.ACCOUNT, keys, filled(values), ends, _extra(row), moment(row.get("SystemModstamp")))


def person(row: Answer) -> Record:
    """A contact, or a lead: a person whose company is not an account yet."""
    mail = text(row.get("Email"), 320).lower()
    first, last = text(row.get("FirstName"), 200), text(row.get("LastName"), 200)
    values = {
        "given_name": first,
        "family_name": last,
        "name": " ".join(filter(None, (first, last))),
        "email": mail,
        "phone": text(row.get("Phone"), 60),
        "mobile": text(row.get("MobilePhone"), 60),
        "title": text(row.get("Title"), 300),
        "department": text(row.get("Department"), 200),
        "city": text(row.get("MailingCity") or row.get("City"), 200),
        "country": text(row.get("MailingCountry") or row.get("Country"), 100),
        "lifecycle": text(row.get("Status"), 100),
    }
    keys = (ref(row.get("Id")), *((Ref("email", mail),) if mail else ()))
    lead = {"company": row.get("Company"), "source": row.get("LeadSource"), "contact": row.get("ConvertedContactId")}
    ends = _relations(account=row.get("AccountId"), owner=row.get("OwnerId"))
    return Record(Kind.PERSON, keys, filled(values), ends, _extra(row, **lead), moment(row.get("SystemModstamp")))


def signals(source: str, table: str, row: Answer, now: datetime) -> Iterator[Signal]:
    """A task that is done, once; an event when it was planned, when it was over and when it was taken back."""
    who, what = text(row.get("WhoId")), text(row.get("WhatId"))
    firm_id = text(row.get("AccountId")) or (what if what.startswith("001") else "")
    ends = {
        "person": ref(who) if who.startswith(("003", "00Q")) else None,
        "account": ref(firm_id) if firm_id else None,
        "deal": ref(what) if what.startswith("006") else None,
    }
    said: dict[str, Any] = {"title": text(row.get("Subject")), "text": plain(row.get("Description"))}
    said |= {"owner": text(row.get("OwnerId"))}
    number, made = text(row.get("Id")), moment(row.get("CreatedDate"))
    deleted = row.get("IsDeleted") is True
    told: list[tuple[Act, Actor, datetime | None, str]] = []
    if table == "Event":
        start, over = moment(row.get("StartDateTime")), moment(row.get("EndDateTime"))
        said |= {"start": iso(start) if start else "", "end": iso(over) if over else ""}
        changed = moment(row.get("SystemModstamp"))
        if deleted:
            if over and changed and changed < over:
                told.append((Act.MEETING_CANCELLED, Actor.SYSTEM, changed, f"event:{number}:cancelled"))
        else:
            told.append((Act.MEETING_INVITED, Actor.SELLER, made, f"event:{number}:invited"))
            if over and over <= now:
                told.append((Act.MEETING_HELD, Actor.SELLER, start or over, f"event:{number}:held"))
    elif row.get("IsClosed") is True and not deleted:
        at = moment(row.get("CompletedDateTime")) or moment(row.get("ActivityDate")) or made
        kind = text(row.get("TaskSubtype"))
        inbound = text(row.get("CallType")) == "Inbound"
        if kind == "Call":
            seconds = whole(row.get("CallDurationInSeconds"))
            said |= {"direction": "in" if inbound else "out", "seconds": seconds}
            said |= {"disposition": text(row.get("CallDisposition"))}
            told.append((Act.CALL_HELD, Actor.BUYER if inbound else Actor.SELLER, at, f"task:{number}"))
        else:
            act = Act.MAIL_SENT if kind in ("Email", "ListEmail") else Act.TASK_DONE
            told.append((act, Actor.SELLER, at, f"task:{number}"))
    payload = {name: value for name, value in said.items() if value not in ("", None)}
    for act, actor, when, key in told:
        if when is not None:
            person, firm, deal = ends["person"], ends["account"], ends["deal"]
            yield Signal(source, key, act, when, actor, person=person, account=firm, deal=deal, payload=payload)


def deal(row: Answer, roles: Sequence[Answer]) -> Record:
    """An opportunity as it is, with the people who have a role in it."""
    state = state_of(row)
    values = {
        "name": text(row.get("Name"), 500),
        **worth(row, text(row.get("StageName"), 200), state),
        "currency": text(row.get("CurrencyIsoCode"), 3),
        "opened_at": moment(row.get("CreatedDate")),
        "closed_at": moment(row.get("CloseDate")) if state != "open" else None,
        "channel": text(row.get("LeadSource"), 200),
    }
    first = next((one.get("ContactId") for one in roles if one.get("IsPrimary") is True), row.get("ContactId"))
    people = [{"id": text(one.get("ContactId")), "role": text(one.get("Role"))} for one in roles]
    extra = _extra(row, type=row.get("Type")) | ({"people": people} if people else {})
    ends = _relations(account=row.get("AccountId"), person=first, owner=row.get("OwnerId"))
    return Record(Kind.DEAL, (ref(row.get("Id")),), values, ends, extra, moment(row.get("SystemModstamp")))


def worth(row: Answer, stage: str, state: str) -> dict[str, Any]:
    """What an opportunity, or a row of its history, says of stage, amount and odds."""
    percent = amount(row.get("Probability"))
    return {
        "stage": stage,
        "state": state,
        "amount": amount(row.get("Amount")),
        "probability": float(percent) / 100 if percent is not None and 0 <= percent <= 100 else None,
        "expected_on": day(row.get("CloseDate")) if state == "open" else None,
    }
