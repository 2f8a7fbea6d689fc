"""One body of the journal: which form it has, and what came of reading it."""

from __future__ import annotations

from typing import NamedTuple

from leadline.core.journal import JournalRow
from leadline.core.signal import Signal
from leadline.loop.bodies import cloudevents, segment
from leadline.loop.bodies.receipt import Receipt, receipt

FORMS = {"segment": segment.read, "cloudevents": cloudevents.read}


class Read(NamedTuple):
    """Signals, and (reason, body) of each event that was not taken: mended, that body can be sent again as it is.

    The body is empty where the person has refused consent: then there is nothing to keep.
    """

    signals: list[Signal]
    refused: list[tuple[str, bytes]]


def translate(row: JournalRow) -> Read:
    """The signals of one body; each event in it is a signal or is refused with a reason. Never raises for its sake."""
    read = FORMS.get(row.form)
    if read is None:
        return Read([], [(f"The form '{row.form}' is not known.", row.body)])
    at_receipt: Receipt = receipt(row.source, row.facts, row.received_at)
    signals: list[Signal] = []
    refused: list[tuple[str, bytes]] = []
    for found in read(row.body, at_receipt):
        if isinstance(found, Signal):
            signals.append(found)
        else:
            refused.append(found)
    return Read(signals, refused)
