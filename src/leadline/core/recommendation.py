"""What the software proposes. There is no second way to advise a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One proposal about one subject.

    `key` is stable: the same proposal on the same grounds has the same. `subject` is ('account', 12). `action` says
    what to do and to what (JSON), `evidence` what it rests on, each with its words and where they come from.
    `probability` is calibrated, with `low` and `high`; None where nothing calibrated is known. `value` is in the deal's
    currency. `provenance` names model or rule, version and data cut-off. `human_task` is what only a person can judge,
    feel or say.
    """

    key: str
    kind: str
    subject: tuple[str, int]
    action: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]
    provenance: Mapping[str, Any]
    human_task: str
    probability: float | None = None
    low: float | None = None
    high: float | None = None
    value: Decimal | None = None
    expires_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
