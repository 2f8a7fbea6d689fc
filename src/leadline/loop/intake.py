"""What comes in becomes signals: bodies from the journal and pages from connectors, each written once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from leadline.core.clock import Clock, SystemClock, micros_now
from leadline.core.errors import CallError, LeadlineError, StoreUnavailable
from leadline.core.journal import JournalRow
from leadline.core.market import Kind, Record
from leadline.core.ports import Connection, Connector, Page
from leadline.core.signal import Act, Ref, Signal
from leadline.loop.bodies import translate
from leadline.loop.telling import tell_of
from leadline.store import batches, connections, deal_history, identity, journal, ledger, refused, upsert
from leadline.store.blanks import only_blanks
from leadline.store.transactions import reachable, together

# What `identify` and `group` say of a person or account, by the names of the Segment specification.
_PERSON = {
    "email": "email",
    "firstName": "given_name",
    "lastName": "family_name",
    "name": "name",
    "phone": "phone",
    "title": "title",
}
_ACCOUNT = {
    "name": "name",
    "website": "website",
    "domain": "domain",
    "industry": "industry",
    "employees": "employees",
    "phone": "phone",
}


log = logging.getLogger("leadline.intake")

MOST_BODIES = 2_000
MANY, FEW = 8_000, 800  # events in a step


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came of unpacking: bodies taken from the journal; signals added, known before, withheld; events refused."""

    bodies: int = 0
    added: int = 0
    known: int = 0
    withheld: int = 0
    refused: int = 0

    def __add__(self, other: Unpacked) -> Unpacked:
        return Unpacked(
            self.bodies + other.bodies,
            self.added + other.added,
            self.known + other.known,
            self.withheld + other.withheld,
            self.refused + other.refused,
        )


class _Elsewhere(Exception):
    """What was to be written is written already."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of reading a connection."""

    pages: int = 0
    added: int = 0
    known: int = 0
    created: int = 0
    changed: int = 0
    notes: tuple[str, ...] = ()


def unpack(*, most: int = MOST_BODIES, events: int = MANY, clock: Clock | None = None) -> Unpacked:
    """Moves the oldest bodies from the journal to the ledger, in one transaction: at most `most`, and no more once they
    hold `events`.

    They are read before the transaction begins, so that it holds the database no longer than writing takes. A body that
    cannot be read, or an event in it, goes to the refused ones with its reason: what was sent is what was added, known
    or refused. Raises StoreUnavailable where the database does not take it; then nothing has moved.
    """
    with reachable():
        rows = journal.pending(most)
    if not rows:
        return Unpacked()
    taken, signals, turned_down = _translated(rows, events)
    try:
        with together():
            if journal.finish([row.id for row in taken]) != len(taken):
                raise _Elsewhere
            written = write(signals, clock or SystemClock())
            refused.keep(turned_down)
    except _Elsewhere:  # another process has written them meanwhile
        return unpack(most=most, events=events, clock=clock)
    except StoreUnavailable:
        raise
    except Exception as error:
        # One body that cannot be written must not keep the others waiting for ever.
        if len(taken) > 1:
            return unpack(most=1, clock=clock)
        log.exception("A body cannot be written")
        return _put_aside(taken[0], error)
    return replace(written, bodies=len(taken), refused=len(turned_down))


def unpack_some(clock: Clock | None = None) -> Unpacked:
    """Unpacks a step: a short one while events come in, so that their commits do not wait long."""
    with reachable():
        quiet = journal.is_quiet(micros_now())
    return unpack(events=MANY if quiet else FEW, clock=clock)


def _put_aside(row: JournalRow, error: Exception) -> Unpacked:
    why = f"It cannot be written: {type(error).__name__}."
    with together():
        journal.finish([row.id])
        refused.keep([refused.Refused(row.received_at, row.source, row.form, why, row.body)])
    return Unpacked(bodies=1, refused=1)


