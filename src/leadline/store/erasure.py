"""Erases a person: every row, text and file that names it, and leaves a marker and keyed digests.

A dry run does the same work in a transaction that is rolled back, so that what it tells is what would be done. Kept
are: that somebody was there (the emptied row, with its account), when signals came and of what kind they were, and
digests under the installation's secret by which a restore or an import knows the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction

from leadline.core.clock import Clock, SystemClock, from_micros, micros
from leadline.core.errors import CallError
from leadline.store import audit, erasure_list, home_files
from leadline.store.models import (
    BuyingRole,
    Change,
    Consent,
    Erasure,
    ExternalKey,
    FieldOrigin,
    MatchReview,
    Merge,
    Person,
    User,
    Visitor,
)
from leadline.store.naming import Known, known_as
from leadline.store.redaction import Traces, usable
from leadline.store.suppression import PERSON, VISITOR, digest
from leadline.store.sweep import Swept, sweep
from leadline.store.transactions import together

LEDGER_KEYED = "erased:"
_QUOTED_IN = ("fact", "recommendation", "decision", "lesson", "change", "buyingrole")


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took, or in a dry run would take: rows by table, files by name, and what a person must know."""

    people: tuple[int, ...]
    applied: bool
    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=(), repr=False)
    tables: tuple[str, ...] = ()


def erase(number: int, *, apply: bool, by: str = "system", reason: str = "", clock: Clock | None = None) -> Erased:
    """Erases the person with this number and all that was merged with it; with `apply` False only tells.

    `by` is a user's number or a word, `reason` a sentence that names nobody. Raises CallError where there is none.
    Bytes that the database has given up are overwritten by `rewriting.rewrite`.
    """
    now = micros((clock or SystemClock()).now())
    with together():
        tree = _tree(number)
        known = known_as(tree)
        digests = {one.pk: [digest(f"{one.pk}:{micros(one.created_at)}", PERSON)] for one in tree}
        digests[tree[0].pk] += sorted({digest(key, space) for space, key in known.keys})
        numbers = [one.pk for one in tree]
        swept = Swept()
        signals = _signals(numbers, known, now, swept)
        quotes = _ledger(numbers, now, swept)
        _market(numbers, known, now, swept)
        traces = Traces(known.words, frozenset(signals))
        sweep(traces, now, swept)
        if quotes:
            sweep(Traces(usable(quotes), frozenset(signals)), now, swept, only=_QUOTED_IN)
        _people(tree, now, swept)
        held, closed = home_files.take_out(traces, apply)
        for pk, told in digests.items():
            Erasure.objects.create(person_id=pk, at=now, by=by, reason=reason, digests=told)
            erasure_list.append_later(erasure_list.Line(pk, now, by, tuple(told)))
        entries = _audit(numbers, signals, traces, swept)
        audit.record(
            audit.ERASED,
            actor=by,
            kind="person",
            subject=tree[0].pk,
            payload={"people": numbers, "entries": entries, "rows": swept.rows},
            at=now,
        )
        if not apply:
            transaction.set_rollback(True)
    notes = [*known.notes]
    if closed:
        notes.append(f"these files cannot be looked into; delete them or make them anew: {', '.join(closed)}")
    return Erased(tuple(numbers), apply, swept.rows, tuple(held), tuple(notes), known.words, tuple(sorted(swept.rows)))


def _tree(number: int) -> list[Person]:
    """The person's row and all rows that are one with it, the one that stands for all first."""
    one = Person.objects.filter(pk=number).first()
    if one is None:
        raise CallError(f"There is no person {number}")
    root = one.root_id or one.pk
    found = list(Person.objects.filter(models.Q(pk=root) | models.Q(root=root)).order_by("pk"))
    if all(person.erased_at for person in found):
        raise CallError(f"Person {number} was erased before, on {one.erased_at:%Y-%m-%d}")
    return sorted(found, key=lambda person: person.pk != root)


def _signals(numbers: list[int], known: Known, now: int, swept: Swept) -> list[int]:
    """Empties the person's signals, those of its visitors among them; gives their numbers."""
    visitors = [key for space, key in known.keys if space == VISITOR]
    found: list[tuple[int, str, int]] = []
    with connection.cursor() as cursor:
        for column, values in (("person_id", numbers), ("person_id IS NULL AND visitor", visitors)):
            if values:
                marks = ", ".join(["%s"] * len(values))
                # Not by erased_at: a row has it too once another person went out of its words.
                cursor.execute(
                    f"SELECT id, key, source_id FROM store_signal WHERE {column} IN ({marks}) AND key NOT LIKE %s",
                    [*values, f"{LEDGER_KEYED}%"],
                )
                found += cursor.fetchall()
        cursor.executemany(
            "UPDATE store_signal SET key = %s, payload = '', visitor = '', network = '', erased_at = %s, "
            "person_id = COALESCE(person_id, %s) WHERE id = %s",
            [(_keyed(key, "signal", source), now, numbers[0], pk) for pk, key, source in found],
        )
    swept.add("store_signal", (pk for pk, _, _ in found))
    return [pk for pk, _, _ in found]


