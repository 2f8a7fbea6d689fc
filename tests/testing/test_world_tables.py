"""The simulated market's tables and files: joined, repeatable to the byte, independent, and without the truth."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError
from leadline.testing.world import LEAKS, LOST, OPEN_STAGES, OUTCOME, WON, Parameters, World, make, write_sample
from leadline.testing.world import sample as sample_file
from leadline.testing.world.streams import Streams

SMALL = replace(Parameters(), deals=800, accounts=150, sellers=9)
TABLES = ("accounts", "people", "sellers", "products", "deals", "activities", "truth")


@pytest.fixture(scope="module")
def world() -> World:
    return make(SMALL, seed=2)


def digest(table: pa.Table) -> str:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def test_equal_calls_give_equal_bytes(world: World) -> None:
    again = make(SMALL, seed=2)
    other = make(SMALL, seed=3)
    for name in TABLES:
        assert digest(getattr(world, name)) == digest(getattr(again, name)), name
        assert digest(getattr(world, name)) != digest(getattr(other, name)), name
    assert digest(world.export()) == digest(again.export())


def test_equal_bytes_in_another_process(tmp_path: Path) -> None:
    here = write_sample(tmp_path / "here.csv", rows=200, seed=4)
    call = [sys.executable, "-m", "leadline.testing.world", str(tmp_path / "there.csv"), "--rows", "200", "--seed", "4"]
    subprocess.run(call, check=True, env={**os.environ, "PYTHONHASHSEED": "77"})
    assert here.read_bytes() == (tmp_path / "there.csv").read_bytes()


def test_a_change_in_one_table_leaves_the_others_alone(world: World) -> None:
    """Child seeds go by name: larger buying groups and another number of sellers change nothing else."""
    grown = make(replace(SMALL, group_largest=14), seed=2)
    for name in ("accounts", "sellers", "products"):
        assert getattr(world, name).equals(getattr(grown, name))
    free = [c for c in world.deals.column_names if c != "contact_id"]
    before = [c for c in free if c not in {"stage", "closed", "planned_close", "days_in_stage"}][:14]
    assert world.deals.select(before).equals(grown.deals.select(before))
    more = make(replace(SMALL, sellers=30), seed=2)
    assert world.people.equals(more.people)
    assert world.deals["amount"].equals(more.deals["amount"])
    assert world.deals["note"].equals(more.deals["note"])


@given(names=st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True), seed=st.integers(0, 2**63))
@settings(max_examples=40, deadline=None)
def test_streams_do_not_depend_on_the_order_of_asking(names: list[str], seed: int) -> None:
    streams = Streams("development", seed)
    forth = {name: streams(name).random() for name in names}
    back = {name: streams(name).random() for name in reversed(names)}
    assert forth == back
    assert all(Streams("unseen", seed)(name).random() != value for name, value in forth.items())


def test_the_export_shows_no_truth(world: World) -> None:
    export = world.export()
    latent = {
        "effect",
        "parent_effect",
        "serious",
        "skill",
        "optimism",
        "probability",
        "latent",
        "human",
        "scans",
        "won",
    }
    assert not latent & {name.casefold() for name in export.column_names}
    truth = world.truth["probability"].to_numpy()
    for name in export.column_names:
        if pa.types.is_integer(export[name].type) or pa.types.is_floating(export[name].type):
            cells = export[name].cast(pa.float64()).fill_null(0.0).to_numpy()
            assert abs(np.corrcoef(cells, truth)[0, 1]) < 0.75, name
    assert set(LEAKS) <= set(export.column_names)
    assert set(pc.unique(export[OUTCOME]).to_pylist()) <= {WON, LOST, *OPEN_STAGES}


def test_export_rows_follow_deals_and_closed_only_drops_open(world: World) -> None:
    export, closed = world.export(), world.export(closed_only=True)
    assert export["Opportunity ID"].to_pylist() == world.truth["deal_id"].to_pylist()
    assert len(set(world.truth["deal_id"].to_pylist())) == len(export)
    stages = export[OUTCOME].to_pylist()
    assert len(closed) == sum(s in (WON, LOST) for s in stages)
    won = world.truth["won"].to_pylist()
    assert all(w == (s == WON) for s, w in zip(stages, won, strict=True) if s in (WON, LOST))
    end = SMALL.first_day.toordinal() + SMALL.days
    for stage, close in zip(stages, export["Close Date"].to_pylist(), strict=True):
        assert (close.toordinal() <= end) == (stage in (WON, LOST))


def test_tables_join(world: World) -> None:
    deals, people, acts = world.deals, world.people, world.activities
    contact_account = people["account_id"].to_numpy()[deals["contact_id"].to_numpy()]
    assert (contact_account == deals["account_id"].to_numpy()).all()
    assert (people["account_id"].to_numpy()[acts["person_id"].to_numpy()] == acts["account_id"].to_numpy()).all()
    groups = np.bincount(people["account_id"].to_numpy())
    assert groups.min() >= SMALL.group_smallest
    assert len(set(world.accounts["name"].to_pylist())) == SMALL.accounts
    opened = dict(zip(deals["deal_id"].to_pylist(), deals["opened"].to_pylist(), strict=True))
    assert all(at.date() < opened[d] for d, at in zip(acts["deal_id"].to_pylist(), acts["at"].to_pylist(), strict=True))
    kinds = np.array(acts["kind"].to_pylist())
    human = acts["human"].to_numpy()
    assert human[np.isin(kinds, ["send", "reply"])].all()
    counts = {kind: int((kinds == kind).sum()) for kind in ("send", "open", "click", "reply")}
    export = world.export()
    for kind, column in (
        ("send", "Emails Sent"),
        ("open", "Emails Opened"),
        ("click", "Email Clicks"),
        ("reply", "Replies"),
    ):
        assert counts[kind] == pc.sum(export[column]).as_py()


def test_amounts_are_rounder_when_a_deal_is_not_serious(world: World) -> None:
    amount = world.deals["amount"].to_numpy()
    serious = world.deals["serious"].to_numpy()
    is_round = amount % 1_000 == 0
    assert is_round[~serious].mean() > is_round[serious].mean() + 0.15


@given(seed=st.integers(0, 2**40), deals=st.integers(1, 40), accounts=st.integers(1, 9), sellers=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_tiny_markets_are_whole(seed: int, deals: int, accounts: int, sellers: int) -> None:
    world = make(replace(Parameters(), deals=deals, accounts=accounts, sellers=sellers), seed)
    probability = world.truth["probability"].to_numpy()
    assert len(world.export_text()) == deals
    assert ((probability > 0) & (probability < 1)).all()
    assert all(np.isfinite(world.truth[c].to_numpy()).all() for c in world.truth.column_names if c != "deal_id")


def test_a_market_of_nothing_is_refused() -> None:
    with pytest.raises(CallError, match="one deal"):
        make(replace(SMALL, deals=0))
    with pytest.raises(CallError, match="group_smallest"):
        make(replace(SMALL, group_smallest=2))


def test_parameters_can_be_compared_and_hashed() -> None:
    assert hash(Parameters()) == hash(replace(Parameters()))
    assert len(fields(Parameters)) > 50


def test_sample_looks_like_an_export(tmp_path: Path) -> None:
    path = write_sample(tmp_path / "deals.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stages = [row[OUTCOME] for row in rows]
    assert len(rows) == 3_000
    assert 330 <= sum(s not in (WON, LOST) for s in stages) <= 470
    amounts = [row["Amount"] for row in rows if row["Amount"]]
    assert all(a.startswith("$") and a[-3] == "." for a in amounts)
    assert any("," in a for a in amounts)
    assert max(int(row["Created Date"].split("/")[1]) for row in rows) > 12
    assert {"tbd", "n/a", ""} < {row["Budget"] for row in rows}
    assert any('"' in row["Note"] for row in rows)
    assert not any("None" in row.values() or "nan" in row.values() for row in rows)


def test_sample_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("kept")

    def torn(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(sample_file.os, "fsync", torn)
    with pytest.raises(OSError, match="full"):
        write_sample(path, rows=50)
    assert path.read_text() == "kept"
    assert [p.name for p in tmp_path.iterdir()] == ["deals.csv"]


def test_a_market_of_twenty_thousand_deals_is_made_fast() -> None:
    start = time.process_time()
    make(seed=1).export()
    assert time.process_time() - start < 2.0
