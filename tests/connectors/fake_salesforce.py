"""Salesforce's REST API as its documentation describes it: OAuth tokens, describe, queryAll with pages that expire."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from .fake_crm import Answer, Asked, FakeServer  # noqa: TID252  tests are imported by path

SECRET = "consumer-secret-77"  # noqa: S105
REFRESH = "5Aep-refresh"
DATA = "/services/data/v62.0"


class FakeSalesforce(FakeServer):
    """`put` writes a row at the server's time; a query gives `batch` rows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[str, dict[str, Any]]] = {
            "OpportunityStage": {
                f"01J{n}": {"Id": f"01J{n}", "MasterLabel": label, "IsClosed": closed, "IsWon": won}
                for n, (label, closed, won) in enumerate(
                    [("Prospecting", False, False), ("Closed Won", True, True), ("Closed Lost", True, False)]
                )
            }
        }
        self.hidden: set[str] = set()
        self.batch = 50
        self.tokens = 0
        self.expired: set[str] = set()
        self.results: dict[str, list[dict[str, Any]]] = {}

    def time(self, ahead: float = 0) -> str:
        at = datetime.fromtimestamp(self.now + ahead, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"

    def put(self, table: str, number: str, at: float | None = None, **values: Any) -> None:
        stamp = self.time() if at is None else self.time(at - self.now)
        new = {"Id": number, "CreatedDate": stamp, "IsDeleted": False}
        row = self.tables.setdefault(table, {}).setdefault(number, new)
        if table == "Opportunity" and {"StageName", "Amount"} & values.keys():
            step = {name: {**row, **values}.get(name) for name in ("StageName", "Amount", "CloseDate", "Probability")}
            key = f"008{len(self.tables.get('OpportunityHistory', {})):06d}"
            made = {"Id": key, "OpportunityId": number, "CreatedDate": stamp, "SystemModstamp": stamp, **step}
            self.tables.setdefault("OpportunityHistory", {})[key] = made
        row |= {**values, "SystemModstamp": stamp}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/services/oauth2/token":
            return self._token(asked.form)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not token.startswith("00Dtoken") or token in self.expired:
            return Answer([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401)
        if described := re.fullmatch(DATA + r"/sobjects/(\w+)/describe", asked.path):
            return self._describe(described[1])
        if asked.path == DATA + "/queryAll":
            key = f"01g{len(self.results)}"
            self.results[key] = self._query(asked.query["q"])
            return self._page(key, 0)
        if page := re.fullmatch(DATA + r"/query/(\w+)-(\d+)", asked.path):
            if page[1] not in self.results:
                return Answer([{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}], 400)
            return self._page(page[1], int(page[2]))
        return Answer([{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}], 404)

    def _token(self, form: dict[str, str]) -> Answer:
        good = form["client_id"] == "consumer-key" and form["client_secret"] == SECRET
        if not good or (form["grant_type"] == "refresh_token" and form["refresh_token"] != REFRESH):
            return Answer({"error": "invalid_client", "error_description": "invalid client credentials"}, 400)
        self.tokens += 1
        return Answer({"access_token": f"00Dtoken{self.tokens}", "instance_url": self.url, "token_type": "Bearer"})

    def _describe(self, table: str) -> Answer:
        if table in self.hidden:
            return Answer([{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}], 404)
        names = {"Id", "SystemModstamp"}.union(*(row.keys() for row in self.tables.get(table, {}).values()))
        return Answer({"name": table, "fields": [{"name": name, "type": "string"} for name in sorted(names)]})

    def _page(self, key: str, start: int) -> Answer:
        rows = self.results[key]
        end = start + self.batch
        page = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
        return Answer(page if end >= len(rows) else {**page, "nextRecordsUrl": f"{DATA}/query/{key}-{end}"})

    def _query(self, soql: str) -> list[dict[str, Any]]:
        read = re.fullmatch(r"SELECT (.+) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY (.+))?", soql)
        assert read, soql
        fields, table, where, order = read[1].split(", "), read[2], read[3] or "", (read[4] or "Id").split(", ")
        rows = [row for row in self.tables.get(table, {}).values() if _holds(where, row)]
        rows.sort(key=lambda row: tuple(str(row.get(name) or "") for name in order))
        every = list(self.tables.get(table, {}).values())
        unknown = [name for name in fields if every and not any(name in row for row in every)]
        assert not unknown or table.startswith("Opportunity"), unknown
        return [{"attributes": {"type": table}, **{name: row.get(name) for name in fields}} for row in rows]


def _holds(where: str, row: dict[str, Any]) -> bool:
    """The conditions that the connector writes: comparisons, IN, AND, OR and brackets."""
    words = re.findall(r"\w+ IN \([^)]*\)|\w+ (?:>=|<=|=|>) (?:'[^']*'|[\w:.\-]+)|AND|OR|\(|\)", where)
    shown = " ".join(
        {"AND": "and", "OR": "or", "(": "(", ")": ")"}.get(word) or str(_true(word, row)) for word in words
    )
    return not where or bool(eval(shown, {"__builtins__": {}}))  # noqa: S307  made of True, False, and, or, brackets


def _true(word: str, row: dict[str, Any]) -> bool:
    name, operator, value = word.split(" ", 2)
    own = str(row.get(name) or "")
    if operator == "IN":
        return own in re.findall(r"'([^']*)'", value)
    value = value.strip("'").replace("Z", "+0000")
    return {">": own > value, ">=": own >= value, "<=": bool(own) and own <= value, "=": own == value}[operator]