def _ledger(numbers: list[int], now: int, swept: Swept) -> set[str]:
    """Empties what was understood, proposed and decided from those signals or about the person; gives the quotes."""
    marks = ", ".join(["%s"] * len(numbers))
    person = f"subject_kind = 'person' AND subject_id IN ({marks})"
    gone = "IN (SELECT id FROM store_signal WHERE erased_at = %s)"
    advice = f"recommendation_id IN (SELECT id FROM store_recommendation WHERE erased_at = {now:d})"
    quotes: set[str] = set()
    steps: list[tuple[str, str, list[Any], str]] = [
        (
            "fact",
            f"({person}) OR signal_id {gone} OR (subject_kind = 'signal' AND subject_id {gone})",
            [*numbers, now, now],
            "value = {null}, quote = '', span_start = NULL, span_end = NULL",
        ),
        ("recommendation", person, numbers, "action = {empty}, evidence = {empty}, human_task = ''"),
        ("decision", advice, [], "reason = '', note = '', edit = NULL"),
        ("outcome", f"{advice} OR signal_id {gone}", [now], ""),
    ]
    json_type = "::jsonb" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name, where, values, setting in steps:
            # Names of firms and words of themes are nobody's: they stay where others said them.
            quoted = "CASE WHEN kind IN ('entity', 'theme') THEN '' ELSE quote END" if name == "fact" else "''"
            cursor.execute(
                f"SELECT id, key, source_id, {quoted} FROM store_{name} WHERE ({where}) AND key NOT LIKE %s",
                [*values, f"{LEDGER_KEYED}%"],
            )
            found = cursor.fetchall()
            quotes |= {quote for *_, quote in found if len(quote) >= 12}
            full = setting.format(null=f"'null'{json_type}", empty=f"'{{}}'{json_type}")
            cursor.executemany(
                f"UPDATE store_{name} SET {full}{', ' if full else ''}key = %s, erased_at = %s WHERE id = %s",
                [(_keyed(key, name, source), now, pk) for pk, key, source, _ in found],
            )
            swept.add(f"store_{name}", (pk for pk, *_ in found))
    return quotes


def _market(numbers: list[int], known: Known, now: int, swept: Swept) -> None:
    """Empties what the market's other tables keep about the person."""
    at = from_micros(now)
    person = {"kind": "person", "object_id__in": numbers}
    emptied: list[tuple[Any, dict[str, Any]]] = [
        (Change.objects.filter(**person), {"before": None, "after": None, "span": ""}),
        (BuyingRole.objects.filter(person__in=numbers), {"span": ""}),
        (_either(Merge, "kept_id", "gone_id", numbers), {"filled": {}, "reasons": []}),
        (_either(MatchReview, "left_id", "right_id", numbers), {"reasons": []}),
        (
            Consent.objects.filter(models.Q(person__in=numbers) | models.Q(subject__in=known.emails)),
            {"subject": "", "words": "", "scope": {}},
        ),
        (
            User.objects.filter(email__in=known.emails, role=User.Role.BUYER),
            {"name": "", "is_active": False, "password": "!erased"},
        ),
    ]
    for rows, change in emptied:
        swept.add(rows.model._meta.db_table, list(rows.values_list("pk", flat=True)))
        if rows.model is Consent:
            rows.filter(revoked_at=None).update(revoked_at=at)
        if rows.model is User:
            for user in rows:
                User.objects.filter(pk=user.pk).update(email=f"{digest(user.email)[:40]}@erased.invalid", **change)
        else:
            rows.update(**change)
    for rows in (
        FieldOrigin.objects.filter(**person),
        ExternalKey.objects.filter(**person),
        Visitor.objects.filter(person__in=numbers),
    ):
        swept.add(rows.model._meta.db_table, list(rows.values_list("pk", flat=True)))
        rows.delete()


def _either(model: Any, left: str, right: str, numbers: list[int]) -> Any:
    either = models.Q(**{f"{left}__in": numbers}) | models.Q(**{f"{right}__in": numbers})
    return model.objects.filter(either, kind="person")


def _people(tree: list[Person], now: int, swept: Swept) -> None:
    """Empties the rows themselves; account, batch and merges stay, so that counts and trees hold."""
    texts = {one.name: "" for one in Person._meta.concrete_fields if isinstance(one, models.CharField)}
    numbers = [one.pk for one in tree]
    at = from_micros(now)
    Person.objects.filter(pk__in=numbers).update(**texts, extra={}, owner=None, erased_at=at, updated_at=at)
    swept.add("store_person", numbers)


def _audit(numbers: list[int], signals: Iterable[int], traces: Traces, swept: Swept) -> list[int]:
    """Drops salt and payload of the entries about the person; the chain still verifies. Gives their numbers."""
    erased = set(signals)
    found = []
    for entry in audit.entries():
        about = (entry.subject_kind == "person" and entry.subject_id in numbers) or (
            entry.subject_kind == "signal" and entry.subject_id in erased
        )
        if entry.payload is not None and entry.act != audit.ERASED and (about or traces.among(entry.payload)):
            found.append(entry.seq)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE store_auditentry SET payload = NULL, salt = NULL WHERE seq = %s", [(seq,) for seq in found]
        )
    swept.add("store_auditentry", found)
    return found


def _keyed(key: str, table: str, source: int) -> str:
    """What stands for a key in the ledger: still one for each key, and it tells nothing without the secret."""
    return key if key.startswith(LEDGER_KEYED) else LEDGER_KEYED + digest(key, f"{table}:{source}")[:48]
