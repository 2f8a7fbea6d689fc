"""Backup and restore: whole or not at all, also while others write, and nobody who was erased comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from django.apps import apps
from django.db import connection, transaction

from leadline.core.errors import CallError, DataError, LeadlineError, StoreUnavailable, UnreadableSource
from leadline.store import archive, audit, erasure, erasure_list, home_files, keeping, suppression
from leadline.store.address import sqlite_path
from leadline.store.models import Account, Person
from record import Template

Elsewhere = Callable[[], AbstractContextManager[str]]


def people(count: int, start: int = 0) -> list[Person]:
    with transaction.atomic():
        made = [Person.objects.create(email=f"p{start + one}@x.example", name=f"P {one}") for one in range(count)]
        audit.record("imported", payload={"people": count})
    return made


def rows() -> dict[str, list[object]]:
    models = apps.get_app_config("store").get_models()
    return {str(model._meta.db_table): list(model.objects.order_by("pk").values()) for model in models}


@pytest.fixture
def elsewhere(store: str, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Another, empty installation for a while: its own folder and its own record."""

    @contextmanager
    def other() -> Iterator[str]:
        folder = tmp_path / "elsewhere"
        folder.mkdir(exist_ok=True)
        with monkeypatch.context() as patch, template.copy(folder) as url:
            patch.setenv("LEADLINE_HOME", str(folder / "home"))
            patch.setenv("LEADLINE_DATABASE", url)
            template.use(url)
            yield url
            template.close()
        template.use(store)

    return other


def test_a_record_is_the_same_elsewhere(store: str, elsewhere: Elsewhere, tmp_path: Path) -> None:
    people(3)
    (home_files.home() / "imports").mkdir()
    (home_files.home() / "imports" / "a.csv").write_text("x\n")
    made = keeping.backup(tmp_path / "b.leadline")
    assert (made.findings, made.manifest["rows"]["store_person"]) == ((), 3)
    assert made.manifest["audit_head"]["seq"] == 1
    assert "store.0001_record" in made.manifest["schema"]
    assert oct(made.path.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in tmp_path.iterdir() if "leadline-copy" in path.name or ".part" in path.name] == []
    before = rows()
    with elsewhere():
        told = keeping.restore(made.path)
        assert audit.check() == []
        after = rows()
        assert (home_files.home() / "imports" / "a.csv").read_text() == "x\n"
        assert [one.act for one in audit.entries()] == ["imported", "backup restored"]
        assert any("another secret" in note for note in told.notes)
    for table in before.keys() - {"store_auditentry"}:
        assert after[table] == before[table], table


def test_the_present_record_is_only_given_up_by_force(store: str, tmp_path: Path) -> None:
    people(2)
    made = keeping.backup(tmp_path / "b")
    people(3, start=2)
    with pytest.raises(CallError, match=r"is not empty; .* or give it up with --force"):
        keeping.restore(made.path)
    assert Person.objects.count() == 5
    keeping.restore(made.path, force=True)
    assert Person.objects.count() == 2
    # entries after the backup were exported, and the restore says that they are no more
    assert audit.check() == []
    people(1, start=9)
    assert audit.check() == []


def test_the_last_backup_is_remembered(store: str, tmp_path: Path) -> None:
    assert keeping.last() is None
    people(1)
    made = keeping.backup(tmp_path)
    last = keeping.last()
    assert last is not None
    assert (last["target"], last["sha256"]) == (str(made.path), made.sha256)
    assert made.path.name.endswith("Z.leadline")


def test_secrets_go_along_only_when_asked(store: str, elsewhere: Elsewhere, tmp_path: Path) -> None:
    people(1)
    secret = suppression.secret_key()
    (home_files.home() / "secrets.json").write_text('{"crm": "tok-8372"}')
    plain = keeping.backup(tmp_path / "plain").path
    full = keeping.backup(tmp_path / "full", with_secrets=True).path
    assert secret.encode() not in plain.read_bytes()
    assert b"tok-8372" not in plain.read_bytes()
    assert b"tok-8372" in full.read_bytes()
    with elsewhere():
        told = keeping.restore(full)
        assert suppression.secret_key() == secret
        assert told.notes == ()


