"""Training: on closed rows alone, judged on rows that were not seen, and honest about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.roles import Role
from leadline.learn import ensemble, folder, metrics, training
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options, prepare


def deals(
    rows: int = 200, seed: int = 0, open_share: float = 0.2, signal: float = 1.5, dates: bool = False
) -> pa.Table:
    """Leads whose source and size tell something; a fifth of them open."""
    rng = np.random.default_rng(seed)
    source = rng.integers(0, 4, rows)
    size = rng.lognormal(4, 1, rows).round(1)
    z = signal * (1.0 * (source == 1) - (source == 3) + 0.5 * (np.log(size) - 4)) - 0.6
    stage = np.where(rng.random(rows) < 1 / (1 + np.exp(-z)), "Won", "Lost").astype(object)
    stage[rng.random(rows) < open_share] = "Open"
    note = [" ".join(rng.choice(["call", "price", "budget", "later", "fair", "demo", "trial"], 9)) for _ in range(rows)]
    columns: dict[str, Any] = {
        "Source": np.array(["Web", "Referral", "Fair", "List"])[source].tolist(),
        "Size": size,
        "Note": note,
        "Stage": stage.tolist(),
    }
    if dates:
        start = [datetime(2023, 1, 2) + timedelta(days=n // 2) for n in range(rows)]
        columns["Created Date"] = pa.array(start, pa.timestamp("us"))
    return pa.table(columns)


def learned(table: pa.Table, **said: Any) -> Qualified:
    roles = {"Note": Role.TEXT} if "Note" in table.column_names else {}
    return qualify(table, Options("Stage=Won", ("Lost",), roles=roles, **said))


def bits(model: ensemble.Ensemble | None) -> tuple[Any, ...]:
    """A model as it would be kept, to the last bit."""
    writer = folder._Writer()
    plain = writer.plain(model)
    return plain, {name: array.tobytes() for name, array in writer.arrays.items()}, writer.trees


@pytest.mark.parametrize("dates", [False, True], ids=["random", "time"])
def test_open_rows_are_never_trained_on(dates: bool) -> None:
    size = 300 if dates else 130
    table = deals(size, dates=dates)
    is_open = np.array(table["Stage"].to_pylist()) == "Open"
    rows = np.arange(size)
    rows[is_open] = np.random.default_rng(1).permutation(rows[is_open])
    other = table.take(pa.array(rows))
    if dates:
        other = other.set_column(4, "Created Date", table["Created Date"])
    before, after = learned(table), learned(other)
    assert before.model.ensemble is not None
    assert before.model.ensemble.terms
    assert bits(before.model.ensemble) == bits(after.model.ensemble)
    assert before.model.validation == after.model.validation
    moved = np.array(table["Stage"].to_pylist(), dtype=object)  # and a closed row does matter
    first = int(np.flatnonzero(~is_open)[0])
    moved[first] = "Lost" if moved[first] == "Won" else "Won"
    third = learned(table.set_column(table.schema.get_field_index("Stage"), "Stage", pa.array(moved.tolist())))
    assert bits(before.model.ensemble) != bits(third.model.ensemble)


def test_the_same_rows_give_the_same_model() -> None:
    a, b = learned(deals(120)), learned(deals(120))
    assert bits(a.model.ensemble) == bits(b.model.ensemble)
    assert a.scores.score.tobytes() == b.scores.score.tobytes()
    assert replace(a.result, seconds=0, model=replace(a.result.model, made_at="")) == replace(
        b.result, seconds=0, model=replace(b.result.model, made_at="")
    )


def test_noise_is_not_enough() -> None:
    refused = 0
    for seed in range(10):
        table = deals(170, seed).drop_columns(["Note"])
        stage = np.random.default_rng(100 + seed).permutation(np.array(table["Stage"].to_pylist()))
        found = learned(table.set_column(2, "Stage", pa.array(stage.tolist())))
        assert found.result.validation is not None
        refused += not found.enough
        if not found.enough:
            assert found.result.ranking == found.result.drivers == ()
            assert any(said.startswith("Not enough signal") for said in found.result.warnings)
    assert refused >= 9


def test_a_signal_is_enough() -> None:
    for seed in range(3):
        assert learned(deals(170, seed, signal=2.0).drop_columns(["Note"])).enough


def test_the_order_of_rows_does_not_matter() -> None:
    table = deals(150).drop_columns(["Note"])
    shuffled = np.random.default_rng(5).permutation(150)
    before, after = learned(table), learned(table.take(pa.array(shuffled)))
    assert before.task.split.scheme.kind == "random"
    is_open = before.task.labels == -1
    back = np.argsort(shuffled)
    assert np.corrcoef(before.scores.log_odds[is_open], after.scores.log_odds[back][is_open])[0, 1] > 0.95


def test_a_row_held_out_twice_counts_once() -> None:
    """Twice would make every interval narrower by a root of two."""
    table = deals(150).drop_columns(["Note"])
    found = learned(table)
    validation = found.result.validation
    assert validation is not None
    assert validation.held_out == len(found.task.closed)
    assert validation.held_out_won == int((found.task.labels[found.task.closed] == 1).sum())
    y = found.task.labels[found.task.closed]
    z = found.scores.log_odds[found.task.closed]
    assert validation.auc == pytest.approx(metrics.auc(y, z))
    assert (validation.auc_low, validation.auc_high) == pytest.approx(metrics.auc_interval(y, z))


def test_scores_of_closed_rows_are_of_a_model_that_had_not_seen_them() -> None:
    """On pure noise a model's own rows look foreseen; honest ones do not."""
    rng = np.random.default_rng(3)
    table = pa.table(
        {f"c{n}": rng.integers(0, 6, 140).astype(str).tolist() for n in range(12)}
        | {"Stage": rng.choice(["Won", "Lost"], 140).tolist()}
    )
    found = learned(table)
    y = (found.task.labels == 1).astype(np.int8)
    model = found.model.ensemble
    assert model is not None
    seen = metrics.auc(y, model.log_odds(model.encoder.transform(table), []))
    honest = metrics.auc(y, found.scores.log_odds)
    assert honest < 0.62 < seen
    assert seen > honest + 0.1
    assert ((found.scores.low <= found.scores.score) & (found.scores.score <= found.scores.high)).all()


