from __future__ import annotations

import numpy as np

from leadline.store.models import Deal, Signal
from leadline.testing.world.history import draw_history, write_history


def test_draws_are_the_same_for_the_same_seed() -> None:
    a, b, c = draw_history(1, 50), draw_history(1, 50), draw_history(2, 50)
    assert a.person_emails == b.person_emails
    assert np.array_equal(a.eta, b.eta)
    assert a.state == b.state
    assert a.person_emails != c.person_emails


def test_deals_are_won_as_often_as_the_truth_says() -> None:
    drawn = draw_history(3, 3_000)
    decided = [n for n, at in enumerate(drawn.opened_at.tolist()) if at < drawn.ends_at - 400 * 86_400_000_000]
    chance = np.array([drawn.chance(n, int(drawn.opened_at[n])) for n in decided])
    won = np.array([drawn.state[n] == "won" for n in decided])
    assert abs(won.mean() - chance.mean()) < 4 * np.sqrt(chance.mean() * (1 - chance.mean()) / len(won))
    high = chance > np.quantile(chance, 0.8)
    assert abs(won[high].mean() - chance[high].mean()) < 4 * np.sqrt(0.25 / high.sum())


def test_the_record_holds_what_was_drawn(store: str) -> None:
    truth = write_history(seed=0, accounts=60)
    assert Signal.objects.count() == truth.signals
    assert Deal.objects.count() == len(truth.deals)
    for number, state in zip(truth.deals, truth.drawn.state, strict=True):
        assert Deal.objects.get(pk=number).state == state
    deal = truth.deals[0]
    at = int(truth.drawn.opened_at[0])
    assert 0 < truth.chance(deal, at) < 1
