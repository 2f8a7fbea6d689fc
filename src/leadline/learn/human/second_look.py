"""A second look: what was judged at receipt is judged again once the acts around it are known."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.core.origin import Rejudged, Seen
from leadline.learn.human.context import hindsight
from leadline.learn.human.likelihood import likelihood, reasons


def rejudge(history: Sequence[Seen], *, most_reasons: int = 4) -> list[Rejudged]:
    """New likelihoods for the acts of a history, in its order; the caller appends those that differ as facts.

    A history holds whole mails and whole visits, of some hours or days: what an act was hangs on those around it.
    """
    return [
        Rejudged(seen.key, likelihood(evidence), tuple(reasons(evidence, most_reasons)) if most_reasons else ())
        for seen, evidence in zip(history, hindsight(history), strict=True)
    ]
