"""The list of erasures outside the database, by which a backup that was made before is erased again when restored."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import transaction

from leadline.core.settings import home
from leadline.store import home_files

ELSEWHERE = 0  # the number of an erased person who is not in this record


@dataclass(frozen=True, slots=True)
class Line:
    """One person that was erased: its number, when (microseconds), by whom, and keyed digests of its keys; the first
    is that of its row, so that a number of another record is not taken for it."""

    person: int
    at: int
    by: str
    digests: tuple[str, ...]


def path() -> Path:
    """The file, beside the database."""
    return home() / home_files.ERASURES


def append_later(line: Line) -> None:
    """Appends once the caller's transaction has committed."""
    transaction.on_commit(partial(append, [line]))


def append(lines: Iterable[Line]) -> None:
    """Appends and waits until it is on disk; only the owner may read it."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(target, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        torn = size and os.pread(file, 1, size - 1) != b"\n"
        text = "".join(_text(line) for line in lines)
        os.write(file, f"{chr(10) if torn else ''}{text}".encode())
        os.fsync(file)
    finally:
        os.close(file)


def read(source: Path | None = None) -> list[Line]:
    """All lines of the file; what a crash cut off is passed over."""
    target = source or path()
    found = []
    for text in target.read_text("utf-8", "replace").splitlines() if target.exists() else ():
        try:
            told = json.loads(text)
            found.append(Line(int(told["person"]), int(told["at"]), str(told["by"]), tuple(map(str, told["digests"]))))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def missing() -> list[Line]:
    """Erasures that the record knows and the file does not: a crash came between."""
    from leadline.store.models import Erasure

    listed = {(line.person, line.at) for line in read()}
    return [
        Line(one.person_id, one.at, one.by, tuple(one.digests))
        for one in Erasure.objects.exclude(person_id=ELSEWHERE).order_by("pk")
        if (one.person_id, one.at) not in listed
    ]


def _text(line: Line) -> str:
    told = {"person": line.person, "at": line.at, "by": line.by, "digests": line.digests}
    return json.dumps(told, separators=(",", ":")) + "\n"
