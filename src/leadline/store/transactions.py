"""One transaction around what belongs together, for packages that know nothing of Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import DatabaseError, InterfaceError, connection, transaction

from leadline.core.errors import StoreUnavailable
from leadline.store import address
from leadline.store.turns import WRITING


@contextmanager
def reachable() -> Iterator[None]:
    """For reading: errors of the database become StoreUnavailable, and a connection that broke is opened anew.

    Threads of a server outlive connections, and Django looks after those only where requests begin and end.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise StoreUnavailable(f"The database {address.shown()} did not take it: {first}") from error


@contextmanager
def together() -> Iterator[None]:
    """All that is written inside is written, or nothing. Raises StoreUnavailable where the database refuses."""
    turn = WRITING.taken(address.BUSY_SECONDS) if connection.vendor == "sqlite" else nullcontext()
    with turn, reachable(), transaction.atomic():
        yield
