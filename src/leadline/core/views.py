"""What the record shows to those who count: versioned read-only views, with the Arrow type of each column.

A view's columns are never changed or taken away; a new shape is a new version. Times are whole microseconds since 1970
in UTC; numbers of money are doubles here (the record itself keeps them exactly).
"""

from __future__ import annotations

from collections.abc import Mapping

Columns = tuple[tuple[str, str], ...]

VIEWS: Mapping[str, Columns] = {
    "signals_v1": (
        ("id", "int64"),
        ("source", "string"),
        ("key", "string"),
        ("act", "string"),
        ("actor", "string"),
        ("at", "int64"),
        ("recorded_at", "int64"),
        ("account_id", "int64"),
        ("person_id", "int64"),
        ("deal_id", "int64"),
        ("visitor", "string"),
        ("human", "double"),
        ("network", "string"),
        ("consent", "string"),
        ("payload", "string"),
    ),
    "accounts_v1": (
        ("id", "int64"),
        ("name", "string"),
        ("domain", "string"),
        ("website", "string"),
        ("phone", "string"),
        ("industry", "string"),
        ("employees", "int64"),
        ("revenue", "double"),
        ("currency", "string"),
        ("city", "string"),
        ("region", "string"),
        ("country", "string"),
        ("parent_id", "int64"),
        ("owner_id", "int64"),
        ("created_at", "int64"),
    ),
    "people_v1": (
        ("id", "int64"),
        ("given_name", "string"),
        ("family_name", "string"),
        ("name", "string"),
        ("email", "string"),
        ("phone", "string"),
        ("title", "string"),
        ("department", "string"),
        ("city", "string"),
        ("country", "string"),
        ("account_id", "int64"),
        ("owner_id", "int64"),
        ("created_at", "int64"),
    ),
    "deals_v1": (
        ("id", "int64"),
        ("name", "string"),
        ("stage", "string"),
        ("state", "string"),
        ("amount", "double"),
        ("currency", "string"),
        ("probability", "double"),
        ("opened_at", "int64"),
        ("closed_at", "int64"),
        ("expected_on", "string"),
        ("pipeline", "string"),
        ("channel", "string"),
        ("account_id", "int64"),
        ("person_id", "int64"),
        ("owner_id", "int64"),
        ("created_at", "int64"),
    ),
    "deal_changes_v1": (
        ("id", "int64"),
        ("deal_id", "int64"),
        ("field", "string"),
        ("before", "string"),
        ("after", "string"),
        ("at", "int64"),
        ("recorded_at", "int64"),
        ("source", "string"),
    ),
    # deals_v1 with the product, why it was lost, and which import it came with
    "deals_v2": (
        ("id", "int64"),
        ("name", "string"),
        ("stage", "string"),
        ("state", "string"),
        ("amount", "double"),
        ("currency", "string"),
        ("probability", "double"),
        ("opened_at", "int64"),
        ("closed_at", "int64"),
        ("expected_on", "string"),
        ("pipeline", "string"),
        ("channel", "string"),
        ("lost_reason", "string"),
        ("account_id", "int64"),
        ("person_id", "int64"),
        ("owner_id", "int64"),
        ("product_id", "int64"),
        ("created_at", "int64"),
    ),
    "products_v1": (
        ("id", "int64"),
        ("code", "string"),
        ("name", "string"),
        ("family", "string"),
        ("price", "double"),
        ("currency", "string"),
    ),
    # one row for each product of a deal: its lines, or its one product where it has no lines
    "deal_products_v1": (
        ("deal_id", "int64"),
        ("product_id", "int64"),
        ("quantity", "double"),
        ("price", "double"),
    ),
    # roles in buying groups, confirmed or not; `at` is when the role was proposed
    "roles_v1": (
        ("id", "int64"),
        ("deal_id", "int64"),
        ("person_id", "int64"),
        ("role", "string"),
        ("source", "string"),
        ("at", "int64"),
        ("confirmed_at", "int64"),
    ),
    "orders_v1": (
        ("id", "int64"),
        ("number", "string"),
        ("state", "string"),
        ("amount", "double"),
        ("currency", "string"),
        ("ordered_at", "int64"),
        ("account_id", "int64"),
        ("person_id", "int64"),
        ("deal_id", "int64"),
        ("created_at", "int64"),
    ),
    "order_lines_v1": (
        ("order_id", "int64"),
        ("number", "int64"),
        ("product_id", "int64"),
        ("quantity", "double"),
        ("price", "double"),
    ),
    # what was understood; the account, person and deal are those of the subject, else of the signal that it rests on
    "facts_v1": (
        ("id", "int64"),
        ("kind", "string"),
        ("subject_kind", "string"),
        ("subject_id", "int64"),
        ("account_id", "int64"),
        ("person_id", "int64"),
        ("deal_id", "int64"),
        ("signal_id", "int64"),
        ("value", "string"),
        ("quote", "string"),
        ("span_start", "int64"),
        ("span_end", "int64"),
        ("confidence", "double"),
        ("made_by", "string"),
        ("at", "int64"),
        ("recorded_at", "int64"),
    ),
}

# The acts that scoring, experiments and deal health may read: signals_v1 where a buyer acted and a human did it. What
# was not judged counts (a meeting, a call, a mail that was written), but for what machines do all day.
HUMAN_ACTS = "human_acts_v1"
MACHINES_DO = ("mail opened", "mail link clicked", "page viewed", "time on page", "file downloaded")
HUMAN_FROM = 0.8  # chosen on simulated development traffic: docs/explain/humans-not-scanners.md
