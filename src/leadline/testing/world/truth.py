"""The true probability of winning, given what an export shows, and what each column adds to it.

won ~ Bernoulli(sigmoid(own + serious effect x serious + noise)). Nobody sees `serious` or the noise: the probability is
the mixture over serious (its chance by Bayes from the signs) of the sigmoid, integrated over the normal noise by
Gauss-Hermite quadrature. Contributions are integrated gradients (Sundararajan et al. 2017) of its log-odds from the
average deal, which are exact here: own effects enter by their sum, signs by theirs.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Bools, Floats, logit, sigmoid
from leadline.testing.world.effects import Effects
from leadline.testing.world.parameters import Parameters

_HERMITE = np.polynomial.hermite_e.hermegauss(9)
_LEGENDRE = np.polynomial.legendre.leggauss(5)


def win_chance(p: Parameters, own: Floats, sign: Floats, extra_variance: Floats | float = 0.0) -> Floats:
    """The probability of winning for sums of own effects (unscaled) and signs (log-odds of serious).
    `extra_variance` (unscaled) is that of further effects that the observer does not see."""
    return _curve(p, own, sign, extra_variance)[0]


def _curve(p: Parameters, own: Floats, sign: Floats, extra: Floats | float = 0.0) -> tuple[Floats, Floats, Floats]:
    """Probability, and the slopes of its log-odds by own effect (scaled) and by sign."""
    scaled = p.base_log_odds + p.effect_scale * own
    sd = np.sqrt(p.noise_sd**2 + p.effect_scale**2 * extra)
    weights = _HERMITE[1] / _HERMITE[1].sum()
    chance, slope = [], []
    for push in (0.0, p.effect_scale * p.serious):
        q = np.zeros_like(own)
        dq = np.zeros_like(own)
        for node, weight in zip(_HERMITE[0], weights, strict=True):
            s = sigmoid(scaled + push + sd * node)
            q += weight * s
            dq += weight * s * (1 - s)
        chance.append(q)
        slope.append(dq)
    serious = sigmoid(sign)
    probability = chance[0] + serious * (chance[1] - chance[0])
    spread = probability * (1 - probability)
    by_own = (slope[0] + serious * (slope[1] - slope[0])) / spread
    by_sign = serious * (1 - serious) * (chance[1] - chance[0]) / spread
    return probability, by_own, by_sign


def latent(p: Parameters, effects: Effects, serious: Bools, noise: Floats) -> Floats:
    """Log-odds with everything known, the noise too."""
    own = sum(effects.own.values(), np.zeros(len(noise)))
    return np.asarray(p.base_log_odds + p.effect_scale * (own + p.serious * serious) + p.noise_sd * noise)


def tell(p: Parameters, effects: Effects, deals: pa.Table, latent_log_odds: Floats, won: Bools) -> pa.Table:
    """One row per deal, in order.

    `probability`: given all honest columns of the export, the account's, parent's and seller's names included;
    `probability_new_account`: the same for one who has never met the account: its own effect, its parent's and whether
    it scans its mail are integrated out; `latent`: with everything known; `won`: how it ends, open deals too;
    `base`: log-odds of an average deal; then one column per honest column of the export that has an effect, named as
    there: its centred contribution, such that base + contributions = log-odds of `probability` (to 1e-3).
    """
    own = np.asarray(sum(effects.own.values()))
    sign = np.asarray(sum(effects.sign.values()))
    probability = win_chance(p, own, sign)
    stranger = win_chance(p, own - effects.account, effects.sign_new_account, effects.account_variance)
    by_own, by_sign = np.zeros_like(own), np.zeros_like(sign)
    for node, weight in zip(*_LEGENDRE, strict=True):
        share = (node + 1) / 2
        _, a, b = _curve(p, own.mean() + share * (own - own.mean()), sign.mean() + share * (sign - sign.mean()))
        by_own += weight / 2 * a * p.effect_scale
        by_sign += weight / 2 * b
    columns: dict[str, Floats] = {}
    for parts, slope in ((effects.own, by_own), (effects.sign, by_sign)):
        for name, part in parts.items():
            columns[name] = columns.get(name, 0.0) + slope * (part - part.mean())
    middle = float(logit(win_chance(p, own.mean(keepdims=True), sign.mean(keepdims=True)))[0])
    base = middle + sum(float(c.mean()) for c in columns.values())
    return pa.table(
        {
            "deal_id": deals["deal_id"],
            "probability": probability,
            "probability_new_account": stranger,
            "latent": sigmoid(latent_log_odds),
            "serious": deals["serious"],
            "won": won,
            "base": np.full(len(deals), base),
            **{name: column - column.mean() for name, column in columns.items()},
        }
    )


def expected_auc(probability: Floats) -> float:
    """The area under the ROC curve that these probabilities have when they are true, on average over outcomes."""
    p = np.sort(probability)
    lost_below = np.cumsum(1 - p) - (1 - p) / 2
    return float((p * lost_below).sum() / (p.sum() * (1 - p).sum()))
