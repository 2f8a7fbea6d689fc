"""What `leadline doctor` looks at: each check says ok, look or broken in one line, with the mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import DatabaseError, InterfaceError, connection

from leadline.core.clock import Clock, SystemClock, from_micros, micros
from leadline.store import address, audit, driver, erasure_list, guards, journal, opening, suppression
from leadline.store.health_files import Files
from leadline.store.invariants import INVARIANTS, ODD, broken
from leadline.store.models import Batch, Connection, Erasure, Person, Refused
from leadline.store.upsert import unfinished

State = Literal["ok", "look", "broken"]
Found = tuple[State, str]

LAG_LOOK, LAG_BROKEN = 5 * 60, 3_600  # seconds that a request waits in the journal
UNFINISHED = 3_600  # seconds after which a batch that has not ended has died
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: its name, 'ok', 'look' or 'broken', and a line that says it and its mend."""

    name: str
    state: State
    words: str


def checks(clock: Clock | None = None) -> list[Check]:
    """Looks at the whole record and what lies beside it; changes nothing."""
    now = micros((clock or SystemClock()).now())
    files = Files(now)
    every: list[tuple[str, Callable[[], Found]]] = [
        ("folder", files.folder),
        ("secret files", files.secrets),
        ("disk", files.disk),
        ("database", database),
        ("durability", durability),
        ("pages", pages),
        ("schema", schema),
        ("guards", triggers),
        ("audit trail", trail),
        ("invariants", invariants),
        ("sources", odd),
        ("erasures", erasures),
        ("journal", lambda: lag(now)),
        ("refused", refused),
        ("connections", connections),
        ("batches", lambda: batches(now)),
        ("backup", files.backup),
    ]
    if address.is_sqlite() and not address.sqlite_path().is_file():
        every = [("record", _no_record)]
    return [_run(name, check) for name, check in every]


