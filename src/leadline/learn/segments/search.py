"""How many segments there are, none included: the mixture that fits best among those that are stable, if it fits better
than the same mixture fits data without segments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.core.progress import Progress, quiet
from leadline.learn.segments.mixture import Codes, Fit, Floats, Rows
from leadline.learn.segments.reference import Continuum, shuffled
from leadline.learn.segments.stability import STABLE, jaccard

MOST = 8
REFERENCES = 19
SAMPLE = 2_500  # rows that are learned from
TRIES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """`fit` is None where there are no segments; `why` says so in a sentence. `stability` is the Jaccard measure of
    each segment, `by_number` the lowest for each number that was tried, `odds_shuffled` and `odds_continuum` how often
    data without segments gains as much (1 in 20 at best)."""

    fit: Fit | None
    why: str
    stability: Floats
    by_number: tuple[tuple[int, float, float], ...]
    odds_shuffled: float
    odds_continuum: float
    axis: tuple[int, ...] = ()


def search(
    codes: Codes,
    sizes: list[int],
    ordered: list[bool],
    blocks: list[list[int]],
    *,
    seed: int = 0,
    number: int = 0,
    most: int = MOST,
    progress: Progress = quiet,
) -> Searched:
    """Look for segments in bands (see `Rows`); `number` sets how many, with the same tests told and not obeyed."""
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows = Rows(codes, starts)
    one = rows.fit(1, rng)
    least = max(1, min(most, len(codes) // 20))
    tried = range(2, least + 1) if not number else (number,)
    fits: dict[int, Fit] = {}
    for at, k in enumerate(tried):
        progress(f"trying {k} segments", 0.1 + 0.3 * at / max(1, len(tried)))
        fits[k] = rows.fit(k, rng, tries=TRIES)
    none = np.zeros(0)
    order = sorted((k for k in fits if number or fits[k].bic > one.bic), key=lambda k: -fits[k].bic)
    if not order:
        why = "the columns do not go together: no grouping explains the rows better than none"
        return Searched(None, why, none, (), 1.0, 1.0)
    chosen, stable, seen = 0, none, []
    for at, k in enumerate(order):
        progress(f"drawing samples for {k} segments", 0.4 + 0.04 * at)
        found = jaccard(rows, fits[k], rng)
        seen.append((k, float(found.min()), fits[k].icl - one.icl))
        if number or found.min() >= STABLE:
            chosen, stable = k, found
            break
    if not chosen:
        best = max(seen, key=lambda item: item[1])
        why = (
            f"no grouping comes again in samples of the same rows: the best, of {best[0]}, has a segment that only "
            f"comes back to {best[1]:.0%} (at least {STABLE:.0%} is asked)"
        )
        return Searched(None, why, none, tuple(seen), 1.0, 1.0)
    fit = fits[chosen]
    gain = fit.log_likelihood - one.log_likelihood
    progress("comparing with shuffled columns", 0.72)
    by_chance = [_gain(shuffled(codes, blocks, rng), starts, chosen, rng) for _ in range(REFERENCES)]
    odds_shuffled = _odds(gain, by_chance)
    progress("comparing with a continuum", 0.84)
    smooth = Continuum(codes, sizes, ordered, rng)
    by_degree = [_gain(smooth.draw(rng), starts, chosen, rng) for _ in range(REFERENCES)]
    odds_continuum = _odds(gain, by_degree)
    axis = _axis(smooth.correlation)
    why = ""
    if odds_shuffled > 1 / REFERENCES:
        why = "shuffled columns give groups as clear as these"
    elif odds_continuum > 1 / REFERENCES:
        why = "the rows differ by degree, not in kind: a continuum gives groups as clear as these"
    kept = None if why and not number else fit
    return Searched(kept, why, stable, tuple(seen), odds_shuffled, odds_continuum, axis)


def _gain(codes: Codes, starts: np.ndarray, number: int, rng: np.random.Generator) -> float:
    rows = Rows(codes, starts)
    return rows.fit(number, rng, tries=4).log_likelihood - rows.fit(1, rng).log_likelihood


def _odds(gain: float, references: list[float]) -> float:
    return (1 + sum(one >= gain for one in references)) / (1 + len(references))


def _axis(correlation: Floats) -> tuple[int, ...]:
    """The columns that go together most, by number."""
    strength = np.abs(correlation - np.eye(len(correlation))).max(axis=1)
    return tuple(int(at) for at in np.argsort(-strength, kind="stable")[:3])
