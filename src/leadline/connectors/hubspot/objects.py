"""What HubSpot's owners, companies, contacts and deals say, as records of the market."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.core.mail_domains import FREE
from leadline.core.market import Kind, Record
from leadline.core.signal import Ref
from leadline.warehouse.api_values import amount, day, filled, millis, moment, share, text, whole
from leadline.warehouse.rest import Answer

HISTORY = ("dealstage", "amount", "pipeline")
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "companies": tuple(
        "name domain website phone industry numberofemployees annualrevenue address zip city state country "
        "hubspot_owner_id hs_parent_company_id hs_merged_object_ids hs_lastmodifieddate".split()
    ),
    "contacts": tuple(
        "firstname lastname email hs_additional_emails phone mobilephone jobtitle department city country hs_language "
        "lifecyclestage associatedcompanyid hubspot_owner_id hs_merged_object_ids lastmodifieddate".split()
    ),
    "deals": tuple(
        "dealname dealstage pipeline amount deal_currency_code hs_deal_stage_probability createdate closedate "
        "closed_lost_reason hs_analytics_source hubspot_owner_id hs_merged_object_ids hs_lastmodifieddate".split()
    ),
    "calls": tuple(
        "hs_timestamp hs_call_title hs_call_body hs_call_direction hs_call_duration hs_call_status "
        "hs_call_disposition hubspot_owner_id hs_lastmodifieddate".split()
    ),
    "meetings": tuple(
        "hs_timestamp hs_createdate hs_meeting_title hs_meeting_body hs_meeting_start_time hs_meeting_end_time "
        "hs_meeting_outcome hubspot_owner_id hs_lastmodifieddate".split()
    ),
    "emails": tuple(
        "hs_timestamp hs_email_subject hs_email_text hs_email_direction hs_email_status hubspot_owner_id "
        "hs_lastmodifieddate".split()
    ),
    "notes": ("hs_timestamp", "hs_note_body", "hubspot_owner_id", "hs_lastmodifieddate"),
    "tasks": tuple(
        "hs_timestamp hs_task_subject hs_task_body hs_task_status hs_task_type hs_task_completion_date "
        "hubspot_owner_id hs_lastmodifieddate".split()
    ),
}


def owner(row: Answer) -> Record:
    """Someone who sells."""
    mail = text(row.get("email"), 320).lower()
    keys = (Ref("hubspot", text(row.get("id"))), *((Ref("email", mail),) if mail else ()))
    name = " ".join(filter(None, (text(row.get("firstName")), text(row.get("lastName")))))
    at = moment(row.get("updatedAt"))
    return Record(Kind.SELLER, keys, filled({"name": name, "email": mail}), extra=_extra(row, {}), at=at)


def company(row: Answer) -> Record:
    """A company, known by its id and its domain."""
    given = properties(row)
    domain = text(given.get("domain"), 253).lower().removeprefix("www.")
    values = {
        "name": text(given.get("name"), 500),
        "domain": domain,
        "website": text(given.get("website")),
        "phone": text(given.get("phone"), 60),
        "industry": text(given.get("industry"), 200),
        "employees": whole(given.get("numberofemployees")),
        "revenue": amount(given.get("annualrevenue")),
        "street": text(given.get("address"), 500),
        "postcode": text(given.get("zip"), 30),
        "city": text(given.get("city"), 200),
        "region": text(given.get("state"), 200),
        "country": text(given.get("country"), 100),
    }
    keys = (Ref("hubspot", text(row.get("id"))), *((Ref("domain", domain),) if domain and domain not in FREE else ()))
    relations = _relations(parent=given.get("hs_parent_company_id"), owner=given.get("hubspot_owner_id"))
    at = moment(given.get("hs_lastmodifieddate")) or moment(row.get("updatedAt"))
    return Record(Kind.ACCOUNT, keys, filled(values), relations, _extra(row, given), at)


def contact(row: Answer) -> Record:
    """A person, known by its id and its mail addresses."""
    given = properties(row)
    mail = text(given.get("email"), 320).lower()
    others = [one for part in text(given.get("hs_additional_emails")).split(";") if (one := part.strip().lower())]
    first, last = text(given.get("firstname"), 200), text(given.get("lastname"), 200)
    values = {
        "given_name": first,
        "family_name": last,
        "name": " ".join(filter(None, (first, last))),
        "email": mail,
        "phone": text(given.get("phone"), 60),
        "mobile": text(given.get("mobilephone"), 60),
        "title": text(given.get("jobtitle"), 300),
        "department": text(given.get("department"), 200),
        "city": text(given.get("city"), 200),
        "country": text(given.get("country"), 100),
        "language": text(given.get("hs_language"), 35),
        "lifecycle": text(given.get("lifecyclestage"), 100),
    }
    mails = dict.fromkeys(one for one in (mail, *others) if one)
    keys = (Ref("hubspot", text(row.get("id"))), *(Ref("email", one) for one in mails))
    relations = _relations(account=given.get("associatedcompanyid"), owner=given.get("hubspot_owner_id"))
    at = moment(given.get("lastmodifieddate")) or moment(row.get("updatedAt"))
    return Record(Kind.PERSON, keys, filled(values), relations, _extra(row, given), at)


def properties(row: Answer) -> Answer:
    """What HubSpot keeps under `properties`; {} where there is nothing of the kind."""
    given = row.get("properties")
    return given if isinstance(given, dict) else {}


def _relations(**ends: Any) -> dict[str, Ref]:
    return {name: Ref("hubspot", key) for name, end in ends.items() if (key := text(end, 400))}


def _extra(row: Answer, given: Answer) -> dict[str, Any]:
    """What became of the object in HubSpot: archived, or the objects that were merged into it."""
    merged = [part for part in text(given.get("hs_merged_object_ids")).split(";") if part.strip()]
    gone = {"archived": True, "archived_at": text(row.get("archivedAt"))} if row.get("archived") is True else {}
    return {**gone, **({"merged": merged} if merged else {})}


@dataclass(frozen=True, slots=True)
class Pipelines:
    """The labels of pipelines, and the stages, by their ids."""

    labels: Mapping[str, str]
    stages: Mapping[str, Answer]

    def deal(self, row: Answer, linked: Mapping[str, Mapping[str, Sequence[str]]], since: int) -> Iterator[Record]:
        """The deal as it was after each change from `since` (ms) on, then as it is."""
        number, given = text(row.get("id")), properties(row)
        keys = (Ref("hubspot", number),)
        stage = self.stage(given.get("dealstage"))
        closing = moment(given.get("closedate"))
        values: dict[str, Any] = {
            "name": text(given.get("dealname"), 500),
            **stage,
            "amount": amount(given.get("amount")),
            "currency": text(given.get("deal_currency_code"), 3),
            "probability": share(given.get("hs_deal_stage_probability")),
            "opened_at": moment(given.get("createdate")),
            "closed_at": closing if stage["state"] != "open" else None,
            "expected_on": day(closing.isoformat()) if closing and stage["state"] == "open" else None,
            "pipeline": self.labels.get(text(given.get("pipeline")), text(given.get("pipeline"))),
            "lost_reason": text(given.get("closed_lost_reason"), 1000),
            "channel": text(given.get("hs_analytics_source"), 200),
        }
        people = linked["contacts"].get(number, ())
        relations = _relations(
            account=next(iter(linked["companies"].get(number, ())), ""),
            person=next(iter(people), ""),
            owner=given.get("hubspot_owner_id"),
        )
        last = moment(given.get("hs_lastmodifieddate")) or moment(row.get("updatedAt"))
        for at, changed in self._history(row, since):
            if last is None or at < last:
                yield Record(Kind.DEAL, keys, changed, at=at)
        extra = _extra(row, given) | ({"people": list(people)} if people else {})
        yield Record(Kind.DEAL, keys, values, relations, extra, last)

    def _history(self, row: Answer, since: int) -> list[tuple[datetime, dict[str, Any]]]:
        steps: dict[datetime, dict[str, Any]] = {}
        for name, versions in (row.get("propertiesWithHistory") or {}).items():
            for version in versions if isinstance(versions, list) else ():
                at = moment(version.get("timestamp")) if isinstance(version, dict) else None
                if at is None or millis(at) < since:
                    continue
                value = version.get("value")
                if name == "dealstage":
                    steps.setdefault(at, {}).update(self.stage(value))
                elif name == "amount":
                    steps.setdefault(at, {})["amount"] = amount(value)
                elif name == "pipeline":
                    steps.setdefault(at, {})["pipeline"] = self.labels.get(text(value), text(value))
        return sorted(steps.items(), key=lambda step: step[0])

    def stage(self, value: Any) -> dict[str, str]:
        """The stage by its label, and whether it means won, lost or open."""
        stage = self.stages.get(text(value), {})
        meta = stage.get("metadata") if isinstance(stage.get("metadata"), dict) else {}
        likely = share((meta or {}).get("probability"))
        closed = text((meta or {}).get("isClosed")).lower() == "true" or (meta or {}).get("isClosed") is True
        state = "open" if not closed and likely not in (0.0, 1.0) else ("won" if likely == 1.0 else "lost")
        return {"stage": text(stage.get("label")) or text(value), "state": state}
