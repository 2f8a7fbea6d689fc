"""The SQL of the versioned views, for SQLite and PostgreSQL (columns: core.views)."""

from __future__ import annotations

from collections.abc import Callable

from leadline.core.views import HUMAN_ACTS, HUMAN_FROM, MACHINES_DO

# The newest judgement counts: one that was made at receipt may be mended by what the actor did later.
_HUMAN = """COALESCE((SELECT f.confidence FROM store_fact f WHERE f.subject_kind = 'signal' AND f.subject_id = s.id
    AND f.kind = 'human' ORDER BY f.at DESC, f.id DESC LIMIT 1), s.human)"""

_STANDS = """(s.batch_id IS NULL OR b.undone_at IS NULL OR EXISTS (SELECT 1 FROM store_restated r
    JOIN store_batch rb ON rb.id = r.batch_id WHERE r.signal_id = s.id AND rb.undone_at IS NULL))"""


def _micros(vendor: str) -> Callable[[str], str]:
    """Microseconds since 1970 of a column of dates, as whole numbers."""

    def us(column: str) -> str:
        if vendor == "sqlite":
            return (
                f"CAST(strftime('%s', {column}) AS INTEGER) * 1000000"
                f" + CAST(substr(substr({column}, 21) || '000000', 1, 6) AS INTEGER)"
            )
        return f"CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS BIGINT)"

    return us


def views(vendor: str) -> dict[str, str]:
    """SELECT statements of the first views by name; `vendor` is 'sqlite' or 'postgresql'."""

    us = _micros(vendor)
    real = "REAL" if vendor == "sqlite" else "DOUBLE PRECISION"
    text = "TEXT"
    standing = "merged_into_id IS NULL AND erased_at IS NULL"
    found = {
        "signals_v1": f"""SELECT s.id, o.name AS source, s.key, s.act, s.actor, s.at, s.recorded_at,
    COALESCE(a.root_id, a.id) AS account_id,
    CASE WHEN p.erased_at IS NULL AND q.erased_at IS NULL THEN COALESCE(q.id, p.id) END AS person_id,
    COALESCE(d.root_id, d.id) AS deal_id, s.visitor, {_HUMAN} AS human, s.network, s.consent, s.payload
  FROM store_signal s
  JOIN store_source o ON o.id = s.source_id
  LEFT JOIN store_batch b ON b.id = s.batch_id
  LEFT JOIN store_visitor v ON s.person_id IS NULL AND s.visitor <> '' AND v.visitor = s.visitor
  LEFT JOIN store_person p ON p.id = COALESCE(s.person_id, v.person_id)
  LEFT JOIN store_person q ON q.id = p.root_id
  LEFT JOIN store_deal d ON d.id = s.deal_id
  LEFT JOIN store_account a ON a.id = COALESCE(s.account_id, d.account_id, q.account_id, p.account_id)
  WHERE {_STANDS}""",
        "accounts_v1": f"""SELECT x.id, x.name, x.domain, x.website, x.phone, x.industry, x.employees,
    CAST(x.revenue AS {real}) AS revenue, x.currency, x.city, x.region, x.country,
    COALESCE(p.root_id, p.id) AS parent_id, x.owner_id, {us("x.created_at")} AS created_at
  FROM store_account x LEFT JOIN store_account p ON p.id = x.parent_id WHERE x.{standing.replace("AND ", "AND x.")}""",
        "people_v1": f"""SELECT x.id, x.given_name, x.family_name, x.name, x.email, x.phone, x.title, x.department,
    x.city, x.country, COALESCE(a.root_id, a.id) AS account_id, x.owner_id, {us("x.created_at")} AS created_at
  FROM store_person x LEFT JOIN store_account a ON a.id = x.account_id
  WHERE x.{standing.replace("AND ", "AND x.")}""",
        "deals_v1": f"""SELECT x.id, x.name, x.stage, x.state, CAST(x.amount AS {real}) AS amount, x.currency,
    x.probability, {us("x.opened_at")} AS opened_at, {us("x.closed_at")} AS closed_at,
    CAST(x.expected_on AS {text}) AS expected_on, x.pipeline, x.channel,
    COALESCE(a.root_id, a.id) AS account_id, COALESCE(p.root_id, p.id) AS person_id, x.owner_id,
    {us("x.created_at")} AS created_at
  FROM store_deal x LEFT JOIN store_account a ON a.id = x.account_id LEFT JOIN store_person p ON p.id = x.person_id
  WHERE x.{standing.replace("AND ", "AND x.")}""",
        "deal_changes_v1": f"""SELECT c.id, COALESCE(d.root_id, d.id) AS deal_id, c.field,
    CAST(c.before AS {text}) AS before, CAST(c.after AS {text}) AS after, {us("c.at")} AS at,
    {us("c.recorded_at")} AS recorded_at, c.source
  FROM store_change c JOIN store_deal d ON d.id = c.object_id
  LEFT JOIN store_batch b ON b.id = c.batch_id
  WHERE c.kind = 'deal' AND (b.undone_at IS NULL)""",
    }
    doubtful = ", ".join(f"'{act}'" for act in MACHINES_DO)
    found[HUMAN_ACTS] = f"""SELECT * FROM signals_v1 WHERE actor = 'buyer'
    AND (human >= {HUMAN_FROM} OR (human IS NULL AND act NOT IN ({doubtful})))"""
    return found


