"""What is known of accounts and people, as a workspace gives it; each look goes into the trail under `by`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.core.clock import Clock
from leadline.core.profile import Evidence, Export, Profile
from leadline.loop import profiling
from leadline.store import evidence as kept
from leadline.store import target_rows


class Profiles:
    """Profiles of accounts and people, and what they rest on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def account(self, text: str, by: str = "command line") -> Profile:
        """The profile of the account that a number, domain, outside key or name means. Raises CallError."""
        return profiling.of_account(text, self._clock, by=by)

    def person(self, text: str, account: str = "", by: str = "command line") -> Profile:
        """The profile of a person, of `account` where that is given. Raises CallError."""
        return profiling.of_person(text, self._clock, account=account, by=by)

    def export(self, text: str, account: str = "", by: str = "command line") -> tuple[Profile, Export]:
        """The profile of a person and everything that is stored about it. Raises CallError."""
        return profiling.export(text, self._clock, account=account, by=by)

    def target_rows(self) -> tuple[Sequence[int], Mapping[str, Sequence[str | None]]]:
        """All accounts as a target group is matched against them: numbers, and cells by field."""
        return target_rows.accounts()

    def opened(self, evidence: Evidence) -> Mapping[str, Any] | None:
        """What a piece of evidence opens to; None where nothing is kept under it."""
        return kept.opened(evidence)