def test_whoever_was_erased_after_the_backup_is_erased_again(store: str, tmp_path: Path) -> None:
    first, second = people(2)
    made = keeping.backup(tmp_path / "b")
    (third,) = people(1, start=2)
    for one in (first, third):
        erasure.erase(one.pk, apply=True)
    told = keeping.restore(made.path, force=True)
    assert f"person {first.pk}, erased since the backup was made, is erased again" in told.notes
    assert Person.objects.get(pk=first.pk).erased_at is not None
    assert Person.objects.get(pk=second.pk).email == "p1@x.example"
    assert suppression.erased_among({one.email for one in (first, second, third)}) == {first.email, third.email}
    assert audit.check() == []
    assert erasure_list.missing() == []
    if connection.vendor == "sqlite":
        connection.close()
        files = [path for path in home_files.database_files() if path.exists()]
        assert not any(first.email.encode() in path.read_bytes() for path in files)
    # a restored installation that meets another person under the old number leaves it alone
    (fourth,) = people(1, start=7)
    assert fourth.pk == third.pk
    again = keeping.backup(tmp_path / "c")
    keeping.restore(again.path, force=True)
    assert Person.objects.get(pk=fourth.pk).erased_at is None


def test_every_flipped_byte_is_noticed(store: str, tmp_path: Path) -> None:
    people(5)
    made = keeping.backup(tmp_path / "b")
    whole = made.path.read_bytes()
    draw = np.random.default_rng(11)
    spots = {0, 17, 18, 600, len(whole) - 1, len(whole) - 2, len(whole) - 65, len(whole) - 66}
    for spot in sorted(spots | set(map(int, draw.integers(0, len(whole), 200)))):
        changed = bytearray(whole)
        changed[spot] ^= 1 << int(draw.integers(0, 8))
        made.path.write_bytes(changed)
        with pytest.raises((DataError, UnreadableSource), match=r"was changed|or was changed|were changed"):
            archive.check(made.path)
    made.path.write_bytes(whole)
    assert archive.check(made.path) == made.sha256


