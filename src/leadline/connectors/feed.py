"""News about accounts from RSS and Atom feeds: what a company publishes, read again only when it changed."""

from __future__ import annotations

import hashlib
import json
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from leadline.core.clock import Clock
from leadline.core.errors import DataError, UnreachableAddress
from leadline.core.ports import Connection, Page, Reply, Setting
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.understand.html_text import text_of

MOST_BYTES = 5_000_000
_MOST_ENTRIES = 500
_MOST_FEEDS = 1_000
_HOSTS_OF_NEWS = ("www.", "blog.", "blogs.", "news.", "newsroom.", "press.", "feeds.", "rss.", "media.", "about.")
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
# What feedparser may raise on a hostile feed.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, AssertionError)


@dataclass(frozen=True, slots=True)
class _Feed:
    """An address, and the domain of the account that it is about ('' for none)."""

    address: str
    domain: str

    @property
    def name(self) -> str:
        """A short name for the cursor."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:16]


class FeedReader:
    """What accounts publish."""

    name = "feed"
    title = "News feeds"
    personal = False
    settings = (
        Setting(
            "feeds",
            "One feed a line, or divided by ';': its address, then the domain of the account ('-' for none). Without a "
            "domain the account is the feed's own host.",
        ),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """Yields a page for each feed that changed, its entries oldest first; the other feeds go on where one fails.

        Raises UnreachableAddress where no feed answers at all, DataError where the settings name none.
        """
        feeds = _feeds(connection.settings.get("feeds", ""))
        state = _read_cursor(cursor)
        failed: list[str] = []
        for feed in feeds:
            seen = state.get(feed.name, {})
            try:
                reply = connection.egress.send("GET", feed.address, headers=_asked(seen), most=MOST_BYTES)
            except UnreachableAddress as error:
                failed.append(f"The feed of {_host(feed.address)} was not read: {error}")
                continue
            if reply.status == 304:
                continue
            if reply.status != 200:
                failed.append(f"The feed of {_host(feed.address)} answered {reply.status} and was not read")
                continue
            digest = hashlib.sha256(reply.body).hexdigest()[:32]
            if digest == seen.get("body"):
                continue
            signals, notes = _signals(reply, feed, f"feed:{connection.name}", connection.clock)
            state[feed.name] = _marks(reply) | {"body": digest}
            yield Page(_cursor(state), signals, notes=notes)
        if len(failed) == len(feeds):
            raise UnreachableAddress(failed[0])
        if failed:
            yield Page(_cursor(state), notes=tuple(failed))


connector = FeedReader()


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "")[:100]


def _feeds(text: str) -> list[_Feed]:
    """The feeds of the setting, each address once."""
    feeds: dict[str, _Feed] = {}
    for number, line in enumerate(re.split(r"[\n;]|,\s", text), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            parts = urlsplit(words[0])
            host = (parts.hostname or "").lower()
        except ValueError:
            parts, host = urlsplit(""), ""
        if parts.scheme not in ("http", "https") or not host or len(words) > 2:
            raise DataError(
                f"Line {number} of the feeds is wrong; write an address such as https://example.com/feed, then a domain"
            )
        own = next((host.removeprefix(start) for start in _HOSTS_OF_NEWS if host.startswith(start)), host)
        if len(words) == 1:
            # An address in figures names no company.
            domain = own if re.search(r"\.[a-z][a-z0-9-]+$", own) else ""
        else:
            domain = "" if words[1] == "-" else words[1].lower()
        feeds[words[0]] = _Feed(words[0], domain)
    if not feeds or len(feeds) > _MOST_FEEDS:
        raise DataError(f"The connection names {len(feeds):,} feeds; name 1 to {_MOST_FEEDS:,}, one a line")
    return list(feeds.values())


def _read_cursor(cursor: str) -> dict[str, dict[str, str]]:
    """By feed: what the server said of its version, and a digest of what it sent."""
    if not cursor:
        return {}
    try:
        feeds = json.loads(cursor)["feeds"]
        return {str(name): {str(key): str(value) for key, value in marks.items()} for name, marks in feeds.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            "The cursor of the feeds cannot be read; reset the connection, nothing is doubled by that"
        ) from None


def _cursor(state: Mapping[str, Mapping[str, str]]) -> str:
    return json.dumps({"v": 1, "feeds": state}, sort_keys=True)


def _asked(seen: Mapping[str, str]) -> dict[str, str]:
    """The headers of a conditional request (RFC 9110, 13.1)."""
    headers = {"accept": _ACCEPT}
    if seen.get("etag"):
        headers["if-none-match"] = seen["etag"]
    if seen.get("modified"):
        headers["if-modified-since"] = seen["modified"]
    return headers


def _marks(reply: Reply) -> dict[str, str]:
    """What the server said of its version; what no header may hold, or is over long, is not sent back."""
    marks = {"etag": reply.headers.get("etag", ""), "modified": reply.headers.get("last-modified", "")}
    return {name: value for name, value in marks.items() if value and len(value) <= 300 and value.isprintable()}


def _signals(reply: Reply, feed: _Feed, source: str, clock: Clock) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """The entries of a feed as signals, oldest first, and notes."""
    import feedparser

    try:
        # A stream, never the bytes themselves: feedparser takes bytes and text for a file's name or an address too.
        parsed = feedparser.parse(
            BytesIO(reply.body), response_headers={"content-type": reply.headers.get("content-type", "")}
        )
        entries = list(parsed.entries)
    except _BROKEN as error:
        return (), (f"The feed of {_host(feed.address)} cannot be read ({type(error).__name__})",)
    notes = []
    if not entries and (parsed.get("bozo") or not parsed.get("version")):
        notes.append(f"What {_host(feed.address)} sends is no RSS or Atom feed")
    if len(entries) > _MOST_ENTRIES:
        notes.append(
            f"The feed of {_host(feed.address)} has {len(entries):,} entries; the first {_MOST_ENTRIES} were read"
        )
    now = clock.now()
    signals: dict[str, Signal] = {}
    for entry in entries[:_MOST_ENTRIES]:
        try:
            signal = _signal(entry, feed, source, now)
        except _BROKEN as error:
            notes.append(f"An entry in the feed of {_host(feed.address)} cannot be read ({type(error).__name__})")
            continue
        signals[signal.key] = signal
    return tuple(sorted(signals.values(), key=lambda signal: (signal.at, signal.key))), tuple(dict.fromkeys(notes))


def _signal(entry: dict[str, Any], feed: _Feed, source: str, now: datetime) -> Signal:
    title = " ".join(text_of(str(entry.get("title", ""))).split())[:300]
    link = str(entry.get("link", ""))[:2_000]
    if urlsplit(link).scheme not in ("http", "https"):
        link = ""
    contents = entry.get("content") or [{}]
    words = text_of(str(entry.get("summary") or contents[0].get("value", ""))[:200_000])
    told = str(entry.get("id") or link or f"{title}|{words[:500]}")
    at = _time(entry)
    payload: dict[str, Any] = {"title": title, "link": link, "words": words[:4_000].strip()}
    if at is None:
        payload["undated"] = True
    if terms := [str(tag.get("term", ""))[:80] for tag in entry.get("tags", [])[:20] if tag.get("term")]:
        payload["tags"] = terms
    return Signal(
        source=source,
        key=hashlib.sha256(f"{feed.address}\0{told}".encode("utf-8", "replace")).hexdigest()[:32],
        act=Act.NEWS_PUBLISHED,
        at=now if at is None or at > now + timedelta(days=1) else at,
        actor=Actor.SYSTEM,
        account=Ref("domain", feed.domain) if feed.domain else None,
        payload=payload,
    )


def _time(entry: dict[str, Any]) -> datetime | None:
    """When the entry was published or else changed; None where it does not say."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        # Not entry.get, which takes one name for another.
        moment = dict.get(entry, name)
        if moment:
            try:
                at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=timegm(moment))
            except (ValueError, OverflowError, TypeError):
                continue
            if at.year >= 1980:
                return at
    return None
