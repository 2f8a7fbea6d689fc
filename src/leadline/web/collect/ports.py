"""What the collect API is given: write keys, the journal, and the labels of networks and agents."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from leadline.core.origin import AgentFacts

# A write key's source ('collect:web'), and the origins of the pages that may use it (none: any).
Keys = Mapping[str, tuple[str, Sequence[str]]]


class Journal(Protocol):
    """Makes bodies durable."""

    def keep(self, source: str, form: str, facts: str, body: bytes, received_at: int) -> asyncio.Future[None]:
        """A future that ends once the body is on disk, or with StoreUnavailable where it is not known to be.

        Raises Overloaded at once where too much waits.
        """
        ...

    def close(self) -> None:
        """Writes what waits, then ends."""
        ...


class Ports(Protocol):
    """What lies behind the collect API; `app.Collect` is one."""

    def write_keys(self) -> Keys:
        """The keys that may be used now. Reads the database: call it in a thread."""
        ...

    def writer(self) -> Journal:
        """A writer, one for a process."""
        ...

    def network_of(self, address: str) -> str:
        """The label of an address's network."""
        ...

    def agent_of(self, user_agent: str) -> AgentFacts:
        """What a user agent says of itself."""
        ...

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> None:
        """Takes a signed message for a connection; when it returns, it is on disk."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request in bytes, events and seconds, and `held` of all bodies that are read at once in bytes."""

    message: int = 32 * 1024
    batch: int = 500 * 1024
    events: int = 2_500
    held: int = 128 * 1024 * 1024
    seconds: float = 20.0
