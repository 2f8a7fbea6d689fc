"""Who is whom: visitors who identified themselves, merges that can be undone, and pairs for a person to judge."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Visitor(models.Model):
    """An anonymous visitor who identified itself; what it did before then counts for this person too."""

    visitor = models.CharField(max_length=100, unique=True)
    person = models.ForeignKey("store.Person", models.PROTECT, related_name="visitors")
    signal_key = models.CharField(max_length=400)
    at = models.BigIntegerField()


class Merge(models.Model):
    """Two objects that are one. Nothing moves: `gone` points to `kept`, whose blank fields take what `gone` knew."""

    kind = models.CharField(max_length=10)
    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    probability = models.FloatField(null=True)
    reasons = models.JSONField(default=list)
    filled = models.JSONField(default=dict)
    batch = models.ForeignKey("store.Batch", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("store.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """Read by either side."""

        indexes: ClassVar = [
            models.Index(fields=["gone_id", "kind"], name="merge_gone"),
            models.Index(fields=["kept_id", "kind"], name="merge_kept"),
        ]


class MatchReview(models.Model):
    """A pair that may be one object, for a person to judge: `answer` is 'same', 'different' or blank."""

    kind = models.CharField(max_length=10)
    left_id = models.BigIntegerField()
    right_id = models.BigIntegerField()
    probability = models.FloatField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=9, blank=True)
    by = models.ForeignKey("store.User", models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """A pair once; the smaller number is left."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "left_id", "right_id"], name="match_review_once"),
            models.CheckConstraint(condition=models.Q(left_id__lt=models.F("right_id")), name="match_review_order"),
        ]
