"""What the owner of a mailbox or a calendar consented to: which places, which companies, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from leadline.core.errors import DataError
from leadline.core.mail_domains import domain_of, is_free


@dataclass(frozen=True, slots=True)
class Scope:
    """A consent. Domains and addresses are lower case; `domains` may hold '*' or whole addresses."""

    owner: str
    places: tuple[str, ...]
    domains: frozenset[str]
    excluded: frozenset[str]
    labels: frozenset[str]
    own: frozenset[str]
    since: datetime | None

    def is_own(self, address: str) -> bool:
        """Whether the address is the owner's or a colleague's."""
        domain = domain_of(address)
        return address in self.own or (not is_free(domain) and _under(domain, self.own))

    def counts(self, address: str) -> bool:
        """Whether the owner consented to have what passes between them and this address read."""
        domain = domain_of(address)
        if not domain or self.is_own(address) or address in self.excluded or _under(domain, self.excluded):
            return False
        if address in self.domains or _under(domain, self.domains):
            return True
        return "*" in self.domains and not is_free(domain)

    def carries(self, labels: frozenset[str]) -> bool:
        """Whether labels (any case) meet those of the consent; all do where it names none."""
        return not self.labels or bool(self.labels & {label.casefold() for label in labels})

    def reaches(self, at: datetime) -> bool:
        """Whether the time lies inside the consent."""
        return self.since is None or at >= self.since


def _under(domain: str, domains: frozenset[str]) -> bool:
    """Whether the domain or one above it is named."""
    parts = domain.split(".")
    return any(".".join(parts[first:]) in domains for first in range(len(parts)))


def read_scope(owner: str, scope: Mapping[str, Any], *, places: str, what: str) -> Scope:
    """The consent in `scope`: {places: [...], 'domains': [...], 'exclude': [...], 'labels': [...], 'own': [...],
    'since': date}. `own` names further addresses or domains of the owner's firm.

    Raises DataError where no owner, place or domain is named: nothing personal is read without them.
    """
    owner = owner.strip().lower()
    if not domain_of(owner):
        raise DataError(
            f"{what} has no owner, so nobody consented and nothing was read; connect it with the owner's mail address"
        )
    named, domains = _words(scope, places, what), _words(scope, "domains", what)
    if not named or not domains:
        missing = places if not named else "domains"
        raise DataError(f"{what} of {owner} has no scope, so nothing was read; its owner has to name {missing} to read")
    own = {owner, *(word.lower().lstrip("@") for word in _words(scope, "own", what))}
    if not is_free(domain_of(owner)):
        own.add(domain_of(owner))
    return Scope(
        owner=owner,
        places=named,
        domains=frozenset(word.lower().lstrip("@") for word in domains),
        excluded=frozenset(word.lower().lstrip("@") for word in _words(scope, "exclude", what)),
        labels=frozenset(word.casefold() for word in _words(scope, "labels", what)),
        own=frozenset(own),
        since=_since(scope.get("since"), what),
    )


def _words(scope: Mapping[str, Any], name: str, what: str) -> tuple[str, ...]:
    words = scope.get(name) or ()
    if isinstance(words, str):
        words = words.split(",")
    if not isinstance(words, Iterable) or not all(isinstance(word, str) for word in words):
        raise DataError(f"The scope of {what} is wrong: '{name}' has to be a list of words")
    return tuple(word.strip() for word in words if word.strip())


def _since(value: object, what: str) -> datetime | None:
    """Midnight in UTC of a date, or the time itself."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if value in (None, "", [], ()):
        return None
    try:
        at = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise DataError(f"The scope of {what} is wrong: 'since' has to be a date such as 2026-01-31") from None
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
