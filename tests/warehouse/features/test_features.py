"""Features are what a plain count row by row gives, at every cutoff, whatever order rows are in or what came later."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import feature_oracle as oracle
from feature_oracle import DAY, Row, Tables
from feature_worlds import NOW, tables, write
from leadline.core.errors import CallError, UnreadableSource
from leadline.warehouse.features import SUBJECTS, TABLES, catalogue, expressions, features
from leadline.warehouse.features.run import unbound

CUTOFFS = (NOW - 30 * DAY, NOW, NOW + 1)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def counted(world: Tables, subject: str, pairs: list[tuple[int, int]], as_recorded: bool = False) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), world)
        cutoffs = pa.table({"subject_id": [s for s, _ in pairs], "cutoff": [c for _, c in pairs]})
        return features(Path(folder), subject, cutoffs, as_recorded=as_recorded, threads=1).to_pylist()  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(world=tables(), as_recorded=st.booleans())
def test_each_feature_is_what_a_plain_count_gives(subject: str, world: Tables, as_recorded: bool) -> None:
    pairs = [(number, cutoff) for number in (1, 2, 9) for cutoff in CUTOFFS]
    for row in counted(world, subject, pairs, as_recorded):
        number, cutoff = row.pop("subject_id"), row.pop("cutoff")
        wanted = oracle.features(world, subject, number, cutoff, as_recorded)
        assert set(row) == set(wanted)
        assert {name: value for name, value in row.items() if value != wanted[name]} == {}, (wanted, number, cutoff)


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
@settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
@given(world=tables(), later=tables(), order=st.randoms(use_true_random=False))
def test_what_came_later_and_the_order_of_rows_change_nothing(
    subject: str, world: Tables, later: Tables, order: random.Random
) -> None:
    pairs = [(number, cutoff) for number in (1, 2) for cutoff in CUTOFFS]
    before = counted(world, subject, pairs)
    more = {name: list(rows) for name, rows in world.items()}
    most = max(cutoff for _, cutoff in pairs)
    for name, at in {"signals": "at", "facts": "at", "roles": "at", "orders": "created_at"}.items():
        for row in later[name]:
            moved = {"at": most + 1 + row[at] % DAY, "ordered_at": None} | {at: most + 1 + row[at] % DAY}
            more[name].append({**row, "id": row["id"] + 1000, **{key: moved[key] for key in moved if key in row}})
    for rows in more.values():
        order.shuffle(rows)
    assert counted(more, subject, pairs) == before


def some_world() -> Tables:
    """One account with a mail, its answer, a page and a deal."""
    own = {"account_id": 1, "person_id": 7, "deal_id": 5, "counts": True, "human": 0.9, "words": 0}
    acts = [
        (1, NOW - 3 * DAY, "mail sent", "seller", {}),
        (2, NOW - 3 * DAY + 3_600_000_000, "mail received", "buyer", {"words": 12}),
        (3, NOW - 20 * DAY, "page viewed", "buyer", {"page": 4, "person_id": 8}),
        (4, NOW - 20 * DAY, "page viewed", "buyer", {"counts": False}),
        (5, NOW + 1, "page viewed", "buyer", {}),
    ]
    signals = [
        {"id": number, "at": at, "recorded_at": at + 4 * DAY, "act": act, "actor": actor, **own, **more}
        for number, at, act, actor, more in acts
    ]
    return {
        "signals": signals,
        "deals": [
            {"id": 5, "account_id": 1, "stage": "Won", "state": "won", "amount": 900.0, "created_at": NOW - 50 * DAY}
            | {"closed_at": NOW + DAY}
        ],
        "deal_changes": [
            {"id": 1, "deal_id": 5, "field": "stage", "before": "Offer", "after": "Won", "at": NOW + DAY}
            | {"recorded_at": NOW + DAY}
        ],
    }


def test_a_plain_history() -> None:
    row = counted(some_world(), "account", [(1, NOW)])[0]
    wanted = {
        "pages_30d": 1,
        "mails_7d": 1,
        "outreach_7d": 1,
        "people_30d": 2,
        "people_7d": 1,
        "buyer_reply_mean": 3600.0,
        "buyer_replies_365d": 1,
        "seller_mails_waiting": 0,
        "words_written_90d": 12,
        "deals_open": 1,
        "deals_won": 0,
        "deal_amount_open": 900.0,
        "weeks_silent_longest_13w": 10,
    }
    assert {name: row[name] for name in wanted} == wanted
    deal = counted(some_world(), "deal", [(5, NOW)])[0]
    assert (deal["deal_state"], deal["deal_stage"], deal["deal_age_days"]) == ("open", "Offer", 50)


def test_only_what_was_recorded_by_then() -> None:
    row = counted(some_world(), "account", [(1, NOW)], as_recorded=True)[0]
    assert (row["mails_7d"], row["pages_30d"]) == (0, 1)


def test_each_row_of_the_cutoffs_is_answered_in_order() -> None:
    rows = counted(some_world(), "person", [(8, NOW), (7, NOW), (7, NOW - 90 * DAY), (7, NOW), (999, NOW)])
    assert [(row["subject_id"], row["cutoff"]) for row in rows] == [
        (7, NOW - 90 * DAY),
        (7, NOW),
        (7, NOW),
        (8, NOW),
        (999, NOW),
    ]
    assert [row["pages_90d"] for row in rows] == [0, 0, 0, 1, 0]
    assert rows[-1]["buyer_acts_days_since"] is None


def test_named_steps_alone_and_both_ways_of_writing_them(tmp_path: Path) -> None:
    write(tmp_path, some_world())
    pairs = pa.table({"subject_id": [1, 2], "cutoff": [NOW, NOW]})
    found = features(tmp_path, "account", pairs, steps=["breadth", "deals"])
    assert found.column_names[2:5] == ["people_7d", "people_30d", "people_90d"]
    engine = duckdb.connect()
    for name in ("signals", "deals", "deal_changes"):
        engine.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{tmp_path}/{name}/*.parquet')")
    engine.register("pairs", pairs)
    cutoffs = ibis.table({"subject_id": "int64", "cutoff": "int64"}, name="pairs")
    whole = expressions(unbound(list(TABLES)), "account", cutoffs, ["breadth", "deals"]).order_by("subject_id")
    assert engine.sql(str(ibis.to_sql(whole, dialect="duckdb"))).to_arrow_table().to_pylist() == found.to_pylist()


@pytest.mark.parametrize(
    ("subject", "cutoffs", "options", "words"),
    [
        ("firm", {"subject_id": [1], "cutoff": [1]}, {}, "not of 'firm'"),
        ("account", {"subject_id": [1]}, {}, "cutoff"),
        ("account", {"subject_id": ["x"], "cutoff": [1]}, {}, "whole numbers"),
        ("account", {"subject_id": [None], "cutoff": [1]}, {}, "Every row"),
        ("account", {"subject_id": [1], "cutoff": [-(2**63)]}, {}, "year 2255"),
        ("account", {"subject_id": [1], "cutoff": [1]}, {"steps": ["deal"]}, "no step 'deal' of accounts"),
        ("account", {"subject_id": [1], "cutoff": [1]}, {"engine": "sqlite"}, "not on 'sqlite'"),
        ("account", {"subject_id": [1], "cutoff": [1]}, {"memory": "lots"}, "refuses lots"),
    ],
)
def test_wrong_calls_are_answered_in_a_sentence(
    tmp_path: Path, subject: Any, cutoffs: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    write(tmp_path, some_world())
    with pytest.raises(CallError, match=words):
        features(tmp_path, subject, pa.table(cutoffs), **options)


def test_a_folder_that_is_no_lake(tmp_path: Path) -> None:
    pairs = pa.table({"subject_id": [1], "cutoff": [1]})
    with pytest.raises(UnreadableSource, match="no folder"):
        features(tmp_path / "nowhere", "account", pairs)
    with pytest.raises(UnreadableSource, match="holds no signals"):
        features(tmp_path, "account", pairs)
    (tmp_path / "signals.parquet").write_bytes(b"PAR1 but broken")
    with pytest.raises(UnreadableSource, match=r"signals\.parquet"):
        features(tmp_path, "account", pairs)
    pq.write_table(pa.table({"id": [1]}), tmp_path / "signals.parquet")
    with pytest.raises(UnreadableSource, match="no column 'at'"):
        features(tmp_path, "account", pairs)


def test_names_are_unique_for_each_subject_and_each_is_explained() -> None:
    for subject in SUBJECTS:
        entries = [entry for entry in catalogue() if subject in entry.subjects]
        names = [entry.feature.name for entry in entries]
        assert len(names) == len(set(names)) >= 35
        assert all(entry.feature.meaning and entry.feature.unit for entry in entries)
