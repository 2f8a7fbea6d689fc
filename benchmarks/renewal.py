"""Models of the record on simulated histories that nobody tuned on, and what renewal publishes and refuses.

    python benchmarks/renewal.py quality 101 102 103      against the truth, the base rate and the stage alone
    python benchmarks/renewal.py verdicts 101 102 103     shuffled challengers, the same again, and after a drift

Each prints one JSON object a history.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

ACCOUNTS = 800
SHUFFLES = 7
# Verdicts are tried with few columns and accounts with more deals, to save time.
FEW_ACCOUNTS, EACH = 400, 2.2
FEW = (
    "readiness",
    "product",
    "amount",
    "employees",
    "files downloaded in the last 90 days",
    "meetings held in the last 90 days",
    "mails that buyers wrote in the last 90 days",
    "account: files downloaded in the last 90 days",
    "account: meetings held in the last 90 days",
    "account: pages viewed in the last 90 days",
    "different people of the buyer who acted in the last 90 days",
)


def main() -> None:
    """Reads the call and prints what was measured."""
    what, *seeds = sys.argv[1:]
    for seed in seeds:
        with tempfile.TemporaryDirectory() as home:
            os.environ["LEADLINE_HOME"] = home
            child = os.fork()  # a record a process: Django is set up once
            if not child:
                from leadline.app import Leadline

                Leadline.open()
                found = {"quality": quality, "verdicts": verdicts}[what](int(seed))
                print(json.dumps({"seed": int(seed), **found}), flush=True)
                os._exit(0)
            os.waitpid(child, 0)


def quality(seed: int) -> dict[str, Any]:
    """AUC, Brier score and calibration error on later deals of other accounts, beside what could be known at best."""
    from leadline.learn import metrics, record

    truth, have = _gathered(seed, drift_before=0.0)
    learned = record.learn(have)
    used, z = learned.material, learned.qualified.judged
    assert z is not None
    judged = np.flatnonzero(np.isfinite(z) & (used.labels >= 0))
    rest = np.flatnonzero(~np.isfinite(z) & (used.labels >= 0))
    y = used.labels[judged]
    asked = zip(used.subjects[judged].tolist(), used.cutoffs[judged].tolist(), strict=True)
    known = np.array([truth.chance(subject, cutoff) for subject, cutoff in asked])
    stages = np.array(used.readiness, dtype=object)
    rates = {name: used.labels[rest][stages[rest] == name].mean() for name in set(stages[rest])}
    base = float(used.labels[rest].mean())
    by_stage = np.clip([rates.get(name, base) for name in stages[judged]], 0.01, 0.99)

    def told(p: Any) -> dict[str, float]:
        odds = np.log(p / (1 - p))
        return {
            "auc": round(metrics.auc(y, odds), 3),
            "brier": round(metrics.brier(y, odds), 4),
            "ece": round(metrics.ece(y, odds), 3),
        }

    return {
        "rows": len(y),
        "deals": len(np.unique(used.subjects[judged])),
        "truth": told(known),
        "ours": told(1 / (1 + np.exp(-z[judged]))),
        "stage": told(np.asarray(by_stage)),
        "base": told(np.full(len(y), base)),
        "stages_that_fit": [one.fits for one in learned.by_stage if one.auc is not None],
        "products_that_fit": [one.fits for one in learned.by_product if one.auc is not None],
    }


def verdicts(seed: int) -> dict[str, Any]:
    """How often a challenger of shuffled outcomes is published (never should be), one of the same data, and one that
    learned after a drift where the present model did not."""
    from leadline.core.clock import micros
    from leadline.learn import material, record, renewal

    truth, full = _gathered(seed, drift_before=500.0, accounts=FEW_ACCOUNTS, deals_each=EACH)
    kept = [name for name in full.table.column_names if name in material.KEYS or name in FEW]
    have = replace(full, table=full.table.select(kept))
    first = micros(truth.drift_at)
    old = record.learn(have.until(first)).qualified.model
    to = renewal.boundary(have, first)
    assert to is not None
    window = have.decided_in(to, have.at)
    earlier = have.until(to)
    new = record.learn(earlier).qualified.model
    found: dict[str, Any] = {"judged": len(np.unique(window.subjects))}
    found["after drift"] = renewal.judge(new, old, window)[0]
    found["the same again"] = renewal.judge(new, new, window)[0]
    shuffled = []
    for turn in range(SHUFFLES):
        mixed = record.learn(_shuffled(earlier, turn)).qualified
        shuffled.append(renewal.judge(mixed.model, old, window)[0] if mixed.enough else "no signal")
    found["shuffled"] = shuffled
    return found


def _shuffled(given: Any, seed: int) -> Any:
    """The same rows with the outcomes of deals dealt anew."""
    from leadline.learn.material import OUTCOME

    _, first, place = np.unique(given.subjects, return_index=True, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(given.labels[first])[place].astype(np.int8)
    words = pa.array(np.where(dealt == 1, "won", "lost").tolist(), pa.string())
    at = given.table.schema.get_field_index(OUTCOME)
    return replace(given, labels=dealt, table=given.table.set_column(at, OUTCOME, words))


def _gathered(seed: int, drift_before: float, accounts: int = ACCOUNTS, deals_each: float = 1.4) -> tuple[Any, Any]:
    from leadline.core.clock import micros
    from leadline.loop import teach
    from leadline.testing.world.history import ENDS_AT, write_history

    truth = write_history(seed=seed, accounts=accounts, drift_before=drift_before, deals_each=deals_each)
    return truth, teach.gather("deal", micros(ENDS_AT))


if __name__ == "__main__":
    main()
