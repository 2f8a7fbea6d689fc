"""Odoo's formula, worked out by hand."""

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.peers import Task
from benchmarks.peers.odoo import fit


def test_values_count_with_a_tenth_and_unset_or_new_ones_are_passed_over() -> None:
    x = pa.table({"kind": ["a", "a", "b", None], "size": [0.0, 5.0, 5.0, 5.0]})
    predict = fit(Task("odoo", x, np.array([1, 1, 0, 0]), None, None, 0))
    rows = pa.table({"kind": ["a", "b", None, "c"], "size": [0.0, 5.0, 0.0, 7.0]})
    # kind: a 2.1 won, 0.1 lost; b 0.1, 1.1; totals 2.2 and 1.2. size 5: 1.1 and 2.1 of as many: no evidence.
    odds_a = (2.1 / 2.2) / (0.1 / 1.2)
    odds_b = (0.1 / 2.2) / (1.1 / 1.2)
    assert predict(rows) == pytest.approx([odds_a / (1 + odds_a), odds_b / (1 + odds_b), 0.5, 0.5], abs=6e-5)


def test_bins_gather_numbers_that_exact_strings_keep_apart() -> None:
    size = np.arange(200, dtype=float)
    x, y = pa.table({"size": size}), (size >= 100).astype(int)
    new = pa.table({"size": [20.5, 180.5]})
    assert fit(Task("odoo", x, y, None, None, 0))(new) == pytest.approx([0.5, 0.5])
    low, high = fit(Task("odoo_bins", x, y, None, None, 0))(new)
    assert low < 0.02
    assert high > 0.98
