"""The ledger: signals, facts, recommendations, decisions, outcomes, lessons. Appended only; triggers refuse the rest.

Times are whole microseconds since 1970 in UTC, so that every engine counts them alike. A row's identity is
(source, key). Erasure of a person is the one exception: it clears what names the person and sets `erased_at`.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Source(models.Model):
    """Where rows come from, named once: 'segment:web', 'imap:anna', 'import:activities'."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=200, unique=True)


class Entry(models.Model):
    """A row of the ledger."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=400)
    at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()
    erased_at = models.BigIntegerField(null=True)

    class Meta:
        """No table of its own."""

        abstract = True


class Signal(Entry):
    """One act of a buyer, a seller or a system. `recorded_at` is when it was received."""

    act = models.CharField(max_length=60)
    actor = models.CharField(max_length=6)
    account = models.ForeignKey("store.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey("store.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    deal = models.ForeignKey("store.Deal", models.PROTECT, null=True, related_name="+", db_index=False)
    visitor = models.CharField(max_length=100, blank=True)
    human = models.FloatField(null=True)
    network = models.CharField(max_length=20, blank=True)
    consent = models.CharField(max_length=40, blank=True)
    batch = models.ForeignKey("store.Batch", models.PROTECT, null=True, related_name="+", db_index=False)
    row = models.IntegerField(default=0)
    payload = models.TextField(blank=True)  # JSON, written and read as text: it is only opened when it is looked at

    class Meta:
        """Once a source; read by whom it concerns and when."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "source"], name="signal_once")]
        indexes: ClassVar = [
            models.Index(fields=["account", "at"], name="signal_account", condition=models.Q(account__isnull=False)),
            models.Index(fields=["person", "at"], name="signal_person", condition=models.Q(person__isnull=False)),
            models.Index(fields=["deal", "at"], name="signal_deal", condition=models.Q(deal__isnull=False)),
            models.Index(fields=["visitor"], name="signal_visitor", condition=~models.Q(visitor="")),
            models.Index(fields=["batch"], name="signal_batch", condition=models.Q(batch__isnull=False)),
        ]


class Fact(Entry):
    """What was understood of a subject, from which signal and words. The newest one of a kind counts."""

    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=14)
    subject_id = models.BigIntegerField()
    value = models.JSONField(null=True)
    confidence = models.FloatField(null=True)
    signal = models.ForeignKey(Signal, models.PROTECT, null=True, related_name="+")
    span_start = models.IntegerField(null=True)
    span_end = models.IntegerField(null=True)
    quote = models.TextField(blank=True)
    made_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """Once a source; read by subject."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "source"], name="fact_once")]
        indexes: ClassVar = [models.Index(fields=["subject_id", "subject_kind", "kind", "at"], name="fact_of")]


class Recommendation(Entry):
    """What the software proposes, with its evidence, calibrated probability, provenance and expiry."""

    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=14)
    subject_id = models.BigIntegerField()
    action = models.JSONField()
    evidence = models.JSONField()
    human_task = models.TextField(blank=True)
    probability = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    value = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    provenance = models.JSONField()
    expires_at = models.BigIntegerField(null=True)

    class Meta:
        """Once a source; read by subject."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "source"], name="recommendation_once")]
        indexes: ClassVar = [models.Index(fields=["subject_id", "subject_kind", "at"], name="recommendation_of")]


class Decision(Entry):
    """What a person did with a recommendation."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    edit = models.JSONField(null=True)
    by = models.ForeignKey("store.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        """Once a source."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "source"], name="decision_once")]


class Outcome(Entry):
    """What the buyer then did, found by rule in a later signal; `met` says whether the rule was met in time."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="outcomes")
    rule = models.CharField(max_length=200)
    met = models.BooleanField()
    signal = models.ForeignKey(Signal, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Once a source."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "source"], name="outcome_once")]


class Lesson(Entry):
    """What was learned from which decisions and outcomes; `unlearns` names an earlier lesson that no longer holds."""

    subject = models.CharField(max_length=200)
    words = models.TextField()
    rests_on = models.JSONField()
    unlearns = models.ForeignKey("self", models.PROTECT, null=True, related_name="unlearned_by")

    class Meta:
        """Once a source."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "source"], name="lesson_once")]
