"""Signals whose words have not been read yet, and the names that reading knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from leadline.core.mail_domains import domain_of, is_free
from leadline.store import models


class TextRow(NamedTuple):
    """A signal that may have words: `at` in microseconds since 1970, `payload` as it was kept."""

    signal: int
    at: int
    act: str
    actor: str
    payload: dict[str, Any]


class Names(NamedTuple):
    """Names of accounts and of products, and the domains of the firm's own addresses."""

    companies: tuple[str, ...]
    products: tuple[str, ...]
    own: tuple[str, ...]


def reached(reader: str) -> int:
    """The highest number of a signal that `reader` has read; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM store_fact WHERE subject_kind = 'signal' AND kind = 'language' AND made_by LIKE %s "
            "ORDER BY subject_id DESC LIMIT 1",
            [f"{reader};%"],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def unread(reader: str, after: int, until: int | None, silent: Sequence[str], most: int | None) -> Iterator[TextRow]:
    """Signals that `reader` has not read, by number: `after` < number <= `until` (None: no end); at most `most`.

    `silent` are acts without words.
    """
    marks = ", ".join(["%s"] * len(silent))
    values: list[Any] = [after, *silent, f"{reader};%"]
    end = limit = ""
    if until is not None:
        end = "AND s.id <= %s "
        values.append(until)
    if most is not None:
        limit = " LIMIT %s"
        values.append(most)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.at, s.act, s.actor, s.payload FROM signals_v1 s "
            f"WHERE s.id > %s AND s.act NOT IN ({marks}) AND s.payload <> '' AND NOT EXISTS ("
            "SELECT 1 FROM store_fact f WHERE f.subject_kind = 'signal' AND f.subject_id = s.id "
            "AND f.kind = 'language' AND f.made_by LIKE %s) "
            f"{end}ORDER BY s.id{limit}",
            values,
        )
        for number, at, act, actor, payload in cursor.fetchall():
            yield TextRow(number, at, act, actor, json.loads(payload))


def names(most: int = 200_000) -> Names:
    """What the record knows by name; at most `most` accounts."""
    standing = {"merged_into": None, "erased_at": None}
    accounts = models.Account.objects.filter(**standing).exclude(name="").order_by("pk").values_list("name", flat=True)
    products = models.Product.objects.filter(**standing).exclude(name="").order_by("pk").values_list("name", flat=True)
    mails = models.Seller.objects.filter(**standing).exclude(email="").values_list("email", flat=True)
    own = {domain for mail in mails if (domain := domain_of(mail)) and not is_free(domain)}
    return Names(tuple(accounts[:most]), tuple(products[:most]), tuple(sorted(own)))
