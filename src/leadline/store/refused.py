"""Events that could not be taken: kept with the reason, so that they can be mended and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from leadline.store import models
from leadline.store.ledger import storable


class Refused(NamedTuple):
    """One event that was not taken."""

    received_at: int
    source: str
    form: str
    reason: str
    body: bytes


def keep(events: Sequence[Refused]) -> None:
    """Writes them; call it inside a transaction."""
    models.Refused.objects.bulk_create(
        [
            models.Refused(
                received_at=one.received_at,
                source=one.source[:200],
                form=one.form[:20],
                reason=storable(one.reason)[:500],
                body=one.body,
            )
            for one in events
        ],
        batch_size=500,
    )
