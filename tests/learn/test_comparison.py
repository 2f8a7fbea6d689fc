"""Two models on the same rows: which is better, and whether that can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.errors import ColumnNotFound, DataError
from leadline.core.roles import Role
from leadline.learn import metrics, scoring
from leadline.learn.comparison import FEWEST, compare
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options


def test_a_model_against_itself(plain: Qualified) -> None:
    found = compare(plain.model, plain.model, plain.task.table, plain.task.labels)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert (found.auc_difference, found.auc_low, found.auc_high) == (0.0, 0.0, 0.0)
    assert found.words == "These rows cannot tell which of the two is better"
    assert found.rows == plain.result.closed
    assert found.won == plain.result.won


def test_swapping_turns_the_sign(plain: Qualified, taught: Qualified) -> None:
    there = compare(plain.model, taught.model, plain.task.table, plain.task.labels)
    back = compare(taught.model, plain.model, plain.task.table, plain.task.labels)
    assert (back.log_loss_a, back.auc_b) == (there.log_loss_b, there.auc_a)
    assert (back.difference, back.low, back.high) == pytest.approx((-there.difference, -there.high, -there.low))
    assert there.low < there.difference < there.high
    z = scoring.score(plain.model, plain.task.table).log_odds
    closed = plain.task.labels >= 0
    assert there.log_loss_a == pytest.approx(metrics.log_loss(plain.task.labels[closed], z[closed]))
    assert there.auc_a == pytest.approx(metrics.auc(plain.task.labels[closed], z[closed]))


@pytest.mark.slow
def test_the_better_model_wins_on_later_rows(markets: Callable[..., Any]) -> None:
    """One that sees all columns against one that sees a region alone, on rows that neither learned from."""
    market = markets(2_000, 31)
    early, late = market.table.slice(0, 1_100), market.table.slice(1_100)
    few = {name: Role.IGNORED for name in early.column_names if name not in ("Stage", "Created Date", "Region")}
    good = qualify(early, Options("Stage=Closed Won"), formats=market.formats).model
    poor = qualify(early, Options("Stage=Closed Won", roles=few), formats=market.formats).model
    stage = np.array(late["Stage"].to_pylist())
    labels = np.where(stage == "Closed Won", 1, np.where(stage == "Closed Lost", 0, -1)).astype(np.int8)
    groups = np.unique(np.array(late["Account Name"].to_pylist()), return_inverse=True)[1]
    for by in (None, groups):
        found = compare(good, poor, late, labels, by)
        assert found.difference < 0
        assert found.high < 0
        assert found.auc_difference > found.auc_low > 0
        assert found.words == "The first model foretells these rows better"
        assert compare(poor, good, late, labels, by).words == "The second model foretells these rows better"


def test_rows_of_a_group_are_drawn_together(plain: Qualified, taught: Qualified) -> None:
    """Each row ten times over is no more evidence than once."""
    rows = np.flatnonzero(plain.task.labels >= 0)[:80]
    labels = plain.task.labels[rows]
    table = plain.task.table.take(pa.array(rows))
    once = compare(plain.model, taught.model, table, labels)
    ten = table.take(pa.array(np.tile(np.arange(80), 10)))
    groups = np.tile(np.arange(80), 10)
    together = compare(plain.model, taught.model, ten, np.tile(labels, 10), groups)
    apart = compare(plain.model, taught.model, ten, np.tile(labels, 10))
    assert together.high - together.low == pytest.approx(once.high - once.low, rel=0.15)
    assert apart.high - apart.low < 0.5 * (once.high - once.low)


def test_too_little_to_tell(plain: Qualified) -> None:
    labels = np.full(plain.task.table.num_rows, -1, dtype=np.int8)
    with pytest.raises(DataError, match="0 closed rows with 0 won cannot tell"):
        compare(plain.model, plain.model, plain.task.table, labels)
    labels[: FEWEST + 10] = 1
    with pytest.raises(DataError, match=f"at least {FEWEST} with both"):
        compare(plain.model, plain.model, plain.task.table, labels)


def test_a_column_that_one_of_them_misses(plain: Qualified) -> None:
    table = plain.task.table.drop_columns(["Industry"])
    with pytest.raises(ColumnNotFound, match="Industry"):
        compare(plain.model, plain.model, table, plain.task.labels)


def test_scores_of_nought_and_one_are_no_trouble(plain: Qualified) -> None:
    ensemble = plain.model.ensemble
    assert ensemble is not None
    sure = replace(plain.model, ensemble=replace(ensemble, weights=ensemble.weights * 5_000.0))
    found = compare(plain.model, sure, plain.task.table, plain.task.labels)
    assert np.isfinite(found.log_loss_b)
    assert found.log_loss_b > found.log_loss_a
