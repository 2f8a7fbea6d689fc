"""The tables of the lake: their columns, and the statements that read them from the record's views.

No text that somebody wrote, no name and no address of a person is here; blank texts are null. Times are whole
microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping

Schema = Mapping[str, str]

TABLES: Mapping[str, Schema] = {
    # `counts`: the act was let through as a human's (a buyer's), or is a seller's. `depth`: seconds of a stay or call.
    # `words`: words written. `page`: a number that stands for the page or file; equal numbers, equal pages.
    "signals": {
        "id": "int64",
        "at": "int64",
        "recorded_at": "int64",
        "act": "string",
        "actor": "string",
        "account_id": "int64",
        "person_id": "int64",
        "deal_id": "int64",
        "human": "float64",
        "counts": "boolean",
        "depth": "float64",
        "words": "int64",
        "page": "int64",
    },
    "accounts": {
        "id": "int64",
        "name": "string",
        "domain": "string",
        "industry": "string",
        "employees": "int64",
        "revenue": "float64",
        "currency": "string",
        "city": "string",
        "region": "string",
        "country": "string",
        "parent_id": "int64",
        "owner_id": "int64",
        "created_at": "int64",
    },
    "people": {
        "id": "int64",
        "title": "string",
        "department": "string",
        "country": "string",
        "account_id": "int64",
        "owner_id": "int64",
        "created_at": "int64",
    },
    "deals": {
        "id": "int64",
        "stage": "string",
        "state": "string",
        "amount": "float64",
        "currency": "string",
        "probability": "float64",
        "opened_at": "int64",
        "closed_at": "int64",
        "expected_on": "string",
        "pipeline": "string",
        "channel": "string",
        "account_id": "int64",
        "person_id": "int64",
        "owner_id": "int64",
        "product_id": "int64",
        "created_at": "int64",
    },
    # `before` and `after` are plain texts, null where the field was blank
    "deal_changes": {
        "id": "int64",
        "deal_id": "int64",
        "field": "string",
        "before": "string",
        "after": "string",
        "at": "int64",
        "recorded_at": "int64",
    },
    "products": {
        "id": "int64",
        "code": "string",
        "name": "string",
        "family": "string",
        "price": "float64",
        "currency": "string",
    },
    "deal_products": {"deal_id": "int64", "product_id": "int64", "quantity": "float64", "price": "float64"},
    "roles": {
        "id": "int64",
        "deal_id": "int64",
        "person_id": "int64",
        "role": "string",
        "at": "int64",
        "confirmed_at": "int64",
    },
    "orders": {
        "id": "int64",
        "state": "string",
        "amount": "float64",
        "currency": "string",
        "ordered_at": "int64",
        "account_id": "int64",
        "person_id": "int64",
        "deal_id": "int64",
        "created_at": "int64",
    },
    "order_lines": {
        "order_id": "int64",
        "number": "int64",
        "product_id": "int64",
        "quantity": "float64",
        "price": "float64",
    },
    # `label`: the intent, theme, tone, language, or kind of entity; `score`: that of the tone, -1 to 1; `actor` and
    # `at`: who said it and when, else when it was understood
    "facts": {
        "id": "int64",
        "kind": "string",
        "account_id": "int64",
        "person_id": "int64",
        "deal_id": "int64",
        "signal_id": "int64",
        "actor": "string",
        "label": "string",
        "score": "float64",
        "confidence": "float64",
        "made_by": "string",
        "at": "int64",
        "recorded_at": "int64",
    },
}

VIEWS = {
    **{name: f"{name}_v1" for name in TABLES},
    "deals": "deals_v2",
}

# Fields of deals whose history is told; others hold what somebody wrote.
DEAL_FIELDS = ("stage", "state", "amount", "currency", "probability", "expected_on", "pipeline", "channel")

LABELS = ("intent", "theme", "sentiment", "language", "entity", "personal")

DUCKDB = {"int64": "BIGINT", "float64": "DOUBLE", "string": "VARCHAR", "boolean": "BOOLEAN"}

NO_NUMBER = (
    -1e308
)  # stands for null in a column of doubles: a driver takes a column that begins with nulls for integers
