"""What Pipedrive's rows say, as records of the market and signals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.core.market import Kind, Record
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.warehouse.api_values import amount, day, domain_of_site, filled, iso, moment, plain, text, whole
from leadline.warehouse.rest import Answer

_ACTS = {"call": Act.CALL_HELD, "email": Act.MAIL_SENT}
_MEETINGS = ("meeting", "lunch")


def seller(row: Answer) -> Record:
    """A user."""
    mail = text(row.get("email"), 320).lower()
    inactive = {"inactive": True} if row.get("active_flag") is False else {}
    keys = (_ref(row.get("id")), *((Ref("email", mail),) if mail else ()))
    values = {"name": text(row.get("name"), 300), "email": mail}
    return Record(Kind.SELLER, keys, filled(values), extra=inactive, at=moment(row.get("modified")))


def account(row: Answer) -> Record:
    """An organisation, known by its id and the domain of its website."""
    given = row.get("address")
    place: Mapping[str, Any] = given if isinstance(given, dict) else {"value": given}
    domain = domain_of_site(row.get("website"))
    route = " ".join(filter(None, (text(place.get("route")), text(place.get("street_number")))))
    values = {
        "name": text(row.get("name"), 500),
        "website": text(row.get("website")),
        "industry": text(row.get("industry"), 200),
        "employees": whole(row.get("employee_count")),
        "revenue": amount(row.get("annual_revenue")),
        "street": route or text(place.get("value"), 500),
        "postcode": text(place.get("postal_code"), 30),
        "city": text(place.get("locality"), 200),
        "region": text(place.get("admin_area_level_1"), 200),
        "country": text(place.get("country"), 100),
        **({"domain": domain} if domain else {}),
    }
    keys = (_ref(row.get("id")), *((Ref("domain", domain),) if domain else ()))
    return Record(Kind.ACCOUNT, keys, filled(values), _relations(owner=row.get("owner_id")), _extra(row), _changed(row))


def person(row: Answer) -> Record:
    """A person, known by its id and its mail addresses."""
    mails = [mail.lower() for mail in _listed(row.get("emails")) if "@" in mail]
    values = {
        "given_name": text(row.get("first_name"), 200),
        "family_name": text(row.get("last_name"), 200),
        "name": text(row.get("name"), 400),
        "email": next(iter(mails), ""),
        "phone": next(iter(_listed(row.get("phones"))), "")[:60],
        "title": text(row.get("job_title"), 300),
    }
    keys = (_ref(row.get("id")), *(Ref("email", mail) for mail in dict.fromkeys(mails)))
    ends = _relations(account=row.get("org_id"), owner=row.get("owner_id"))
    return Record(Kind.PERSON, keys, filled(values), ends, _extra(row), _changed(row))


@dataclass(frozen=True, slots=True)
class Names:
    """The names of stages and pipelines by their ids."""

    stages: Mapping[str, str]
    pipelines: Mapping[str, str]

    def deal(self, row: Answer, changes: Sequence[Answer], since: datetime | None) -> Iterator[Record]:
        """The deal as it was after each change from `since` on, then as it is."""
        keys, state = (_ref(row.get("id")),), _state(row.get("status"))
        last = _changed(row)
        for at, values in self._history(row, changes):
            if values and (since is None or at >= since) and (last is None or at < last):
                yield Record(Kind.DEAL, keys, values, at=at)
        closed = {"won": row.get("won_time"), "lost": row.get("lost_time")}.get(state) or row.get("close_time")
        odds = amount(row.get("probability"))
        values = {
            "name": text(row.get("title"), 500),
            "stage": self.stages.get(text(row.get("stage_id")), text(row.get("stage_id"))),
            "state": state,
            "amount": amount(row.get("value")),
            "currency": text(row.get("currency"), 3),
            "probability": float(odds) / 100 if odds is not None and 0 <= odds <= 100 else None,
            "opened_at": moment(row.get("add_time")),
            "closed_at": moment(closed) if state != "open" else None,
            "expected_on": day(row.get("expected_close_date")),
            "pipeline": self.pipelines.get(text(row.get("pipeline_id")), text(row.get("pipeline_id"))),
            "lost_reason": text(row.get("lost_reason"), 1000),
            "channel": text(row.get("origin"), 200),
        }
        ends = _relations(account=row.get("org_id"), person=row.get("person_id"), owner=row.get("owner_id"))
        yield Record(Kind.DEAL, keys, values, ends, _extra(row), last)

    def _history(self, row: Answer, changes: Sequence[Answer]) -> list[tuple[datetime, dict[str, Any]]]:
        """What each moment changed; at the deal's beginning, what the first changes name as the value before."""
        dated = [(at, one) for one in changes if (at := moment(one.get("time")))]
        dated.sort(key=lambda pair: pair[0])
        first: dict[str, Any] = {}
        steps: dict[datetime, dict[str, Any]] = {}
        for at, one in dated:
            key = text(one.get("field_key"))
            for found, value in self._means(key, one.get("new_value")):
                steps.setdefault(at, {})[found] = value
            for found, value in self._means(key, one.get("old_value")):
                first.setdefault(found, value)
        began = moment(row.get("add_time"))
        if began and first:
            steps[began] = first | steps.get(began, {})
        return sorted(steps.items(), key=lambda step: step[0])

    def _means(self, key: str, value: Any) -> Iterator[tuple[str, Any]]:
        if key == "stage_id":
            yield "stage", self.stages.get(text(value), text(value))
        elif key == "pipeline_id":
            yield "pipeline", self.pipelines.get(text(value), text(value))
        elif key == "value":
            yield "amount", amount(value)
        elif key == "status":
            yield "state", _state(value)


