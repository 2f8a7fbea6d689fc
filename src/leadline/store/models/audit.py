"""The audit trail, chained by hash, and the record of erasures."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act on the record. The chain holds a salted digest of the payload: erasure drops salt and payload, and the
    chain still verifies. Times are microseconds since 1970 in UTC."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    actor = models.CharField(max_length=60)
    act = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=14, blank=True)
    subject_id = models.BigIntegerField(null=True)
    payload = models.TextField(null=True)
    salt = models.CharField(max_length=32, null=True)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)


class Erasure(models.Model):
    """A person who was erased: its number and keyed digests of what it was known by, so that a restored backup is
    erased again and an import cannot bring it back unseen."""

    person_id = models.BigIntegerField()
    at = models.BigIntegerField()
    by = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)
    digests = models.JSONField(default=list)
