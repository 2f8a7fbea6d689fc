"""A request body in the journal: acknowledged, durable, and not unpacked yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One request as it came. `received_at` is in microseconds since 1970; `form` says how to read `body`; `facts` is
    JSON: what the request told beside its body."""

    id: int
    received_at: int
    source: str
    form: str
    facts: str
    body: bytes
