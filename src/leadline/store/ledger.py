"""The one write path of the ledger. Each row is known by (source, key): what is there already is left as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadline.core.clock import micros, micros_now
from leadline.core.ledger import Decision, Fact, Lesson, Outcome
from leadline.core.signal import Appended, Signal
from leadline.store import models, resolving
from leadline.store.bulk import chunks, insert_new
from leadline.store.suppression import VISITOR, suppressed

_encode = msgspec.json.Encoder(enc_hook=str).encode

KEY_LENGTH = 400
VISITOR_LENGTH = 100
_UNIQUE = "key, source_id"
_COLUMNS = (
    "source_id",
    "key",
    "at",
    "recorded_at",
    "act",
    "actor",
    "account_id",
    "person_id",
    "deal_id",
    "visitor",
    "human",
    "network",
    "consent",
    "batch_id",
    "row",
    "payload",
)


def append(signals: Sequence[Signal], *, batch: models.Batch | None = None, rows: Sequence[int] = ()) -> Appended:
    """Writes signals; call it inside a transaction. `rows` are their data rows in the batch's file.

    A signal that is there already is noted as restated by `batch`: it stands while one of its batches is not undone.
    """
    if not signals:
        return Appended(0, 0)
    erased = suppressed()
    gone = {s.person for s in signals if s.person and erased(s.person.key, s.person.space)}
    gone_visitors = {s.visitor for s in signals if s.visitor and erased(s.visitor, VISITOR)}
    kept = [
        (s, rows[place] if rows else 0)
        for place, s in enumerate(signals)
        if s.person not in gone and s.visitor not in gone_visitors
    ]
    people = resolving.people({s.person for s, _ in kept if s.person}, batch)
    accounts = resolving.accounts({s.account for s, _ in kept if s.account}, batch)
    deals = resolving.deals({s.deal for s, _ in kept if s.deal})
    sources = source_numbers({s.source for s, _ in kept})
    number = batch.pk if batch else None
    now = micros_now()
    received = {at: micros(at) for at in {s.received for s, _ in kept} if at}  # one for all events of a body
    values = [
        (
            sources[s.source],
            fitting(s.key, KEY_LENGTH),
            micros(s.at),
            received[s.received] if s.received else now,
            storable(s.act)[:60],
            s.actor.value,
            accounts.get(s.account) if s.account else None,
            people.get(s.person) if s.person else None,
            deals.get(s.deal) if s.deal else None,
            fitting(s.visitor, VISITOR_LENGTH),
            s.human,
            s.network[:20],
            s.consent[:40],
            number,
            row,
            to_json(s.payload),
        )
        for s, row in kept
    ]
    added = insert_new("store_signal", _COLUMNS, values, _UNIQUE)
    if batch and added < len(values):
        _restate(batch, values)
    return Appended(added, len(values) - added, len(signals) - len(kept))


def append_facts(facts: Sequence[Fact]) -> Appended:
    """Writes facts; call it inside a transaction."""
    sources = source_numbers({fact.source for fact in facts})
    now = micros_now()
    columns = (
        "source_id key at recorded_at kind subject_kind subject_id value confidence signal_id span_start span_end "
        "quote made_by"
    ).split()
    values = [
        (
            sources[fact.source],
            fitting(fact.key, KEY_LENGTH),
            micros(fact.at),
            now,
            fact.kind,
            *fact.subject,
            json.dumps(fact.value, default=str),
            fact.confidence,
            fact.signal,
            *(fact.span or (None, None)),
            fact.quote,
            fact.made_by,
        )
        for fact in facts
    ]
    added = insert_new("store_fact", columns, values, _UNIQUE)
    return Appended(added, len(values) - added)


def append_decision(decision: Decision) -> bool:
    """Writes a decision; False where it is there already."""
    return _one(
        models.Decision,
        decision.source,
        decision.key,
        at=micros(decision.at),
        recommendation_id=decision.recommendation,
        verdict=decision.verdict,
        reason=decision.reason,
        note=decision.note,
        edit=decision.edit,
        by_id=decision.by,
    )


def append_outcome(outcome: Outcome) -> bool:
    """Writes an outcome; False where it is there already."""
    return _one(
        models.Outcome,
        outcome.source,
        outcome.key,
        at=micros(outcome.at),
        recommendation_id=outcome.recommendation,
        rule=outcome.rule,
        met=outcome.met,
        signal_id=outcome.signal,
    )


def append_lesson(lesson: Lesson) -> bool:
    """Writes a lesson; False where it is there already."""
    return _one(
        models.Lesson,
        lesson.source,
        lesson.key,
        at=micros(lesson.at),
        subject=lesson.subject,
        words=lesson.words,
        rests_on=[list(part) for part in lesson.rests_on],
        unlearns_id=lesson.unlearns,
    )


def source_numbers(names: set[str]) -> dict[str, int]:
    """Numbers of sources by name; new names get one."""
    models.Source.objects.bulk_create([models.Source(name=name) for name in sorted(names)], ignore_conflicts=True)
    return dict(models.Source.objects.filter(name__in=names).values_list("name", "pk"))


def fitting(text: str, most: int) -> str:
    """The text, or where it is longer than `most` its beginning and a digest of the whole: still one for each text."""
    clean = text if text.isascii() and "\x00" not in text else storable(text)
    if len(clean) <= most:
        return clean
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{clean[: most - 33]}~{digest}"


def storable(text: str) -> str:
    """The text without what a database does not take: NUL, and halves of surrogate pairs (a '?' stands for each)."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def to_json(payload: Mapping[str, Any]) -> str:
    """Compact JSON, '' where there is nothing."""
    if not payload:
        return ""
    try:
        return _encode(payload).decode()
    except (TypeError, UnicodeEncodeError, OverflowError):  # keys that are no text, halves of surrogates, huge numbers
        return storable(json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str))


def _restate(batch: models.Batch, values: Sequence[Sequence[Any]]) -> None:
    found: list[int] = []
    for part in chunks(values):
        named = {(source, key) for source, key, *_ in part}
        here = models.Signal.objects.filter(key__in={key for _, key in named}).exclude(batch=batch)
        found += [pk for pk, key, source in here.values_list("pk", "key", "source_id") if (source, key) in named]
    insert_new("store_restated", ("signal_id", "batch_id"), [(pk, batch.pk) for pk in found], "signal_id, batch_id")


def _one(model: Any, source: str, key: str, **fields: Any) -> bool:
    number = source_numbers({source})[source]
    _, made = model.objects.get_or_create(
        source_id=number, key=fitting(key, KEY_LENGTH), defaults={"recorded_at": micros_now(), **fields}
    )
    return bool(made)
