"""Objects that are one: merged without moving anything, so that each merge can be undone with all its history.

The one that goes points to the one that is kept (`merged_into`) and to the one that stands for all (`root`); views give
that one. Blank fields of the kept object are filled from the gone one, and every tree is filled anew, merge by merge in
the order of time, whenever one of its merges comes or goes: so any order of undoing leads to the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from leadline.core.errors import CallError
from leadline.core.market import FIELDS, RELATIONS, Kind
from leadline.store import audit
from leadline.store.models import Account, Batch, Deal, Merge, Person, Product, User

MODELS: dict[str, Any] = {"person": Person, "account": Account, "deal": Deal, "product": Product}


def merge(
    kind: str,
    kept: int,
    gone: int,
    *,
    probability: float | None = None,
    reasons: Sequence[str] = (),
    by: User | None = None,
    batch: Batch | None = None,
) -> Merge | None:
    """Makes two objects one; None where they are one already. Call it inside a transaction.

    Raises CallError where there is no such object of this kind.
    """
    model = _model(kind)
    both = {one.pk: one for one in model.objects.filter(pk__in=(kept, gone))}
    for number in (kept, gone):
        if number not in both:
            raise CallError(f"There is no {kind} {number}")
    first, second = (both[number].root_id or number for number in (kept, gone))
    if first == second:
        return None
    made = Merge.objects.create(
        kind=kind, kept_id=first, gone_id=second, probability=probability, reasons=list(reasons), by=by, batch=batch
    )
    model.objects.filter(pk=second).update(merged_into=first, root=first)
    model.objects.filter(root=second).update(root=first)
    _fill(made)  # the newest of its tree: what earlier merges filled in stays
    if batch is None:  # a run of many is in the trail as one
        actor = str(by.pk) if by else "system"
        audit.record("merge", actor=actor, kind=kind, subject=first, payload={"gone": second, "merge": made.pk})
    return made


def undo(number: int, *, by: User | None = None) -> Merge:
    """Takes one merge back; whatever was merged into the gone object before stays with it. Inside a transaction.

    Raises CallError where there is no such merge, or it was undone before.
    """
    found = Merge.objects.filter(pk=number).first()
    if found is None:
        raise CallError(f"There is no merge {number}")
    if found.undone_at:
        raise CallError(f"Merge {number} was undone before, on {found.undone_at:%Y-%m-%d}")
    model = _model(found.kind)
    root = model.objects.get(pk=found.kept_id)
    top = root.root_id or root.pk
    _blank_filled(found.kind, _merges(found.kind, top))
    found.undone_at = timezone.now()
    found.save(update_fields=["undone_at"])
    model.objects.filter(pk=found.gone_id).update(merged_into=None, root=None)
    below = _below(found.kind, found.gone_id)
    model.objects.filter(pk__in=below).update(root=found.gone_id)
    for tree in (top, found.gone_id):
        _fill_anew(found.kind, tree)
    audit.record(
        "undo merge",
        actor=str(by.pk) if by else "system",
        kind=found.kind,
        subject=found.kept_id,
        payload={"gone": found.gone_id, "merge": number},
    )
    return found


def of_batch(batch: int) -> list[int]:
    """Numbers of the standing merges of a run, newest first."""
    rows = Merge.objects.filter(batch_id=batch, undone_at__isnull=True)
    return list(rows.order_by("-pk").values_list("pk", flat=True))


def kept_apart(kind: str) -> set[tuple[int, int]]:
    """Pairs (smaller number first) that a person parted, by undoing their merge: they are not joined by themselves."""
    undone = Merge.objects.filter(kind=kind, undone_at__isnull=False).values_list("kept_id", "gone_id")
    return {(min(pair), max(pair)) for pair in undone}


def _model(kind: str) -> Any:
    if kind not in MODELS:
        raise CallError(f"Objects of kind '{kind}' cannot be merged; {', '.join(MODELS)} can")
    return MODELS[kind]


def _merges(kind: str, root: int) -> list[Merge]:
    """The standing merges of a tree, oldest first."""
    model = _model(kind)
    members = [root, *model.objects.filter(root=root).values_list("pk", flat=True)]
    return list(Merge.objects.filter(kind=kind, undone_at__isnull=True, gone_id__in=members).order_by("pk"))


def _below(kind: str, top: int) -> list[int]:
    """Numbers of all that was merged into `top`, directly or not."""
    found: list[int] = []
    level = [top]
    while level:
        level = list(_model(kind).objects.filter(merged_into__in=level).values_list("pk", flat=True))
        found += level
    return found


def _columns(kind: str) -> list[str]:
    relations = [f"{name}_id" for name in RELATIONS[Kind(kind)]]
    return [name for name in (*FIELDS[Kind(kind)], *relations) if hasattr(_model(kind), name)]


def _fill_anew(kind: str, root: int) -> None:
    merges = _merges(kind, root)
    _blank_filled(kind, merges)
    for one in merges:
        _fill(one)


def _fill(one: Merge) -> None:
    both = _model(one.kind).objects.in_bulk((one.kept_id, one.gone_id))
    kept, gone = both[one.kept_id], both[one.gone_id]
    filled = {
        name: getattr(gone, name)
        for name in _columns(one.kind)
        if getattr(kept, name) in ("", None) and getattr(gone, name) not in ("", None)
    }
    filled = {name: value for name, value in filled.items() if value != kept.pk or not name.endswith("_id")}
    if filled:
        _model(one.kind).objects.filter(pk=kept.pk).update(**filled)
    told = {name: str(value) for name, value in filled.items()}
    if told != one.filled:
        Merge.objects.filter(pk=one.pk).update(filled=told)


def _blank_filled(kind: str, merges: Iterable[Merge]) -> None:
    """Takes back what merges filled in, newest first, except what has been changed since."""
    for one in reversed(list(merges)):
        kept = _model(kind).objects.get(pk=one.kept_id)
        blank = {
            name: None if kept._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name).null else ""
            for name, value in one.filled.items()
            if str(getattr(kept, name)) == value
        }
        if blank:
            _model(kind).objects.filter(pk=kept.pk).update(**blank)