def signal(source: str, row: Answer) -> Signal | None:
    """An activity: a meeting when it was planned and when it was held, anything else once it is done."""
    kind, number = text(row.get("type")).lower(), text(row.get("id"))
    made, finished = moment(row.get("add_time")), moment(row.get("marked_as_done_time"))
    due = moment(f"{text(row.get('due_date'))}T{text(row.get('due_time')) or '00:00'}") or moment(row.get("due_date"))
    done = row.get("done") is True or row.get("done") == 1
    if row.get("is_deleted") is True or (not done and kind not in _MEETINGS):
        return None
    act, at, key = _ACTS.get(kind, Act.TASK_DONE), finished or due or made, f"activity:{number}"
    if kind in _MEETINGS:
        act, at, key = (Act.MEETING_HELD, due or finished, key + ":held") if done else (
            Act.MEETING_INVITED, made, key + ":invited"
        )  # fmt: skip
    if at is None:
        return None
    said = {
        "title": text(row.get("subject")),
        "text": plain(row.get("note")),
        "type": kind,
        "owner": text(row.get("owner_id")),
        "start": iso(due) if due and kind in _MEETINGS else "",
    }
    ends = _relations(person=row.get("person_id"), account=row.get("org_id"), deal=row.get("deal_id"))
    return Signal(
        source,
        key,
        act,
        at,
        Actor.SELLER,
        person=ends.get("person"),
        account=ends.get("account"),
        deal=ends.get("deal"),
        payload={name: value for name, value in said.items() if value},
    )


def _ref(number: Any) -> Ref:
    return Ref("pipedrive", text(number, 400))


def _relations(**ends: Any) -> dict[str, Ref]:
    return {name: _ref(end) for name, end in ends.items() if text(end) not in ("", "0")}


def _extra(row: Answer) -> dict[str, Any]:
    return {"deleted": True} if row.get("is_deleted") is True or text(row.get("status")) == "deleted" else {}


def _changed(row: Answer) -> datetime | None:
    return moment(row.get("update_time")) or moment(row.get("add_time"))


def _state(value: Any) -> str:
    return text(value) if text(value) in ("won", "lost") else "open"


def _listed(value: Any) -> list[str]:
    """The values of mail addresses or telephones, the primary one first."""
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    rows.sort(key=lambda one: one.get("primary") is not True)
    return [found for one in rows if (found := text(one.get("value"), 320))]
