"""How deals end, and what sellers write about them on the way: forecasts, probabilities, reasons of loss."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Bools, Floats, Ints, logit, numbers, sigmoid
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

WON, LOST = "Closed Won", "Closed Lost"
OPEN_STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
LOST_REASONS = ("Price", "No decision", "Competitor", "No budget", "Timing")


def win(streams: Streams, latent: Floats) -> Bools:
    """Whether each deal is won in the end, for log-odds that hold everything."""
    return np.asarray(streams("outcomes.won").random(len(latent)) < sigmoid(latent))


def draw(
    p: Parameters, streams: Streams, sellers: pa.Table, deals: pa.Table, probability: Floats, latent: Floats, won: Bools
) -> pa.Table:
    """One row per deal: `stage`, `closed` (null while open), `planned` (close date that the seller has in mind),
    `days_in_stage`, `lost_reason`, `last_activity`, `forecast` (per cent, the seller's at opening) and
    `probability` (per cent, the seller's last one). Only `forecast` is written at opening."""
    n = len(deals)
    worth = numbers(deals, "worth")
    spread = np.exp(p.cycle_sd * streams("outcomes.cycle").standard_normal(n))
    cycle = p.cycle_median * spread * (worth / np.median(worth)) ** p.cycle_by_amount * np.where(won, 1.0, p.lost_cycle)
    cycle = np.maximum(np.rint(cycle), 2).astype(np.int64)
    opened = deals["opened"].to_numpy().astype("datetime64[D]")
    export_day = np.datetime64(p.first_day, "D") + p.days
    age = (export_day - opened).astype(np.int64)
    closed = cycle <= age
    progress = np.minimum(age / cycle, 0.999)
    step = (progress * len(OPEN_STAGES)).astype(np.int64)
    stage = np.where(closed, np.where(won, WON, LOST), np.array(OPEN_STAGES)[step])

    size = (np.log(worth) - np.log(worth).mean()) / max(float(np.log(worth).std()), 1e-9)
    rosy = numbers(sellers, "optimism")[deals["seller_id"].to_numpy()] + p.optimism_by_size * size
    guess = p.forecast_insight * latent + (1 - p.forecast_insight) * logit(np.full(n, probability.mean())) + rosy
    forecast = guess + p.forecast_noise * streams("outcomes.forecast").standard_normal(n)
    heard = np.where(closed, np.where(won, 1.6, -1.6), np.where(won, 0.8, -0.8) * progress)
    last = forecast + heard + 0.5 * streams("outcomes.probability").standard_normal(n)

    rng = streams("outcomes.stage_days")
    final = np.where(won, rng.gamma(2.0, 6.0, size=n), rng.gamma(2.0, 18.0, size=n))
    in_stage = np.where(closed, np.minimum(final, cycle), np.minimum(rng.gamma(2.0, 14.0, size=n), age))
    idle = np.where(closed, 0, streams("outcomes.idle").gamma(1.0, 12.0, size=n)).astype(np.int64)
    reason = streams("outcomes.reason").integers(len(LOST_REASONS), size=n)
    told = closed & ~won & (streams("outcomes.reason_told").random(n) < 0.85)
    return pa.table(
        {
            "stage": stage.tolist(),
            "closed": pa.array(opened + cycle, mask=~closed),
            "planned": np.where(closed, opened + cycle, np.maximum(opened + cycle, export_day + 1 + idle)),
            "days_in_stage": np.rint(in_stage).astype(np.int64),
            "lost_reason": pa.array(np.array(LOST_REASONS)[reason].tolist(), mask=~told),
            "last_activity": np.where(closed, opened + cycle, np.maximum(export_day - idle, opened)),
            "forecast": _percent(forecast),
            "probability": _percent(last),
        }
    )


def _percent(log_odds: Floats) -> Ints:
    """Sellers write 5, 10, 15 … 95."""
    return np.asarray(np.clip(np.rint(20 * sigmoid(log_odds)) * 5, 5, 95).astype(np.int64))
