"""The matching sets as (first list, second list or None, true pairs); the columns that carry the answer are dropped."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import duckdb
import pyarrow as pa

DATA = Path(os.environ.get("LEADLINE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
FEBRL = ("febrl1", "febrl2", "febrl3")
LINKS = {
    "dblp_acm": ("match_records_dblp_acm", "dblp", "acm"),
    "abt_buy": ("match_products_abt_buy", "abt", "buy"),
    "amazon_google": ("match_products_amazon_google", "amazon", "gp"),
}
GROUPS = {
    "organisations": ("dedupe_organisations/sites", "True Id", ("True Id", "Id")),
    "company_names": ("dedupe_company_names/applicants_train", "leuven_id", ("leuven_id", "person_id", "Name")),
}
NAMES = (*FEBRL, "febrl3_no_id", *LINKS, *GROUPS)

Pairs = set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class MatchingSet:
    """Pairs are 0-based rows: of one list (left < right), or of the first and the second."""

    first: pa.Table
    second: pa.Table | None
    truth: Pairs


def load(name: str) -> MatchingSet:
    """One of NAMES. 'febrl3_no_id' is febrl3 without the social security number."""
    if name in LINKS:
        folder, first, second = LINKS[name]
        a, b, matches = (_read(f"{folder}/{part}") for part in (first, second, "matches"))
        at, bt = ({key: i for i, key in enumerate(t["id"].to_pylist())} for t in (a, b))
        pairs = zip(matches["D1"].to_pylist(), matches["D2"].to_pylist(), strict=True)
        return MatchingSet(a.drop_columns(["id"]), b.drop_columns(["id"]), {(at[x], bt[y]) for x, y in pairs})
    if name in GROUPS:
        path, key, dropped = GROUPS[name]
        table = _read(path)
        return MatchingSet(table.drop_columns(list(dropped)), None, same(table[key].to_pylist()))
    table = _read(f"dedupe_people_febrl/{name.removesuffix('_no_id')}")
    person = [word.split("-")[1] for word in table["rec_id"].to_pylist()]
    dropped = ["rec_id", "soc_sec_id"] if name.endswith("_no_id") else ["rec_id"]
    return MatchingSet(table.drop_columns(dropped), None, same(person))


def same(keys: list[str] | list[int]) -> Pairs:
    """All pairs of places with one key."""
    groups: dict[object, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(key, []).append(place)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def _read(path: str) -> pa.Table:
    found = duckdb.read_csv(str(DATA / f"{path}.csv.gz"), all_varchar=True, header=True)
    return found.to_arrow_table()
