"""The audit trail: one entry for each act on the record, chained by hash, its head exported outside the database.

The chain holds a salted digest of what an entry says, so that erasure may drop salt and payload and every hash still
verifies (commitments as in Haber and Stornetta, 1991). A bare chain cannot see that its end was cut off or that it was
made anew; the exported heads can.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction

from leadline.core.clock import micros_now
from leadline.core.settings import home

GENESIS = "0" * 64
ERASED = "person erased"  # the act whose payload names, under 'entries', the entries that lost theirs
_LOCK = 0x1EAD11_A0D17  # PostgreSQL's advisory lock of the trail
COLUMNS = "seq, at, actor, act, subject_kind, subject_id, payload, salt, digest, previous, hash"


class Entry(NamedTuple):
    """One entry as it is kept. `payload` and `salt` are None where there was nothing to say or it was erased."""

    seq: int
    at: int
    actor: str
    act: str
    subject_kind: str
    subject_id: int | None
    payload: str | None
    salt: str | None
    digest: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Where the trail does not hold, in one sentence; `seq` is the entry, 0 for the exported heads."""

    seq: int
    words: str


@dataclass(frozen=True, slots=True)
class Head:
    """An exported head. `restored` marks a restore: heads beyond it that were written earlier no longer bind."""

    seq: int
    hash: str
    at: int
    restored: bool = False


def record(
    act: str,
    *,
    actor: str = "system",
    kind: str = "",
    subject: int | None = None,
    payload: Mapping[str, Any] | None = None,
    at: int | None = None,
) -> None:
    """Appends an entry within the caller's transaction; its head is exported once that has committed.

    `actor` is a user's number or a word such as 'system', never a mail address: it is part of the chain and cannot be
    erased. `kind` and `subject` name the object ('person', 41). `payload` is JSON (dates and decimals become text); it
    may name people. Call it last: on PostgreSQL it waits for other transactions that have recorded something.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An act is recorded in the transaction that does it")
    text = None if payload is None else canonical(payload)
    salt = None if text is None else secrets.token_hex(16)
    digest = "" if text is None or salt is None else committed(salt, text)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # SQLite's transactions here begin as the one writer
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT seq, hash FROM store_auditentry ORDER BY seq DESC LIMIT 1")
        seq, previous = cursor.fetchone() or (0, GENESIS)
        made = micros_now() if at is None else at
        facts = (seq + 1, made, actor[:60], act[:60], kind[:14], subject)
        entry = Entry(*facts, text, salt, digest, previous, chained(previous, *facts, digest))
        cursor.execute(f"INSERT INTO store_auditentry ({COLUMNS}) VALUES ({', '.join(['%s'] * len(entry))})", entry)
    transaction.on_commit(partial(_export, entry.seq, entry.hash, entry.at))


def canonical(payload: Mapping[str, Any]) -> str:
    """JSON in one form only: keys sorted, no blanks, ASCII."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), default=str, allow_nan=False)


def committed(salt: str, text: str) -> str:
    """The digest that the chain holds in place of a payload."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def chained(previous: str, seq: int, at: int, actor: str, act: str, kind: str, subject: int | None, digest: str) -> str:
    """The hash of an entry."""
    text = json.dumps([previous, seq, at, actor, act, kind, subject, digest], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def head() -> Head | None:
    """The last entry's number and hash; None where nothing was recorded yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash, at FROM store_auditentry ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return None if row is None else Head(*row)


def entries(after: int = 0, page: int = 2_000) -> Iterator[Entry]:
    """All entries in order, from the one behind `after` on, read page by page."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} FROM store_auditentry WHERE seq > %s ORDER BY seq LIMIT %s", [after, page]
            )
            rows = [Entry(*row) for row in cursor.fetchall()]
        yield from rows
        if len(rows) < page:
            return
        after = rows[-1].seq


def lines(after: int = 0) -> Iterator[str]:
    """The trail for auditors: one JSON object an entry, with all that is needed to verify it elsewhere."""
    for entry in entries(after):
        yield json.dumps(entry._asdict(), separators=(",", ":")) + "\n"


# ---- heads -----------------------------------------------------------------------------------------------------------


def heads_path() -> Path:
    """The file of exported heads; copy it to where the database's administrator cannot write."""
    return home() / "audit-heads.jsonl"


