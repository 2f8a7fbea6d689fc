"""The SQL of the versioned views, for SQLite and PostgreSQL (columns: core.views)."""

from __future__ import annotations

from leadline.core.views import HUMAN_ACTS, HUMAN_FROM, MACHINES_DO

# The newest judgement counts: one that was made at receipt may be mended by what the actor did later.
_HUMAN = """COALESCE((SELECT f.confidence FROM store_fact f WHERE f.subject_kind = 'signal' AND f.subject_id = s.id
    AND f.kind = 'human' ORDER BY f.at DESC, f.id DESC LIMIT 1), s.human)"""

_STANDS = """(s.batch_id IS NULL OR b.undone_at IS NULL OR EXISTS (SELECT 1 FROM store_restated r
    JOIN store_batch rb ON rb.id = r.batch_id WHERE r.signal_id = s.id AND rb.undone_at IS NULL))"""


def views(vendor: str) -> dict[str, str]:
    """SELECT statements by view name; `vendor` is 'sqlite' or 'postgresql'."""

    def us(column: str) -> str:
        if vendor == "sqlite":
            return (
                f"CAST(strftime('%s', {column}) AS INTEGER) * 1000000"
                f" + CAST(substr(substr({column}, 21) || '000000', 1, 6) AS INTEGER)"
            )
        return f"CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS BIGINT)"

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
