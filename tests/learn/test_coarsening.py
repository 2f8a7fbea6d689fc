"""Suggestions do what they say, and the population estimate is held against simulated populations."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.disclosure import Risk
from leadline.learn.coarsening import suggest
from leadline.learn.disclosure import measure
from leadline.learn.population import unique_in_population
from leadline.warehouse.arrow import pa

AGES = st.lists(
    st.tuples(st.integers(18, 80), st.sampled_from("abcdefgh"), st.sampled_from([None, "x", "y"])),
    min_size=5,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(AGES, st.integers(2, 5))
def test_each_change_is_truthful_and_the_last_one_suffices(rows: list[tuple[int, str, str | None]], k: int) -> None:
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(("age", "city", "sex"))})
    risk = measure(table, ["age", "city", "sex"])
    steps = suggest(table, ["age", "city", "sex"], k)
    if risk.k >= k:
        assert steps == ()
        return
    assert steps, "everything left out makes all rows alike"
    assert steps[-1].below == 0
    assert steps[-1].k >= k
    kept = [step.kept for step in steps if step.column]
    assert kept == sorted(kept, reverse=True)
    assert all(0 <= step.kept <= 1 for step in steps)
    left_out = {step.column for step in steps if step.change == "left out"}
    if steps[-1].column and left_out == {step.column for step in steps if step.column} and len(left_out) < 3:
        rest = [name for name in ("age", "city", "sex") if name not in left_out]
        assert measure(table, rest).k == steps[-1].k


def test_dates_and_codes_are_coarsened_as_people_would() -> None:
    days = [date(1960, 1, 1) + timedelta(days=37 * at) for at in range(400)]
    codes = [f"{10115 + 97 * (at % 90):05d}" for at in range(400)]
    table = pa.table({"born": days, "postcode": codes})
    steps = suggest(table, ["born", "postcode"], 5)
    assert {step.column for step in steps if step.column} == {"born", "postcode"}
    assert any("year" in step.change or "left out" in step.change for step in steps)
    assert any("first" in step.change or "left out" in step.change for step in steps)


def test_too_few_rows_cannot_be_helped() -> None:
    assert suggest(pa.table({"a": [1, 2, 3]}), ["a"], 5) == ()


def _world(seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    many = 100_000
    place = 1 / np.arange(1, 801)
    job = 1 / np.arange(1, 61) ** 0.7
    return pa.table(
        {
            "place": rng.choice(800, many, p=place / place.sum()),
            "job": rng.choice(60, many, p=job / job.sum()),
            "age": rng.normal(42, 11, many).astype(int),
        }
    )


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_the_population_estimate_is_near_the_truth(share: float) -> None:
    world = _world(0)
    names = world.column_names
    rng = np.random.default_rng(1)
    places = rng.choice(world.num_rows, int(world.num_rows * share), replace=False)
    sample = world.take(pa.array(places))
    keys = np.array([world[name].to_numpy() for name in names]).T
    _, group, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    truth = int((counts[group.reshape(-1)[places]] == 1).sum())
    risk = measure(sample, names)
    found = unique_in_population(risk, world.num_rows)
    assert found.unique is not None
    assert found.unique == pytest.approx(truth, rel=0.2)
    assert abs(found.unique - truth) < 0.5 * abs(risk.unique - truth)  # the sample alone overstates by far


def test_where_nothing_can_be_said_nothing_is() -> None:
    few = Risk(20, ("a",), 1, 15, ((1, 12), (2, 2), (4, 1)))
    assert unique_in_population(few, 1_000).unique is None
    assert "not enough" in unique_in_population(few, 1_000).note
    assert unique_in_population(few, 20).unique == 12
    alone = Risk(500, ("a",), 1, 500, ((1, 500),))
    assert "every row is unique" in unique_in_population(alone, 10_000).note
    even = measure(pa.table({"a": np.random.default_rng(0).integers(0, 20_000, 5_000)}), ["a"])
    assert "do not follow" in unique_in_population(even, 100_000).note
