"""When an event happened, by the clock of the server: the sender's clock may be wrong, its differences are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(hours=24)  # what lies further ahead of its receipt is refused
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class NoMoment(ValueError):
    """A time that cannot be used, with the reason."""


def moment(text: str | float | None, name: str) -> datetime | None:
    """An ISO 8601 time, UTC where it names no zone, or seconds or milliseconds since 1970; None for nothing."""
    if text is None or text == "":
        return None
    try:
        if isinstance(text, str):
            found = datetime.fromisoformat(text)
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return datetime.fromtimestamp(text / 1000 if abs(text) > 1e11 else text, UTC)
    except (ValueError, OverflowError, OSError):
        raise NoMoment(f"The {name} {str(text)[:40]!r} is no time; write it as 2030-01-31T12:00:00Z.") from None


def happened(at: datetime | None, sent: datetime | None, received: datetime) -> datetime:
    """The receipt less (sent - at): what the sender's clock is wrong by falls out (Segment, 'Timestamps in events').

    Without `sent` the sender's time stands. Never later than its receipt; raises NoMoment where it would be by more
    than a day, or before 1990.
    """
    if at is None:
        return received
    try:
        found = at if sent is None else received - (sent - at)
    except OverflowError:
        raise NoMoment("The time lies outside the calendar.") from None
    if found > received:
        if found - received > AHEAD:
            raise NoMoment(f"The time {found:%Y-%m-%d %H:%M} lies more than a day ahead; see the sender's clock.")
        return received
    if found < EARLIEST:
        raise NoMoment("The time lies before 1990; see the sender's clock.")
    return found
