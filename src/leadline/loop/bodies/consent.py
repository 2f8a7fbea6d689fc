"""What a person agreed to, as Segment's specification says it (`context.consent.categoryPreferences`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GIVEN = "given"
REFUSED = "Consent is refused."
# Words in the name of the category that covers what is counted here; consent tools name it differently.
_COUNTING = ("analytic", "measure", "performance", "statistic", "c0002")


def consent_of(told: Mapping[str, Any]) -> str:
    """'given', REFUSED, or '' where nothing is said. Where categories are named, that of measuring decides; where none
    is called so, one that is agreed to is enough."""
    categories = told.get("categoryPreferences")
    if not isinstance(categories, Mapping) or not categories:
        return ""
    counting = [bool(value) for name, value in categories.items() if any(word in name.casefold() for word in _COUNTING)]
    return GIVEN if (all(counting) if counting else any(map(bool, categories.values()))) else REFUSED
