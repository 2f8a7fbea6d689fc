"""Products, with what each is worth and how well it fits each industry."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Floats, standard
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams


def draw(parameters: Parameters, streams: Streams) -> pa.Table:
    """One row per product. `fit` lists the log-odds per industry, in the order of the parameters (unscaled)."""
    p, n = parameters, len(parameters.products)
    fit = standard(streams("products.fit"), n * len(p.industries)).reshape(n, -1)
    return pa.table(
        {
            "product_id": np.arange(n),
            "name": [name for name, _ in p.products],
            "typical_amount": [amount for _, amount in p.products],
            "effect": p.product_sd * standard(streams("products.effect"), n),
            "fit": [row.tolist() for row in p.fit_sd * fit],
        }
    )


def fit(products: pa.Table) -> Floats:
    """Products x industries, log-odds."""
    return np.array(products["fit"].to_pylist(), dtype=np.float64)
