"""The accounts of the record as one table: what they are, what they did in 90 days, and whether they are customers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.core.errors import DataError
from leadline.core.progress import Progress, quiet
from leadline.warehouse.database import DatabaseSource
from leadline.warehouse.features import features

STEPS = ("recent", "rhythm", "breadth", "depth", "texts", "profile")
_KEPT = ("_90d", "_13w")
_OURS = ("seller_", "outreach_", "account_currency", "account_known_days")  # what we did, and bookkeeping
_DEALS = """
SELECT account_id, MIN(COALESCE(opened_at, created_at)) AS first_at,
       SUM(CASE WHEN state = 'won' THEN 1 ELSE 0 END) AS won, SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS worked
FROM deals_v1 WHERE account_id IS NOT NULL GROUP BY account_id"""
_ORDERS = (
    "SELECT account_id, MIN(ordered_at) AS first_at FROM orders_v1 WHERE account_id IS NOT NULL GROUP BY account_id"
)
_OUT = """
SELECT DISTINCT account_id FROM facts_v1
WHERE kind = 'intent' AND value LIKE '%unsubscribe%' AND account_id IS NOT NULL"""
_ACCOUNTS = "SELECT id, name, domain FROM accounts_v1 ORDER BY id"


def accounts(
    url: str, lake: Path, now: int, *, before_first_deal: bool = False, progress: Progress = quiet
) -> pa.Table:
    """One row an account: id, name, domain, its profile and acts as columns in words, then customer, worked and
    opted_out ('yes' or 'no').

    `url` is the record's, `lake` its Parquet, `now` in microseconds. With `before_first_deal` the acts of accounts that
    ever had a deal or order are those before the first: what happens because somebody is a customer says nothing about
    who will be one. Raises DataError where there are no accounts.
    """
    base = _read(url, _ACCOUNTS)
    if not base.num_rows:
        raise DataError("The record holds no accounts; bring some in with leadline import")
    ids = [int(one) for one in base["id"].to_pylist()]
    first: dict[int, int] = {}
    won: set[int] = set()
    worked: set[int] = set()
    for row in [*_read(url, _DEALS).to_pylist(), *_read(url, _ORDERS).to_pylist()]:
        account = int(row["account_id"])
        if row["first_at"] is not None:
            first[account] = min(int(row["first_at"]), first.get(account, now))
        if row.get("won", 1):
            won.add(account)
        if row.get("worked"):
            worked.add(account)
    out = {int(one) for one in _read(url, _OUT)["account_id"].to_pylist()}
    at = [min(now, first.get(one, now + 1) - 1) if before_first_deal else now for one in ids]
    cutoffs = pa.table({"subject_id": pa.array(ids, pa.int64()), "cutoff": pa.array(at, pa.int64())})
    found = features(lake, "account", cutoffs, steps=STEPS, progress=progress)
    columns: dict[str, pa.Array] = {}
    for name in found.column_names:
        told = name.startswith("account_") or name.endswith(_KEPT)
        if told and not name.startswith(_OURS):
            columns[_words(name)] = _plain(found[name])
    marks = {"customer": won, "worked": worked, "opted_out": out}
    yes = {name: pa.array(["yes" if one in which else "no" for one in ids]) for name, which in marks.items()}
    names = {name: base[name].combine_chunks().cast(pa.string()) for name in ("name", "domain")}
    return pa.table({"id": pa.array(np.array(ids, np.float64)), **names, **columns, **yes})


def _read(url: str, query: str) -> pa.Table:
    with DatabaseSource(url, query) as source:
        table, _ = source.table()
    return table


def _words(name: str) -> str:
    plain = name.removeprefix("account_").removesuffix("_90d").removesuffix("_13w").replace("_", " ")
    return plain + (" in 90 days" if name.endswith("_90d") else " in 13 weeks" if name.endswith("_13w") else "")


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """float64 or string, '' as blank."""
    whole = column.combine_chunks()
    if pa.types.is_string(whole.type):
        return pc.if_else(pc.equal(whole, ""), pa.scalar(None, pa.string()), whole)
    return pc.cast(whole, pa.float64(), safe=False)
