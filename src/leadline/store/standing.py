"""What an index of the record asks beyond the rows that it read: whether they still stand, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from django.db import connection

from leadline.store.bulk import chunks
from leadline.store.models import Account, Batch, Deal, Erasure, Merge, Person, Product, Restated, Signal
from leadline.store.transactions import reachable

_ROWS = 500


def marks() -> str:
    """A line that changes whenever rows that were read before may read otherwise: erasures, merges, undone imports."""
    with reachable():
        counts = (
            Erasure.objects.count(),
            Merge.objects.count(),
            Merge.objects.exclude(undone_at=None).count(),
            Batch.objects.exclude(undone_at=None).count(),
            Restated.objects.count(),
        )
    return json.dumps(counts)


def last_signal() -> int:
    """The highest number of a signal; 0 where there is none."""
    with reachable():
        return int(Signal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)


def signals_until(number: int) -> int:
    """How many signals there are up to a number: more than before where one was written late under a low number."""
    with reachable():
        return Signal.objects.filter(pk__lte=number).count()


def standing(signals: Collection[int]) -> set[int]:
    """Those of the signals that the record still shows with what they said."""
    found: set[int] = set()
    with reachable(), connection.cursor() as cursor:
        for part in chunks(sorted(signals), _ROWS):
            marks_ = ", ".join(["%s"] * len(part))
            cursor.execute(f"SELECT id FROM signals_v1 WHERE id IN ({marks_}) AND payload <> ''", part)
            found.update(row[0] for row in cursor.fetchall())
    return found


def described() -> list[tuple[str, int, str, int | None, int | None]]:
    """(kind, number, text, account, person) of deals that say why they were lost and of products that are described."""
    found: list[tuple[str, int, str, int | None, int | None]] = []
    with reachable():
        deals = Deal.objects.filter(erased_at=None, merged_into=None).exclude(lost_reason="")
        for deal in deals.select_related("account", "person").order_by("pk").iterator(_ROWS):
            account, person = (one and (one.root_id or one.pk) for one in (deal.account, deal.person))
            found.append(("deal", deal.pk, f"{deal.name}\n\n{deal.lost_reason}", account, person))
        products = Product.objects.filter(erased_at=None, merged_into=None).exclude(description="")
        found += [
            ("product", one.pk, f"{one.name}\n\n{one.description}", None, None)
            for one in products.order_by("pk").iterator(_ROWS)
        ]
    return found


def names(people: Iterable[int], accounts: Iterable[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Names of people (else their mail addresses) and of accounts (else their domains) by number."""
    with reachable():
        someone = Person.objects.filter(pk__in=set(people), erased_at=None)
        firms = Account.objects.filter(pk__in=set(accounts), erased_at=None)
        return (
            {one.pk: one.name or f"{one.given_name} {one.family_name}".strip() or one.email for one in someone},
            {one.pk: one.name or one.domain for one in firms},
        )
