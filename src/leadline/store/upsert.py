"""Records of the market written by any of their keys: made where they are new, changed where they differ.

Every object knows the batch and row that made it, every change its own; what was written together can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from leadline.core.clock import Clock
from leadline.core.market import Kind, Record, Upserted
from leadline.core.signal import Ref
from leadline.store import models, resolving, upsert_rows
from leadline.store.models import Batch
from leadline.store.upsert_plan import Entry, Plan, nothing, plan

# What others rest on comes first.
ORDER = (Kind.SELLER, Kind.ACCOUNT, Kind.PERSON, Kind.PRODUCT, Kind.DEAL, Kind.ORDER)


def open_batch(
    source: str,
    kind: str,
    name: str = "",
    sha256: str = "",
    mapping: Mapping[str, Any] | None = None,
    by: models.User | None = None,
) -> Batch:
    """The batch for a file. One that was begun with the same file in the same way and never ended is taken up again, so
    that a crash leaves one batch and not two. Call it inside a transaction."""
    if sha256:
        begun = Batch.objects.filter(source=source, kind=kind, sha256=sha256, finished_at=None, undone_at=None)
        for one in begun.order_by("-pk"):
            if one.mapping == dict(mapping or {}):
                return one
    return Batch.objects.create(
        source=source[:100], kind=kind[:20], name=name[:500], sha256=sha256, mapping=dict(mapping or {}), by=by
    )


def unfinished(before: datetime | None = None) -> list[Batch]:
    """Imports that were begun (before that time) and neither ended nor undone, oldest first."""
    rows = Batch.objects.filter(kind__startswith="import ", finished_at=None, undone_at=None)
    if before is not None:
        rows = rows.filter(started_at__lt=before)
    return list(rows.order_by("pk"))


def upsert(records: Sequence[Record], batch: Batch, clock: Clock, *, strict: bool = False) -> Upserted:
    """Writes records of any kinds; call it inside a transaction.

    Related objects that are unknown are made by their keys; with `strict` the record is refused instead.
    """
    done = Upserted()
    for kind, here in _by_kind(records):
        made = plan(kind, here, nothing if strict else partial(_make, batch, clock), strict=strict)
        done = _sum(done, write(made, batch, clock))
    return done


def write(made: Plan, batch: Batch, clock: Clock) -> Upserted:
    """Writes a plan; call it inside the transaction in which it was made."""
    now = clock.now()
    new = [entry for entry in made.entries if entry.now is None]
    there = [(entry, entry.differs()) for entry in made.entries if entry.now is not None]
    upsert_rows.insert(new, batch, now)
    upsert_rows.change([(entry, differs) for entry, differs in there if differs], batch, now)
    lined = upsert_rows.lines([entry for entry in made.entries if entry.lines is not None], batch, now)
    changed = {id(entry) for entry, differs in there if differs} | {id(entry) for entry in lined if entry.now}
    return Upserted(len(new), len(changed), len(there) - len(changed), tuple(made.refused))


def _make(batch: Batch, clock: Clock, kind: Kind, refs: set[Ref]) -> Mapping[Ref, int]:
    """Makes related objects that nobody has told of yet: a later record says more of them."""
    able = {ref for ref in refs if ref.space != "id" and ref.key.strip()}
    if kind is Kind.ACCOUNT:
        return resolving.accounts(able, batch)
    if kind is Kind.PERSON:
        return resolving.people(able, batch)
    fresh = [Record(kind, (ref,), _named(kind, ref)) for ref in sorted(able, key=lambda ref: (ref.space, ref.key))]
    made = plan(kind, fresh)
    write(made, batch, clock)
    return {entry.record.keys[0]: entry.number for entry in made.entries}


def _named(kind: Kind, ref: Ref) -> dict[str, str]:
    from leadline.store.upsert_lookup import NATURAL

    column = NATURAL[kind].get(ref.space)
    return {column: ref.key} if column else {}


def _by_kind(records: Iterable[Record]) -> list[tuple[Kind, list[Record]]]:
    held: dict[Kind, list[Record]] = {}
    for record in records:
        held.setdefault(record.kind, []).append(record)
    return [(kind, held[kind]) for kind in ORDER if kind in held]


def _sum(a: Upserted, b: Upserted) -> Upserted:
    return Upserted(a.created + b.created, a.changed + b.changed, a.unchanged + b.unchanged, (*a.refused, *b.refused))


__all__ = ["Entry", "open_batch", "unfinished", "upsert", "write"]
