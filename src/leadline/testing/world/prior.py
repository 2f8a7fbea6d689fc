"""Markets that nobody tuned on: parameters drawn from a stated prior, then scaled to a drawn difficulty.

The prior is `RANGES` (uniform, each field alone), `SPREADS` (normal effects of categories), and a factor from 0.6 to
1.4 on the strength of every sign. Then `effect_scale` and `base_log_odds` are found by bisection on a pilot market, so
that the true probability has an AUC drawn from [.71, .79] and wins are a share drawn from [.17, .41] of all deals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from leadline.testing.world.draws import logit
from leadline.testing.world.market import scene
from leadline.testing.world.parameters import Pair, Parameters
from leadline.testing.world.streams import Streams
from leadline.testing.world.truth import expected_auc, win_chance

STREAM = "unseen"
AUC = (0.71, 0.79)
BASE_RATE = (0.17, 0.41)
RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "growth": (0.8, 2.0),
        "noise_sd": (0.3, 0.7),
        "base_drift": (-1.0, 0.6),
        "child_share": (0.1, 0.4),
        "employees_median": (80.0, 600.0),
        "employees_sd": (1.0, 1.6),
        "size_peak": (60.0, 1_500.0),
        "size_curve": (-0.18, -0.04),
        "account_sd": (0.1, 0.4),
        "parent_sd": (0.05, 0.25),
        "customer_share": (0.1, 0.5),
        "industry_blank": (0.02, 0.2),
        "big_deal": (1.2, 2.0),
        "deciding_big": (0.1, 0.8),
        "skill_sd": (0.15, 0.45),
        "optimism_mean": (0.2, 0.9),
        "optimism_sd": (0.3, 0.7),
        "optimism_by_size": (0.4, 0.9),
        "optimists_get_big": (0.2, 0.8),
        "product_sd": (0.1, 0.35),
        "fit_sd": (0.25, 0.65),
        "expansion": (0.1, 0.7),
        "serious_log_odds": (-0.6, 0.8),
        "serious": (0.8, 1.8),
        "amount_sd": (0.5, 1.0),
        "amount_by_size": (0.05, 0.3),
        "amount_slope": (-0.4, 0.1),
        "budget_slope": (0.2, 0.8),
        "needed_by_slope": (-0.35, 0.1),
        "engaged": (0.25, 0.8),
        "reply": (0.1, 0.5),
        "mails": (2.5, 6.0),
        "cycle_median": (60.0, 120.0),
        "lost_cycle": (1.0, 1.3),
    }
)
SPREADS: Mapping[str, float] = MappingProxyType(  # standard deviation of effects, log-odds
    {"industries": 0.2, "regions": 0.12, "technologies": 0.3, "roles": 0.25, "content": 0.2}
)
SOURCE_SD, SOURCE_SHIFT_SD, PHRASE_SD = 0.3, 0.5, 0.25
SIGNS = (
    "amount_blank",
    "amount_round",
    "budget_stated",
    "needed_by_stated",
    "free_mail",
    "engaged_chance",
    "reply_chance",
    "open_rate",
    "click_share",
    "note_blank",
)
_PILOT = 6_000


def unseen(seed: int) -> Parameters:
    """Parameters drawn from the prior. Their stream differs from development's, so no world shares a draw with it.

    Sizes (deals, accounts, sellers) stay at their defaults; change them with `dataclasses.replace`.
    """
    streams, p = Streams(STREAM, seed), Parameters()
    ranges = {name: float(streams(f"prior.{name}").uniform(*span)) for name, span in RANGES.items()}
    levels = {}
    for name, sd in SPREADS.items():
        values = getattr(p, name)
        effects = sd * streams(f"prior.{name}").standard_normal(len(values))
        levels[name] = tuple(replace(v, effect=float(e)) for v, e in zip(values, effects, strict=True))
    signs = {name: _sharpened(streams(f"prior.{name}"), getattr(p, name)) for name in SIGNS}
    rng = streams("prior.sources")
    sources = tuple(
        replace(
            s,
            effect=float(SOURCE_SD * rng.standard_normal()),
            shift=float(SOURCE_SHIFT_SD * rng.standard_normal()),
            serious=float(0.4 * rng.standard_normal()),
        )
        for s in p.sources
    )
    rng = streams("prior.phrases")
    phrases = tuple(
        replace(f, sign=_sharpened(rng, f.sign), effect=float(PHRASE_SD * rng.standard_normal()) if f.effect else 0.0)
        for f in p.phrases
    )
    threshold = int(streams("prior.engaged_threshold").integers(2, 5))
    drawn: dict[str, Any] = {**ranges, **levels, **signs}
    market = replace(p, stream=STREAM, sources=sources, phrases=phrases, engaged_threshold=threshold, **drawn)
    rng = streams("prior.difficulty")
    return calibrated(market, float(rng.uniform(*AUC)), float(rng.uniform(*BASE_RATE)), seed)


def calibrated(parameters: Parameters, auc: float, base_rate: float, seed: int = 0) -> Parameters:
    """The same market with `effect_scale` and `base_log_odds` such that its true probability has this AUC and mean."""
    pilot = scene(replace(parameters, deals=_PILOT, accounts=_PILOT // 8), seed)
    own, sign = np.asarray(sum(pilot.effects.own.values())), np.asarray(sum(pilot.effects.sign.values()))

    def based(scale: float) -> tuple[Parameters, float]:
        low, high = -12.0, 12.0
        tried, chance = parameters, own
        while high - low > 1e-3:
            middle = (low + high) / 2
            tried = replace(parameters, effect_scale=scale, base_log_odds=middle)
            chance = win_chance(tried, own, sign)
            low, high = (middle, high) if chance.mean() < base_rate else (low, middle)
        return tried, expected_auc(chance)

    low, high = 0.1, 5.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if based(middle)[1] < auc else (low, middle)
    return based((low + high) / 2)[0]


def _sharpened(rng: np.random.Generator, sign: Pair) -> Pair:
    """The sign with its log-odds ratio times 0.6 to 1.4, about the same middle."""
    first, second = logit(np.array(sign))
    half = (first - second) / 2 * rng.uniform(0.6, 1.4)
    middle = (first + second) / 2
    return float(1 / (1 + np.exp(-middle - half))), float(1 / (1 + np.exp(-middle + half)))