def test_in_time_the_later_rows_are_judged() -> None:
    table = deals(240, dates=True).drop_columns(["Note"])
    task = prepare(table, (), Options("Stage=Won", ("Lost",)))
    trained = training.train(task, 0, lambda *_: None)
    assert trained.validation is not None
    assert trained.validation.held_out == pytest.approx(0.3 * len(task.closed), abs=4)
    judged = np.isfinite(trained.honest)
    assert judged[task.closed[-trained.validation.held_out :]].all()
    assert not judged[task.closed[: int(0.3 * len(task.closed))]].any()
    assert not judged[task.labels == -1].any()


def test_groups_are_never_divided() -> None:
    table = deals(240).drop_columns(["Note"])
    firm = pa.array([f"Firm {n % 60}" for n in range(240)])
    table = table.append_column("Customer", firm)
    task = prepare(table, (), Options("Stage=Won", ("Lost",), split="group:Customer"))
    numbers = training.fold_numbers(task, task.closed, 0)
    by_firm: dict[str, set[int]] = {}
    for row, number in zip(task.closed.tolist(), numbers.tolist(), strict=True):
        by_firm.setdefault(firm[row].as_py(), set()).add(number)
    assert all(len(seen) == 1 for seen in by_firm.values())
    assert len(set(numbers.tolist())) > 1


def test_too_few_to_judge_is_said() -> None:
    table = deals(40, seed=2).drop_columns(["Note"])
    stage = ["Won"] * 6 + ["Lost"] * 30 + ["Open"] * 4
    found = learned(table.set_column(2, "Stage", pa.array(stage)))
    assert found.result.validation is None
    assert found.enough
    assert found.result.rung == "scorecard"
    assert any(f"6 won and 30 lost, {training.JUDGED_FROM} of each needed" in said for said in found.result.warnings)
    assert any("Too few rows are closed to judge it" in limit for limit in found.result.model.limits)


def test_why_nothing_was_judged() -> None:
    few = np.array([1] * 3 + [0] * 50)
    assert f"3 won and 50 lost, {training.JUDGED_FROM} of each needed" in training.unjudged_words(few)
    many = np.array([1] * 500 + [0] * 500)
    assert "all won or all lost; try another --split" in training.unjudged_words(many)


def test_rungs_by_the_rarer_outcome() -> None:
    low = learned(deals(100).drop_columns(["Note"]))
    assert min(low.result.won, low.result.closed - low.result.won) < ensemble.ENSEMBLE_FROM
    assert low.result.rung == "scorecard"
    assert f"{ensemble.ENSEMBLE_FROM} are needed" in low.result.rung_words
    high = learned(deals(300, dates=True).drop_columns(["Note"]))
    assert high.result.rung == "ensemble"
    assert "enough" in high.result.rung_words
    assert high.result.model.trees > 0
    assert dict(high.result.model.members).keys() == {"scorecard", "evidence", "trees"}
