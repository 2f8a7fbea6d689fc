"""The one clock. Whatever depends on the time of day takes a `Clock`, so that tests and simulations can set it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What time it is, in UTC."""

    def now(self) -> datetime:
        """An aware time in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time of the machine, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still at `at`."""

    at: datetime

    def now(self) -> datetime:
        """Always the same time."""
        return self.at


def micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC, whole; a time without a zone counts as UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    since = aware - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(at: int) -> datetime:
    """The aware UTC time that lies `at` microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=at)


def micros_now() -> int:
    """The machine's time in microseconds since 1970, for receipts and log lines."""
    return time.time_ns() // 1000
