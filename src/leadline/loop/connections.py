"""Connections from the outside: set up, consented to, read, and taken back with all that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadline.core import ports
from leadline.core.clock import Clock
from leadline.core.errors import CallError, LeadlineError
from leadline.core.plugins import find
from leadline.loop import intake
from leadline.store import connections as kept
from leadline.store.models import Connection
from leadline.store.transactions import together
from leadline.store.withdrawal import withdraw


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one connection; `error` is why it stopped, '' where it came to its end."""

    name: str
    title: str
    pages: int
    added: int
    known: int
    created: int
    changed: int
    notes: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One connection as it stands."""

    name: str
    connector: str
    owner: str
    enabled: bool
    scope: Mapping[str, Any]
    read_at: str
    error: str


def settings_of(connector: str) -> tuple[str, tuple[ports.Setting, ...], bool]:
    """A connector's title, what it must be told, and whether it reads what is personal."""
    found: ports.Connector = find("connectors", connector)
    return found.title, tuple(found.settings), found.personal


def set_up(name: str, connector: str, settings: Mapping[str, str], owner: str = "") -> None:
    """Sets a connection up, or anew. Raises CallError for a setting that is unknown, or one that is missing."""
    title, asked, personal = settings_of(connector)
    known = {one.name: one for one in asked}
    for word in settings:
        if word not in known:
            raise CallError(f"{title} has no setting '{word}'; it has {', '.join(known)}")
    missing = [one.name for one in asked if one.required and not settings.get(one.name) and not one.default]
    if missing:
        raise CallError(f"{title} needs {' and '.join(missing)}")
    if personal and not owner:
        raise CallError(f"{title} reads what is personal; name whose it is with --owner MAIL")
    whole = {one.name: settings.get(one.name) or one.default for one in asked}
    secrets = {word: value for word, value in whole.items() if known[word].secret and value}
    with together():
        kept.make(name, connector, {w: v for w, v in whole.items() if w not in secrets and v}, secrets, owner)


def consent(name: str, scope: Mapping[str, Any], words: str, clock: Clock) -> None:
    """Records what the owner agrees to have read."""
    with together():
        kept.consent(name, scope, words, clock.now())


def revoke(name: str, clock: Clock) -> int:
    """Ends the consent and removes what was read; gives how many signals were emptied."""
    with together():
        one = kept.state(name)
        kept.revoke(name, clock.now())
        return sum(withdraw(source) for source in (name, f"{one.connector}:{name}"))


def read(name: str, clock: Clock, egress: ports.Egress) -> Reading:
    """Reads one connection to its end, or until it fails; what came before a failure is kept."""
    one = kept.state(name)
    connector: ports.Connector = find("connectors", one.connector)
    connection = ports.Connection(name, kept.settings_of(one), egress, clock, owner=one.owner, scope=kept.scope_of(one))
    total, error = intake.Pulled(), ""
    notes: list[str] = []
    try:
        for part in intake.pull(name, connector, connection):
            total = intake.Pulled(
                total.pages + part.pages,
                total.added + part.added,
                total.known + part.known,
                total.created + part.created,
                total.changed + part.changed,
            )
            notes += part.notes
    except LeadlineError as why:
        error = str(why)
    return Reading(
        name, connector.title, total.pages, total.added, total.known, total.created, total.changed, tuple(notes), error
    )


def listed() -> list[Listed]:
    """All connections, by name."""
    return [_listed(one) for one in kept.every()]


def _listed(one: Connection) -> Listed:
    read_at = f"{one.read_at:%Y-%m-%d %H:%M}" if one.read_at else ""
    return Listed(one.name, one.connector, one.owner, one.enabled, kept.scope_of(one), read_at, one.error)
