"""What is understood of a text, and the kinds of facts that keep it.

A fact of these kinds has the signal whose text it is as its subject and as its signal, and the span that it rests on in
characters of that text (`leadline.understand.signal_text.text_of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FactKind(StrEnum):
    """Kinds of facts that come of reading; their values are JSON objects with the keys named."""

    LANGUAGE = "language"  # {"language": "en"}
    THEME = "theme"  # {"theme": "pricing", "words": ["price", "discount"]}
    ENTITY = "entity"  # {"entity": "organisation", "text": "Acme GmbH", ...}; for money also amount and currency
    INTENT = "intent"  # {"intent": "objection"}
    SENTIMENT = "sentiment"  # {"sentiment": "negative", "score": -0.6}
    PERSONAL = "personal data"  # {"personal": "phone"}: what kind of personal data stands there, never the data itself


class Intent(StrEnum):
    """What the writer wants."""

    QUESTION = "question"
    OBJECTION = "objection"
    MEETING = "request for meeting"
    PRICE = "price"
    UNSUBSCRIBE = "unsubscribe"
    REFERRAL = "referral"
    OUT_OF_OFFICE = "out of office"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was understood: its kind and value, the part of the text that it rests on (start, end in
    characters; None where it is the whole text), how sure (0 to 1), and which rule or model said it."""

    kind: FactKind
    value: Mapping[str, Any] = field(default_factory=dict)
    span: tuple[int, int] | None = None
    quote: str = ""
    confidence: float | None = None
    made_by: str = ""
