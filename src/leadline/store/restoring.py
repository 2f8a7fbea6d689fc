"""What a restore does beside the database: small files, the mark in the trail, erasures that came after the backup."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadline.core.errors import DataError
from leadline.core.settings import home
from leadline.store import erasure_list, home_files


def unknown(schema: list[str]) -> str:
    """The first migration that this program does not know; '' where it knows all."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    return next((name for name in schema if name not in known and name.startswith("store.")), "")


def files_before(files: Mapping[str, Path], force: bool) -> None:
    """Erasures of the backup are listed here before its record is placed, so that none is forgotten by a crash."""
    for name in files:
        if not (home() / name).resolve().is_relative_to(home().resolve()):
            raise DataError(f"The backup wants to write '{name}' outside Leadline's folder; do not trust it")
    listed = files.get(home_files.ERASURES)
    if listed is not None:
        here = {(line.person, line.digests) for line in erasure_list.read()}
        new = [line for line in erasure_list.read(listed) if (line.person, line.digests) not in here]
        if new:
            erasure_list.append(new)
    if (secret := files.get("secret")) is not None and (force or not (home() / "secret").exists()):
        _put("secret", secret)


def files_after(files: Mapping[str, Path], force: bool) -> None:
    """The other files: those that are not here, or all with `force`. The trail's heads are never overwritten."""
    for name, path in files.items():
        wanted = not (home() / name).exists() or (force and name != home_files.HEADS)
        if wanted and name not in (home_files.ERASURES, "secret"):
            _put(name, path)


def settle(manifest: Mapping[str, Any], by: str, now: int) -> list[str]:
    """Marks the restore in the trail and its heads, and erases again; gives notes."""
    from django.db import transaction

    from leadline.store import audit, suppression

    head = audit.head() or audit.Head(0, audit.GENESIS, now)
    audit.export_head(audit.Head(head.seq, head.hash, now, restored=True))
    with transaction.atomic():
        audit.record("backup restored", actor=by, payload={"made_at": manifest["made_at"], "head": head.seq}, at=now)
    notes = _erased_again(by)
    if manifest["installation"] != suppression.installation():
        notes.append(
            "this installation has another secret than the one that the backup was made with, so it does not know "
            "people who were erased there: bring LEADLINE_HOME/secret along, or back up with --with-secrets"
        )
    return notes


def _erased_again(by: str) -> list[str]:
    from leadline.core.clock import micros
    from leadline.store import erasure, rewriting, suppression
    from leadline.store.models import Person

    again, tables = [], set[str]()
    for line in erasure_list.read():
        one = Person.objects.filter(pk=line.person, erased_at=None).first()
        if one and suppression.digest(f"{one.pk}:{micros(one.created_at)}", suppression.PERSON) in line.digests:
            told = erasure.erase(one.pk, apply=True, by=by, reason="erased again after a restore")
            again += [*told.people]
            tables |= set(told.tables)
    _listed_still()
    if not again:
        return []
    people = f"person {again[0]}" if len(again) == 1 else f"{len(again)} people"
    words = f"{people}, erased since the backup was made, {'is' if len(again) == 1 else 'are'} erased again"
    return [words, *rewriting.rewrite(tables)]


def _listed_still() -> None:
    """Whoever came and was erased after the backup is not in its record, and must not come back unseen either."""
    from leadline.store.models import Erasure

    known = {one for digests in Erasure.objects.values_list("digests", flat=True) for one in digests}
    for line in erasure_list.read():
        if not known.issuperset(line.digests):
            Erasure.objects.create(person_id=erasure_list.ELSEWHERE, at=line.at, by=line.by, digests=list(line.digests))
            known.update(line.digests)


def _put(name: str, source: Path) -> None:
    target = home() / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = target.with_name(f"{target.name}.{os.getpid()}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target)
