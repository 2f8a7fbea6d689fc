"""Drivers: what moves scores, how far, and the curve of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.roles import Role
from leadline.learn import drivers, scoring
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options
from leadline.learn.terms import tokens


def dated(rows: int = 500) -> pa.Table:
    """Won where the buyer needs it soon after the start; the weekday and size mean nothing."""
    rng = np.random.default_rng(2)
    start = [datetime(2023, 1, 2) + timedelta(days=n // 2) for n in range(rows)]
    wait = rng.integers(5, 200, rows)
    won = rng.random(rows) < np.where(wait < 60, 0.75, 0.2)
    blank = rng.random(rows) < 0.1
    need = [None if b else s + timedelta(days=int(w)) for s, w, b in zip(start, wait, blank, strict=True)]
    return pa.table(
        {
            "Created Date": pa.array(start, pa.timestamp("us")),
            "Needed By": pa.array(need, pa.timestamp("us")),
            "Size": rng.integers(1, 50, rows).astype(np.float64),
            "Stage": np.where(won, "Won", "Lost").tolist(),
        }
    )


@pytest.fixture(scope="module")
def days() -> Qualified:
    return qualify(dated(), Options("Stage=Won", keep=("Needed By",)))


def curve(qualified: Qualified, column: str) -> Any:
    return next(d for d in qualified.result.drivers if d.column == column)


def test_strongest_first_and_shares_of_one(plain: Qualified) -> None:
    found = plain.result.drivers
    assert [d.strength for d in found] == sorted((d.strength for d in found), reverse=True)
    assert sum(d.share for d in found) == pytest.approx(1.0, abs=1e-6)
    assert all(d.partial for d in found[: drivers.DRAWN])
    assert not any(d.partial for d in found[drivers.DRAWN :])
    assert not {d.column for d in found} & {item.column for item in plain.result.left_out}


def test_strength_is_the_mean_push(plain: Qualified) -> None:
    scores = scoring.score(plain.model, plain.task.table.take(pa.array(plain.task.closed)))
    push = np.abs(scoring.pushes(plain.model, scores)).mean(axis=0)
    strength = {d.column: d.strength for d in plain.result.drivers}
    pushed = dict(zip(plain.model.learned()[1].columns, push, strict=True))
    order = sorted(strength, key=lambda name: -strength[name])[:5]
    assert {name: pushed[name] for name in order} == pytest.approx({name: strength[name] for name in order}, rel=0.25)


def test_points_count_rows_and_wins(plain: Qualified) -> None:
    table, closed = plain.task.table, plain.task.closed
    won = plain.task.labels[closed]
    for name in ("Contact Role", "Industry", "Lead Source"):
        points = next((d.partial for d in plain.result.drivers if d.column == name and d.partial), None)
        if points is None:
            continue
        cells = np.array([cell or "blank" for cell in table[name].to_pylist()])[closed]
        for point in points:
            here = cells == point.label
            if point.label == "rare or new":
                continue
            assert point.rows == here.sum()
            assert point.observed == (pytest.approx(won[here].mean()) if here.sum() >= drivers.FEWEST else None)
            assert 0 < point.score < 1
        assert sum(point.rows for point in points) == len(closed)


def test_a_date_shows_the_part_that_tells(days: Qualified) -> None:
    need = curve(days, "Needed By")
    assert days.result.drivers[0].column == "Needed By"
    labels = [point.label for point in need.partial]
    assert labels[0] == "blank"
    assert all(label.endswith("after Created Date") for label in labels[1:])
    starts = {label: float(label.removeprefix("at most ").split()[0]) for label in labels[1:]}
    soon = [p.score for p in need.partial if starts.get(p.label, 60) < 40]
    late = [p.score for p in need.partial if starts.get(p.label, 60) > 80]
    assert min(soon) > max(late) + 0.2
    assert need.words.startswith("highest where Needed By is ")


def test_a_curve_follows_what_happened(days: Qualified) -> None:
    points = [p for p in curve(days, "Needed By").partial if p.observed is not None]
    assert np.corrcoef([p.score for p in points], [p.observed for p in points])[0, 1] > 0.9


def test_terms_count_the_rows_that_say_them() -> None:
    rng = np.random.default_rng(0)
    said = rng.choice(["wants a security review", "plan of an early look", "asked for the planned price list"], 140)
    text = [f"{one}, met {' and '.join(rng.choice(['Ann', 'Bob', 'Cid', 'Dee', 'Eve'], 3))} today" for one in said]
    won = rng.random(140) < np.where(said == "wants a security review", 0.8, 0.2)
    table = pa.table({"Note": text, "Size": rng.random(140), "Stage": np.where(won, "Won", "Lost").tolist()})
    found = qualify(table, Options("Stage=Won", roles={"Note": Role.TEXT}))
    note = found.result.drivers[0]
    assert note.column == "Note"
    words = [set(tokens(cell)) for cell in text]
    for point in note.partial:
        assert point.rows == sum(point.label.strip("“”") in one for one in words) > 0
    points = {point.label: point for point in note.partial}
    assert points["“security review”"].observed == pytest.approx(0.8, abs=0.12)
    assert points["“security review”"].score > note.partial[-1].score


def test_a_column_without_a_curve_still_speaks(plain: Qualified) -> None:
    assert plain.result.drivers[-1].words == f"{plain.result.drivers[-1].column} moves the score"
