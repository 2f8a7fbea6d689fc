"""Models that are kept: numbered versions of each, one of them published, and what was done with whom, when and why.

    models/NAME/versions/0007/model/        the model (leadline.learn.folder)
    models/NAME/versions/0007/version.json  what it was made of, and the report of its renewal
    models/NAME/published                   the number of the published one, switched by one rename
    models/NAME/history.jsonl               one line for each thing done

A version is written beside and renamed into place whole; a crash leaves the old state or the new one.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leadline.core.errors import CallError, DataError, ForeignModel
from leadline.core.settings import home
from leadline.learn import folder
from leadline.learn.model import Model

KEEP = 10  # versions
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Version:
    """A kept model: `trained_to` is the time (microseconds) up to which outcomes were known to it; `facts` are plain
    JSON of how it was made and judged."""

    number: int
    made_at: str
    trained_to: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """The model in use. `flaw` says why it is not the published one: that one is broken, and an older one serves."""

    version: Version
    model: Model
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done: 'kept', 'published', 'refused' or 'rolled back'."""

    at: str
    what: str
    number: int
    by: str
    why: str


class Registry:
    """The versions of one model, in Leadline's folder unless another is given."""

    def __init__(self, name: str, root: Path | None = None) -> None:
        if not NAME.fullmatch(name):
            raise CallError(f"'{name}' cannot name a model; use lower-case letters, digits and hyphens")
        self.name = name
        self.folder = (root or home() / "models") / name

    def numbers(self) -> list[int]:
        """The versions that are there, oldest first."""
        versions = self.folder / "versions"
        found = [path.name for path in versions.iterdir()] if versions.is_dir() else []
        return sorted(int(name) for name in found if re.fullmatch(r"\d{4,9}", name))

    def keep(self, model: Model, trained_to: int, facts: Mapping[str, Any], at: datetime, by: str, why: str) -> Version:
        """Writes a new version; it is not in use until it is published. Old ones beyond KEEP go, never the published
        one nor the one before it."""
        versions = self.folder / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        number = max([0, *self.numbers(), *(event.number for event in self.history())]) + 1
        made = Version(number, at.isoformat(timespec="seconds"), trained_to, dict(facts))
        beside = versions / f".{number:04d}.{secrets.token_hex(4)}"
        try:
            folder.save(model, beside / "model")
            _write(beside / "version.json", _dumped(made))
            beside.rename(versions / f"{number:04d}")
            _sync(versions)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        self._note(Event(made.made_at, "kept", number, by, why))
        self._thin()
        return made

    def publish(self, number: int, at: datetime, by: str, why: str, what: str = "published") -> None:
        """Puts a version in use. Raises ForeignModel where it cannot be read: what is in use stays."""
        self.load(number)
        _write(self.folder / "published", f"{number}\n".encode())
        self._note(Event(at.isoformat(timespec="seconds"), what, number, by, why))

    def refuse(self, number: int, at: datetime, by: str, why: str) -> None:
        """Notes that a challenger was not published (0 where it was not even kept)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._note(Event(at.isoformat(timespec="seconds"), "refused", number, by, why))

    def roll_back(self, at: datetime, by: str, why: str) -> Version:
        """Puts the version in use again that was published before the present one. Raises DataError where none is."""
        order = self._published()
        for number in order[1:]:
            try:
                version, _ = self.load(number)
            except ForeignModel:
                continue
            self.publish(number, at, by, why, "rolled back")
            return version
        raise DataError(f"No version of '{self.name}' before the present one is there to roll back to")

    def present(self) -> Present | None:
        """The model in use: the published one, or the last good one before it with its flaw told; None where there is
        none that can be read."""
        flaw = ""
        for number in self._published():
            try:
                version, model = self.load(number)
            except ForeignModel as error:
                flaw = flaw or f"The published model {number} of '{self.name}' cannot be used: {error}"
                continue
            return Present(version, model, flaw and f"{flaw}; version {version.number} serves meanwhile")
        return None

    def flaw(self) -> str:
        """Why no published model can be used, '' where one can or none was ever published."""
        found = self.present()
        if found is not None:
            return found.flaw
        order = self._published()
        return f"No published model of '{self.name}' can be read" if order else ""

    def place(self, number: int) -> Path:
        """The model folder of a version, for commands that take one."""
        return self.folder / "versions" / f"{number:04d}" / "model"

    def load(self, number: int) -> tuple[Version, Model]:
        """A version and its model. Raises ForeignModel where it is missing, changed or not one of ours."""
        place = self.folder / "versions" / f"{number:04d}"
        try:
            read = json.loads((place / "version.json").read_bytes())
            version = Version(int(read["number"]), str(read["made_at"]), int(read["trained_to"]), dict(read["facts"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise ForeignModel(f"{place} holds no version of a model; train one anew") from None
        return version, folder.load(place / "model")

    def history(self) -> tuple[Event, ...]:
        """All that was done, oldest first; a last line that a crash left half is left out."""
        try:
            lines = (self.folder / "history.jsonl").read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return ()
        found = []
        for line in lines:
            try:
                found.append(Event(**json.loads(line)))
            except (ValueError, TypeError):
                continue
        return tuple(found)

    def _published(self) -> list[int]:
        """Versions that were in use, the present one first, then those before it, newest first."""
        try:
            first = int((self.folder / "published").read_text("ascii"))
        except (OSError, ValueError):
            first = 0
        order: list[int] = []
        for event in self.history():
            if event.what == "published":
                order.append(event.number)
            elif event.what == "rolled back" and order:  # the one rolled back from is no good one
                order = [number for number in order[:-1] if number != event.number]
                order.append(event.number)
        if first and first in order:
            order = order[: len(order) - order[::-1].index(first)]
        elif first:
            order.append(first)
        return list(dict.fromkeys(reversed(order)))

    def _thin(self) -> None:
        kept = set(self._published()[:2])
        for number in self.numbers()[:-KEEP]:
            if number not in kept:
                shutil.rmtree(self.folder / "versions" / f"{number:04d}", ignore_errors=True)

    def _note(self, event: Event) -> None:
        path = self.folder / "history.jsonl"
        line = json.dumps({name: getattr(event, name) for name in ("at", "what", "number", "by", "why")})
        with path.open("ab") as file:
            # after a crash the last line may be half: a new one begins on a line of its own
            whole = file.tell() == 0 or path.read_bytes()[-1:] == b"\n"
            file.write(("" if whole else "\n").encode() + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _dumped(version: Version) -> bytes:
    told = {"number": version.number, "made_at": version.made_at, "trained_to": version.trained_to}
    return json.dumps({**told, "facts": dict(version.facts)}, ensure_ascii=False, indent=1).encode()


def _write(path: Path, data: bytes) -> None:
    """Writes a file whole: beside, on disk, then renamed into place."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