def _run(name: str, check: Callable[[], Found]) -> Check:
    try:
        return Check(name, *check())
    except (DatabaseError, InterfaceError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        return Check(name, "broken", f"the database refuses: {first}")
    except OSError as error:
        return Check(name, "broken", f"the system refuses: {(error.strerror or str(error)).lower()}")


def _no_record() -> Found:
    return "broken", f"there is no record at {address.sqlite_path()}; `leadline import` or `leadline up` makes one"


def database() -> Found:
    """Which database runs, and whether several processes may use it."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        number = connection.connection.info.server_version
        version = f"PostgreSQL {number // 10_000}.{number % 10_000}"
        if number < 140_000:
            return "broken", f"{version} is older than 14; update the server"
        return "ok", version
    if not driver.is_safe():
        return "broken", (
            f"SQLite {driver.version()} can corrupt a write-ahead log that two processes use (fixed in 3.51.3): "
            "run one process only, and update pysqlite3"
        )
    return "ok", f"SQLite {driver.version()}"


def durability() -> Found:
    """Whether what is acknowledged is on disk."""
    wrong = []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
            for name, value in wanted.items():
                cursor.execute(f"PRAGMA {name}")
                if (found := cursor.fetchone()[0]) != value:
                    wrong.append(f"{name} is {found}, not {value}")
            mend = "restart Leadline on a local disk; network folders cannot keep a write-ahead log"
            return ("broken", f"{'; '.join(wrong)}: {mend}") if wrong else ("ok", "write-ahead log, synchronous FULL")
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute("SELECT current_setting(%s)", [name])
            if cursor.fetchone()[0] in ("off", "local"):
                wrong.append(name)
        if wrong:
            return "broken", f"off in postgresql.conf: {', '.join(wrong)}; set on, or a power cut takes what was said"
        cursor.execute("SELECT current_setting('data_checksums')")
        if cursor.fetchone()[0] != "on":
            return "look", "fsync is on, page checksums are off; stop the server and run pg_checksums --enable"
    return "ok", "fsync and page checksums are on"


def pages() -> Found:
    """Whether the database's own files are whole. PostgreSQL checks its pages as it reads them."""
    if connection.vendor == "postgresql":
        return "ok", "read by PostgreSQL with its own checks"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(5)")
        wrong = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        if wrong:
            return "broken", f"SQLite says: {wrong[0]}; restore the last backup"
        cursor.execute("PRAGMA foreign_key_check")
        if row := cursor.fetchone():
            return "broken", f"{row[0]} row {row[1]} points to a row of {row[2]} that is not there; restore a backup"
    return "ok", "all pages and keys hold"


def schema() -> Found:
    """Whether the tables are those of this program."""
    if waiting := opening.pending():
        return "broken", f"{len(waiting)} changes of the schema wait ({waiting[0]}); `leadline up` makes them"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY name")
        applied = [row[0] for row in cursor.fetchall()]
    from leadline.store.restoring import unknown

    if newer := unknown([f"store.{name}" for name in applied]):
        return "broken", f"a newer Leadline has changed the schema ({newer}); update this one"
    return "ok", f"up to date at {applied[-1]}"


def triggers() -> Found:
    """Whether the triggers are there that keep the ledger and the trail from being changed."""
    expected = {f"store_{name}_{end}" for name in (*guards.LEDGER, "auditentry") for end in ("kept", "fixed")}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        gone = sorted(expected - {row[0] for row in cursor.fetchall()})
    if gone:
        return "broken", f"the ledger is unguarded: trigger {gone[0]} is gone ({len(gone)} in all); restore a backup"
    return "ok", "the ledger and the trail refuse changes"


def trail() -> Found:
    """Whether the audit trail holds against its exported heads."""
    if wrong := audit.check():
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return "broken", f"{wrong[0].words}{more}; keep this record as evidence and compare it with a backup"
    last = audit.head()
    if last is None:
        return "ok", "nothing is recorded yet"
    bound, _ = audit.heads()
    exported = bound[-1].seq if bound else 0
    if exported < last.seq:
        return "look", (
            f"{last.seq:,} entries hold; {last.seq - exported:,} came after the last exported head; "
            f"was {audit.heads_path().name} removed?"
        )
    return "ok", f"{last.seq:,} entries hold, up to {last.hash[:12]}"


def invariants() -> Found:
    """Whether what must hold in the record holds."""
    with connection.cursor() as cursor:
        wrong = [_rows(words, rows) for words, rows in broken(cursor)]
    if wrong:
        return "broken", f"this does not hold: {'; '.join(wrong[:_SHOWN])}; report it with `leadline doctor --json`"
    return "ok", f"{len(INVARIANTS)} hold"


def odd() -> Found:
    """Whether sources say what cannot be."""
    with connection.cursor() as cursor:
        found = [_rows(words, rows) for words, rows in broken(cursor, ODD)]
    if found:
        return "look", f"sources say otherwise than: {'; '.join(found)}; mend it there and import again"
    return "ok", "nothing that cannot be"


def erasures() -> Found:
    """Whether erasures are listed outside the database, and under this installation's secret."""
    if missing := erasure_list.missing():
        return "broken", f"{len(missing)} erasures are not in {erasure_list.path().name}; run `leadline erase --finish`"
    told = {one.person_id: one.digests for one in Erasure.objects.exclude(person_id=erasure_list.ELSEWHERE)}
    for pk, created in Person.objects.filter(pk__in=list(told)[:500]).values_list("pk", "created_at"):
        if suppression.digest(f"{pk}:{micros(created)}", suppression.PERSON) not in told[pk]:
            return "broken", (
                "erasures were made under another secret, so erased people may come back unseen; "
                "bring LEADLINE_HOME/secret from the installation that made them"
            )
    return "ok", f"{len(told):,} people"


def lag(now: int) -> Found:
    """Whether what was acknowledged gets into the ledger."""
    count, oldest = journal.lag()
    if not count or oldest is None:
        return "ok", "empty"
    seconds = (now - oldest) // 1_000_000
    words = f"{count:,} requests wait, the oldest since {_span(seconds)}"
    if seconds <= LAG_LOOK:
        return "ok", words
    return "broken" if seconds > LAG_BROKEN else "look", f"{words}; `leadline up` unpacks them"


def refused() -> Found:
    """Whether events were not taken."""
    waiting = Refused.objects.filter(erased_at=None)
    count = waiting.count()
    newest = waiting.order_by("-pk").first()
    if newest is None:
        return "ok", "no event"
    return "look", f"{count:,} events were not taken, the last because: {newest.reason}; mend their sender"


def connections() -> Found:
    """Whether outside systems answer."""
    failing = list(Connection.objects.filter(enabled=True).exclude(error="").order_by("name"))
    if failing:
        told = "; ".join(f"{one.name}: {one.error}" for one in failing[:_SHOWN])
        return "look", f"{len(failing)} did not answer well ({told}); try `leadline pull`"
    return "ok", f"{Connection.objects.filter(enabled=True).count()} set up"


def batches(now: int) -> Found:
    """Whether a batch died on its way."""
    old = from_micros(now - UNFINISHED * 1_000_000)
    if imports := unfinished(old):
        one, more = imports[0], f" ({len(imports)} such imports)" if len(imports) > 1 else ""
        return "look", (
            f"import {one.pk} of {one.name or one.source} never ended{more}; run the same `leadline import` with "
            f"--apply to complete it, or `leadline undo import {one.pk}`"
        )
    dead = list(Batch.objects.filter(finished_at=None, undone_at=None, started_at__lt=old).order_by("pk")[:_SHOWN])
    if dead:
        return "look", f"batch {dead[0]} never ended; undo it and import again"
    return "ok", "all ended"


def is_well(found: Iterable[Check]) -> bool:
    """Whether nothing is broken."""
    return all(one.state != "broken" for one in found)


def _rows(words: str, rows: list[int]) -> str:
    return f"{words} (rows {', '.join(map(str, rows))})"


def _span(seconds: int) -> str:
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return f"{max(seconds, 0)} s"
