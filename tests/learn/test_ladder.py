"""The ladder from no data to enough: the rung follows events, ranges narrow with rows, few events are doubted."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from leadline.core.roles import ColumnRole, Role
from leadline.learn import derive, ensemble, training
from leadline.learn.priors import Prior
from leadline.learn.qualify import qualify
from leadline.learn.task import Options
from leadline.testing.world import Parameters, make

COLUMNS = {
    "Industry": Role.CATEGORY,
    "Employees": Role.NUMBER,
    "Lead Source": Role.CATEGORY,
    "Amount": Role.MONEY,
    "People Engaged": Role.NUMBER,
    "Replies": Role.NUMBER,
}
ROLES = tuple(ColumnRole(name, role, "", 0.0, 0) for name, role in COLUMNS.items())
Labels = NDArray[np.int8]
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def small_world() -> tuple[pa.Table, Labels]:
    """2,600 deals with the outcome that each will have, in an order drawn at random."""
    world = make(replace(Parameters(), deals=2_600), 5)
    table = world.export().select(list(COLUMNS))
    table = pa.table(
        {
            name: table[name].cast("double") if role in (Role.NUMBER, Role.MONEY) else table[name]
            for name, role in COLUMNS.items()
        }
    )
    won = np.asarray(world.truth["won"].to_numpy(zero_copy_only=False)).astype(np.int8)
    order = np.random.default_rng(5).permutation(len(won))
    return table.take(pa.array(order)), won[order]


def fitted(table: pa.Table, y: Labels) -> ensemble.Fitted:
    folds = np.zeros(len(y), dtype=np.int64)
    for label in (0, 1):  # each fold with both kinds
        folds[y == label] = np.arange(int((y == label).sum())) % 5
    return ensemble.fit(table, y, derive.plan(table, ROLES, ""), (), folds)


def with_events(table: pa.Table, y: Labels, events: int) -> tuple[pa.Table, Labels]:
    """The first rows of which `events` were won and three times as many lost."""
    rows = np.sort(np.concatenate([np.flatnonzero(y == 1)[:events], np.flatnonzero(y == 0)[: 3 * events]]))
    return table.take(pa.array(rows)), y[rows]


def foretold(model: ensemble.Ensemble, held: pa.Table) -> tuple[Floats, Floats]:
    """Log-odds and widths of ranges."""
    encoded = model.encoder.transform(held)
    z = model.log_odds(encoded, ())
    low, high = model.interval(z, encoded)
    return z, high - low


def test_the_rung_follows_the_rarer_outcome(small_world: tuple[pa.Table, Labels]) -> None:
    at = partial(with_events, *small_world)
    below, enough = ensemble.ENSEMBLE_FROM - 1, ensemble.ENSEMBLE_FROM
    assert fitted(*at(4)).model.rung == "scorecard"
    assert fitted(*at(below)).model.rung == "scorecard"
    table, y = at(enough)
    assert fitted(table, y).model.rung == "ensemble"
    assert fitted(table, (1 - y).astype(np.int8)).model.rung == "ensemble"  # it does not matter which one is rarer


def test_with_one_kind_of_outcome_only_the_questionnaire_speaks(small_world: tuple[pa.Table, Labels]) -> None:
    table = small_world[0].slice(0, 50).append_column("Stage", pa.array(["Won"] * 3 + ["Open"] * 47))
    found = qualify(table, Options("Stage=Won", open=("Open",), prior=Prior(0.2, 20, ()))).result
    assert found.rung == "prior"
    assert found.validation is None


def test_the_page_names_the_switch_points() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explain" / "small-data.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", page, re.MULTILINE))
    assert str(ensemble.ENSEMBLE_FROM) in rows["scorecard"].split()
    assert str(ensemble.ENSEMBLE_FROM) in rows["ensemble"].split()
    assert f"from {training.JUDGED_FROM} events" in page


def test_ranges_narrow_as_rows_are_added(small_world: tuple[pa.Table, Labels]) -> None:
    table, y = small_world
    held = table.slice(0, 600)
    widths = {}
    for rows in (40, 160, 640, 2_000):
        _, width = foretold(fitted(table.slice(600, rows), y[600 : 600 + rows]).model, held)
        widths[rows] = float(width.mean())
    assert min(widths[40], widths[160]) > 1.1 * widths[640]  # below that a range is as wide as it may get
    assert widths[640] > widths[2_000] + 0.01


def test_few_events_are_shrunk_to_the_win_rate(
    small_world: tuple[pa.Table, Labels], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = small_world[0].slice(0, 300)

    def spread(events: int) -> tuple[Floats, float]:
        table, y = with_events(*small_world, events)
        z, _ = foretold(fitted(table, y).model, held)
        return z, float(np.log((y.sum() + 1) / (len(y) - y.sum() + 1)))

    for events in (3, 12):
        monkeypatch.setattr(ensemble, "SHRINK_EVENTS", 0.0)
        bold, floor = spread(events)
        monkeypatch.undo()
        shrunk, _ = spread(events)
        share = events / (events + ensemble.SHRINK_EVENTS)
        np.testing.assert_allclose(shrunk - floor, share * (bold - floor), atol=1e-9)
        assert bold.std() > 0
