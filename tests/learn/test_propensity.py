"""Which behaviour leads to which product, with products of few rows like all others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.errors import ColumnNotFound, DataError
from leadline.learn import propensity, scoring
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options

ROWS = 900


def deals() -> pa.Table:
    """`Pages` leads to product A, `Calls` to product B and both a little to the rest; C1 to C4 have six rows each."""
    rng = np.random.default_rng(0)
    product = rng.choice(["A", "B", "D"], ROWS)
    product = product.astype(object)
    product[rng.choice(ROWS, 24, replace=False)] = np.repeat(["C1", "C2", "C3", "C4"], 6)
    product[:3] = "rare"
    pages, calls = rng.integers(0, 9, ROWS).astype(float), rng.integers(0, 9, ROWS).astype(float)
    z = np.where(
        product == "A", 0.7 * (pages - 4), np.where(product == "B", 0.7 * (calls - 4), 0.25 * (pages + calls - 8))
    )
    stage = np.where(rng.random(ROWS) < 1 / (1 + np.exp(0.4 - z)), "Won", "Lost").astype(object)
    stage[::12] = "Open"
    shown = [None if n % 50 == 7 else name for n, name in enumerate(product.tolist())]
    return pa.table({"Pages": pages, "Calls": calls, "Product": shown, "Stage": stage.tolist()})


@pytest.fixture(scope="module")
def sold() -> Qualified:
    return qualify(deals(), Options("Stage=Won", ("Lost",), product="Product"))


def own(found: Qualified, product: str) -> dict[str, float]:
    """The product's own slopes by column."""
    kept = found.model.propensity
    assert kept is not None
    return dict(zip(kept.columns, kept.slopes[kept.products.index(product)].tolist(), strict=True))


def effect(found: Qualified, product: str, column: str) -> float:
    """How far the log-odds for a product rise from the least to the most of a column, all else in the middle."""
    table = pa.table({"Pages": [4.0, 4.0], "Calls": [4.0, 4.0], "Product": [product] * 2})
    table = table.set_column(table.schema.get_field_index(column), column, pa.array([1.0, 7.0]))
    kept = found.model.propensity
    assert kept is not None
    p = propensity.score(found.model, table)[:, kept.products.index(product)]
    return float(np.diff(np.log(p / (1 - p)))[0])


def test_columns_lead_to_their_products(sold: Qualified) -> None:
    kept = sold.model.propensity
    assert kept is not None
    assert kept.spread > 0
    assert kept.column not in kept.columns
    a, b = own(sold, "A"), own(sold, "B")
    assert a["Pages"] > 0.1 > -0.1 > a["Calls"]
    assert b["Calls"] > 0.1 > -0.1 > b["Pages"]
    assert effect(sold, "A", "Pages") > effect(sold, "A", "Calls") + 1.0
    assert effect(sold, "B", "Calls") > effect(sold, "B", "Pages") + 1.0


def test_products_of_few_rows_are_like_the_others(sold: Qualified) -> None:
    small = [name for name in sold.result.products if name.startswith("C")]
    assert len(small) >= 2
    assert "rare" not in sold.result.products
    few = [list(own(sold, name).values()) for name in small]
    many = [abs(slope) for name in "AB" for slope in own(sold, name).values()]
    assert np.abs(few).mean() < 0.5 * np.mean(many)  # though six rows alone, all won or lost, know no bounds


def test_scores_are_probabilities_of_the_right_rows(sold: Qualified) -> None:
    table = sold.task.table
    p = propensity.score(sold.model, table)
    assert p.shape == (ROWS, len(sold.result.products))
    assert ((p > 0) & (p < 1)).all()
    whole = np.concatenate([propensity.score(sold.model, table.slice(at, 100)) for at in range(0, ROWS, 100)])
    assert whole == pytest.approx(p, abs=1e-12)
    best = np.array(sold.result.products)[p[:, [0, 1, 2]].argmax(axis=1)]
    pages, calls = table["Pages"].to_numpy(), table["Calls"].to_numpy()
    assert np.mean(best[(pages >= 7) & (calls <= 2)] == "A") > 0.9
    assert np.mean(best[(calls >= 7) & (pages <= 2)] == "B") > 0.9


def test_own_slopes_foretell_better(sold: Qualified) -> None:
    rng = np.random.default_rng(1)
    fresh = deals()
    table = fresh.take(pa.array(rng.permutation(ROWS)))
    stage, product = np.array(table["Stage"].to_pylist()), np.array(table["Product"].to_pylist(), dtype=object)
    rows = np.flatnonzero((stage != "Open") & np.isin(product, ["A", "B"]))
    kept = sold.model.propensity
    assert kept is not None
    y = stage[rows] == "Won"
    mine = propensity.score(sold.model, table)[rows, [kept.products.index(name) for name in product[rows]]]
    one = scoring.score(sold.model, table).score[rows]
    loss = [-np.mean(np.where(y, np.log(p), np.log(1 - p))) for p in (mine, one)]
    assert loss[0] < loss[1]


def test_it_is_said_in_words(sold: Qualified) -> None:
    kept = sold.model.propensity
    assert kept is not None
    said = dict(propensity.leads_to(kept))
    assert "Pages counts" in said["A"]
    assert "% more" in said["A"].split("Pages counts")[1]
    assert "Calls counts" in said["B"]
    assert set(said) == set(kept.products)


def test_the_one_model_is_not_touched() -> None:
    few = deals().slice(0, 140)
    asked, without = (qualify(few, Options("Stage=Won", ("Lost",), product=name)) for name in ("Product", ""))
    assert asked.model.propensity is not None
    assert np.array_equal(asked.scores.score, without.scores.score)
    assert without.result.products == ()


def test_products_alike_have_no_slopes_of_their_own(taught: Qualified) -> None:
    """In this market products differ in level and fit, hardly in behaviour, and 900 rows cannot tell."""
    kept = taught.model.propensity
    assert kept is not None
    assert np.abs(kept.slopes).max() < 0.5


@pytest.mark.parametrize("cells", [["one"] * 100, [None] * 100, [f"p{n}" for n in range(100)]])
def test_too_few_products(cells: list[Any]) -> None:
    rng = np.random.default_rng(0)
    stage = rng.choice(["Won", "Lost"], 100).tolist()
    day = pa.array([datetime(2023, 1, 2) + timedelta(days=n) for n in range(100)], pa.timestamp("us"))
    table = pa.table(
        {"Created Date": day, "x": rng.random(100), "Product": pa.array(cells, pa.string()), "Stage": stage}
    )
    with pytest.raises(DataError, match="'Product' has fewer than two products with 5 closed rows each"):
        qualify(table, Options("Stage=Won", ("Lost",), product="Product"))


def test_no_such_column_and_no_product() -> None:
    with pytest.raises(ColumnNotFound, match="did you mean 'Product'"):
        qualify(deals(), Options("Stage=Won", ("Lost",), product="Produkt"))


def test_a_model_without_products_says_so(plain: Qualified) -> None:
    with pytest.raises(DataError, match="knows no products; train it with --product"):
        propensity.score(plain.model, plain.task.table)


def test_products_that_are_numbers() -> None:
    table = deals()
    codes = [None if name is None else float("ABD".find(name[0])) for name in table["Product"].to_pylist()]
    numbered = table.set_column(2, "Product", pa.array(codes, pa.float64()))
    found = qualify(numbered.slice(0, 140), Options("Stage=Won", ("Lost",), product="Product"))
    assert {"0", "1", "2"} <= set(found.result.products)
    assert propensity.score(found.model, numbered).shape == (ROWS, len(found.result.products))
