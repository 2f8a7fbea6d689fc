"""Scores: one for each row whatever stands beside it, inside its interval, and the sum of its pushes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadline.learn import scoring
from leadline.learn.qualified import Qualified


@pytest.fixture(params=["plain", "taught"])
def either(request: pytest.FixtureRequest) -> Qualified:
    found: Qualified = request.getfixturevalue(request.param)
    return found


def test_scores_lie_within_their_intervals(either: Qualified) -> None:
    scores = scoring.score(either.model, either.task.table)
    assert ((scores.low > 0) & (scores.low <= scores.score) & (scores.score <= scores.high) & (scores.high < 1)).all()
    assert scores.score == pytest.approx(1 / (1 + np.exp(-scores.log_odds)))


def test_a_row_scores_the_same_alone_and_among_others(either: Qualified) -> None:
    table = either.task.table
    whole = scoring.score(either.model, table)
    shuffled = np.random.default_rng(0).permutation(table.num_rows)
    other = scoring.score(either.model, table.take(pa.array(shuffled)))
    parts = [scoring.score(either.model, table.slice(at, 64)) for at in range(0, table.num_rows, 64)]
    batch = scoring.score(either.model, table.slice(5, 70).combine_chunks().to_batches()[0])
    for name in ("log_odds", "low", "high"):
        value = getattr(whole, name)
        assert getattr(other, name) == pytest.approx(value[shuffled], abs=1e-12)
        assert np.concatenate([getattr(part, name) for part in parts]) == pytest.approx(value, abs=1e-12)
        assert getattr(batch, name) == pytest.approx(value[5:75], abs=1e-12)
    assert np.array_equal(other.unusual, whole.unusual[shuffled])


def test_pushes_add_up_to_the_log_odds(plain: Qualified) -> None:
    scores = scoring.score(plain.model, plain.task.table)
    rest = scores.log_odds - scoring.pushes(plain.model, scores).sum(axis=1)
    assert np.ptp(rest) < 1e-4  # what is left is the same for all rows: the average row
    some = np.array([3, 700, 3])
    assert scoring.pushes(plain.model, scores, some) == pytest.approx(scoring.pushes(plain.model, scores)[some])


def test_a_part_of_scores_is_that_part(plain: Qualified) -> None:
    whole = scoring.score(plain.model, plain.task.table)
    part = whole.part(10, 25)
    assert np.array_equal(part.score, whole.score[10:25])
    assert np.array_equal(scoring.pushes(plain.model, part), scoring.pushes(plain.model, whole)[10:25])


def test_rows_like_no_other_are_marked(plain: Qualified) -> None:
    table = plain.task.table
    assert scoring.score(plain.model, table).unusual[plain.task.closed].mean() < 0.02
    far = pc.multiply(table["Amount"], 1_000.0)
    moved = table.set_column(table.schema.get_field_index("Amount"), "Amount", far)
    filled = np.asarray(table["Amount"].is_valid())
    assert scoring.score(plain.model, moved).unusual[filled].mean() > 0.95
    wild = {name: table[name] for name in table.column_names}
    for name in ("Employees", "People Engaged", "Emails Opened"):
        wild[name] = pa.array([1e15] * table.num_rows)
    assert scoring.score(plain.model, pa.table(wild)).unusual.all()


def test_cells_that_no_number_can_be(plain: Qualified) -> None:
    table = plain.task.table
    wild = {name: table[name] for name in table.column_names}
    wild["Amount"] = pa.array([np.inf, -np.inf, np.nan, 1e308, -1e308, 0.0] * 150)
    wild["Note"] = pa.array(["", " ", "\x00", "💥" * 3_000, None, "=HYPERLINK(1)"] * 150)
    wild["Industry"] = pa.array(["x" * 10_000] * 900)
    scores = scoring.score(plain.model, pa.table(wild))
    assert np.isfinite(scores.log_odds).all()
    assert ((scores.low <= scores.score) & (scores.score <= scores.high)).all()


def test_scoring_loads_no_scikit_learn_and_no_pandas() -> None:
    heavy = "{'sklearn', 'pandas', 'scipy', 'lightgbm'}"
    code = f"import sys, leadline.learn.listing; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
