"""Pipedrive's API v2 as its documentation describes it: lists by update time with an opaque cursor, changelogs."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

from .fake_crm import Answer, Asked, FakeServer  # noqa: TID252  tests are imported by path

TOKEN = "8a1f0e-api-token"  # noqa: S105
LISTS = ("organizations", "persons", "deals", "activities")


class FakePipedrive(FakeServer):
    """`put` writes a row at the server's second; deals keep a changelog."""

    def __init__(self) -> None:
        super().__init__()
        self.users = [{"id": 7, "name": "Anna Ek", "email": "Anna@Us.example", "active_flag": True}]
        self.tables: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in LISTS}
        self.changes: dict[int, list[dict[str, Any]]] = {}
        self.stale: set[str] = set()

    def put(self, table: str, number: int, at: float | None = None, **values: Any) -> None:
        when = datetime.fromtimestamp(self.now if at is None else at, UTC)
        stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ")
        row = self.tables[table].setdefault(number, {"id": number, "add_time": stamp, "is_deleted": False})
        for name, value in values.items():
            if table == "deals" and name in row and row[name] != value:
                change = {"field_key": name, "old_value": row[name], "new_value": value, "actor_user_id": 7}
                change["time"] = when.strftime("%Y-%m-%d %H:%M:%S")
                self.changes.setdefault(number, []).insert(0, change)
            row[name] = value
        row["update_time"] = stamp

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-api-token") != TOKEN:
            return Answer({"success": False, "error": "unauthorized access", "errorCode": 401}, 401)
        if asked.path == "/v1/users":
            return Answer({"success": True, "data": self.users})
        if asked.path == "/api/v2/stages":
            names = {1: "Qualified", 2: "Proposal made"}
            return Answer({"success": True, "data": [{"id": n, "name": name} for n, name in names.items()]})
        if asked.path == "/api/v2/pipelines":
            return Answer({"success": True, "data": [{"id": 1, "name": "Sales"}], "additional_data": {}})
        if found := re.fullmatch(r"/v1/deals/(\d+)/changelog", asked.path):
            return self._page(asked, self.changes.get(int(found[1]), []))
        name = asked.path.removeprefix("/api/v2/")
        if name in LISTS:
            return self._list(asked, name)
        return Answer({"success": False, "error": "Not found"}, 404)

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> Answer:
        start, limit = int(asked.query.get("cursor", 0)), int(asked.query["limit"])
        following = str(start + limit) if len(rows) > start + limit else None
        data = rows[start : start + limit]
        return Answer({"success": True, "data": data, "additional_data": {"next_cursor": following}})

    def _list(self, asked: Asked, name: str) -> Answer:
        query = asked.query
        assert query["sort_by"] == "update_time", query
        since, limit = query.get("updated_since", ""), int(query["limit"])
        rows = [row for row in self.tables[name].values() if row["update_time"] >= since]
        if name == "deals":
            rows = [row for row in rows if row.get("status", "open") in query["status"].split(",")]
        rows.sort(key=lambda row: (row["update_time"], row["id"]))
        if cursor := query.get("cursor"):
            if cursor in self.stale:
                self.stale.discard(cursor)
                return Answer({"success": False, "error": "Invalid cursor"}, 400)
            behind = json.loads(base64.b64decode(cursor))
            rows = [row for row in rows if [row["update_time"], row["id"]] > behind]
        page, following = rows[:limit], None
        if len(rows) > limit:
            following = base64.b64encode(json.dumps([page[-1]["update_time"], page[-1]["id"]]).encode()).decode()
        return Answer({"success": True, "data": page, "additional_data": {"next_cursor": following}})