def unpack_all(*, most: int = MOST_BODIES, clock: Clock | None = None) -> Unpacked:
    """Unpacks until the journal is empty."""
    total = Unpacked()
    while (done := unpack(most=most, clock=clock)).bodies:
        total += done
    return total


def pull(name: str, connector: Connector, connection: Connection) -> Iterator[Pulled]:
    """Reads the connection `name` from where its cursor stands, a page at a time; each page and its cursor are one
    transaction, so that a crash repeats a page or not, and none is lost. Yields what each page gave.

    Raises CallError where the connector reads what is personal and its owner has not consented.
    """
    state = connections.state(name)
    if connector.personal and not connection.scope:
        whose = connection.owner or "a seller"
        raise CallError(f"'{name}' reads what is personal to {whose}; record the consent first")
    try:
        for page in connector.read(connection, state.cursor):
            yield _take(name, page, connection.clock)
    except LeadlineError as error:
        connections.failed(name, str(error))
        raise
    connections.read(name, connection.clock.now())


def _take(name: str, page: Page, clock: Clock) -> Pulled:
    with together():
        created = changed = 0
        if page.records:
            batch = batches.daily(name, "pull", clock.now())
            found = deal_history.upsert_in_time(page.records, batch, clock)
            created, changed = found.created, found.changed
        written = write(page.signals, clock)
        connections.advance(name, page.cursor)
    return Pulled(1, written.added, written.known, created, changed, page.notes)


def write(signals: Sequence[Signal], clock: Clock) -> Unpacked:
    """Writes signals, each with the batch of its day, then what they tell of people and accounts. In a transaction."""
    done = Unpacked()
    by_source: dict[str, list[Signal]] = {}
    for signal in signals:
        by_source.setdefault(signal.source, []).append(signal)
    for source, here in by_source.items():
        told = [record for signal in here for record in _records(signal)]
        batch = batches.daily(source, "collect", clock.now())
        if told:
            upsert.upsert(only_blanks(told, source), batch, clock)
        found = ledger.append(here, batch=batch)
        identity.link_visitors(here)
        tell_of(here, clock)
        done += Unpacked(0, found.added, found.known, found.withheld)
    return done


def _records(signal: Signal) -> list[Record]:
    """What a person or account says of itself when it identifies itself or joins an account."""
    traits = signal.payload.get("traits")
    if not isinstance(traits, dict):
        return []
    if signal.act == Act.IDENTIFIED and signal.person:
        values = _values(traits, _PERSON)
        keys = [signal.person]
        if "@" in values.get("email", ""):
            keys.append(Ref("email", values["email"].strip().lower()))
        relations = {"account": signal.account} if signal.account else {}
        return [Record(Kind.PERSON, tuple(dict.fromkeys(keys)), values, relations, at=signal.at)]
    if signal.act == Act.GROUPED and signal.account:
        found = [Record(Kind.ACCOUNT, (signal.account,), _values(traits, _ACCOUNT), at=signal.at)]
        if signal.person:
            found.append(Record(Kind.PERSON, (signal.person,), {}, {"account": signal.account}, at=signal.at))
        return found
    return []


def _values(traits: dict[str, object], names: dict[str, str]) -> dict[str, str]:
    return {
        field: str(traits[name])[:500]
        for name, field in names.items()
        if isinstance(traits.get(name), str | int) and str(traits[name]).strip()
    }


def _translated(
    rows: Sequence[JournalRow], events: int
) -> tuple[list[JournalRow], list[Signal], list[refused.Refused]]:
    """The bodies that were read, their signals, and what in them cannot be used."""
    taken: list[JournalRow] = []
    signals: list[Signal] = []
    turned_down: list[refused.Refused] = []
    for row in rows:
        if taken and len(signals) + len(turned_down) >= events:
            break
        good, bad = translate(row)
        signals += good
        turned_down += [refused.Refused(row.received_at, row.source, row.form, why, body) for why, body in bad]
        taken.append(row)
    return taken, signals, turned_down
