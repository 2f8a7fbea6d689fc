"""What is kept of a page's address: not its query, which may hold names and secrets, but the campaign in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

OWN = frozenset({"path", "url", "title", "referrer", "search"})
_KEPT = ("path", "url", "title", "referrer")
_LONGEST = 1_000
_CAMPAIGN = {
    "utm_campaign": "name",
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_term": "term",
    "utm_content": "content",
}


def page(told: Mapping[str, Any]) -> dict[str, str]:
    """Path, url, title and referrer, the addresses without query; what is not text is left out."""
    kept: dict[str, str] = {}
    for name in _KEPT:
        value = told.get(name)
        if value and type(value) is str:
            if "?" in value or "#" in value:
                value = value if name == "title" else without_query(value)
            kept[name] = value if len(value) <= _LONGEST else value[:_LONGEST]
    return kept


def without_query(address: str) -> str:
    """An address up to its query or fragment."""
    if "?" in address:
        address = address.partition("?")[0]
    return address.partition("#")[0] if "#" in address else address


def without_queries(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties with the queries of 'url', 'referrer' and 'href' left off."""
    for name in ("url", "referrer", "href"):
        value = properties.get(name)
        if isinstance(value, str):
            properties[name] = without_query(value)
    return properties


def campaign(told: Mapping[str, Any]) -> dict[str, str]:
    """The campaign that a page's query names by utm_…, by the names of Segment's specification."""
    search = told.get("search") or told.get("url")
    if not isinstance(search, str) or "utm_" not in search or len(search) > 8_000:
        return {}
    query = search.partition("?")[2] if "?" in search else search
    return dict(_parsed(query))


@lru_cache(maxsize=4_096)
def _parsed(query: str) -> tuple[tuple[str, str], ...]:
    """The campaign in a query; many events of one page have the same."""
    try:
        pairs = parse_qsl(query.partition("#")[0], max_num_fields=200)
    except ValueError:
        return ()
    return tuple((_CAMPAIGN[name], value[:200]) for name, value in pairs if name in _CAMPAIGN)
