"""Ports: what a plug-in implements and what it is given. A connector is one file that exposes `connector`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from leadline.core.clock import Clock
from leadline.core.market import Record
from leadline.core.recommendation import Recommendation
from leadline.core.signal import Signal


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a connector must be told. A secret is kept in a file that only the owner can read."""

    name: str
    words: str
    secret: bool = False
    required: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a connector read in one go. It is written with `cursor` in one transaction, so that a crash repeats a page
    or does not, and never loses or doubles one. `notes` are sentences for the log."""

    cursor: str
    signals: tuple[Signal, ...] = ()
    records: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What an address outside answered; `body` is at most as long as was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Egress(Protocol):
    """The one client for addresses outside: refuses private ones, pins what it resolved, follows no redirect there."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int = 20_000_000,
        redirects: int = 3,
    ) -> Reply:
        """One request; with `most` 0 the body is not read. Raises `UnreachableAddress` with one sentence where no reply
        comes."""
        ...

    def resolve(self, host: str) -> str:
        """The address of `host`, beyond HTTP. Raises `UnreachableAddress` where it may not be asked."""
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """One connector as it is set up here. `owner` is the seller's mail address for what is personal, else ''.
    `scope` is what the owner consented to (folders, domains, labels …); empty where no consent is needed."""

    name: str
    settings: Mapping[str, str]
    egress: Egress
    clock: Clock
    owner: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)


class Connector(Protocol):
    """Reads one outside system.

    `name` is the plug-in's short name, `title` what a person calls it, `personal` whether it reads one person's own
    mail or calendar and so needs that person's consent.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    personal: bool

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """Yields pages in order from where `cursor` stands ('' at first). Each page's cursor resumes after it.

        Raises LeadlineError with one sentence that names the mend where the system refuses or answers nonsense.
        """
        ...


class Receiver(Protocol):
    """A connector to which an outside system sends of itself."""

    def receive(self, connection: Connection, headers: Mapping[str, str], body: bytes) -> Page:
        """What one message says; its key is the sender's id, so that a repeat counts once.

        Raises LeadlineError with one sentence where the message is not the sender's or cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """With what a plug-in can be tried where there is no network and no record; a module may expose it as `example`.

    A connector's `settings` are used with `replies`: what each address answers, by its beginning without the host
    ('GET /v1/items'), the longest that fits first. `scope` and `owner` are for what is personal. `facts` are what a
    recommender is given.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[str, Reply] = field(default_factory=dict)
    owner: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


class Recommender(Protocol):
    """Proposes one kind of thing; `kind` are the words for it ('call a lead back'). It never writes and never acts."""

    name: str
    title: str
    kind: str

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """Proposals about one subject from what is known of it: 'subject' as ('account', 12), 'now', and more."""
        ...


class PagePlugin(Protocol):
    """A page of the workspace at `path`, for those who have one of `roles`. It shows and never predicts."""

    name: str
    title: str
    roles: tuple[str, ...]
    path: str
