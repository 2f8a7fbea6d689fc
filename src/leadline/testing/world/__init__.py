"""A simulated market with known truth: who is sold what, by whom, and with what true probability of winning.

`make(parameters, seed)` gives a `World`; `World.export()` is what a CRM would show of it and `World.truth` what it
would not. `unseen(seed)` draws parameters that nobody tuned on. See docs/explain/simulated-market.md.
"""

from leadline.testing.world.export import IDENTIFIERS, IDLE, LEAKS, OUTCOME
from leadline.testing.world.market import World, make
from leadline.testing.world.outcomes import LOST, OPEN_STAGES, WON
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.prior import unseen
from leadline.testing.world.sample import write_sample

__all__ = [
    "IDENTIFIERS",
    "IDLE",
    "LEAKS",
    "LOST",
    "OPEN_STAGES",
    "OUTCOME",
    "WON",
    "Parameters",
    "World",
    "make",
    "unseen",
    "write_sample",
]
