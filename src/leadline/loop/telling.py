"""What others are told: each act of a buyer that a human did, as a webhook of kind 'signal.form_submitted'."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.core.clock import Clock
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.core.views import HUMAN_FROM, MACHINES_DO
from leadline.loop import webhooks
from leadline.store.webhooks import wanted

_OURS = frozenset(act.value for act in Act)


def kind_of(act: str) -> str:
    """The webhook's kind for an act, as 'signal.form_submitted'; acts under strangers' names are 'signal.other'."""
    return f"signal.{act.replace(' ', '_')}" if act in _OURS else "signal.other"


def tell_of(signals: Sequence[Signal], clock: Clock) -> int:
    """Queues a message for each act that an endpoint wants; gives how many were new. Inside the signals' transaction.

    What a scanner did is told to nobody. A signal that comes again is the same message, and not sent twice.
    """
    kinds = wanted()
    if kinds is None:
        return 0
    told = [signal for signal in signals if _counts(signal) and (not kinds or kind_of(signal.act) in kinds)]
    return sum(_tell(signal, clock) for signal in told)


def _counts(signal: Signal) -> bool:
    """As the view of human acts has it."""
    if signal.actor is not Actor.BUYER:
        return False
    return signal.act not in MACHINES_DO if signal.human is None else signal.human >= HUMAN_FROM


def _tell(signal: Signal, clock: Clock) -> int:
    data = {
        "source": signal.source,
        "key": signal.key,
        "act": signal.act,
        "at": signal.at.isoformat(),
        "person": _named(signal.person),
        "account": _named(signal.account),
        "deal": _named(signal.deal),
    }
    told = {name: value for name, value in data.items() if value}
    return webhooks.tell(kind_of(signal.act), f"{signal.source}\n{signal.key}", told, clock)


def _named(ref: Ref | None) -> dict[str, str] | None:
    return {ref.space: ref.key} if ref else None
