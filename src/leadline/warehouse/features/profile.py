"""What the record says of a subject itself, as it stands now: the views tell no history of these fields."""

from __future__ import annotations

from collections.abc import Callable

import ibis

from leadline.warehouse.features.step import KEYS, Feature, Scope, Step, days_since

_COLUMNS = {
    "account": (
        ("accounts", "industry", "industry", "string"),
        ("accounts", "country", "country", "string"),
        ("accounts", "region", "region", "string"),
        ("accounts", "employees", "number of employees", "int64"),
        ("accounts", "revenue", "yearly revenue", "float64"),
        ("accounts", "currency", "currency of the revenue", "string"),
    ),
    "person": (
        ("people", "title", "title, as written", "string"),
        ("people", "department", "department", "string"),
        ("people", "country", "country", "string"),
        ("people", "account_id", "number of the account", "int64"),
    ),
    "deal": (
        ("deals", "pipeline", "pipeline", "string"),
        ("deals", "channel", "channel", "string"),
        ("deals", "currency", "currency of the amount", "string"),
        ("deals", "product_id", "number of the product", "int64"),
        ("deals", "account_id", "number of the account", "int64"),
    ),
}
_UNITS = {"string": "word", "int64": "number", "float64": "money"}


def _counter(subject: str) -> Callable[[Scope], ibis.Table]:
    table, names = _COLUMNS[subject][0][0], [name for _, name, _, _ in _COLUMNS[subject]]

    def count(scope: Scope) -> ibis.Table:
        rows = scope.tables[table]
        rows = rows.mutate(subject_id=rows.id, recorded_at=rows.created_at)
        found = scope.known(rows, names, at="created_at") if scope.as_recorded else _always(scope, rows, names)
        since = days_since(found.created_at, found.cutoff)
        return found.select(
            *KEYS,
            **{f"{subject}_{name}": found[name] for name in names},
            **{f"{subject}_known_days": (found.created_at <= found.cutoff).ifelse(since, ibis.null("int64"))},
        )

    return count


def _always(scope: Scope, rows: ibis.Table, names: list[str]) -> ibis.Table:
    joined = scope.cutoffs.inner_join(rows.drop("subject_id"), scope.cutoffs.subject_id == rows.id)
    return joined.select("subject_id", "cutoff", "created_at", *names)


def _step(subject: str) -> Step:
    columns = [
        Feature(f"{subject}_{name}", f"{words}, as it stands now", _UNITS[kind] if name[-3:] != "_id" else "id", kind)  # type: ignore[arg-type]
        for _, name, words, kind in _COLUMNS[subject]
    ]
    known = Feature(f"{subject}_known_days", "whole days since it came into the record", "days")
    return Step("profile", (*columns, known), (_COLUMNS[subject][0][0],), _counter(subject), (subject,))  # type: ignore[arg-type]


PROFILES = tuple(_step(subject) for subject in _COLUMNS)
