"""What a connector promises: pages that resume anywhere, keys that stay, and nothing past the Egress it is given."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from leadline.core.clock import FixedClock
from leadline.core.errors import LeadlineError
from leadline.core.market import FIELDS, RELATIONS, Record
from leadline.core.ports import Connection, Example, Page, Reply, Setting
from leadline.core.signal import Ref, Signal
from leadline.testing.promises import Broken, Check, demand
from leadline.testing.recorded import Recorded, Same, Watched

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MOST_PAGES = 10_000
SECRET = "a-secret-that-no-sentence-may-hold"  # noqa: S105
_SECRET_WORDS = ("token", "secret", "password", "passphrase", "private_key")
_NONSENSE = {
    "no answer": None,
    "an error page": Reply(200, {"content-type": "text/html"}, b"<html>maintenance</html>"),
    "a fault of its own": Reply(500, {}, b"\x00\xff"),
    "a closed door": Reply(401, {}, b'{"message": "unauthorized"}'),
    "a list of numbers": Reply(200, {}, b"[1, 2, 3]"),
    "another shape": Reply(200, {}, b'{"data": 5, "results": "none", "records": [7]}'),
    "too many questions": Reply(429, {"retry-after": "5"}, b""),
}

Connect = Callable[[], Connection]


def checks(plugin: Any, example: Example | None, connect: Connect | None) -> Iterator[Check]:
    """Those that fit a connector; it is read where there is an example or a server to read from."""
    yield Check("its settings are explained", lambda: _settings(plugin))
    yield Check("a missing setting is one sentence", lambda: _missing(plugin, example))
    if connect is None and example is not None:

        def connect() -> Connection:
            return Connection(
                plugin.name, example.settings, Recorded(example.replies), FixedClock(NOW), example.owner, example.scope
            )

    if connect is None:
        return
    made = connect
    yield Check("its pages hold what they should", lambda: _pages(plugin, made))
    yield Check("two reads give the same keys", lambda: _stable(plugin, made))
    yield Check("each cursor resumes where it stands", lambda: _resumes(plugin, made))
    yield Check("it keeps nothing between reads", lambda: _stateless(plugin, made))
    yield Check("it reaches outside only through Egress", lambda: _egress(plugin, made))
    yield Check("nonsense from outside is one sentence", lambda: _nonsense(plugin, made))
    yield Check("a cursor that is none is one sentence", lambda: _cursors(plugin, made))
    if plugin.personal:
        yield Check("what is personal is not read without consent", lambda: _consent(plugin, made))


def _settings(plugin: Any) -> None:
    given = plugin.settings
    good = isinstance(given, tuple) and all(isinstance(one, Setting) for one in given)
    demand(good, "its settings are no tuple of Setting")
    demand(len({one.name for one in given}) == len(given), "two settings have one name")
    demand(isinstance(plugin.personal, bool), "personal is neither True nor False")
    for one in given:
        demand(one.name.isidentifier(), f"the setting '{one.name}' is not a word")
        demand(len(one.words.split()) > 1, f"the setting '{one.name}' does not say what it is")
        hidden = not any(word in one.name.lower() for word in _SECRET_WORDS) or one.secret
        demand(hidden, f"the setting '{one.name}' is not marked secret")


def _missing(plugin: Any, example: Example | None) -> None:
    whole = dict(example.settings) if example else {one.name: SECRET for one in plugin.settings}
    scope = example.scope if example else {"folders": ["INBOX"]}
    for one in plugin.settings:
        if one.required and not one.default:
            given = {name: value for name, value in whole.items() if name != one.name}
            there = Connection(plugin.name, given, Same(None), FixedClock(NOW), "a@b.example", scope)
            error = _fails(plugin, there, "")
            demand(error is not None, f"it goes on without its setting '{one.name}'")


def _pages(plugin: Any, connect: Connect) -> None:
    pages = _read(plugin, connect())
    demand(any(page.signals or page.records for page in pages), "its example holds neither a signal nor a record")
    seen: dict[tuple[str, str], Signal] = {}
    for page in pages:
        demand(isinstance(page, Page) and isinstance(page.cursor, str), "it yields something that is no Page")
        demand(all(isinstance(note, str) and note.isprintable() for note in page.notes), "a note is no line of text")
        for signal in page.signals:
            _signal(signal)
            same = seen.setdefault((signal.source, signal.key), signal)
            demand(same == signal, f"two different signals have the key '{signal.key}'")
        for record in page.records:
            _record(record)


def _signal(signal: Signal) -> None:
    at = f"the signal '{signal.key}'"
    demand(signal.source and signal.key and len(signal.key) <= 400, f"{at} has no source, no key, or a key over 400")
    demand(signal.act and len(signal.act) <= 60, f"{at} has no act, or one over 60 signs")
    demand(signal.at.tzinfo is not None, f"{at} has a time without a zone")
    demand(signal.human is None or 0 <= signal.human <= 1, f"{at} is human by {signal.human}")
    json.dumps(dict(signal.payload), allow_nan=False)
    for ref in (signal.person, signal.account, signal.deal):
        demand(ref is None or _is_ref(ref), f"{at} names something without a key")


def _record(record: Record) -> None:
    demand(record.keys and all(_is_ref(key) for key in record.keys), "a record has no key")
    at = f"the {record.kind} '{record.keys[0].key}'"
    strange = [name for name in record.values if name not in FIELDS[record.kind]]
    demand(not strange, f"{at} has the field '{strange and strange[0]}', which belongs in extra")
    strange = [name for name in record.relations if name not in RELATIONS[record.kind]]
    demand(not strange, f"{at} has the relation '{strange and strange[0]}', which belongs in extra")
    demand(all(_is_ref(ref) for ref in record.relations.values()), f"{at} is related to something without a key")
    times = [value for value in (record.at, *record.values.values()) if isinstance(value, datetime)]
    demand(all(time.tzinfo for time in times), f"{at} has a time without a zone")
    json.dumps(dict(record.extra), allow_nan=False)


def _stable(plugin: Any, connect: Connect) -> None:
    first, second = (_told(_read(plugin, connect())) for _ in range(2))
    demand(first == second, f"a second read differs in {sorted(map(str, first ^ second))[:1]}")


def _resumes(plugin: Any, connect: Connect) -> None:
    pages = _read(plugin, connect())
    every = _told(pages)
    cursors = ["", *(page.cursor for page in pages)]
    still = [n for n, page in enumerate(pages, 1) if _told([page]) and cursors[n] == cursors[n - 1]]
    demand(not still, f"page {still and still[0]} holds something, and its cursor stands where it stood")
    for n, page in enumerate(pages):
        rest = _told(_read(plugin, connect(), page.cursor))
        lost = _told(pages[n + 1 :]) - rest
        demand(not lost, f"reading on after page {n + 1} loses {sorted(map(str, lost))[:1]}")
        demand(rest <= every, f"reading on after page {n + 1} gives what was not there")


def _stateless(plugin: Any, connect: Connect) -> None:
    before = dict(getattr(plugin, "__dict__", {}))
    _read(plugin, connect())
    demand(dict(getattr(plugin, "__dict__", {})) == before, "reading changes the connector; keep all in the cursor")


def _egress(plugin: Any, connect: Connect) -> None:
    connection = connect()
    watched = Watched(connection.egress)
    with watched.watching():
        _read(plugin, dataclasses.replace(connection, egress=watched))
    demand(not watched.past, f"it connects to {watched.past and watched.past[0]} past its Egress")


def _nonsense(plugin: Any, connect: Connect) -> None:
    connection = connect()
    hidden = {one.name: SECRET for one in plugin.settings if one.secret and connection.settings.get(one.name)}
    for what, reply in _NONSENSE.items():
        settings = {**connection.settings, **hidden}
        _fails(plugin, dataclasses.replace(connection, egress=Same(reply), settings=settings), f" to {what}")


def _cursors(plugin: Any, connect: Connect) -> None:
    for cursor in ("[", "{}x", "\x00", "null", "[1]", '{"a": 1', "9" * 400):
        _fails(plugin, connect(), f" to the cursor {cursor[:9]!r}", cursor)


def _consent(plugin: Any, connect: Connect) -> None:
    error = _fails(plugin, dataclasses.replace(connect(), scope={}), " where there is no consent")
    demand(error is not None, "it reads what is personal without its owner's consent")


def _fails(plugin: Any, connection: Connection, when: str, cursor: str = "") -> LeadlineError | None:
    """The error of a read, which must be one of ours and one sentence; None where it reads on."""
    try:
        _read(plugin, connection, cursor)
    except LeadlineError as error:
        words = str(error)
        demand(words and words.isprintable() and len(words) <= 600, f"what it says{when} is not one sentence")
        demand(SECRET not in words, f"what it says{when} holds a secret")
        return error
    except Exception as error:
        raise Broken(f"its answer{when} is {type(error).__name__}, not a LeadlineError") from error
    return None


def _read(plugin: Any, connection: Connection, cursor: str = "") -> list[Page]:
    pages: list[Page] = []
    for page in plugin.read(connection, cursor):
        pages.append(page)
        demand(len(pages) < MOST_PAGES, f"it yields over {MOST_PAGES:,} pages from one example")
    return pages


def _told(pages: list[Page]) -> set[tuple[object, ...]]:
    """What pages tell, so that it can be compared: signals by their keys, records by keys, time and values."""
    signals = {(signal.source, signal.key) for page in pages for signal in page.signals}
    return signals | {
        (record.kind, record.keys, record.at, _frozen(record.values)) for page in pages for record in page.records
    }


def _frozen(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), default=str, sort_keys=True)


def _is_ref(ref: Any) -> bool:
    return isinstance(ref, Ref) and bool(ref.space and ref.key)
