"""Everything that the record holds about one person, table by table: the answer to a request for access.

Own rows are found by number, by visitor and by the keys of outside systems; others' rows by the words that name the
person (`naming.known_as`, the same words by which an erasure finds them). Your own people and sellers are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from leadline.core.clock import Clock, micros
from leadline.core.profile import Export
from leadline.store import home_files
from leadline.store.models import (
    AuditEntry,
    BuyingRole,
    Change,
    Consent,
    Deal,
    Decision,
    ExternalKey,
    Fact,
    FieldOrigin,
    MatchReview,
    Merge,
    Order,
    Outcome,
    Person,
    Recommendation,
    Signal,
    User,
    Visitor,
)
from leadline.store.naming import known_as
from leadline.store.profile_values import plain
from leadline.store.redaction import Traces
from leadline.store.sweep import APART

_AT_ONCE = 100
_SECRET = ("secret", "salt", "password", "token")  # keys of ours, nothing about the person


def everything(number: int, clock: Clock) -> Export:
    """All rows about the person `number` and the rows merged with it, and what names it elsewhere."""
    tree = list(Person.objects.filter(Q(pk=number) | Q(root=number)).order_by("pk"))
    numbers = [one.pk for one in tree]
    known = known_as(tree)
    rows: dict[str, dict[Any, dict[str, Any]]] = {}
    signals = Signal.objects.filter(
        Q(person__in=numbers) | Q(person=None, visitor__in=Visitor.objects.filter(person__in=numbers).values("visitor"))
    )
    acts = list(signals.values_list("pk", flat=True))
    about = Q(kind="person", object_id__in=numbers)
    subject = Q(subject_kind="person", subject_id__in=numbers)
    advice = list(Recommendation.objects.filter(subject).values_list("pk", flat=True))
    own: Iterable[models.QuerySet[Any]] = (
        Person.objects.filter(pk__in=numbers),
        signals,
        Change.objects.filter(about),
        FieldOrigin.objects.filter(about),
        ExternalKey.objects.filter(about),
        BuyingRole.objects.filter(person__in=numbers),
        Visitor.objects.filter(person__in=numbers),
        Merge.objects.filter(Q(kind="person") & (Q(kept_id__in=numbers) | Q(gone_id__in=numbers))),
        MatchReview.objects.filter(Q(kind="person") & (Q(left_id__in=numbers) | Q(right_id__in=numbers))),
        Deal.objects.filter(person__in=numbers),
        Order.objects.filter(person__in=numbers),
        Fact.objects.filter(subject),
        Recommendation.objects.filter(pk__in=advice),
        Decision.objects.filter(recommendation__in=advice),
        Outcome.objects.filter(recommendation__in=advice),
        Consent.objects.filter(Q(person__in=numbers) | Q(subject__in=known.emails)),
        User.objects.filter(email__in=known.emails, role=User.Role.BUYER),
        AuditEntry.objects.filter(subject_kind="person", subject_id__in=numbers),
    )
    for found in own:
        _add(rows, found)
    for start in range(0, len(acts), 900):
        part = acts[start : start + 900]
        _add(rows, Fact.objects.filter(Q(signal__in=part) | Q(subject_kind="signal", subject_id__in=part)))
        _add(rows, Outcome.objects.filter(signal__in=part))
    traces = Traces(known.words, frozenset(acts))
    _mentions(rows, traces)
    held, closed = home_files.take_out(traces, apply=False)
    notes = [note.replace("so it stays where texts of others have it", "so texts of others were not searched for it")
             for note in known.notes]  # fmt: skip
    if closed:
        notes.append(f"these files cannot be looked into; open them yourself: {', '.join(closed)}")
    tables = {name: tuple(rows[name][key] for key in sorted(rows[name], key=str)) for name in sorted(rows)}
    return Export(number, micros(clock.now()), tables, tuple(held), tuple(notes))


def _add(rows: dict[str, dict[Any, dict[str, Any]]], found: Iterable[Any]) -> None:
    for one in found:
        name = one._meta.db_table.removeprefix("store_")
        rows.setdefault(name, {}).setdefault(one.pk, _plain(one))


def _plain(one: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for field in one._meta.concrete_fields:
        value = getattr(one, field.attname)
        if any(word in field.attname for word in _SECRET):
            continue
        if isinstance(value, memoryview | bytes):
            value = bytes(value).decode("utf-8", "replace")
        if field.attname == "payload" and isinstance(value, str) and value:
            value = _read(value)
        told[field.attname] = plain(value)
    return told


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _mentions(rows: dict[str, dict[Any, dict[str, Any]]], traces: Traces) -> None:
    """Rows of any table whose texts name the person, found by LIKE and judged word by word; and advice on its acts."""
    resting = Recommendation.objects.filter(evidence__icontains='"signal')
    _add(rows, (one for one in resting.iterator(500) if _rests_on(one.evidence, traces.signals)))
    for model in apps.get_app_config("store").get_models():
        if (model._meta.model_name in APART and model._meta.model_name != "auditentry") or not traces.likes:
            continue
        every = model.objects
        if any(isinstance(one, models.BinaryField) for one in model._meta.concrete_fields):
            _add(rows, (one for one in every.iterator(500) if _names(one, traces)))  # requests: few, as they came
            continue
        for start in range(0, len(traces.likes), _AT_ONCE):
            keys = _liked(model, traces.likes[start : start + _AT_ONCE])
            for at in range(0, len(keys), 900):
                _add(rows, (one for one in every.filter(pk__in=keys[at : at + 900]) if _names(one, traces)))


def _names(one: Any, traces: Traces) -> bool:
    text = json.dumps(_plain(one), default=str, ensure_ascii=False)
    return traces.among(text.replace("\\n", " ").replace('\\"', '"'))


def _rests_on(evidence: Any, signals: frozenset[int]) -> bool:
    if isinstance(evidence, list):
        return any(_rests_on(item, signals) for item in evidence)
    return isinstance(evidence, dict) and evidence.get("signal") in signals


def _liked(model: Any, likes: Iterable[str]) -> list[Any]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    fields = [one.column for one in model._meta.concrete_fields if isinstance(one, kinds) and not one.choices]
    if not fields:
        return []
    every = " || ' ' || ".join(f"COALESCE(CAST(\"{name}\" AS TEXT), '')" for name in fields)
    wanted = list(likes)
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    tests = " OR ".join([f"all_texts {like} %s ESCAPE '\\'"] * len(wanted))
    key, table = model._meta.pk.column, model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT pk FROM (SELECT "{key}" AS pk, {every} AS all_texts FROM {table}) AS rows WHERE {tests}', wanted
        )
        return [row[0] for row in cursor.fetchall()]
