"""What is learned: weights near the truth, ties between fields, and no weight from nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leadline.testing.world import doubles
from leadline.warehouse.matching import blocking, weights
from leadline.warehouse.matching.blocking import Rows
from leadline.warehouse.matching.fields import read
from leadline.warehouse.matching.levels import Comparer
from leadline.warehouse.matching.weights import Weights


@pytest.fixture(scope="module")
def learned() -> tuple[Weights, list[str], float, int]:
    """Weights of 4,000 simulated people, the names of their fields, how many pairs are one, and how many truly are."""
    table = doubles.people(3, 4_000)
    person = table["person"].to_numpy()
    found = read([table.drop_columns(["person", "id"])], "people")
    rows = Rows(table.num_rows, table.num_rows)
    pairs = blocking.propose(blocking.keys(found.fields), rows)
    left, right = pairs // rows.count, pairs % rows.count
    with Comparer(found.fields) as comparer:
        made = weights.learn(comparer, comparer.levels(left, right), rows)
    sizes = np.bincount(person)
    return (
        made,
        [f.name for f in found.fields],
        float(np.exp(made.odds) * rows.pairs),
        int((sizes * (sizes - 1) // 2).sum()),
    )


def test_the_number_of_duplicates_is_learned(learned: tuple[Weights, list[str], float, int]) -> None:
    _, _, estimated, true = learned
    assert estimated == pytest.approx(true, rel=0.06)


def test_colleagues_are_not_duplicates(learned: tuple[Weights, list[str], float, int]) -> None:
    """Company, domain and city agree together, so that agreeing in all is worth little more than in one."""
    made, names, _, _ = learned
    at = {name: place for place, name in enumerate(names)}
    assert at["company"] in made.tied[at["domain"]]
    colleagues = np.ones((1, len(names)), dtype=np.uint8)
    for name in ("company", "domain", "city", "country"):
        colleagues[0, at[name]] = len(made.u[at[name]]) - 1
    for name in ("email", "phone", "street"):
        colleagues[0, at[name]] = 0
    apart = made.odds + made.parts(colleagues).sum()
    assert weights.chance(np.array([apart]))[0] < 0.01
    tied = made.parts(colleagues)[0]
    assert tied[at["domain"]] < 1.0


def test_frequencies_sum_to_one(learned: tuple[Weights, list[str], float, int]) -> None:
    made, _, _, _ = learned
    for shares in (*made.m, *made.u, *(u for tied in made.tied for u in tied.values())):
        assert shares[0] == 1.0
        assert shares[1:].sum() == pytest.approx(1.0)
        assert (shares > 0).all()


def test_a_rare_value_counts_more_than_a_common_one() -> None:
    names = ["smith"] * 60 + ["okonkwo"] * 2 + [f"name{i}" for i in range(138)]
    found = read([pa.table({"surname": names, "city": [f"town {i % 9}" for i in range(200)]})], "people")
    with Comparer(found.fields) as comparer:
        left, right = np.array([0, 60]), np.array([1, 61])
        levels = comparer.levels(left, right)
        made = weights.learn(comparer, levels, Rows(200, 200))
        worth = weights.by_rarity(found.fields, levels, made, left)
    assert worth[1, 0] > 1 > 0 >= worth[0, 0]
