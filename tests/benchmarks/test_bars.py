"""A bar is met, missed or not measured, and nothing else."""

from typing import Any

from benchmarks.bars import all_bars
from benchmarks.tables import quality_tables


def _quality(ours: float) -> dict[str, Any]:
    def row(auc: float, loss: float) -> dict[str, float]:
        return {"auc": auc, "log_loss": loss, "ece": 0.01, "lift": 2.0, "fit_cpu": 1.0, "row_us": 1.0}

    models = {"lightgbm": row(0.80, 0.45), "leadline": row(ours, 0.40), "flaml": {"failed": "a | b"}}
    return {
        "sets": {"ibm_ordered": {"models": models, "train_rows": 2, "held_out": 9, "base_rate": 0.5, "unseen_rows": 0}},
        "ranks": {"leadline": 1.0, "lightgbm": 2.0},
        "resamples": {},
        "prequential": {},
        "versions": {},
    }


def test_bars_follow_the_figures() -> None:
    met = {bar.what: bar.met for bar in all_bars(_quality(0.82), None, None)}
    missed = {bar.what: bar.met for bar in all_bars(_quality(0.79), None, None)}
    title = "IBM, ordered by opportunity number: AUC .015 above LightGBM"
    assert met[title] is True
    assert missed[title] is False
    assert missed["IBM, ordered by opportunity number: AUC at most .003 under the best peer"] is False
    assert met["first in mean rank by log loss over all sets"] is True
    assert met["Bank by time, retrained: pooled log loss at most .425 and below every peer"] is None


def test_a_failed_peer_has_a_line_and_breaks_no_table() -> None:
    lines = [line for line in quality_tables(_quality(0.82)) if line.startswith("| FLAML")]
    assert len(lines) == 1
    assert lines[0].count("|") == 11
