"""The values of objects, each with the source, row and time that it comes from, and what other sources say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from leadline.core.clock import micros
from leadline.core.market import RELATIONS, Kind
from leadline.core.profile import Evidence, ProfileField, Stated
from leadline.store.models import Batch, Change, ExternalKey, FieldOrigin, Merge, Signal
from leadline.store.upsert_lookup import MODELS, columns

_LABELS = {
    "given_name": "given name",
    "family_name": "family name",
    "opened_at": "opened",
    "closed_at": "closed",
    "ordered_at": "ordered",
    "expected_on": "expected",
    "lost_reason": "reason lost",
    "email": "mail address",
    "title": "job title",
}
_BLANK: tuple[Any, ...] = (None, "", [], {})


def fields_of(kind: Kind, numbers: Iterable[int]) -> Mapping[int, tuple[ProfileField, ...]]:
    """The fields of objects of a kind that stand for themselves: own columns, relations, what sources say beyond, and
    the keys by which they know the object."""
    return _Reader(kind, sorted(set(numbers))).read()


def histories_of(kind: Kind, numbers: Iterable[int]) -> Mapping[int, tuple[ProfileField, ...]]:
    """Every change of objects, oldest first: the field, what it became (`value`) and what it was (`others`)."""
    roots = _roots(kind, numbers)
    found: dict[int, list[ProfileField]] = defaultdict(list)
    for one in changes_of(kind, roots):
        evidence = (_changed(one), *row_evidence(one.batch, one.row, one.span))
        before = () if one.before in _BLANK else (Stated(plain(one.before), "", None, evidence, "earlier"),)
        name = label(one.field)
        found[roots[one.object_id]].append(
            ProfileField(name, plain(one.after), one.source, micros(one.at), evidence, before)
        )
    return {number: tuple(rows) for number, rows in found.items()}


def changes_of(kind: Kind, numbers: Iterable[int]) -> list[Change]:
    """The changes of these rows that no undone batch made, in order of time."""
    rows = Change.objects.filter(kind=kind.value, object_id__in=list(numbers), batch__undone_at=None)
    return list(rows.select_related("batch").order_by("at", "pk"))


def row_evidence(batch: Batch | None, row: int, quote: str = "") -> tuple[Evidence, ...]:
    """The row of a batch; nothing where there is no batch."""
    if batch is None:
        return ()
    what = batch.name or f"{batch.kind} from {batch.source}"
    words = f"{what}, row {row:,}" if row else what
    return (Evidence("row", batch.pk, words, micros(batch.started_at), row, quote),)


def label(column: str) -> str:
    """A column's name in the reader's words."""
    return _LABELS.get(column, column.removesuffix("_id").replace("_", " "))


def plain(value: Any) -> Any:
    """A value as JSON has it: exact numbers become whole or floating ones, times text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def name_of(one: Any) -> str:
    """What to call an object."""
    if one is None:
        return ""
    names = (getattr(one, "name", ""), f"{getattr(one, 'given_name', '')} {getattr(one, 'family_name', '')}".strip())
    rest = (getattr(one, name, "") for name in ("email", "domain", "number", "code"))
    return next((str(name) for name in (*names, *rest) if name), f"number {one.pk}")


def _roots(kind: Kind, numbers: Iterable[int]) -> dict[int, int]:
    """The number that stands for each row of the objects' trees."""
    wanted = list(numbers)
    rows = MODELS[kind].objects.filter(Q(pk__in=wanted) | Q(root__in=wanted)).values_list("pk", "root_id")
    return {number: root if root in wanted else number for number, root in rows}


def _changed(one: Change) -> Evidence:
    at = micros(one.at)
    return Evidence("change", one.pk, f"change of {label(one.field)}", at, quote=one.span)


