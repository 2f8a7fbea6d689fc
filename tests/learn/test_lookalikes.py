"""Look-alikes: hidden winners come back, the ladder, what is left out, and the honest no."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leadline.cli.main import main
from leadline.core.errors import CallError, DataError
from leadline.learn.lookalikes import likeness, trial
from leadline.learn.lookalikes.find import Found, Options, find
from leadline.learn.lookalikes.listing import write
from leadline.learn.segments.columns import choose
from leadline.warehouse.writing import Writer


def market(rows: int = 600, winners: int = 60, seed: int = 1, likeness_: float = 1.0) -> pa.Table:
    """Companies, some of them won: mostly pumps of a hundred people or so."""
    rng = np.random.default_rng(seed)
    chance = np.ones(rows)
    trade = rng.choice(["pumps", "shops", "schools", "banks"], rows)
    people = np.round(np.exp(rng.normal(4, 1.2, rows)))
    chance *= np.where(trade == "pumps", np.exp(2.5 * likeness_), 1.0)
    chance *= np.where((people > 60) & (people < 300), np.exp(1.5 * likeness_), 1.0)
    won = np.zeros(rows, bool)
    won[rng.choice(rows, winners, replace=False, p=chance / chance.sum())] = True
    return pa.table(
        {
            "Company": [f"Company {at}" for at in range(rows)],
            "Domain": [f"company-{at}.example" for at in range(rows)],
            "Industry": trade,
            "Employees": people,
            "Luck": rng.standard_normal(rows),
            "Colour": rng.choice(["red", "green", "blue"], rows),
            "Opted out": np.where(rng.random(rows) < 0.05, "yes", "no"),
            "Stage": np.where(won, "Closed Won", "Open"),
        }
    )


@pytest.fixture(scope="module")
def found() -> Found:
    return find(market(), Options(outcome="Stage=Closed Won"))


def test_hidden_winners_come_back(found: Found) -> None:
    result = found.result
    assert result.method == "learned"
    assert result.winners == 60
    best = result.trial[0]
    assert best.way == "learned"
    assert best.hidden == 60
    assert best.low > 0.15
    assert best.recall >= max(one.recall for one in result.trial[1:]) - 0.1
    assert {name for name, _ in result.telling[:2]} == {"Industry", "Employees"}
    assert result.why == ""
    assert sum("pumps" in str(market()["Industry"][one.row - 1]) for one in result.top) >= 15
    assert result.top[0].times > 2
    assert result.estimated is not None


def test_each_comes_with_the_winners_it_is_like(found: Found) -> None:
    stage = market()["Stage"].to_pylist()
    for one in found.result.top:
        assert stage[one.row - 1] == "Open"
        assert len(one.near) == 2
        assert all(stage[near.row - 1] == "Closed Won" for near in one.near)
    assert any("Industry is pumps" in near.shared for near in found.result.top[0].near)


def test_winners_opt_outs_and_lists_never_come_up(tmp_path: Path) -> None:
    table = market()
    first = find(table, Options(outcome="Stage=Closed Won"), top=600)
    competitor, other = first.result.top[0], first.result.top[1]
    domain = str(table["Domain"][other.row - 1])
    seen = find(table, Options(outcome="Stage=Closed Won", exclude=(competitor.name.upper(), f"www.{domain}")), top=600)
    rows = {one.row for one in seen.result.top}
    assert competitor.row not in rows
    seen = find(table, Options(outcome="Stage=Closed Won", exclude=(domain,)), top=600)
    rows = {one.row for one in seen.result.top}
    assert other.row not in rows
    out = {at + 1 for at, said in enumerate(table["Opted out"].to_pylist()) if said == "yes"}
    assert not rows & out
    assert dict(seen.result.excluded)["who opted out"] > 0
    write(seen, table, tmp_path / "alike.csv")
    text = (tmp_path / "alike.csv").read_text()
    assert "Closed Won" not in text
    assert text.count("\n") == seen.result.rest + 1


def test_a_company_that_is_a_customer_is_not_found_again() -> None:
    base = market(300, 40)
    twice = pa.table(
        {"Account": [f"Firm {at % 150}" for at in range(300)], **{n: base[n] for n in base.column_names[2:]}}
    )
    seen = find(twice, Options(outcome="Stage=Closed Won"), top=300)
    accounts = twice["Account"].to_pylist()
    won = {a for a, stage in zip(accounts, twice["Stage"].to_pylist(), strict=True) if stage == "Closed Won"}
    assert not {accounts[one.row - 1] for one in seen.result.top} & won


def test_the_ladder() -> None:
    table = market(winners=4)
    with pytest.raises(DataError, match="4 winners are not enough"):
        find(table, Options(outcome="Stage=Closed Won"))
    few = find(market(winners=10, likeness_=2.0), Options(outcome="Stage=Closed Won")).result
    assert few.method == "by columns that tell"
    assert few.caution
    assert few.top
    assert few.estimated is None
    with pytest.raises(CallError, match="once"):
        find(table, Options())
    with pytest.raises(CallError, match="None of the 1 seeds"):
        find(table, Options(seeds=("Nobody",)))


def test_seeds_by_name_are_winners() -> None:
    table = market()
    names = [n for n, s in zip(table["Company"].to_pylist(), table["Stage"].to_pylist(), strict=True) if s != "Open"]
    seen = find(table.drop_columns(["Stage"]), Options(seeds=tuple(name.upper() for name in names)))
    assert seen.result.winners == 60
    assert seen.result.trial[0].low > 0.15


def test_winners_like_everybody_give_no_list() -> None:
    seen = find(market(likeness_=0.0, winners=80), Options(outcome="Stage=Closed Won")).result
    assert "not more like each other" in seen.why
    assert seen.top == ()


def test_what_is_filled_for_winners_alone_does_not_speak() -> None:
    table = market()
    won = [stage == "Closed Won" for stage in table["Stage"].to_pylist()]
    leaking = table.append_column(
        "Contract size", pa.array([1.0 + at % 7 if one else None for at, one in enumerate(won)])
    )
    seen = find(leaking, Options(outcome="Stage=Closed Won")).result
    assert "Contract size" not in seen.used


def test_similarity_is_gowers() -> None:
    table = pa.table({"n": np.arange(200.0), "c": ["x", "y"] * 100})
    chosen = choose(table, only=("n", "c"))
    place = likeness.space(chosen.columns, chosen.codes)
    alike = likeness.similarity(place, np.array([0, 199]), np.array([0, 1, 199]), np.array([0.5, 0.5]))
    assert alike[0, 0] == 1.0
    assert alike[0, 1] == pytest.approx(0.5)  # the same band, another letter
    assert alike[0, 2] == pytest.approx(0.0)
    assert alike[1, 2] == 1.0
    assert np.diff(trial._falling(np.array([3.0, 1.0, 2.0, 0.5]))).max() <= 0


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = market()
    with Writer(tmp_path / "c.csv", table.schema) as writer:
        for batch in table.to_batches():
            writer.write(batch)
    (tmp_path / "rivals.txt").write_text("# rivals\nCompany 3\n")
    call = ["lookalikes", str(tmp_path / "c.csv"), "--outcome", "Stage=Closed Won"]
    assert main([*call, "--exclude", str(tmp_path / "rivals.txt"), "--out", str(tmp_path / "o.csv"), "--top", "5"]) == 0
    shown = capsys.readouterr().out
    assert "hidden in turn" in shown
    assert "like Company" in shown
    assert "Company 3," not in (tmp_path / "o.csv").read_text()
    assert main([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trial"][0]["way"] == "learned"
    (tmp_path / "empty.txt").write_text("\n")
    assert main(["lookalikes", str(tmp_path / "c.csv"), "--seeds", str(tmp_path / "empty.txt")]) == 2
    assert main(["lookalikes", str(tmp_path / "c.csv")]) == 2
    assert main(["lookalikes", "--from-store", "--outcome", "x=1"]) == 2
