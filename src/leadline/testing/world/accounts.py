"""Accounts: companies with a parent, trade, size, region and the technologies that are known of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world import names
from leadline.testing.world.draws import pick, standard
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams


def draw(parameters: Parameters, streams: Streams) -> pa.Table:
    """One row per account. `effect` and `parent_effect` (log-odds, unscaled), `customer` and `scans` (a mail scanner
    opens what it is sent) are known to nobody in the market."""
    p, n = parameters, parameters.accounts
    firms = names.companies(streams("accounts.name"), n)
    employees = np.maximum(
        5, np.rint(p.employees_median * np.exp(p.employees_sd * streams("accounts.employees").standard_normal(n)))
    ).astype(np.int64)
    industry = pick(streams("accounts.industry"), p.industries, n)
    industry[streams("accounts.industry_blank").random(n) < p.industry_blank] = -1
    parents = max(1, n // 12)
    rng = streams("accounts.parent")
    parent = np.where(rng.random(n) < p.child_share, rng.integers(parents, size=n), -1)
    parent_name = [f"{stem} Holding" for stem in names.stems(streams("accounts.parent_name"), parents)]
    parent_effect = p.parent_sd * standard(streams("accounts.parent_effect"), parents)
    uses = streams("accounts.technologies").random((n, len(p.technologies))) < [t.share for t in p.technologies]
    labels = np.array([t.name for t in p.technologies])
    scan_odds = p.scanner_median / (1 - p.scanner_median) * (employees / p.employees_median) ** p.scanner_by_size
    scan_chance = scan_odds / (1 + scan_odds)
    return pa.table(
        {
            "account_id": np.arange(n),
            "name": [name for name, _ in firms],
            "domain": [domain for _, domain in firms],
            "parent": pa.array([parent_name[i] if i >= 0 else None for i in parent.tolist()], pa.string()),
            "industry": pa.array([p.industries[i].name if i >= 0 else None for i in industry.tolist()], pa.string()),
            "employees": employees,
            "region": [p.regions[i].name for i in pick(streams("accounts.region"), p.regions, n).tolist()],
            "technologies": pa.array([labels[row].tolist() for row in uses], pa.list_(pa.string())),
            "customer": streams("accounts.customer").random(n) < p.customer_share,
            "scan_chance": scan_chance,
            "scans": streams("accounts.scans").random(n) < scan_chance,
            "effect": p.account_sd * standard(streams("accounts.effect"), n),
            "parent_effect": np.where(parent >= 0, parent_effect[parent], 0.0),
        }
    )
