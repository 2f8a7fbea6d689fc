"""The main job on any table: a list that holds together, or one sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.core.errors import DataError, LeadlineError
from leadline.core.formats import SourceFacts
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import RANKED_SHOWN, qualify
from leadline.learn.task import Options

WON = Options("Stage=Won", ("Lost",))


def holds_together(found: Qualified) -> Qualified:
    """What must be true of any result."""
    result, scores = found.result, found.scores
    assert result.rows == len(scores.score) == found.task.table.num_rows
    assert result.closed + result.open == result.rows
    assert 0 < result.base_rate < 1
    assert np.isfinite(scores.log_odds).all()
    assert ((scores.low >= 0) & (scores.low <= scores.score) & (scores.score <= scores.high) & (scores.high <= 1)).all()
    assert sum(n for _, n in result.grade_counts) == int((found.grade != "").sum())
    assert [row.score for row in result.ranking] == sorted((row.score for row in result.ranking), reverse=True)
    for row in result.ranking:
        assert row.score == scores.score[row.row - 1]
        assert row.low <= row.score <= row.high
        assert row.name
        assert len(row.up) <= 3
        assert len(row.down) <= 3
    if not found.enough:
        assert result.ranking == result.drivers == ()
    return found


def stages(rows: int, rng: np.random.Generator, chance: Any = 0.4) -> list[str]:
    """Won or lost, and a tenth open."""
    said = np.where(rng.random(rows) < chance, "Won", "Lost").astype(object)
    said[::10] = "Open"
    return said.tolist()


def one_sentence(error: LeadlineError) -> bool:
    return "\n" not in str(error) and str(error)[0].isupper()


def attempt(table: pa.Table, options: Options) -> Qualified | LeadlineError:
    """A result that holds together, or the error that says why there is none."""
    try:
        return holds_together(qualify(table, options))
    except LeadlineError as error:
        return error


# -- a whole market ----------------------------------------------------------------------------------------------------


def test_a_market(plain: Qualified, small: Any) -> None:
    result = holds_together(plain).result
    truth = np.array(small.world.export()["Stage"].to_pylist())
    assert result.won == (truth == "Closed Won").sum()
    assert result.open == (~np.char.startswith(truth, "Closed")).sum()
    assert result.base_rate == pytest.approx(result.won / result.closed)
    assert len(result.ranking) == min(RANKED_SHOWN, result.open)
    assert all(row.state == "open" and row.name.startswith("OPP-") for row in result.ranking)
    amount = small.table["Amount"].to_pylist()
    for row in result.ranking:
        worth = amount[row.row - 1]
        assert row.value == (None if worth is None else pytest.approx(worth * row.score))
        assert row.grade == plain.grade[row.row - 1] != ""
    assert (plain.grade[plain.task.labels >= 0] == "").all()
    assert result.source.rows == 900
    assert result.model.cut_off.startswith("2024-")
    assert result.model.trained_rows == len(plain.task.closed)
    assert sum(weight > 0 for _, weight in result.model.members) >= 1
    assert result.seconds > 0


def test_grades_are_of_open_rows_by_capacity(small: Any) -> None:
    table = small.table.slice(650)
    found = holds_together(qualify(table, Options("Stage=Closed Won", capacity="12/week"), formats=small.formats))
    graded = dict(found.result.grade_counts)
    assert (graded["A"], graded["B"], graded["C"]) == (12, 12, 24)
    assert sum(graded.values()) == found.result.open
    is_a = found.grade == "A"
    assert found.scores.score[is_a].min() >= found.scores.score[found.grade == "B"].max()


def test_progress_rises_to_one(small: Any) -> None:
    told: list[tuple[str, float]] = []
    facts = SourceFacts("deals.csv", "csv", 150, 33)
    found = qualify(
        small.table.slice(0, 150), Options("Stage=Closed Won"), formats=small.formats, source=facts,
        progress=lambda words, share: told.append((words, share)),
    )  # fmt: skip
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(words and words[0].islower() for words, _ in told)
    assert found.result.source is facts


def test_no_open_row_ranks_closed_ones_and_says_so() -> None:
    rng = np.random.default_rng(0)
    source = rng.integers(0, 3, 130)
    won = rng.random(130) < np.array([0.15, 0.4, 0.8])[source]
    table = pa.table({"Source": np.array(["a", "b", "c"])[source].tolist(), "x": rng.random(130),
                      "Stage": np.where(won, "Won", "Lost").tolist()})  # fmt: skip
    found = holds_together(qualify(table, WON))
    assert found.enough
    assert len(found.result.ranking) == 130
    assert {row.state for row in found.result.ranking} == {"won", "lost"}
    assert any("No row is open" in said for said in found.result.warnings)


def test_names_fall_back_to_the_row() -> None:
    rng = np.random.default_rng(0)
    names = [None if n % 3 else f"D{n}" for n in range(120)]
    table = pa.table({"Name": names, "x": rng.random(120), "Stage": stages(120, rng, np.linspace(0.1, 0.9, 120))})
    table = table.append_column("y", pa.array(np.linspace(0, 1, 120) + 0.1 * rng.random(120)))
    found = holds_together(qualify(table, Options("Stage=Won", ("Lost",), id_column="Name")))
    assert found.enough
    for row in found.result.ranking:
        assert row.name == (names[row.row - 1] or f"row {row.row}")


# -- one class, no class -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        (["Won"] * 50, "All 50 closed rows are won, and a model needs both"),
        (["Won"] * 20 + ["Open"] * 30, "All 20 closed rows are won, and a model needs both"),
    ],
)
def test_one_class_is_one_sentence(stage: list[str], says: str) -> None:
    rng = np.random.default_rng(0)
    table = pa.table({"x": rng.random(50), "Stage": stage})
    with pytest.raises(DataError, match=says) as caught:
        qualify(table, Options("Stage=Won", open=("Open",) if "Open" in stage else ()))
    assert caught.value.exit_status == 1


def test_all_repeats_is_one_sentence() -> None:
    table = pa.table({"x": [1.0] * 60, "y": ["a"] * 60, "Stage": ["Won"] * 30 + ["Lost"] * 30})
    with pytest.raises(DataError) as caught:
        qualify(table, WON)
    assert "\n" not in str(caught.value)


# -- tables at the edge ------------------------------------------------------------------------------------------------

Made = Callable[[np.random.Generator], dict[str, Any]]
DAY = datetime(2023, 1, 2)
EDGES: dict[str, Made] = {
    "one feature": lambda r: {"x": r.random(100)},
    "one constant": lambda _: {"x": [3.0] * 100},
    "constant and all blank": lambda r: {"x": r.random(100), "c": ["same"] * 100, "n": pa.nulls(100, pa.string())},
    "nothing but blanks": lambda _: {"n": pa.nulls(100, pa.string()), "m": pa.nulls(100, pa.float64())},
    "every row twice": lambda r: {
        "x": np.repeat(r.random(50), 2),
        "k": np.repeat(r.integers(0, 5, 50), 2).astype(str).tolist(),
    },
    "all rows alike": lambda _: {"x": [1.0] * 100, "k": ["a"] * 100},
    "not finite": lambda r: {
        "x": np.where(r.random(100) < 0.3, r.choice([np.inf, -np.inf, np.nan], 100), r.random(100))
    },
    "huge and tiny": lambda r: {"x": r.choice([1e30, -1e30, 1e-30, 0.0], 100), "y": r.random(100) * 1e12},
    "300 columns": lambda r: {
        "Created Date": pa.array([DAY + timedelta(days=n) for n in range(200)], pa.timestamp("us")),
        **{f"c{n}": r.random(200) for n in range(200)},
        **{f"k{n}": r.integers(0, 3, 200).astype(str).tolist() for n in range(100)},
    },
    "5,000 values": lambda r: {"k": [f"v{n}" for n in r.integers(0, 5_000, 6_000)], "x": r.random(6_000)},
    "dates only": lambda r: {
        "Created Date": pa.array([DAY + timedelta(days=int(n)) for n in r.integers(0, 900, 120)], pa.timestamp("us"))
    },
    "one date for all": lambda r: {"Created Date": pa.array([DAY] * 100, pa.timestamp("us")), "x": r.random(100)},
    "dates far apart": lambda r: {
        "When": pa.array([datetime(1, 1, 1), datetime(9999, 12, 31)] * 50, pa.timestamp("us")),
        "x": r.random(100),
    },
    "blank dates": lambda r: {"Created Date": pa.nulls(100, pa.timestamp("us")), "x": r.random(100)},
    "text only": lambda r: {
        "Note": [" ".join(r.choice(["buy", "wait", "call", "price", "demo", "trial", "later"], 9)) for _ in range(120)]
    },
    "text of one word": lambda r: {"Note": ["x" * 200_000] * 50 + ["y"] * 50},
    "hostile cells": lambda r: {
        "a'b\"c<script>\n": r.choice(["=HYPERLINK(1)", "\x00", "\u202e", "💥", ""], 100).tolist(),
        "": r.random(100),
    },
    "our own names": lambda r: {
        "score": r.random(100),
        "grade": r.choice(["A", "B"], 100).tolist(),
        "state": r.random(100),
    },
    "lists of mails": lambda r: {"E-mail": [f"p{n}@x{n % 7}.com" for n in range(100)], "Web": ["www.x.com/a"] * 100},
}


@pytest.mark.parametrize("name", list(EDGES))
def test_edges_give_a_list_or_a_sentence(name: str) -> None:
    rng = np.random.default_rng(7)
    columns = EDGES[name](rng)
    table = pa.table(columns)
    table = table.append_column("Stage", pa.array(stages(table.num_rows, rng)))
    if name in ("one constant", "nothing but blanks", "all rows alike"):
        with pytest.raises(DataError) as caught:
            qualify(table, WON)
        assert one_sentence(caught.value)
    else:
        holds_together(qualify(table, WON))


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("kind", ["number", "category", "date"])
def test_a_handful_of_rows(rows: int, kind: str) -> None:
    cells = {
        "number": pa.array(np.arange(float(rows))),
        "category": pa.array([f"k{n}" for n in range(rows)]),
        "date": pa.array([DAY + timedelta(days=n) for n in range(rows)], pa.timestamp("us")),
    }[kind]
    table = pa.table({"x": cells, "Stage": (["Won", "Lost", "Lost"] * 2)[:rows]})
    found = attempt(table, Options("Stage=Won"))
    if isinstance(found, LeadlineError):
        assert one_sentence(found)
        assert rows < 3 or kind != "number"
    else:
        assert found.result.rung == "scorecard"
        assert any("do not know yet how good" in said for said in found.result.warnings)
        assert (found.scores.high - found.scores.low).mean() > 0.15  # few rows: wide


cell = st.none() | st.floats() | st.sampled_from([0.0, 1.0, 1e300, -1e-300])
word = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(
    st.integers(2, 24).flatmap(
        lambda n: st.tuples(
            st.lists(cell, min_size=n, max_size=n),
            st.lists(word, min_size=n, max_size=n),
            st.lists(st.sampled_from(["Won", "Lost", None]), min_size=n, max_size=n),
        )
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_small_table(columns: tuple[list[Any], list[Any], list[Any]]) -> None:
    numbers, words, stage = columns
    table = pa.table(
        {"x": pa.array(numbers, pa.float64()), "k": pa.array(words, pa.string()), "Stage": pa.array(stage, pa.string())}
    )
    found = attempt(table, WON)
    if isinstance(found, LeadlineError):
        assert one_sentence(found) or any("\n" in (one or "") for one in words)