def later_views(vendor: str) -> dict[str, str]:
    """SELECT statements of the views that came with profiles and features."""
    us = _micros(vendor)
    real = "REAL" if vendor == "sqlite" else "DOUBLE PRECISION"
    whole = "INTEGER" if vendor == "sqlite" else "BIGINT"
    text = "TEXT"

    def standing(name: str) -> str:
        return f"{name}.merged_into_id IS NULL AND {name}.erased_at IS NULL"

    return {
        "deals_v2": f"""SELECT x.id, x.name, x.stage, x.state, CAST(x.amount AS {real}) AS amount, x.currency,
    x.probability, {us("x.opened_at")} AS opened_at, {us("x.closed_at")} AS closed_at,
    CAST(x.expected_on AS {text}) AS expected_on, x.pipeline, x.channel, x.lost_reason,
    COALESCE(a.root_id, a.id) AS account_id, COALESCE(p.root_id, p.id) AS person_id, x.owner_id,
    COALESCE(g.root_id, g.id) AS product_id, {us("x.created_at")} AS created_at
  FROM store_deal x LEFT JOIN store_account a ON a.id = x.account_id LEFT JOIN store_person p ON p.id = x.person_id
  LEFT JOIN store_product g ON g.id = x.product_id WHERE {standing("x")}""",
        "products_v1": f"""SELECT x.id, x.code, x.name, x.family, CAST(x.price AS {real}) AS price, x.currency
  FROM store_product x WHERE {standing("x")}""",
        "deal_products_v1": f"""SELECT COALESCE(d.root_id, d.id) AS deal_id, COALESCE(g.root_id, g.id) AS product_id,
    CAST(l.quantity AS {real}) AS quantity, CAST(l.price AS {real}) AS price
  FROM store_dealproduct l JOIN store_deal d ON d.id = l.deal_id JOIN store_product g ON g.id = l.product_id
  UNION ALL SELECT d.id, COALESCE(g.root_id, g.id), CAST(1 AS {real}), CAST(d.amount AS {real})
  FROM store_deal d JOIN store_product g ON g.id = d.product_id
  WHERE {standing("d")} AND NOT EXISTS (SELECT 1 FROM store_dealproduct l WHERE l.deal_id = d.id)""",
        "roles_v1": f"""SELECT x.id, COALESCE(d.root_id, d.id) AS deal_id, COALESCE(p.root_id, p.id) AS person_id,
    x.role, x.source, {us("x.proposed_at")} AS at, {us("x.confirmed_at")} AS confirmed_at
  FROM store_buyingrole x JOIN store_deal d ON d.id = x.deal_id JOIN store_person p ON p.id = x.person_id
  LEFT JOIN store_batch b ON b.id = x.batch_id
  WHERE d.erased_at IS NULL AND p.erased_at IS NULL AND b.undone_at IS NULL""",
        "orders_v1": f"""SELECT x.id, x.number, x.state, CAST(x.amount AS {real}) AS amount, x.currency,
    {us("x.ordered_at")} AS ordered_at, COALESCE(a.root_id, a.id) AS account_id,
    COALESCE(p.root_id, p.id) AS person_id, COALESCE(d.root_id, d.id) AS deal_id, {us("x.created_at")} AS created_at
  FROM store_order x LEFT JOIN store_account a ON a.id = x.account_id LEFT JOIN store_person p ON p.id = x.person_id
  LEFT JOIN store_deal d ON d.id = x.deal_id WHERE {standing("x")}""",
        "order_lines_v1": f"""SELECT l.order_id, CAST(l.number AS {whole}) AS number,
    COALESCE(g.root_id, g.id) AS product_id, CAST(l.quantity AS {real}) AS quantity, CAST(l.price AS {real}) AS price
  FROM store_orderline l JOIN store_order x ON x.id = l.order_id JOIN store_product g ON g.id = l.product_id
  WHERE {standing("x")}""",
        "facts_v1": f"""SELECT f.id, f.kind, f.subject_kind, f.subject_id,
    CASE f.subject_kind WHEN 'account' THEN COALESCE(a.root_id, a.id, f.subject_id) ELSE s.account_id END
      AS account_id,
    CASE f.subject_kind WHEN 'person' THEN COALESCE(p.root_id, p.id, f.subject_id) ELSE s.person_id END
      AS person_id,
    CASE f.subject_kind WHEN 'deal' THEN COALESCE(d.root_id, d.id, f.subject_id) ELSE s.deal_id END
      AS deal_id,
    COALESCE(f.signal_id, CASE WHEN f.subject_kind = 'signal' THEN f.subject_id END) AS signal_id,
    CAST(f.value AS {text}) AS value, f.quote, CAST(f.span_start AS {whole}) AS span_start,
    CAST(f.span_end AS {whole}) AS span_end, f.confidence, f.made_by, f.at, f.recorded_at
  FROM store_fact f
  LEFT JOIN signals_v1 s ON s.id = COALESCE(f.signal_id, CASE WHEN f.subject_kind = 'signal' THEN f.subject_id END)
  LEFT JOIN store_account a ON f.subject_kind = 'account' AND a.id = f.subject_id
  LEFT JOIN store_person p ON f.subject_kind = 'person' AND p.id = f.subject_id
  LEFT JOIN store_deal d ON f.subject_kind = 'deal' AND d.id = f.subject_id
  WHERE f.erased_at IS NULL AND f.kind <> 'human'""",
    }
