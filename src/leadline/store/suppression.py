"""Who was erased and must not come back unseen: keyed digests of addresses, useless without our secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection

from leadline.store.models import Erasure
from leadline.store.secret import secret_key


def digest(identifier: str) -> str:
    """The keyed digest (HMAC-SHA-256) of a mail address or external key, case and outer blanks aside."""
    return hmac.new(secret_key().encode(), identifier.strip().casefold().encode(), hashlib.sha256).hexdigest()


def erased_among(addresses: Collection[str]) -> frozenset[str]:
    """Those of the mail addresses, in lower case, whose person was erased."""
    if not addresses or not (known := _known()):
        return frozenset()
    return frozenset(
        address.strip().lower() for address in addresses if digest(address) in known
    )


def _known() -> frozenset[str]:
    found: set[str] = set()
    for digests in Erasure.objects.values_list("digests", flat=True):
        found.update(digests)
    return frozenset(found)
