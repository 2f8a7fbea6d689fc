"""Write keys: what a site or program sends with its events to name the source."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from leadline.core.errors import CallError
from leadline.store import audit
from leadline.store.models import WriteKey
from leadline.store.transactions import reachable, together

Active = Mapping[str, tuple[str, tuple[str, ...]]]


def active() -> Active:
    """Source and allowed origins (none: any) of each active key. Raises StoreUnavailable where they cannot be read."""
    with reachable():
        return {
            key: (source, tuple(origins))
            for key, source, origins in WriteKey.objects.filter(active=True).values_list("key", "source", "origins")
        }


def make(name: str, origins: Sequence[str] = ()) -> str:
    """A new key for the source 'collect:NAME', taken from these web origins only where any are named.

    Raises CallError where the name is blank or an origin is not like https://www.example.com.
    """
    if not name.strip():
        raise CallError("A write key needs a name for its source, such as 'web'")
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if scheme not in ("http", "https") or not host or "/" in host:
            raise CallError(f"'{origin}' is no web origin; write it as https://www.example.com")
    key = secrets.token_urlsafe(24)
    with together():
        made = WriteKey.objects.create(key=key, source=f"collect:{name.strip()}"[:200], origins=list(origins))
        audit.record("make write key", kind="write key", subject=made.pk, payload={"source": made.source})
    return key


def retire(key: str) -> bool:
    """Takes a key out of use; False where there is no such active key."""
    with together():
        found = WriteKey.objects.filter(key=key, active=True).first()
        if found is None:
            return False
        WriteKey.objects.filter(pk=found.pk).update(active=False)
        audit.record("retire write key", kind="write key", subject=found.pk, payload={"source": found.source})
    return True
