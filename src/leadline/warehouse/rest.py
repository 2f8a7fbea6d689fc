"""A JSON API of an outside system, asked through the one client: what it refuses or garbles becomes one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from leadline.core.clock import Clock
from leadline.core.errors import AskedToWait, CallError, UnreachableAddress
from leadline.core.ports import Egress, Reply

Answer = Mapping[str, Any]

MOST = 50_000_000
LONGEST_WAIT = timedelta(days=1)
_WAIT = timedelta(seconds=60)  # where the system does not say how long


class Refused(UnreachableAddress):
    """The system refused one request; `status` is its HTTP status, `reason` its own short word for why."""

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Rest:
    """One system, called `title`, at `address`. `headers` go with each request; `secrets` are never in a sentence.

    `mend` says what a person does where the system refuses to let us in. `now` is the system's own time where it tells.
    """

    def __init__(
        self,
        title: str,
        address: str,
        egress: Egress,
        clock: Clock,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
        mend: str = "check its settings",
    ) -> None:
        self.title, self.mend = title, mend
        self.headers = dict(headers or {})
        self._address = address.strip().rstrip("/")
        self._egress, self._clock = egress, clock
        self._secrets = [secret for secret in secrets if secret]
        self.now = clock.now()
        if urlsplit(self._address).scheme not in ("http", "https"):
            raise CallError(f"The address of {title} is not a URL; write it as https://host")

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """Asks `path` (or a whole address of the same system, as pages name it) and gives the JSON object."""
        return self._ask("GET", path + ("?" + urlencode(query) if query else ""))

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Sends a JSON object and gives the one that comes back."""
        return self._ask("POST", path, json.dumps(body).encode(), "application/json")

    def post_form(self, path: str, form: Mapping[str, str]) -> Answer:
        """Sends a form, as OAuth 2.0 wants it."""
        return self._ask("POST", path, urlencode(form).encode(), "application/x-www-form-urlencoded")

    def rows(self, answer: Any, name: str) -> list[Mapping[str, Any]]:
        """The list of objects under `name`; [] where it is null. Raises where it is something else."""
        found = answer.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise self.nonsense(f"'{name}' is not a list of objects")
        return found

    def nonsense(self, what: str) -> UnreachableAddress:
        """The error for an answer that is not what the system's documentation says."""
        return UnreachableAddress(f"{self.title} answered what its documentation does not know: {self._clean(what)}")

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        url = path if path.startswith(("http://", "https://")) else self._address + path
        if urlsplit(url)[:2] != urlsplit(self._address)[:2]:
            raise self.nonsense("a next page that lies on another host")
        headers = {"accept": "application/json", **self.headers} | ({"content-type": kind} if kind else {})
        try:
            reply = self._egress.send(method, url, headers=headers, body=body, most=MOST)
        except UnreachableAddress as error:
            raise UnreachableAddress(f"{self.title} cannot be reached: {self._clean(str(error))}") from error
        self.now = self._date(reply)
        if not 200 <= reply.status < 300:
            raise self._refusal(reply, urlsplit(url).path)
        try:
            answer = json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            raise self.nonsense("no JSON") from error
        if not isinstance(answer, dict):
            raise self.nonsense("JSON that is not an object")
        return answer

    def _refusal(self, reply: Reply, path: str) -> UnreachableAddress:
        reason, words = _reason(reply.body)
        said = f": {self._clean(words)}" if words else ""
        limited = reply.status == 429 or reason in ("REQUEST_LIMIT_EXCEEDED", "RATE_LIMITS")
        if limited or reply.status >= 500:
            until = self._until(reply)
            why = "wants to be asked less often" if limited else f"has a fault of its own (HTTP {reply.status})"
            return AskedToWait(f"{self.title} {why}; it may be asked again at {until:%Y-%m-%d %H:%M:%S} UTC", until)
        if reply.status in (401, 403):
            shut = f"{self.title} does not let us in (HTTP {reply.status}){said}; {self.mend}"
            return Refused(shut, reply.status, reason)
        return Refused(f"{self.title} refuses {path} (HTTP {reply.status}){said}", reply.status, reason)

    def _until(self, reply: Reply) -> datetime:
        """When it may be asked again, on our clock (RFC 9110, 10.2.3: seconds or a date)."""
        now = self._clock.now()
        text = reply.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            wait = timedelta(seconds=int(text))
        else:
            date = _http_date(text)
            wait = date - self.now if date else _WAIT
        return now + min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)

    def _date(self, reply: Reply) -> datetime:
        return _http_date(reply.headers.get("date", "")) or self._clock.now()

    def _clean(self, words: str) -> str:
        for secret in self._secrets:
            words = words.replace(secret, "…")
        return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:300]


def _reason(body: bytes) -> tuple[str, str]:
    """The system's short word and its sentence, wherever it puts them."""
    try:
        answer = json.loads(body[:100_000])
    except (ValueError, RecursionError):
        return "", ""
    if isinstance(answer, list):
        answer = answer[0] if answer else {}
    if not isinstance(answer, dict):
        return "", ""
    reason = next((answer[key] for key in ("errorCode", "category", "error") if isinstance(answer.get(key), str)), "")
    keys = ("message", "error_description", "error_info", "error")
    return reason[:60], next((answer[key] for key in keys if isinstance(answer.get(key), str)), "")


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
