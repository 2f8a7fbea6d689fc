"""How likely each row is to be won for each product, and which behaviour leads to which product.

The one model is asked again with each product in turn. On top of it every product has an intercept and slopes of its
own on the pushes of the other columns, pulled to nought by a normal prior whose spread is chosen out of fold: products
with few closed rows behave like all others (partial pooling; Gelman, Hill 2007).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.core.errors import DataError
from leadline.learn import derive, ridge, scoring
from leadline.learn.model import Model, Propensity

Floats = NDArray[np.float64]

MOST = 40  # products, the most frequent ones
FEWEST = 5  # closed rows of a product
SPREADS = (0.0, 0.05, 0.15, 0.4)  # prior standard deviations of a product's own slopes that are tried


def fit(
    model: Model, table: pa.Table, y: NDArray[np.int8], honest: Floats, column: str, folds: NDArray[np.int64]
) -> Propensity:
    """Learn from closed rows: `honest` is each row's log-odds from a model that had not seen it."""
    _, reference = model.learned()
    cells = derive.texts(derive.whole(table[column]))
    counts = pc.value_counts(cells.drop_null()).to_pylist()
    counts.sort(key=lambda c: (-c["counts"], c["values"]))
    products = tuple(c["values"] for c in counts if c["counts"] >= FEWEST)[:MOST]
    if len(products) < 2:
        raise DataError(
            f"'{column}' has fewer than two products with {FEWEST} closed rows each; name another --product"
        )
    names = [name for name in reference.columns if name != column]
    push = _pushes(model, table, column)
    place = np.asarray(pc.fill_null(pc.index_in(cells, value_set=pa.array(products)), -1), dtype=np.int64)
    design = _design(place, push, len(products))
    best, losses = 0.0, {}
    for spread in SPREADS:
        z = honest.copy()
        if spread:
            for fold in np.unique(folds):
                inside, outside = folds != fold, folds == fold
                theta = ridge.fit(design[inside], y[inside], honest[inside], 1.0 / spread**2)
                z[outside] += design[outside] @ theta[:-1]
        losses[spread] = ridge.log_loss(y, z)
        if losses[spread] < losses[best] - 1e-4:
            best = spread
    width = 1 + len(names)
    own = np.zeros((len(products), width))
    if best:
        own = ridge.fit(design, y, honest, 1.0 / best**2)[:-1].reshape(len(products), width)
    return Propensity(column, products, tuple(names), own[:, 0].copy(), own[:, 1:].copy(), best)


def _pushes(model: Model, table: pa.Table, column: str) -> Floats:
    _, reference = model.learned()
    scores = scoring.score(model, table)
    push = scoring.pushes(model, scores)
    keep = [at for at, name in enumerate(reference.columns) if name != column]
    return push[:, keep]


def _design(place: NDArray[np.int64], push: Floats, products: int) -> Any:
    """A row's own product's block holds 1 and the row's pushes: CSR (rows, products x (1 + columns))."""
    from scipy import sparse

    rows = np.flatnonzero(place >= 0)
    width = 1 + push.shape[1]
    values = np.column_stack([np.ones(len(rows)), push[rows]])
    columns = place[rows, None] * width + np.arange(width)
    at = np.repeat(rows, width)
    return sparse.csr_matrix((values.ravel(), (at, columns.ravel())), shape=(len(place), products * width))


def score(model: Model, batch: pa.Table) -> Floats:
    """The probability of each row for each product: (rows, products)."""
    own = model.propensity
    if own is None:
        raise DataError("This model knows no products; train it with --product COLUMN")
    push = _pushes(model, batch, own.column)
    at = batch.schema.get_field_index(own.column)
    found = np.empty((batch.num_rows, len(own.products)))
    for place, product in enumerate(own.products):
        cell = pa.array([product] * batch.num_rows, pa.string())
        if not pa.types.is_string(batch.schema.field(at).type):
            cell = pc.cast(cell, batch.schema.field(at).type)
        z = scoring.score(model, batch.set_column(at, own.column, cell)).log_odds
        found[:, place] = ridge.sigmoid(z + own.level[place] + push @ own.slopes[place])
    return found


def leads_to(own: Propensity, most: int = 3) -> list[tuple[str, str]]:
    """For each product the columns that count more for it than for the others, in words."""
    said = []
    for place, product in enumerate(own.products):
        order = np.argsort(-np.abs(own.slopes[place]), kind="stable")[:most].tolist()
        parts = [
            f"{own.columns[k]} counts {abs(slope) * 100:.0f} % {'more' if slope > 0 else 'less'}"
            for k in order
            if abs(slope := float(own.slopes[place, k])) >= 0.05
        ]
        said.append((product, "; ".join(parts) or "the same behaviour counts as for the others"))
    return said
