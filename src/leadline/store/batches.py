"""Batches that are not of a file: the day of a source that never ends, and runs that write many things at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leadline.store.models import Batch


def daily(source: str, kind: str, now: datetime) -> Batch:
    """The batch of `source` on the day of `now`, made when it is first asked for. Call it inside a transaction."""
    made, _ = Batch.objects.get_or_create(source=source[:100], kind=kind, name=f"{now:%Y-%m-%d}")
    return made


def fresh(source: str, kind: str, now: datetime) -> Batch:
    """A new batch for one run. Call it inside a transaction."""
    return Batch.objects.create(source=source, kind=kind[:20], name=f"{now:%Y-%m-%d %H:%M}")


def finish(batch: Batch, counts: Mapping[str, int], now: datetime) -> None:
    """Notes what came of a run and that it ended."""
    batch.counts, batch.finished_at = dict(counts), now
    batch.save(update_fields=["counts", "finished_at"])
