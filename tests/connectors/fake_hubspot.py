"""HubSpot's CRM API as its documentation describes it: objects by id, search, batch read, owners, pipelines, links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .fake_crm import Answer, Asked, FakeServer  # noqa: TID252  tests are imported by path

TOKEN = "pat-eu1-0f2b6c1e-secret"  # noqa: S105
MOST = 10_000
PIPELINES = {
    "results": [
        {
            "id": "default",
            "label": "Sales pipeline",
            "displayOrder": 0,
            "archived": False,
            "stages": [
                {"id": id_, "label": label, "displayOrder": n, "metadata": {"isClosed": closed, "probability": likely}}
                for n, (id_, label, closed, likely) in enumerate(
                    [
                        ("appointmentscheduled", "Appointment scheduled", "false", "0.2"),
                        ("contractsent", "Contract sent", "false", "0.9"),
                        ("closedwon", "Closed won", "true", "1.0"),
                        ("closedlost", "Closed lost", "true", "0.0"),
                    ]
                )
            ],
        }
    ]
}


def iso(ms: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class FakeHubSpot(FakeServer):
    """`put` writes an object at the server's time; `page` limits each list, `search_page` each search."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[int, dict[str, Any]]] = {}
        self.links: dict[tuple[str, int, str], list[tuple[int, bool]]] = {}
        self.owners: list[dict[str, Any]] = []
        self.unreadable: set[int] = set()

    def put(self, kind: str, number: int, at: int | None = None, **values: Any) -> None:
        """Creates or changes; `at` in milliseconds."""
        ms = int(self.now * 1000) if at is None else at
        table = self.objects.setdefault(kind, {})
        row = table.setdefault(number, {"values": {"createdate": iso(ms)}, "history": {}, "archived": None})
        for name, value in values.items():
            if row["values"].get(name) != value:
                row["values"][name] = value
                row["history"].setdefault(name, []).insert(0, {"value": value, "timestamp": iso(ms)})
        row["values"]["hs_object_id"] = str(number)
        row["ms"] = ms
        row["values"]["lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"] = iso(ms)

    def archive(self, kind: str, number: int) -> None:
        self.objects[kind][number]["archived"] = int(self.now * 1000)

    def link(self, kind: str, number: int, to: str, other: int, primary: bool = False) -> None:
        self.links.setdefault((kind, number, to), []).append((other, primary))

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            message = "Authentication credentials not found. This API supports OAuth 2.0 authentication"
            return Answer({"status": "error", "message": message, "category": "INVALID_AUTHENTICATION"}, 401)
        parts = asked.path.strip("/").split("/")
        if asked.path == "/crm/v3/pipelines/deals":
            return Answer(PIPELINES)
        if asked.path == "/crm/v3/owners":
            return self._paged(asked, self.owners, lambda row: row)
        if parts[:3] == ["crm", "v3", "objects"]:
            kind = parts[3]
            if parts[4:] == ["search"]:
                return self._search(kind, asked.json)
            if parts[4:] == ["batch", "read"]:
                return self._batch(kind, asked.json)
            archived = asked.query.get("archived") == "true"
            rows = [
                (number, row)
                for number, row in sorted(self.objects.get(kind, {}).items())
                if bool(row["archived"]) == archived
            ]
            history = [name for name in asked.query.get("propertiesWithHistory", "").split(",") if name]
            names = asked.query.get("properties", "").split(",")
            return self._paged(asked, rows, lambda pair: self._shown(*pair, names, history))
        if parts[:3] == ["crm", "v4", "associations"] and parts[5:] == ["batch", "read"]:
            return self._linked(parts[3], parts[4], asked.json)
        return Answer({"status": "error", "message": "resource not found"}, 404)

    def _paged(self, asked: Asked, rows: list[Any], shown: Callable[[Any], Any]) -> Answer:
        limit, after = int(asked.query["limit"]), int(asked.query.get("after", 0))
        if "propertiesWithHistory" in asked.query and limit > 50:
            return Answer({"status": "error", "message": "limit", "category": "VALIDATION_ERROR"}, 400)
        # `after` is an id for objects (as at HubSpot), a place in the list for owners.
        keyed = [(pair[0] if isinstance(pair, tuple) else n, pair) for n, pair in enumerate(rows, 1)]
        page = [(key, pair) for key, pair in keyed if key > after][:limit]
        more = bool(page) and any(key > page[-1][0] for key, _ in keyed)
        paging = {"paging": {"next": {"after": str(page[-1][0]), "link": "…"}}} if more else {}
        return Answer({"results": [shown(pair) for _, pair in page], **paging})

    def _shown(self, number: int, row: dict[str, Any], names: list[str], history: list[str]) -> dict[str, Any]:
        found = {
            "id": str(number),
            "properties": {name: row["values"].get(name) for name in names},
            "createdAt": row["values"]["createdate"],
            "updatedAt": iso(row["ms"]),
            "archived": bool(row["archived"]),
        }
        if row["archived"]:
            found["archivedAt"] = iso(row["archived"])
        if history:
            found["propertiesWithHistory"] = {name: row["history"].get(name, []) for name in history}
        return found

    def _search(self, kind: str, body: dict[str, Any]) -> Answer:
        (group,) = body["filterGroups"]
        (sort,) = body["sorts"]  # only one rule is allowed
        after, limit = int(body.get("after", 0)), body["limit"]
        if limit > 200 or after + limit > MOST:
            return Answer({"status": "error", "message": "paging", "category": "VALIDATION_ERROR"}, 400)

        def value(number: int, row: dict[str, Any], name: str) -> int:
            return number if name == "hs_object_id" else row["ms"]

        compare = {"GTE": int.__ge__, "GT": int.__gt__, "EQ": int.__eq__}
        rows = [
            (number, row)
            for number, row in self.objects.get(kind, {}).items()
            if not row["archived"]
            and all(
                compare[one["operator"]](value(number, row, one["propertyName"]), int(one["value"]))
                for one in group["filters"]
            )
        ]
        # Rows of one time come in an order that nobody promises: here the highest id first.
        rows.sort(key=lambda pair: (value(*pair, sort["propertyName"]), -pair[0]))
        found = [self._shown(number, row, body["properties"], []) for number, row in rows[after : after + limit]]
        paging = {"paging": {"next": {"after": str(after + limit)}}} if len(rows) > after + limit else {}
        return Answer({"total": len(rows), "results": found, **paging})

    def _batch(self, kind: str, body: dict[str, Any]) -> Answer:
        if len(body["inputs"]) > 50:
            return Answer({"status": "error", "message": "at most 50", "category": "VALIDATION_ERROR"}, 400)
        asked = [int(one["id"]) for one in body["inputs"]]
        good = [one for one in asked if one in self.objects[kind] and one not in self.unreadable]
        table = self.objects[kind]
        rows = [self._shown(one, table[one], body["properties"], body["propertiesWithHistory"]) for one in good]
        if len(good) == len(asked):
            return Answer({"status": "COMPLETE", "results": rows})
        bad = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some deals"}
        return Answer({"status": "COMPLETE", "results": rows, "numErrors": 1, "errors": [bad]}, 207)

    def _linked(self, kind: str, to: str, body: dict[str, Any]) -> Answer:
        results, errors = [], []
        for one in body["inputs"]:
            found = self.links.get((kind, int(one["id"]), to))
            if not found:
                why = "crm.associations.NO_ASSOCIATIONS_FOUND"
                errors.append({"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": why})
                continue
            ends = [
                {
                    "toObjectId": other,
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary" if primary else None}
                    ],
                }
                for other, primary in found
            ]
            results.append({"from": {"id": one["id"]}, "to": ends})
        faults = {"numErrors": len(errors), "errors": errors} if errors else {}
        return Answer({"status": "COMPLETE", "results": results, **faults}, 207 if errors else 200)
