"""Removal of what a connection read, once its owner takes the consent back."""

from __future__ import annotations

from django.db import connection, transaction

from leadline.core.clock import micros_now
from leadline.store import audit, home_files
from leadline.store.bulk import chunks
from leadline.store.models import Signal, Source
from leadline.store.suppression import digest

ROWS = 2_000
WITHDRAWN = "withdrawn:"


def withdraw(source: str) -> int:
    """Empties every signal of a source: words, visitor, persons and keys go, the marker that an act was there stays.

    Facts that rest on them lose their words too. Call it inside a transaction; gives how many signals were emptied.
    """
    found = Source.objects.filter(name=source).first()
    if found is None:
        return 0
    now = micros_now()
    # `erased_at` alone does not tell: a signal has it too where only another person's words went out of it.
    rows = list(Signal.objects.filter(source=found).exclude(key__startswith=WITHDRAWN).values_list("pk", "key"))
    with connection.cursor() as cursor:
        for part in chunks(rows, ROWS):
            cursor.executemany(
                "UPDATE store_signal SET payload = '', visitor = '', network = '', key = %s, person_id = NULL, "
                "deal_id = NULL, erased_at = %s WHERE id = %s",
                [(f"{WITHDRAWN}{digest(f'{source} {key}')}", now, pk) for pk, key in part],
            )
            cursor.executemany(
                "UPDATE store_fact SET value = %s, quote = '', erased_at = %s "
                "WHERE signal_id = %s AND erased_at IS NULL",
                [("null", now, pk) for pk, _ in part],
            )
    transaction.on_commit(home_files.drop_derived)
    audit.record("withdraw", kind="source", subject=found.pk, payload={"signals": len(rows)})
    return len(rows)
