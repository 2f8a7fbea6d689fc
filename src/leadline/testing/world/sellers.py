"""Sellers, with skill (what they add to a deal) and optimism (what they add to a forecast)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world import names
from leadline.testing.world.draws import pick, standard
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams


def draw(parameters: Parameters, streams: Streams) -> pa.Table:
    """One row per seller; no two share a name. `skill` and `optimism` are log-odds (skill unscaled)."""
    p, n = parameters, parameters.sellers
    taken: dict[str, int] = {}
    called = []
    for name in names.people(streams("sellers.name"), n):
        taken[name] = taken.get(name, 0) + 1
        called.append(name if taken[name] == 1 else f"{name} {'I' * taken[name]}")
    return pa.table(
        {
            "seller_id": np.arange(n),
            "name": called,
            "region": [p.regions[i].name for i in pick(streams("sellers.region"), p.regions, n).tolist()],
            "skill": p.skill_sd * standard(streams("sellers.skill"), n),
            "optimism": p.optimism_mean + p.optimism_sd * standard(streams("sellers.optimism"), n),
        }
    )
