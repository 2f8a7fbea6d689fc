"""A disk that is full, or fails: told as such, nothing half-written, and all is well again by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import apsw
import numpy as np
import psycopg
import pytest

import kills
import power_cut
from leadline.core.errors import StoreUnavailable
from leadline.store import write_keys
from leadline.store.group_commit import Writer
from leadline.store.journal_sqlite import SqliteSink
from record import Template


@pytest.fixture
def empty(template: Template, tmp_path: Path) -> Path:
    """A migrated record of SQLite that nobody has open."""
    if template.server:
        pytest.skip("the file system is simulated under SQLite")
    template.close()
    path = tmp_path / "record.sqlite3"
    path.write_bytes(Path(template.url.removeprefix("sqlite:///")).read_bytes())
    return path


def _on(disk: power_cut.Disk, path: Path, vfs: power_cut.CutVFS) -> Callable[[], SqliteSink]:
    def connect() -> SqliteSink:
        sink = SqliteSink(apsw.Connection(str(path), vfs=vfs.name))
        sink.connection.execute("PRAGMA wal_autocheckpoint=8")
        return sink

    return connect


def _kept(journal: Writer, body: bytes) -> bool:
    try:
        journal.submit("test", "segment", "{}", body, 1).result(timeout=30)
    except StoreUnavailable:
        return False
    return True


def test_a_full_disk_is_told_and_all_is_well_once_there_is_space(empty: Path) -> None:
    disk, hour = power_cut.Disk(), [0.0]
    vfs = power_cut.CutVFS("full", disk)
    journal = Writer(_on(disk, empty, vfs), now=lambda: hour[0])
    assert _kept(journal, b"before")
    disk.full = True
    with pytest.raises(StoreUnavailable, match="no space is left"):
        journal.submit("test", "segment", "{}", b"x" * 9000, 1).result(timeout=30)
    assert not any(_kept(journal, b"meanwhile %d" % i) for i in range(5))
    disk.full = False
    hour[0] += 1.0
    assert _kept(journal, b"after")
    journal.close()
    vfs.unregister()
    assert power_cut.found(empty) == ([b"before", b"after"], "")


@pytest.mark.parametrize("fault", [apsw.FullError, apsw.IOError], ids=["full", "failed"])
def test_whichever_operation_fails_a_body_is_there_as_a_whole_or_not_at_all(
    empty: Path, tmp_path: Path, fault: type[apsw.Error]
) -> None:
    whole = empty.read_bytes()
    bodies = [b"%d " % number + bytes(700 * number) for number in range(12)]
    counted = 0
    for at in range(1, 500):
        path = tmp_path / f"{at}.sqlite3"
        path.write_bytes(whole)
        disk, hour = power_cut.Disk(faults={at: fault}), [0.0]
        vfs = power_cut.CutVFS(f"{fault.__name__}-{at}", disk)
        journal = Writer(_on(disk, path, vfs), now=lambda hour=hour: hour[0])
        kept = set()
        for body in bodies:
            hour[0] += 1.0
            if _kept(journal, body):
                kept.add(body)
        journal.close()
        vfs.unregister()
        found, corrupt = power_cut.found(path)
        assert not corrupt
        assert kept <= set(found) <= set(bodies)
        assert len(found) == len(set(found))
        assert len(kept) >= len(bodies) - 2  # one fault fails one body; where it hits the reopening, the next one too
        if disk.done < at:
            break
        counted += 1
    assert 40 < counted < 499


def _limit(process: int, size: str) -> None:
    """The kernel refuses to let files of this process grow over `size` bytes; only its owner may say so."""
    try:
        owner = Path(f"/proc/{process}").stat()
    except FileNotFoundError:
        return  # the connection that failed is gone
    become = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    command = ["prlimit", f"--pid={process}", f"--fsize={size}:unlimited"]
    subprocess.run([*(become if os.geteuid() == 0 else []), *command], check=True, timeout=30)


@pytest.mark.slow
def test_a_server_whose_files_may_not_grow_answers_503_and_recovers(store: str) -> None:
    """On SQLite the server itself writes; on PostgreSQL the process at the other end of the journal's connection."""
    key, port = write_keys.make("web"), kills.free_port()

    async def talk() -> kills.Told:
        random, told = np.random.default_rng(5), kills.Told()
        client = kills.Client(port, key)

        async def once(number: int) -> int:
            path, body, ids = kills.request(random, f"full-{number}")
            told.sent.update(ids)
            status, said = await client.post(path, body)
            told.answers[status] += 1
            if status == 200:
                told.acknowledged.update(ids)
            else:
                assert status == 503
                assert b"send it again" in said
            return status

        async with kills.nursery(port, unpack=False) as servers:
            await servers.start()
            await kills.insist(client, told, *kills.request(random, "first"))
            writes = _writing_processes(store, servers.pid)
            for number in range(1, 200):
                assert await once(number) == 200
            for process, size in writes:
                _limit(process, str(size))
            refused = 0
            for number in range(200, 3000):
                refused += await once(number) == 503
                if refused == 40:
                    break
            assert refused == 40
            for process, _ in writes:
                _limit(process, "unlimited")
            async with asyncio.timeout(5):
                number = 3000
                while await once(number) != 200:
                    number += 1
                    await asyncio.sleep(0.02)
            for number in range(5000, 5100):
                assert await once(number) == 200
            client.close()
            await servers.end(signal.SIGTERM)
        return told

    told = asyncio.run(talk())
    assert told.verdict(kills.in_journal()) == {"lost": 0, "doubled": 0, "strange": 0}


def _writing_processes(url: str, server: int) -> list[tuple[int, int]]:
    """Processes that write the journal, and the size that their files may not pass."""
    if url.startswith("sqlite"):
        wal = Path(url.removeprefix("sqlite:///") + "-wal")
        return [(server, wal.stat().st_size + 200_000)]
    # Log segments of PostgreSQL are 16 MB from the start, so the table must be larger before it alone can be refused.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO store_journal (received_at, source, form, facts, body) "
            "SELECT 1, 'filler', '', '', decode(repeat(md5(n::text), 47), 'hex') FROM generate_series(1, 24000) n"
        )
        connection.execute("DELETE FROM store_journal WHERE source = 'filler'")
        sizes = connection.execute("SELECT pg_relation_size('store_journal'), pg_backend_pid()").fetchone()
        backends = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY store_journal%'"
        ).fetchall()
    assert sizes is not None
    size, own = sizes
    assert size > 17 << 20
    assert len(backends) == 1
    parent = int(Path(f"/proc/{own}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return [(pid, size + 100_000) for pid in (parent, backends[0][0])]
