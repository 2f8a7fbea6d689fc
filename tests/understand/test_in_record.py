"""What mails and calls tell lands in the record once."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from leadline.store import ledger
from leadline.understand.correspondence import Mailed, acts_of
from leadline.understand.mail import read_letter
from leadline.understand.scope import read_scope

from .letters import letters  # noqa: TID252  tests are imported by path

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_letters_land_once(store: str) -> None:
    scope = read_scope(
        "anna@ours.example",
        {"folders": ["INBOX"], "domains": ["buyer.example"], "own": "sub.example, c@d.example"},
        places="folders",
        what="x",
    )
    assert scope.is_own("x@sub.example")
    mailed = Mailed("imap:anna", scope, NOW)
    signals = [signal for case in letters(60, 2) for signal in acts_of(read_letter(case.raw), mailed, NOW)]
    assert len(signals) == 60
    with transaction.atomic():
        first = ledger.append(signals)
    with transaction.atomic():
        again = ledger.append(signals)
    assert (first.added, again.added, again.known) == (60, 0, 60)