def test_a_backup_that_is_cut_short_leaves_the_record_as_it_was(store: str, tmp_path: Path) -> None:
    people(4)
    made = keeping.backup(tmp_path / "b")
    people(1, start=4)
    whole, before = made.path.read_bytes(), rows()
    for size in (0, 5, 18, 100, 5_000, len(whole) // 2, len(whole) - 65, len(whole) - 1):
        made.path.write_bytes(whole[:size])
        with pytest.raises(LeadlineError, match=r"is cut short or was changed|is no backup of Leadline"):
            keeping.restore(made.path, force=True)
    with pytest.raises(UnreadableSource, match=r"'.*none' cannot be read: no such file"):
        keeping.restore(tmp_path / "none", force=True)
    assert rows() == before
    assert audit.check() == []


def test_a_restore_that_fails_midway_leaves_the_record_as_it_was(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive is whole, but what it holds is no record: a writer's fault, and still nothing is lost."""
    people(4)
    made = keeping.backup(tmp_path / "b")
    bad = tmp_path / "garbage"
    bad.write_bytes(b"no database" * 1000)
    archive.write(tmp_path / "bad", dict(made.manifest), {made.manifest["record"]: bad})
    before = rows()
    with pytest.raises(StoreUnavailable):
        keeping.restore(tmp_path / "bad", force=True)
    assert rows() == before


def test_backups_of_another_database_or_a_newer_program_are_refused(store: str, tmp_path: Path) -> None:
    people(1)
    made = keeping.backup(tmp_path / "b")
    some = tmp_path / "some"
    some.write_bytes(b"x")
    other = {"record.sqlite3": "record.dump", "record.dump": "record.sqlite3"}[made.manifest["record"]]
    archive.write(tmp_path / "o", made.manifest | {"record": other}, {other: some})
    with pytest.raises(CallError, match=r"The backup is of a record on (PostgreSQL|SQLite); set LEADLINE_DATABASE"):
        keeping.restore(tmp_path / "o", force=True)
    newer = [*made.manifest["schema"], "store.9999_flying"]
    archive.write(tmp_path / "n", made.manifest | {"schema": newer}, {made.manifest["record"]: some})
    with pytest.raises(DataError, match=r"made by a newer Leadline \(it knows store.9999_flying\)"):
        keeping.restore(tmp_path / "n", force=True)


def test_a_forged_backup_writes_nowhere_else(store: str, elsewhere: Elsewhere, tmp_path: Path) -> None:
    made = keeping.backup(tmp_path / "b")
    copies = tmp_path / "copies"
    copies.mkdir()
    members = archive.extract(made.path, copies)
    text = tmp_path / "text"
    text.write_text("x")
    archive.write(tmp_path / "f", made.manifest, {**members, "home/../../stray": text})
    with elsewhere():
        with pytest.raises(DataError, match="outside Leadline's folder; do not trust it"):
            keeping.restore(tmp_path / "f")
        assert audit.head() is None
    assert not (tmp_path / "stray").exists()
    archive.write(tmp_path / "g", {"format": 1}, {})
    with pytest.raises(UnreadableSource, match="is of a form that this Leadline does not know"):
        keeping.verify(tmp_path / "g")
    with pytest.raises(CallError, match="is the record itself" if connection.vendor == "sqlite" else "is no file"):
        keeping.backup(sqlite_path() if connection.vendor == "sqlite" else Path("/dev/null"))


def test_verify_opens_it_apart(store: str, tmp_path: Path) -> None:
    people(2)
    made = keeping.backup(tmp_path / "b")
    people(1, start=5)
    told = keeping.verify(made.path)
    assert (told.findings, told.notes, told.manifest["rows"]["store_person"]) == ((), (), 2)
    assert Person.objects.count() == 3


def test_a_backup_of_a_record_that_does_not_hold_says_so(store: str, elsewhere: Elsewhere, tmp_path: Path) -> None:
    Person.objects.create(email="Upper@x.example")
    made = keeping.backup(tmp_path / "b")
    assert made.findings == ("this does not hold: mail addresses of people are in lower case (rows 1)",)
    assert keeping.verify(made.path).findings == made.findings
    with elsewhere(), pytest.raises(DataError, match=r"is whole, but this does not hold: .*--force restores it"):
        keeping.restore(made.path)


LIMITED = """
import resource, sys
from pathlib import Path
from leadline.store.opening import open_store
open_store()
from leadline.store import keeping
from leadline.core.errors import LeadlineError
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    keeping.backup(Path(sys.argv[1]))
except LeadlineError as error:
    print(error)
"""


def test_a_full_disk_leaves_no_half_file(store: str, tmp_path: Path) -> None:
    people(1)
    target = tmp_path / "out" / "b"
    target.parent.mkdir()
    done = subprocess.run([sys.executable, "-c", LIMITED, str(target)], capture_output=True, text=True, check=True)
    assert "cannot be" in done.stdout or "failed" in done.stdout
    assert list(target.parent.iterdir()) == []


def test_a_file_that_is_no_database_is_put_aside(store: str, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a matter of files")
    people(2)
    made = keeping.backup(tmp_path / "b")
    connection.close()
    sqlite_path().write_bytes(b"garbage" * 1000)
    told = keeping.restore(made.path, force=True)
    assert Person.objects.count() == 2
    assert "the file that was there is no database" in told.notes[0]
    sqlite_path().unlink()
    connection.close()
    keeping.restore(made.path)
    assert Person.objects.count() == 2


WRITER = """
import sys
from leadline.store.opening import open_store
open_store()
from django.db import transaction
from leadline.store import audit
from leadline.store.models import Account, Person
for number in range(int(sys.argv[2])):
    with transaction.atomic():
        account = Account.objects.create(name=f"{sys.argv[1]} {number}")
        for one in range(3):
            Person.objects.create(account=account, email=f"{sys.argv[1]}-{number}-{one}@x.example")
        audit.record("made", kind="account", subject=account.pk, payload={"n": number})
"""


@pytest.mark.slow
def test_backups_under_write_load_hold_whole_commits(store: str, elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Each opens, each holds every commit that was made before it began, and none holds a part of one."""
    count = int(os.environ.get("LEADLINE_BACKUPS", "4"))
    people(1)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(one), "100000"]) for one in range(2)]
    made = []
    try:
        while Account.objects.count() < 20:
            assert all(writer.poll() is None for writer in writers)
        for number in range(count):
            before = Account.objects.count()
            made.append((before, keeping.backup(tmp_path / f"{number}.leadline")))
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    for before, one in made:
        told = keeping.verify(one.path)
        assert told.findings == ()
        counted = told.manifest["rows"]
        assert counted["store_account"] >= before
        assert counted["store_person"] == 1 + 3 * counted["store_account"]
        assert counted["store_auditentry"] == told.manifest["audit_head"]["seq"]
    with elsewhere():
        keeping.restore(made[-1][1].path)
        assert audit.check() == []
        assert Person.objects.count() == 1 + 3 * Account.objects.count()
    assert audit.check() == []
