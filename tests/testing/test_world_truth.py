"""The simulated market's truth is true: difficulty, calibration, contributions, confounding, drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from leadline.testing.world import IDENTIFIERS, IDLE, LEAKS, OUTCOME, Parameters, World, make, unseen
from leadline.testing.world.draws import sigmoid
from leadline.testing.world.prior import RANGES, calibrated
from leadline.testing.world.truth import expected_auc

SEEDS = range(8)


def auc(score: np.ndarray, won: np.ndarray) -> float:
    """Area under the ROC curve by ranks; scores here have no ties that matter."""
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    n = won.sum()
    return float((rank[won].sum() - n * (n + 1) / 2) / (n * (len(won) - n)))


@pytest.fixture(scope="module")
def world() -> World:
    return make(seed=3)


@pytest.fixture(scope="module")
def strange() -> World:
    return make(unseen(11), seed=11)


def floats(world: World, column: str) -> np.ndarray:
    return np.asarray(world.truth[column].to_numpy(), dtype=float)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parameters", [lambda _: Parameters(), unseen], ids=["development", "unseen"])
def test_never_easy_and_never_hopeless(parameters: Callable[[int], Parameters], seed: int) -> None:
    world = make(parameters(seed), seed)
    probability, won = floats(world, "probability"), world.truth["won"].to_numpy()
    assert 0.70 <= auc(probability, won) <= 0.80
    assert 0.70 <= expected_auc(probability) <= 0.80
    assert 0.15 <= won.mean() <= 0.45
    stage = np.array(world.export()[OUTCOME].to_pylist())
    assert 0.05 < np.mean(~np.char.startswith(stage, "Closed")) < 0.25


def z_by_group(probability: np.ndarray, won: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Per group, the surplus of wins over what the probabilities promise, in standard errors."""
    _, code = np.unique(group, return_inverse=True)
    surplus = np.bincount(code, won - probability)
    variance = np.bincount(code, probability * (1 - probability))
    return np.asarray(surplus / np.sqrt(variance))


@pytest.mark.parametrize("column", ["probability", "probability_new_account", "latent"])
@pytest.mark.parametrize("market", ["world", "strange"])
def test_truth_is_calibrated_by_decile(market: str, column: str, request: pytest.FixtureRequest) -> None:
    world = request.getfixturevalue(market)
    probability, won = floats(world, column), world.truth["won"].to_numpy()
    decile = np.argsort(np.argsort(probability)) * 10 // len(probability)
    # a known account's deals share what a stranger does not know, so its surplus varies a little more
    limit = 4.0 if column == "probability_new_account" else 3.5
    assert np.abs(z_by_group(probability, won, decile)).max() < limit


@pytest.mark.parametrize("market", ["world", "strange"])
def test_truth_holds_for_every_value_of_every_column(market: str, request: pytest.FixtureRequest) -> None:
    """If the probability conditions on a column, wins match it within each value of that column, blank too."""
    world = request.getfixturevalue(market)
    export, probability, won = world.export(), floats(world, "probability"), world.truth["won"].to_numpy()
    worst = {}
    for name in set(export.column_names) - set(LEAKS) - {OUTCOME}:
        cells = np.array(["" if c is None else str(c) for c in export[name].to_pylist()])
        values, counts = np.unique(cells, return_counts=True)
        if len(values) > 60:  # dates, money, names: blank or not, and for money round or not
            round_money = np.char.endswith(cells, "000.0")
            cells = np.where(cells == "", "blank", np.where(round_money, "round", "other"))
        elif counts.min() < 100:
            cells = np.where(np.isin(cells, values[counts >= 100]), cells, "rare")
        worst[name] = np.abs(z_by_group(probability, won, cells)).max()
    assert max(worst.values()) < 4.2, worst


def test_contributions_add_up_to_the_log_odds(world: World, strange: World) -> None:
    for market in (world, strange):
        probability = floats(market, "probability")
        names = market.truth.column_names
        columns = names[names.index("base") :]
        total = np.sum([floats(market, c) for c in columns], axis=0)
        assert np.abs(total - np.log(probability / (1 - probability))).max() < 5e-3
        assert all(abs(floats(market, c).mean()) < 1e-9 for c in columns[1:])
        honest = set(market.export().column_names) - set(LEAKS) - set(IDENTIFIERS) - set(IDLE) - {OUTCOME}
        assert set(columns[1:]) == honest


def test_contributions_are_what_each_column_does() -> None:
    """Without its effect in the parameters a column contributes nothing, and its true size shows otherwise."""
    base = replace(Parameters(), deals=4_000, accounts=600)
    engaged = make(base, 1)
    flat = make(replace(base, engaged=0.0, engaged_chance=(0.25, 0.25)), 1)
    assert np.abs(floats(flat, "People Engaged")).max() < 1e-9
    effect = floats(engaged, "People Engaged")
    many = engaged.export()["People Engaged"].to_numpy() >= base.engaged_threshold
    assert effect[many].min() > effect[~many].max()
    assert np.ptp(effect) > 0.5 * base.engaged
    assert np.abs(floats(make(replace(base, free_mail=(0.1, 0.1)), 1), "Contact Email")).max() < 1e-9


