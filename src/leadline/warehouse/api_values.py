"""Values as JSON APIs write them, made into typed values. What is blank or nonsense becomes None, never an error: one
odd cell does not keep the rest of a record from being read."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from leadline.core.mail_domains import FREE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr)\b[^>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")  # Salesforce writes +0000


def text(value: Any, most: int = 2000) -> str:
    """One line, without signs that cannot be shown; '' for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())[:most]


def plain(value: Any, most: int = 20_000) -> str:
    """The words of a piece of HTML, with its lines; '' for what is no text."""
    if not isinstance(value, str):
        return ""
    words = html.unescape(_TAG.sub("", _BREAK.sub("\n", value[: most * 4])))
    lines = (_BLANKS.sub(" ", line).strip() for line in words.replace("\x00", "").splitlines())
    return "\n".join(line for line in lines if line)[:most]


def moment(value: Any) -> datetime | None:
    """An aware time in UTC from ISO 8601 or milliseconds since 1970; a time without a zone counts as UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _EPOCH + timedelta(milliseconds=value)
        words = text(value, 40)
        if words.isascii() and words.isdigit() and len(words) >= 10:
            return _EPOCH + timedelta(milliseconds=int(words))
        found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", words))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: Any) -> date | None:
    """A date, of a time too."""
    found = moment(value)
    return found.date() if found else None


def amount(value: Any) -> Decimal | None:
    """A decimal number of at most 15 digits before the point."""
    try:
        found = Decimal(text(value, 60))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**15 else None


def whole(value: Any) -> int | None:
    """A whole number; parts of one are cut off."""
    found = amount(value)
    return None if found is None else int(found)


def share(value: Any) -> float | None:
    """A number from 0 to 1."""
    found = amount(value)
    return float(found) if found is not None and 0 <= found <= 1 else None


def iso(at: datetime) -> str:
    """An aware time as '2026-03-02T08:15:30.123Z', to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def millis(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def domain_of_site(value: Any) -> str:
    """The domain of a website's address, without 'www.'; '' for none, and for a provider of free mail."""
    words = text(value).lower()
    try:
        host = urlsplit(words if "//" in words else f"//{words}").hostname or ""
    except ValueError:
        return ""
    host = host.rstrip(".").removeprefix("www.")
    return host if "." in host and " " not in host and host not in FREE and len(host) <= 253 else ""


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not blank: a blank cell of one system does not take away what another one knows."""
    return {name: value for name, value in values.items() if value not in ("", None)}
