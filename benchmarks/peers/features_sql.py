"""Features of accounts at one cutoff, as an engineer writes them by hand for DuckDB: one table a step, then a join."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

GROUPS = {
    "pages": "act = 'page viewed' AND actor = 'buyer'",
    "files": "act = 'file downloaded' AND actor = 'buyer'",
    "forms": "act = 'form submitted' AND actor = 'buyer'",
    "reads": "act IN ('mail opened', 'mail link clicked') AND actor = 'buyer'",
    "mails": "act IN ('mail received', 'mail sent') AND actor = 'buyer'",
    "chats": "act = 'said in a chat' AND actor = 'buyer'",
    "calls": "act = 'call held'",
    "meetings": "act = 'meeting held'",
    "accepted": "act = 'meeting accepted' AND actor = 'buyer'",
    "declined": "act = 'meeting declined' AND actor = 'buyer'",
    "outreach": "act = 'mail sent' AND actor = 'seller'",
    "buyer_acts": "actor = 'buyer'",
    "seller_acts": "actor = 'seller'",
}
DAY = 86_400_000_000


def features(folder: Path, accounts: int, cutoff: int, memory: str, threads: int) -> Any:
    """The table, by account."""
    with tempfile.TemporaryDirectory() as scratch:
        con = duckdb.connect(
            config={
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": scratch,
                "preserve_insertion_order": False,
            }
        )
        con.execute(f"CREATE VIEW signals AS SELECT * FROM read_parquet('{folder}/signals/*/*.parquet')")
        con.execute(f"CREATE TEMP TABLE wanted AS SELECT range AS account_id FROM range({accounts})")
        for name, statement in steps(cutoff).items():
            con.execute(f"CREATE TEMP TABLE {name} AS {statement}")
        return con.sql(joined(cutoff)).to_arrow_table()


def _acts(cutoff: int, columns: str, where: str, days: int = 0) -> str:
    young = f' AND "at" > {cutoff - days * DAY}' if days else ""
    return (
        f"(SELECT account_id, {columns} FROM signals SEMI JOIN wanted USING (account_id) "
        f'WHERE counts AND "at" <= {cutoff}'
        f"{young} AND {where})"
    )


def steps(cutoff: int) -> dict[str, str]:
    """The statements by the tables that they make."""

    def young(days: int) -> str:
        return "" if days == 90 else f' AND "at" > {cutoff - days * DAY}'

    counts = ", ".join(
        f"count(*) FILTER ({told}{young(days)}) AS {name}_{days}d"
        for name, told in GROUPS.items()
        for days in (7, 30, 90)
    )
    lasts = ", ".join(
        f'({cutoff} - max("at") FILTER ({told})) // {DAY} AS {name}_days_since' for name, told in GROUPS.items()
    )
    weeks = ", ".join(
        f'max(CASE WHEN ({cutoff} - "at") // {7 * DAY} = {week} THEN 1 ELSE 0 END) AS w{week}' for week in range(13)
    )
    runs, run = [], "(1 - w0)"
    for week in range(13):
        run = f"(1 - w{week}) * ({run} + 1)" if week else run
        runs.append(run)
    sides = {"buyer": "seller", "seller": "buyer"}
    replies = ", ".join(
        f"count(*) FILTER (actor = '{one}' AND before = '{other}') AS {one}_replies_365d, "
        f"sum(took) FILTER (actor = '{one}' AND before = '{other}')"
        f" / count(*) FILTER (actor = '{one}' AND before = '{other}') AS {one}_reply_mean, "
        f"min(took) FILTER (actor = '{one}' AND before = '{other}') AS {one}_reply_fastest, "
        f"count(*) FILTER (actor = '{one}' AND after IS NULL) AS {one}_mails_waiting"
        for one, other in sides.items()
    )
    return {
        "recent": f"""SELECT *, (3 * buyer_acts_30d - buyer_acts_90d) / 2 AS buyer_acts_trend,
            (3 * seller_acts_30d - seller_acts_90d) / 2 AS seller_acts_trend,
            seller_acts_90d / nullif(buyer_acts_90d + seller_acts_90d, 0) AS seller_share_90d
            FROM (SELECT account_id, {counts}
                FROM {_acts(cutoff, '"at", act, actor', "TRUE", 90)} GROUP BY account_id)""",
        "ever": f"""SELECT account_id, ({cutoff} - min("at")) // {DAY} AS first_act_days_since,
            count(*) FILTER (actor = 'buyer') AS buyer_acts_ever,
            count(*) FILTER (actor = 'seller') AS seller_acts_ever,
            {lasts} FROM {_acts(cutoff, '"at", act, actor', "TRUE")} GROUP BY account_id""",
        "rhythm": f"""SELECT account_id, {" + ".join(f"w{week}" for week in range(13))} AS weeks_active_13w,
            greatest({", ".join(runs)}) AS weeks_silent_longest_13w
            FROM (SELECT account_id, {weeks}
                FROM {_acts(cutoff, '"at"', "actor = 'buyer'", 91)} GROUP BY account_id)""",
        "breadth": f"""SELECT account_id, count(*) FILTER (last > {cutoff - 7 * DAY}) AS people_7d,
            count(*) FILTER (last > {cutoff - 30 * DAY}) AS people_30d, count(*) AS people_90d
            FROM (SELECT account_id, person_id, max("at") AS last
                FROM {_acts(cutoff, 'person_id, "at"', "actor = 'buyer' AND person_id IS NOT NULL", 90)} GROUP BY ALL)
            GROUP BY account_id""",
        "depth": f"""SELECT account_id,
            coalesce(sum(young) FILTER (act = 'time on page'), 0) / 100 AS seconds_on_pages_30d,
            coalesce(sum(long) FILTER (act = 'time on page'), 0) / 100 AS seconds_on_pages_90d,
            coalesce(sum(long) FILTER (act IN ('call held', 'meeting held')), 0) / 100 AS seconds_talked_90d,
            coalesce(sum(wrote), 0) AS words_written_90d,
            count(*) FILTER (act = 'page viewed' AND page IS NOT NULL) AS pages_different_90d,
            count(*) FILTER (act = 'file downloaded' AND page IS NOT NULL) AS files_different_90d
            FROM (SELECT account_id, act, page, sum(floor(depth * 100 + 0.5)) AS long,
                sum(floor(depth * 100 + 0.5)) FILTER ("at" > {cutoff - 30 * DAY}) AS young,
                sum(words) FILTER (actor = 'buyer') AS wrote
                FROM {
            _acts(
                cutoff,
                'act, actor, page, depth, words, "at"',
                "(actor = 'buyer' OR act IN ('call held', 'meeting held'))",
                90,
            )
        } GROUP BY account_id, act, page)
            GROUP BY account_id""",
        "replies": f"""SELECT account_id, {replies}
            FROM (SELECT account_id, actor, lag(actor) OVER thread AS before, lead(actor) OVER thread AS after,
                ("at" - lag("at") OVER thread) // 1000000 AS took
                FROM {
            _acts(
                cutoff,
                'person_id, actor, "at", id',
                "((actor = 'buyer' AND act IN ('mail received', 'mail sent'))"
                " OR (actor = 'seller' AND act = 'mail sent'))",
                365,
            )
        }
                WINDOW thread AS (PARTITION BY account_id, person_id ORDER BY "at", id))
            GROUP BY account_id""",
    }


def joined(cutoff: int) -> str:
    """The last statement: each account, with 0 for what it has none of."""
    zero = [f"{name}_{days}d" for name in GROUPS for days in (7, 30, 90)]
    zero += ["buyer_acts_trend", "seller_acts_trend", "buyer_acts_ever", "seller_acts_ever", "weeks_active_13w"]
    zero += ["people_7d", "people_30d", "people_90d", "seconds_on_pages_30d", "seconds_on_pages_90d"]
    zero += ["seconds_talked_90d", "words_written_90d", "pages_different_90d", "files_different_90d"]
    zero += [f"{side}_{what}" for side in ("buyer", "seller") for what in ("replies_365d", "mails_waiting")]
    plain = ["seller_share_90d", "first_act_days_since", *(f"{name}_days_since" for name in GROUPS)]
    plain += [f"{side}_reply_{what}" for side in ("buyer", "seller") for what in ("mean", "fastest")]
    columns = [f"coalesce({name}, 0) AS {name}" for name in zero]
    columns += ["coalesce(weeks_silent_longest_13w, 13) AS weeks_silent_longest_13w", *plain]
    tables = " ".join(
        f"LEFT JOIN {name} USING (account_id)" for name in ("recent", "ever", "rhythm", "breadth", "depth", "replies")
    )
    return (
        f"SELECT account_id AS subject_id, CAST({cutoff} AS BIGINT) AS cutoff, {', '.join(columns)} "
        f"FROM wanted {tables} ORDER BY subject_id"
    )
