"""Where values come from: batches, external keys, changes, and fields that differ from their row's own origin."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Batch(models.Model):
    """One import, pull or merge run: whatever was written together and can be undone together.

    An object's own origin is (batch, row); a field has a FieldOrigin only where its origin differs from that.
    """

    source = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey("store.User", models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} from {self.name or self.source}"


class ExternalKey(models.Model):
    """The name that a source gives an object: at most one object of a kind has it."""

    kind = models.CharField(max_length=10)
    space = models.CharField(max_length=60)
    key = models.CharField(max_length=400)
    object_id = models.BigIntegerField()

    class Meta:
        """One object a key; all keys of an object."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "space", "key"], name="external_key_once")]
        indexes: ClassVar = [models.Index(fields=["object_id", "kind"], name="external_key_of")]


class Change(models.Model):
    """One field of one object as it was before and after; appended only. The history of a deal is all of its rows.

    `at` is when it changed in the source, `recorded_at` when we learned of it. `row` is the data row of the batch,
    `span` the sentence that it rests on.
    """

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=100)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    row = models.IntegerField(default=0)
    by = models.ForeignKey("store.User", models.SET_NULL, null=True, related_name="+")
    span = models.TextField(blank=True)

    class Meta:
        """Read by object and time, undone by batch."""

        indexes: ClassVar = [models.Index(fields=["object_id", "kind", "at"], name="change_of")]


class FieldOrigin(models.Model):
    """The origin of one field's present value, where it differs from the origin of its row."""

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    source = models.CharField(max_length=100)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    row = models.IntegerField(default=0)
    at = models.DateTimeField()
    span = models.TextField(blank=True)

    class Meta:
        """One present origin a field."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["object_id", "kind", "field"], name="field_origin_once")
        ]


class Restated(models.Model):
    """A signal that a later batch states again. It stands while any batch that states it is not undone."""

    signal = models.ForeignKey("store.Signal", models.CASCADE, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")

    class Meta:
        """Once a batch."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["signal", "batch"], name="restated_once")]