def test_blanks_tell(world: World) -> None:
    """Cells that are blank more often when the buyer is not serious lower the true probability."""
    export = world.export()
    for column in ("Amount", "Budget", "Needed By"):
        blank = export[column].is_null().to_numpy()
        assert 0.02 < blank.mean() < 0.7
        assert floats(world, column)[blank].mean() < floats(world, column)[~blank].mean() - 0.05


def test_four_in_ten_opens_are_by_scanners(world: World, strange: World) -> None:
    for market in (world, strange):
        opens = np.array(market.activities["kind"].to_pylist()) == "open"
        share = 1 - market.activities["human"].to_numpy()[opens].mean()
        assert 0.38 < share < 0.42
        counted = market.export()["Emails Opened"].to_numpy().sum()
        assert counted == opens.sum()


def test_opens_are_a_weak_signal(world: World) -> None:
    won = world.truth["won"].to_numpy()
    noise = np.random.default_rng(0).random(len(won)) * 1e-3  # breaks ties
    opens = auc(world.export()["Emails Opened"].to_numpy() + noise, won)
    replies = auc(world.export()["Replies"].to_numpy() + noise, won)
    assert 0.49 < opens < 0.56
    assert replies > opens


def test_bigger_deals_are_forecast_rosier(world: World, strange: World) -> None:
    for market in (world, strange):
        forecast = market.deals["forecast"].to_numpy() / 100
        surplus = np.log(forecast / (1 - forecast)) - np.log(1 / floats(market, "probability") - 1) * -1
        size = np.log(market.deals["worth"].to_numpy())
        assert np.corrcoef(surplus, size)[0, 1] > 0.25
        assert forecast.mean() > market.truth["won"].to_numpy().mean() + 0.02
        optimism = market.sellers["optimism"].to_numpy()[market.deals["seller_id"].to_numpy()]
        assert np.corrcoef(optimism, size)[0, 1] > 0.05


def test_the_market_drifts(world: World) -> None:
    """The base rate falls, and webinars turn from good to bad."""
    probability = floats(world, "probability")
    third = len(probability) // 3
    assert probability[:third].mean() > probability[-third:].mean() + 0.04
    webinar = np.array(world.export()["Lead Source"].to_pylist()) == "Webinar"
    effect = floats(world, "Lead Source")
    assert effect[:third][webinar[:third]].mean() > effect[-third:][webinar[-third:]].mean() + 0.4


def test_leaks_leak(world: World) -> None:
    """What is written after the outcome separates the closed deals better than the truth does."""
    closed = np.char.startswith(np.array(world.export()[OUTCOME].to_pylist()), "Closed")
    won = world.truth["won"].to_numpy()[closed]
    late = world.export()["Probability (%)"].to_numpy()[closed] + np.random.default_rng(0).random(closed.sum())
    assert auc(late, won) > auc(floats(world, "probability")[closed], won) + 0.05
    reason = world.export()["Lost Reason"].is_valid().to_numpy()[closed]
    assert not (reason & won).any()
    assert reason[~won].mean() > 0.7


def test_unseen_parameters_differ_from_development_and_from_each_other() -> None:
    development, first, second = Parameters(), unseen(1), unseen(2)
    assert len({development.stream, first.stream}) == 2
    for name in RANGES:
        assert len({getattr(development, name), getattr(first, name), getattr(second, name)}) == 3
        low, high = RANGES[name]
        assert low <= getattr(first, name) <= high
    assert first == unseen(1)
    small = {"deals": 300, "accounts": 60}
    same_numbers = replace(development, stream="unseen", **small)
    assert not make(same_numbers, 1).deals.equals(make(replace(development, **small), 1).deals)


def test_calibrated_reaches_its_target() -> None:
    p = calibrated(replace(Parameters(), effect_scale=3.0, base_log_odds=0.0), auc=0.77, base_rate=0.2)
    probability = floats(make(p, 5), "probability")
    assert abs(expected_auc(probability) - 0.77) < 0.02
    assert abs(probability.mean() - 0.2) < 0.03


def test_noise_is_integrated_out() -> None:
    """The stated probability equals the average over noise and seriousness, by brute force."""
    p = replace(Parameters(), deals=1, accounts=1)
    own, sign = np.array([0.7]), np.array([-0.3])
    from leadline.testing.world.truth import win_chance

    rng = np.random.default_rng(0)
    serious = rng.random(400_000) < sigmoid(sign)[0]
    log_odds = (
        p.base_log_odds + p.effect_scale * (0.7 + p.serious * serious) + p.noise_sd * rng.standard_normal(400_000)
    )
    assert abs(win_chance(p, own, sign)[0] - sigmoid(log_odds).mean()) < 1e-3
