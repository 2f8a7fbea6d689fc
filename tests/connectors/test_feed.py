"""Feeds from a server on this machine: RSS, Atom, versions, broken and hostile ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from leadline.connectors.feed import _feeds, connector
from leadline.core.errors import DataError, UnreachableAddress
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref

from .feed_server import FeedServer, feed_server  # noqa: TID252  tests are imported by path
from .taking import Taken  # noqa: TID252

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Acme</title><link>https://www.acme.example/</link>
<item><title>Acme opens a plant &amp; hires</title><link>https://www.acme.example/1</link><guid>acme-1</guid>
<pubDate>Mon, 02 Feb 2026 09:00:00 +0100</pubDate>
<description>&lt;p&gt;In &lt;b&gt;Lyon&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;steal()&lt;/script&gt;</description>
<category>plants</category></item>
<item><title>Older</title><link>javascript:alert(1)</link><guid>acme-0</guid>
<pubDate>Sun, 01 Feb 2026 09:00:00 GMT</pubDate></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><id>b</id>
<entry><id>tag:b,2026:1</id><title type="html">A &lt;i&gt;new&lt;/i&gt; chief</title><link href="https://b.example/1"/>
<updated>2026-02-03T10:00:00Z</updated><summary>She starts in May.</summary></entry></feed>"""
Make = Callable[..., Connection]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        running.pages = {"/rss": RSS.encode(), "/atom": ATOM.encode()}
        yield running


def made(connect: Make, server: FeedServer, *feeds: str) -> Connection:
    return connect("press", {"feeds": "\n".join(server.address + feed for feed in feeds)})


def test_news_of_accounts_oldest_first(connect: Make, server: FeedServer) -> None:
    taken = Taken()
    taken.pull(connector, made(connect, server, "/rss acme.example", "/atom b.example"))
    older, plant, chief = taken.signals.values()
    assert (plant.act, plant.actor, plant.account, plant.person) == (
        Act.NEWS_PUBLISHED,
        Actor.SYSTEM,
        Ref("domain", "acme.example"),
        None,
    )
    assert plant.at == datetime(2026, 2, 2, 8, tzinfo=UTC)
    assert plant.payload == {
        "title": "Acme opens a plant & hires",
        "link": "https://www.acme.example/1",
        "words": "In Lyon.",
        "tags": ["plants"],
    }
    assert older.payload["link"] == ""
    assert (chief.payload["title"], chief.account) == ("A new chief", Ref("domain", "b.example"))
    assert {signal.source for signal in taken.signals.values()} == {"feed:press"}


def test_only_what_changed_is_sent_again(connect: Make, server: FeedServer) -> None:
    taken, connection = Taken(), made(connect, server, "/rss acme.example")
    assert taken.pull(connector, connection) == 1
    assert taken.pull(connector, connection) == 0
    assert [status for _, _, status in server.asked] == [200, 304]
    server.pages["/rss"] = RSS.replace(
        "<item><title>Older", "<item><title>New</title><guid>2</guid></item><item><title>Older"
    ).encode()
    taken.pull(connector, connection)
    assert len(taken.signals) == 3
    assert taken.signals[next(key for key in taken.signals if taken.signals[key].payload["title"] == "New")].payload[
        "undated"
    ]


def test_the_account_is_the_host_where_none_is_named(connect: Make, server: FeedServer) -> None:
    lines = {
        "https://www.acme.example/feed": "acme.example",
        "https://acme.example/feed -": "",
        "http://10.1.2.3/feed": "",
    }
    assert [feed.domain for feed in _feeds("\n".join(lines))] == list(lines.values())
    taken = Taken()
    taken.pull(connector, made(connect, server, "/rss"))
    assert [signal.account for signal in taken.signals.values()] == [None, None]


def test_one_feed_that_fails_stops_no_other(connect: Make, server: FeedServer) -> None:
    taken = Taken()
    taken.pull(connector, made(connect, server, "/gone", "/atom b.example"))
    assert len(taken.signals) == 1
    assert taken.notes == ["The feed of 127.0.0.1 answered 404 and was not read"]
    server.statuses["/atom"] = 500
    with pytest.raises(UnreachableAddress, match="answered 500"):
        Taken().pull(connector, made(connect, server, "/atom"))


@pytest.mark.parametrize("feeds", ["", "ftp://a.example/x", "https://a.example/x b.example c", "not-an-address"])
def test_a_wrong_setting_is_one_sentence(connect: Make, feeds: str) -> None:
    with pytest.raises(DataError):
        list(connector.read(connect("press", {"feeds": feeds}), ""))


def test_a_feed_cannot_name_files_or_addresses(connect: Make, server: FeedServer, tmp_path: Path) -> None:
    """feedparser opens what it is given where that is a file's name or an address."""
    (tmp_path / "secret").write_text(RSS, encoding="utf-8")
    server.pages = {
        "/file": str(tmp_path / "secret").encode(),
        "/address": f"{server.address}/rss".encode(),
        "/entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        + RSS.replace("Older", "&x;").encode()[38:],
        "/laughs": (
            '<!DOCTYPE a [<!ENTITY a "ha">'
            + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9))
            + "]>"
        ).encode()
        + RSS.replace("Older", "&a8;").encode()[38:],
        "/rss": RSS.encode(),
    }
    taken = Taken()
    taken.pull(connector, made(connect, server, "/file", "/address", "/entity", "/laughs"))
    assert ("/rss", "", 200) not in server.asked
    host = Path("/etc/hostname").read_text(encoding="utf-8").strip() if Path("/etc/hostname").exists() else "no host"
    assert host not in repr(taken.signals)
    assert len(repr(taken.signals)) < 100_000
    assert len(taken.notes) >= 2


def test_broken_feeds_never_raise(connect: Make, server: FeedServer) -> None:
    rng = np.random.default_rng(5)
    whole = (RSS + ATOM).encode()
    for number in range(150):
        raw = bytearray(whole if number % 3 else RSS.encode())
        for _ in range(int(rng.integers(1, 30))):
            at = int(rng.integers(len(raw)))
            raw[at : at + int(rng.integers(1, 20))] = bytes(
                rng.integers(0, 256, int(rng.integers(0, 12)), dtype=np.uint8)
            )
        server.pages[f"/{number}"] = bytes(raw)
    feeds = [f"/{number} acme.example" for number in range(150)]
    Taken().pull(connector, made(connect, server, *feeds))
