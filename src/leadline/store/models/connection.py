"""Outside systems: connections with their cursors, consents, write keys, and webhooks that leave."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Connection(models.Model):
    """One connector as it is set up. Secrets are not here but in a file that only the owner can read."""

    name = models.CharField(max_length=60, unique=True)
    connector = models.CharField(max_length=60)
    settings = models.JSONField(default=dict)
    cursor = models.TextField(blank=True)
    owner = models.CharField(max_length=320, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)


class Consent(models.Model):
    """What a seller or a person agreed to, in which words, and when it was taken back."""

    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=320)
    person = models.ForeignKey("store.Person", models.CASCADE, null=True, related_name="consents")
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="consents")
    scope = models.JSONField(default=dict)
    words = models.TextField(blank=True)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class WriteKey(models.Model):
    """What a site or program sends with its events. It is no secret: it only names the source."""

    key = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=200)
    origins = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Endpoint(models.Model):
    """An address that wants to be told (Standard Webhooks). Its signing secret is in the file of secrets.
    After `failures` in a row it is left alone until `resting_until` (microseconds)."""

    url = models.CharField(max_length=2000)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, db_default=0)
    resting_until = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(auto_now_add=True)


class Delivery(models.Model):
    """One message to one endpoint; `message` is the same in every try, so that the receiver can drop repeats."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    message = models.CharField(max_length=60)
    body = models.TextField()
    tries = models.IntegerField(default=0)
    next_at = models.BigIntegerField()
    state = models.CharField(max_length=10, default="waiting")
    status = models.IntegerField(null=True)
    made_at = models.BigIntegerField()

    class Meta:
        """A message once an endpoint; the due ones first."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint", "message"], name="delivery_once")]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="delivery_due")]
