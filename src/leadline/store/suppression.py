"""Who was erased and must not come back unseen: keyed digests of what a person was known by.

The key is the installation's secret, so that nobody who has only the database can try addresses against the list.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Collection

from django.db import connection

from leadline.store.secret import secret_key

EMAIL, VISITOR, PERSON = "email", "visitor", "person"

_held: dict[str, tuple[object, frozenset[str]]] = {}  # by database


def digest(key: str, space: str = EMAIL) -> str:
    """The keyed digest (HMAC-SHA-256) of a mail address, case and outer blanks aside; with `space` of an outside
    system's key, a visitor, or whatever that namespace holds."""
    text = key.strip().casefold() if space == EMAIL else key
    return hmac.new(secret_key().encode(), f"{space}\0{text}".encode(), hashlib.sha256).hexdigest()


def installation() -> str:
    """What tells under which secret digests were made."""
    return digest("", "installation")


def is_erased(key: str, space: str = EMAIL) -> bool:
    """Whether a person with this mail address (with another `space`: this visitor or outside key) was erased.

    Costs one small query; for many take `erased_among` or `suppressed`.
    """
    return suppressed()(key, space)


def erased_among(addresses: Collection[str]) -> frozenset[str]:
    """Those of the mail addresses, in lower case, whose person was erased."""
    known = suppressed() if addresses else None
    return frozenset(one.strip().lower() for one in addresses if known and known(one))


def suppressed() -> Callable[..., bool]:
    """`is_erased` for many: the list as it is now in the caller's transaction."""
    listed = _listed()

    def known(key: str, space: str = EMAIL) -> bool:
        return bool(listed and key) and digest(key, space) in listed

    return known


def _listed() -> frozenset[str]:
    database = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*), MAX(id), MAX(at) FROM store_erasure")
        state = cursor.fetchone()
        if _held.get(database, (None,))[0] != state:
            cursor.execute("SELECT digests FROM store_erasure")
            told = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
            _held[database] = (state, frozenset(one for digests in told for one in digests))
    return _held[database][1]