def heads(source: Path | None = None) -> tuple[list[Head], list[Finding]]:
    """The exported heads that bind, and what cannot be read of their file (ours, or a copy of it)."""
    found: dict[int, Head] = {}
    wrong: list[Finding] = []
    path = source or heads_path()
    text = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            one = Head(int(told["seq"]), str(told["hash"]), int(told["at"]), bool(told.get("restored")))
        except (ValueError, TypeError, KeyError):
            # What a crash cut off is passed over: a later head binds what it would have bound.
            if line.endswith("}") or not '{"seq":'.startswith(line[:7]):
                wrong.append(Finding(0, f"line {number} of {path.name} is no head"))
            continue
        if one.restored:
            found = {seq: other for seq, other in found.items() if seq <= one.seq}
        elif (other := found.get(one.seq)) and other.hash != one.hash:
            wrong.append(Finding(one.seq, f"entry {one.seq} was exported with two hashes"))
        if one.seq:
            found[one.seq] = one
    return [found[seq] for seq in sorted(found)], wrong


def export_head(one: Head) -> None:
    """Appends a head to the file and waits until it is on disk."""
    told: dict[str, Any] = {"seq": one.seq, "hash": one.hash, "at": one.at}
    if one.restored:
        told["restored"] = True
    line = json.dumps(told, separators=(",", ":")) + "\n"
    path = heads_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            line = "\n" + line  # what a crash cut off stays a line of its own
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)


def _export(seq: int, hashed: str, at: int) -> None:
    last = head()
    if last is None or last.seq <= seq:  # else a later entry is there, which is exported itself and binds this one
        export_head(Head(seq, hashed, at))


# ---- verification ----------------------------------------------------------------------------------------------------


def check() -> list[Finding]:
    """Verifies the whole trail of the record against its exported heads; nothing found is good."""
    bound, wrong = heads()
    return [*wrong, *verify(entries(), bound)]


def verify(chain: Iterable[Entry], bound: Sequence[Head] = ()) -> list[Finding]:
    """What does not hold in `chain` (in order of seq, from 1) or against the heads that were exported from it."""
    wrong: list[Finding] = []
    by_seq = {one.seq: one.hash for one in bound}
    bare: set[int] = set()  # without the payload that their digest speaks of
    told: set[int] = set()  # of which an erasure says that it took it
    expected, previous = 1, GENESIS
    for entry in chain:
        if entry.seq != expected:
            wrong.append(Finding(entry.seq, f"before entry {entry.seq} there is no entry {expected}"))
        elif entry.previous != previous:
            wrong.append(Finding(entry.seq, f"entry {entry.seq} does not follow from the one before it"))
        if entry.hash != chained(entry.previous, *entry[:6], entry.digest):
            wrong.append(Finding(entry.seq, f"entry {entry.seq} was changed: its hash is another"))
        if entry.payload is not None and entry.salt is not None:
            if committed(entry.salt, entry.payload) != entry.digest:
                wrong.append(Finding(entry.seq, f"what entry {entry.seq} says was changed"))
            elif entry.act == ERASED:
                told.update(_entries(entry.payload))
        elif entry.payload is not None or entry.salt is not None:
            wrong.append(Finding(entry.seq, f"entry {entry.seq} has lost half of what it says"))
        elif entry.digest:
            bare.add(entry.seq)
        if (bound_hash := by_seq.pop(entry.seq, None)) is not None and bound_hash != entry.hash:
            wrong.append(Finding(entry.seq, f"entry {entry.seq} is another than the one that was exported"))
        expected, previous = entry.seq + 1, entry.hash
    wrong += [Finding(seq, f"entry {seq} lost what it says and no erasure took it") for seq in sorted(bare - told)]
    if by_seq:
        wrong.append(Finding(max(by_seq), f"entry {max(by_seq)} was exported and is gone ({len(by_seq)} such heads)"))
    return wrong


def _entries(payload: str) -> list[int]:
    try:
        told = json.loads(payload).get("entries", [])
    except (ValueError, AttributeError):
        return []
    return [seq for seq in told if isinstance(seq, int)] if isinstance(told, list) else []
