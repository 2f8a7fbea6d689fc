"""Orders: how many, how much, how long ago, of how many products. Amounts are added up whatever their currency."""

from __future__ import annotations

import ibis

from leadline.warehouse.features.step import DAY, KEYS, Feature, Scope, Step, counted, days_since, hundredths
from leadline.warehouse.features.texts import beside


def _count(scope: Scope) -> ibis.Table:
    orders, lines = scope.tables["orders"], scope.tables["order_lines"]
    orders = orders.filter(orders[f"{scope.subject}_id"].notnull())
    orders = orders.mutate(
        subject_id=orders[f"{scope.subject}_id"],
        at=ibis.coalesce(orders.ordered_at, orders.created_at),
        recorded_at=orders.created_at,
    )
    rows = scope.known(orders, ["id", "amount"])
    year = rows["at"] > rows.cutoff - 365 * DAY
    found = rows.group_by(KEYS).aggregate(
        orders_ever=rows.count(),
        orders_365d=rows.count(where=year),
        cents_ever=hundredths(rows.amount).sum(),
        cents_365d=hundredths(rows.amount).sum(where=year),
        last=rows["at"].max(),
    )
    late = rows.filter(year)
    sold = late.inner_join(lines, late.id == lines.order_id).select("subject_id", "cutoff", "product_id")
    products = sold.distinct()
    products = products.group_by(KEYS).aggregate(ordered_products_365d=products.count())
    found = beside(found, products)
    return found.mutate(
        ordered_products_365d=ibis.coalesce(found.ordered_products_365d, 0),
        order_amount_ever=ibis.coalesce(found.cents_ever, 0).cast("float64") / 100.0,
        order_amount_365d=ibis.coalesce(found.cents_365d, 0).cast("float64") / 100.0,
        order_days_since=days_since(found["last"], found.cutoff),
    )


ORDERS = Step(
    "orders",
    (
        counted("orders_ever", "orders placed", "orders"),
        counted("orders_365d", "orders placed in the last 365 days", "orders"),
        Feature("order_amount_ever", "amounts of all orders together", "money", "float64", 0),
        Feature("order_amount_365d", "amounts of the orders of the last 365 days together", "money", "float64", 0),
        Feature("order_days_since", "whole days since the last order", "days"),
        counted("ordered_products_365d", "different products ordered in the last 365 days", "products"),
    ),
    ("orders", "order_lines"),
    _count,
)
