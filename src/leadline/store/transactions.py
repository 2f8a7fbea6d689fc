"""One transaction around what belongs together, for packages that know nothing of Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, transaction

from leadline.core.errors import StoreUnavailable
from leadline.store import address


@contextmanager
def together() -> Iterator[None]:
    """All that is written inside is written, or nothing. Raises StoreUnavailable where the database refuses."""
    try:
        with transaction.atomic():
            yield
    except (DatabaseError, InterfaceError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise StoreUnavailable(f"The database {address.shown()} did not take it: {first}") from error
