"""What was acknowledged and is not unpacked yet, and what could not be taken."""

from __future__ import annotations

from django.db import models


class Journal(models.Model):
    """One request body as it came, durable before it is acknowledged; gone once its signals are in the ledger.

    `form` says how to read the body ('segment', 'cloudevents', 'script'), `facts` is JSON: what the request told
    beside its body (the judgement of its network and agent, never the address).
    """

    received_at = models.BigIntegerField()
    source = models.CharField(max_length=200)
    form = models.CharField(max_length=20)
    facts = models.TextField(blank=True)
    body = models.BinaryField()


class Refused(models.Model):
    """An event that was not taken, with the reason; kept so that it can be mended and sent again."""

    received_at = models.BigIntegerField()
    source = models.CharField(max_length=200)
    form = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    body = models.BinaryField()
    erased_at = models.BigIntegerField(null=True)