class _Reader:
    """Reads objects of one kind with a fixed number of queries."""

    def __init__(self, kind: Kind, numbers: Sequence[int]) -> None:
        self._kind = kind
        self._numbers = numbers
        self._root = _roots(kind, numbers)
        related = [name for name in RELATIONS[kind] if f"{name}_id" in columns(kind)]
        rows = MODELS[kind].objects.filter(pk__in=self._root).select_related("batch", *related).order_by("pk")
        self._rows: dict[int, Any] = {one.pk: one for one in rows}
        origins = FieldOrigin.objects.filter(kind=kind.value, object_id__in=list(self._root)).select_related("batch")
        self._origins = {(one.object_id, one.field): one for one in origins}
        self._changes: dict[tuple[int, str], list[Change]] = defaultdict(list)
        for one in changes_of(kind, self._root):
            self._changes[one.object_id, one.field].append(one)
        self._filled: dict[tuple[int, str], tuple[str, int]] = {}
        standing = Merge.objects.filter(kind=kind.value, undone_at=None, kept_id__in=list(self._root))
        for merge in standing.order_by("pk"):
            for name, value in merge.filled.items():
                self._filled[merge.kept_id, name] = (value, merge.gone_id)
        self._keys: dict[int, list[ExternalKey]] = defaultdict(list)
        for key in ExternalKey.objects.filter(kind=kind.value, object_id__in=list(self._root)).order_by("space", "key"):
            self._keys[key.object_id].append(key)

    def read(self) -> dict[int, tuple[ProfileField, ...]]:
        """The fields of each object."""
        return {number: tuple(self._object(self._rows[number])) for number in self._numbers if number in self._rows}

    def _object(self, root: Any) -> Iterable[ProfileField]:
        twins = [one for pk, one in self._rows.items() if self._root[pk] == root.pk and pk != root.pk]
        for name in columns(self._kind):
            value = self._shown(root, name)
            others = self._others(root, name, value, twins)
            if value not in _BLANK or any(one.why != "earlier" for one in others):
                yield self._field(label(name), value, self._origin(root, name), others)
        for header, value in root.extra.items():
            if value not in _BLANK:
                yield self._field(header, plain(value), self._extra_origin(root, header), ())
        for one in (root, *twins):
            for key in self._keys[one.pk]:
                named = [c for c in self._changes[one.pk, f"key {key.space}"] if c.after == key.key]
                origin = self._of_change(named[-1]) if named else self._own(one)
                yield self._field(f"key in {key.space}", key.key, origin, ())

    @staticmethod
    def _field(
        name: str, value: Any, origin: tuple[str, int | None, tuple[Evidence, ...]], others: Iterable[Stated]
    ) -> ProfileField:
        return ProfileField(name, value, *origin, tuple(others))

    def _shown(self, one: Any, name: str) -> Any:
        if not name.endswith("_id"):
            return plain(getattr(one, name))
        other = getattr(one, name.removesuffix("_id"))
        return None if other is None else name_of(getattr(other, "root", None) or other)

    def _origin(self, one: Any, name: str) -> tuple[str, int | None, tuple[Evidence, ...]]:
        """Source, time and evidence of a column's present value."""
        filled, gone = self._filled.get((one.pk, name), ("", 0))
        if gone in self._rows and str(getattr(one, name)) == filled:
            return self._origin(self._rows[gone], name)
        if found := self._origins.get((one.pk, name)):
            evidence = row_evidence(found.batch, found.row, found.span)
            changed = self._changes.get((one.pk, name))
            if changed and not evidence:
                evidence = (_changed(changed[-1]),)
            return found.source, micros(found.at), evidence or self._own(one)[2]
        return self._own(one)

    def _own(self, one: Any) -> tuple[str, int | None, tuple[Evidence, ...]]:
        """The origin of the row itself: its row of a batch, else the first act that named it, else the record."""
        if one.batch is not None:
            return one.batch.source, micros(one.created_at), row_evidence(one.batch, one.row)
        if self._kind in (Kind.ACCOUNT, Kind.PERSON):
            acts = Signal.objects.filter(**{self._kind.value: one.pk}).select_related("source")
            for signal in acts.order_by("at", "pk")[:1]:
                words = f"the first act that named it: {signal.act}"
                return signal.source.name, signal.at, (Evidence("signal", signal.pk, words, signal.at),)
        at = micros(one.created_at)
        return "the record", at, (Evidence(self._kind.value, one.pk, f"{self._kind.value} {one.pk}", at),)

    def _extra_origin(self, one: Any, header: str) -> tuple[str, int | None, tuple[Evidence, ...]]:
        told = [c for c in self._changes[one.pk, "extra"] if isinstance(c.after, dict) and header in c.after]
        return self._of_change(told[-1]) if told else self._own(one)

    @staticmethod
    def _of_change(one: Change) -> tuple[str, int | None, tuple[Evidence, ...]]:
        return one.source, micros(one.at), (*row_evidence(one.batch, one.row, one.span), _changed(one))

    def _others(self, root: Any, name: str, value: Any, twins: Sequence[Any]) -> list[Stated]:
        """What was said before, and what other records say, where it differs."""
        found: list[Stated] = []
        if not name.endswith("_id"):  # numbers of related objects say nothing to a reader
            source, when, evidence = self._own(root)
            present = self._origin(root, name)[0]
            for change in self._changes[root.pk, name]:
                before = plain(change.before)
                if before not in _BLANK and before != value:
                    why = "earlier" if source == present else "another source"
                    found.append(Stated(before, source, when, (*evidence, _changed(change)), why))
                source, when, evidence = self._of_change(change)
        for twin in twins:
            other = self._shown(twin, name)
            if other not in _BLANK and other != value:
                found.append(Stated(other, *self._origin(twin, name), "another record"))
        unique: dict[tuple[str, str], Stated] = {}
        for one in found:
            unique[str(one.value), one.source] = one
        return list(unique.values())
