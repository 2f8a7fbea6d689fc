"""The audit trail: what is recorded is chained, and nothing that is done to it behind its back stays unseen."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.db import transaction

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
