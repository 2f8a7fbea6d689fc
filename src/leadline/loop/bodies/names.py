"""Who is meant: ids of people, accounts and visitors as events give them."""

from __future__ import annotations

from typing import Any

from leadline.core.signal import Ref

LONGEST = 200
_MOST_DIGITS = 1 << 63
_ADDRESSES = frozenset(
    f"{before}{name}"
    for before in ("", "$", "client", "client_", "remote", "remote_", "user", "user_")
    for name in ("IP", "Ip", "ipAddress", "ip_address", "IpAddress", "ipAddr", "ip_addr", "IPAddress")
)


def text_of(value: str | int | None) -> str:
    """An id as text, '' for none; clients send numbers too."""
    if value is None:
        return ""
    if type(value) is str:
        found = value.strip()
        return found.replace("\x00", "") if "\x00" in found else found
    return str(value) if -_MOST_DIGITS < int(value) < _MOST_DIGITS else ""


def user(key: str) -> Ref:
    """A person by the sender's id, or by e-mail address where the id is one."""
    return email(key) or Ref("user", key[:LONGEST])


def group(key: str) -> Ref:
    """An account by the sender's id."""
    return Ref("group", key[:LONGEST])


def email(value: object) -> Ref | None:
    """A person by e-mail address; None where it is none."""
    if not isinstance(value, str) or "@" not in value or len(value) > 320:
        return None
    address = value.strip().lower()
    local, _, domain = address.partition("@")
    whole = local and "." in domain and "@" not in domain and address.isprintable() and " " not in address
    return Ref("email", address) if whole else None


def without_addresses(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields without those whose names say that they are a network address; "ip" itself is replaced at receipt."""
    if _ADDRESSES.isdisjoint(fields):
        return fields
    return {name: value for name, value in fields.items() if name not in _ADDRESSES}
