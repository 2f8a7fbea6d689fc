"""The audit trail: what is recorded is chained, and nothing that is done to it behind its back stays unseen."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from django.db import connection, transaction

from leadline.store import audit
from leadline.store.models import AuditEntry


def write(count: int, **fields: object) -> None:
    for number in range(count):
        with transaction.atomic():
            audit.record("looked", actor=str(number), kind="person", subject=number, payload={"name": f"Ü {number}"})


def test_entries_are_chained_and_verify(store: str) -> None:
    write(3)
    with transaction.atomic():
        audit.record("signed in")
    assert audit.check() == []
    chain = list(audit.entries(page=2))
    assert [entry.seq for entry in chain] == [1, 2, 3, 4]
    assert chain[0].previous == audit.GENESIS
    assert chain[1].previous == chain[0].hash
    last = audit.head()
    assert last is not None
    assert (last.seq, last.hash) == (4, chain[3].hash)
    assert [json.loads(line)["seq"] for line in audit.lines()] == [1, 2, 3, 4]


def test_it_is_part_of_the_transaction(store: str) -> None:
    with pytest.raises(transaction.TransactionManagementError, match="transaction that does it"):
        audit.record("looked")
    with transaction.atomic():
        audit.record("looked")
        transaction.set_rollback(True)
    assert audit.head() is None
    assert not audit.heads_path().exists()


def test_heads_are_exported_once_committed_and_only_their_owner_reads_them(store: str) -> None:
    with transaction.atomic():
        audit.record("a")
        audit.record("b")
        assert not audit.heads_path().exists()
    assert oct(audit.heads_path().stat().st_mode & 0o777) == "0o600"
    found, wrong = audit.heads()
    assert ([one.seq for one in found], wrong) == ([2], [])


def test_a_head_that_a_crash_cut_off_is_passed_over(store: str) -> None:
    write(2)
    path = audit.heads_path()
    path.write_bytes(path.read_bytes()[:-9])
    assert audit.check() == []
    write(1)
    found, wrong = audit.heads()
    assert ([one.seq for one in found], wrong) == ([1, 3], [])
    path.write_text(path.read_text() + '{"seq":"x"}\n')
    assert [finding.words for finding in audit.check()] == ["line 4 of audit-heads.jsonl is no head"]


def test_what_an_erasure_took_still_verifies_and_nothing_else_may_lose_it(store: str) -> None:
    write(3)
    AuditEntry.objects.filter(seq=2).update(payload=None, salt=None)
    assert [finding.words for finding in audit.check()] == ["entry 2 lost what it says and no erasure took it"]
    with transaction.atomic():
        audit.record(audit.ERASED, kind="person", subject=1, payload={"entries": [2]})
    assert audit.check() == []


WRITER = """
from leadline.store.opening import open_store
open_store()
from django.db import transaction
from leadline.store import audit
for number in range(40):
    with transaction.atomic():
        audit.record("looked", payload={"n": number})
