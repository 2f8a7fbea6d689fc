from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from leadline.core.clock import micros
from leadline.store.models import Account, Deal, Order

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


def test_views_tell_times_to_the_microsecond(store: str) -> None:
    account = Account.objects.create(name="A", created_at=AT)
    Deal.objects.create(name="D", account=account, opened_at=AT, closed_at=AT.replace(microsecond=0), created_at=AT)
    Order.objects.create(number="O", ordered_at=AT, created_at=AT)
    with connection.cursor() as cursor:
        for view, columns in (
            ("accounts_v1", ["created_at"]),
            ("deals_v1", ["opened_at", "created_at"]),
            ("deals_v2", ["opened_at", "created_at"]),
            ("orders_v1", ["ordered_at", "created_at"]),
        ):
            for column in columns:
                cursor.execute(f"SELECT {column} FROM {view}")
                assert cursor.fetchone()[0] == micros(AT), (view, column)
        cursor.execute("SELECT closed_at FROM deals_v2")
        assert cursor.fetchone()[0] == micros(AT.replace(microsecond=0))
