"""What a piece of evidence opens to: the row, act, fact, change or role as it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leadline.core.market import Kind
from leadline.core.profile import Evidence
from leadline.store.models import Batch, BuyingRole, Change, Consent, Fact, Merge, Signal
from leadline.store.profile_values import plain
from leadline.store.upsert_lookup import MODELS, columns

_MOST = 5
_CAME = {"objects", "changes", "acts", "roles"}


def opened(evidence: Evidence) -> Mapping[str, Any] | None:
    """What is kept under the evidence, as JSON; None where nothing is, so that the reference is broken."""
    if evidence.kind == "row":
        return _row(evidence.number, evidence.row)
    if evidence.kind in {kind.value for kind in Kind}:
        kind = Kind(evidence.kind)
        return _object(kind, MODELS[kind].objects.filter(pk=evidence.number).first())
    model: Any = {
        "signal": Signal,
        "fact": Fact,
        "change": Change,
        "role": BuyingRole,
        "merge": Merge,
        "consent": Consent,
    }.get(evidence.kind)
    one = None if model is None else model.objects.filter(pk=evidence.number).first()
    if one is None:
        return None
    found = {field.attname: plain(getattr(one, field.attname)) for field in one._meta.concrete_fields}
    if evidence.kind == "signal":
        found["payload"] = json.loads(one.payload) if one.payload else {}
        found["source"] = one.source.name
    return found


def _row(number: int, row: int) -> Mapping[str, Any] | None:
    """A batch, with what is kept of one of its rows: objects, changes and acts that came of it."""
    batch = Batch.objects.filter(pk=number).first()
    if batch is None:
        return None
    found: dict[str, Any] = {"source": batch.source, "kind": batch.kind, "name": batch.name, "row": row}
    found["started_at"] = plain(batch.started_at)
    if not row:
        return found
    for kind in Kind:
        for one in MODELS[kind].objects.filter(batch=batch, row=row)[:_MOST]:
            found.setdefault("objects", []).append({"kind": kind.value, **_object(kind, one)})
    changes = Change.objects.filter(batch=batch, row=row).values("kind", "object_id", "field", "before", "after")
    acts = Signal.objects.filter(batch=batch, row=row).values("id", "act", "at")
    roles = BuyingRole.objects.filter(batch=batch, row=row).values("id", "role", "person_id", "deal_id")
    for name, rows in (("changes", changes), ("acts", acts), ("roles", roles)):
        if told := list(rows[: 10 * _MOST]):
            found[name] = told
    return found if found.keys() & _CAME else None  # nothing came of such a row


def _object(kind: Kind, one: Any) -> dict[str, Any]:
    if one is None:
        return {}
    return {"id": one.pk, **{name: plain(getattr(one, name)) for name in columns(kind)}, "extra": one.extra}