"""


def test_many_processes_write_one_chain(store: str) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert audit.check() == []
    last = audit.head()
    assert last is not None
    assert last.seq == 120


# ---- tampering -------------------------------------------------------------------------------------------------------

Chain = list[audit.Entry]
FIELDS = ("at", "actor", "act", "subject_kind", "subject_id", "payload", "salt", "digest", "previous", "hash")


def rechained(chain: Chain, start: int = 0) -> Chain:
    """The chain with every number, link and hash from `start` on made to fit, as one does who knows the code."""
    made = chain[:start]
    for entry in chain[start:]:
        previous = made[-1].hash if made else audit.GENESIS
        moved = entry._replace(seq=len(made) + 1, previous=previous)
        made.append(moved._replace(hash=audit.chained(previous, *moved[:6], moved.digest)))
    return made


def edit(chain: Chain, draw: np.random.Generator) -> Chain:
    place, name = int(draw.integers(len(chain))), str(draw.choice(FIELDS))
    before = getattr(chain[place], name)
    after: object = "x" + before[1:] if isinstance(before, str) else 7 if before is None else before + 1
    if name in ("payload", "salt") and (before is None or draw.random() < 0.2):
        after = None if before is not None else "{}"
    return [*chain[:place], chain[place]._replace(**{name: after}), *chain[place + 1 :]]


def reword(chain: Chain, draw: np.random.Generator) -> Chain:
    """Another payload with a digest and hash that fit it, up to the next link."""
    place = int(draw.integers(len(chain)))
    salt, payload = "0" * 32, '{"name":"another"}'
    entry = chain[place]._replace(salt=salt, payload=payload, digest=audit.committed(salt, payload))
    entry = entry._replace(hash=audit.chained(entry.previous, *entry[:6], entry.digest))
    return [*chain[:place], entry, *chain[place + 1 :]]


def delete(chain: Chain, draw: np.random.Generator) -> Chain:
    place = int(draw.integers(len(chain)))
    left = chain[:place] + chain[place + 1 :]
    return rechained(left, place) if draw.random() < 0.5 else left


def swap(chain: Chain, draw: np.random.Generator) -> Chain:
    one, two = sorted(map(int, draw.choice(len(chain), 2, replace=False)))
    made = list(chain)
    keep = ("seq", "previous", "hash")[: 1 + 2 * int(draw.integers(2))]
    for here, there in ((one, two), (two, one)):
        made[here] = chain[there]._replace(**{name: getattr(chain[here], name) for name in keep})
    return rechained(made, one) if draw.random() < 0.3 else made


def truncate(chain: Chain, draw: np.random.Generator) -> Chain:
    return chain[: int(draw.integers(len(chain)))]


def rechain(chain: Chain, draw: np.random.Generator) -> Chain:
    place = int(draw.integers(len(chain)))
    return rechained([*chain[:place], chain[place]._replace(actor="forger"), *chain[place + 1 :]], place)


def insert(chain: Chain, draw: np.random.Generator) -> Chain:
    place = int(draw.integers(len(chain)))
    return rechained([*chain[:place], chain[place]._replace(act="forged"), *chain[place:]], place)


def put(chain: Chain) -> None:
    """Writes the chain over the one that is there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_auditentry")
        marks = ", ".join(["%s"] * len(audit.Entry._fields))
        cursor.executemany(f"INSERT INTO store_auditentry ({audit.COLUMNS}) VALUES ({marks})", chain)


@pytest.mark.slow
def test_a_thousand_tamperings_are_all_seen(store: str) -> None:
    """By a connection of its own, with the triggers dropped, by one who knows the code but not the exported heads."""
    write(12)
    AuditEntry.objects.filter(seq__in=(3, 4)).update(payload=None, salt=None)
    with transaction.atomic():
        audit.record(audit.ERASED, kind="person", subject=1, payload={"entries": [3, 4]})
    with transaction.atomic():
        audit.record("signed in", actor="3")
        audit.record("signed out", actor="3")
    assert audit.check() == []
    chain = list(audit.entries())
    on = "" if connection.vendor == "sqlite" else " ON store_auditentry"
    with connection.cursor() as cursor:
        for end in ("kept", "fixed"):
            cursor.execute(f"DROP TRIGGER store_auditentry_{end}{on}")
    draw = np.random.default_rng(7)
    ways = (edit, reword, delete, swap, truncate, rechain, insert)
    for number in range(1_000):
        way = ways[number % len(ways)]
        changed = way(chain, draw)
        assert changed != chain
        with transaction.atomic():
            put(changed)
            assert audit.check() != [], (number, way.__name__, changed)
            transaction.set_rollback(True)
    assert audit.check() == []


def test_without_exported_heads_a_cut_or_a_new_chain_would_not_be_seen(store: str) -> None:
    """Why the heads lie outside the database."""
    write(5)
    chain = list(audit.entries())
    draw = np.random.default_rng(1)
    for way in (truncate, rechain, insert):
        assert audit.verify(way(chain, draw)) == []
        assert audit.verify(way(chain, draw), audit.heads()[0]) != []
