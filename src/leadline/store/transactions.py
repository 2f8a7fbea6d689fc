"""One transaction around what belongs together, for packages that know nothing of Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db import DataError as DjangoDataError

from leadline.core.errors import DataError, StoreUnavailable
from leadline.store import address
from leadline.store.turns import WRITING, beside


@contextmanager
def reachable() -> Iterator[None]:
    """For reading: errors of the database become StoreUnavailable, and a connection that broke is opened anew.

    Threads of a server outlive connections, and Django looks after those only where requests begin and end.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        yield
    except (DjangoDataError, IntegrityError) as error:  # it is the data that does not fit, and would not tomorrow
        raise DataError(f"The database {address.shown()} does not take these values: {_first(error)}") from error
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable(f"The database {address.shown()} did not take it: {_first(error)}") from error


def turn() -> AbstractContextManager[None]:
    """A turn at writing, where the database lets one write at a time."""
    if connection.vendor != "sqlite":
        return nullcontext()
    return WRITING.taken(address.BUSY_SECONDS, beside(address.sqlite_path()))


@contextmanager
def together() -> Iterator[None]:
    """All that is written inside is written, or nothing. Raises StoreUnavailable where the database refuses."""
    with turn(), reachable(), transaction.atomic():
        yield


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
