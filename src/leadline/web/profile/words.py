"""Sentences and labels of the profile's page."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from leadline.core.clock import from_micros
from leadline.core.profile import Evidence, Profile, ProfileField, Thing
from leadline.web.report.figures import clip, count, plural

_TIMES = 10  # signs of a date in a text that begins with one
_HEADS = ("city", "country", "industry", "job title", "account")
KINDS = {
    "theme": "Themes",
    "intent": "What they want",
    "sentiment": "Tone",
    "language": "Languages",
    "personal data": "Personal data in texts",
}


def day(at: int | None) -> str:
    """'21 Feb 2026'; 'no date' where nobody said."""
    if at is None:
        return "no date"
    when = from_micros(at)
    return f"{when.day} {when:%b %Y}"


def shown(value: Any) -> str:
    """A value as a reader sees it: thousands apart, dates in words, lists joined."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {shown(one)}" for name, one in value.items())
    if value is None or value == "":
        return "–"
    text = str(value)
    if len(text) >= _TIMES and text[4:5] == "-" == text[7:8]:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            return clip(text, 400)
        return f"{when.day} {when:%b %Y}"
    return clip(text, 400)


def passage(text: str, most: int = 4_000) -> str:
    """Text with its lines, cut to `most` characters; control characters become spaces."""
    kept = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def key(evidence: Evidence) -> str:
    """The name by which a piece of evidence is found again: 'signal 41', 'batch 3, row 12'."""
    if evidence.kind == "row":
        return f"batch {evidence.number}, row {evidence.row}" if evidence.row else f"batch {evidence.number}"
    beside = f", signal {evidence.signal}" if evidence.signal else ""
    return f"{evidence.kind} {evidence.number}{beside}"


def eyebrow(made: Profile) -> str:
    """What stands above the name."""
    by_name = {field.name: shown(field.value) for field in made.fields}
    parts = [made.kind.capitalize(), *(by_name[name] for name in _HEADS if name in by_name)]
    if made.kind == "account" and "employees" in by_name:
        parts.append(f"{by_name['employees']} people")
    return " · ".join(clip(part, 60) for part in parts)


def answer(made: Profile) -> list[str]:
    """How it stands, in at most four sentences."""
    said = []
    numbers = {field.name: field for field in made.numbers}
    last, ours = numbers.get("last act of theirs"), numbers.get("last act of ours")
    recent = numbers.get("acts of theirs in 90 days")
    if last is None:
        said.append("Nobody there has acted yet, as far as the record knows.")
    elif recent is not None and recent.value:
        active = numbers.get("people active in 90 days")
        by = f" by {plural(active.value, 'person', 'people')}" if active and active.value else ""
        said.append(f"{plural(recent.value, 'act')}{by} in ninety days, the last on {day(last.when)}.")
    else:
        said.append(f"Silent for ninety days; the last act was on {day(last.when)}.")
    if ours is not None and (last is None or (ours.when or 0) > (last.when or 0)):
        said.append(f"We acted last, on {day(ours.when)}.")
    open_deals = [deal for deal in made.deals if deal.value("state") == "open"]
    if open_deals:
        said.append(f"{plural(len(open_deals), 'deal is', 'deals are')} open{_worth(open_deals)}.")
    elif made.deals:
        won = sum(deal.value("state") == "won" for deal in made.deals)
        were = "was" if won == 1 else "were"
        said.append(f"No deal is open; {count(won)} of {plural(len(made.deals), 'deal')} shown {were} won.")
    if made.gaps:
        said.append(f"{plural(len(made.gaps), 'fact is', 'facts are')} missing or in doubt.")
    return said


def groups(made: Profile) -> list[tuple[str, list[ProfileField]]]:
    """What was understood, under headings."""
    found = []
    for name, fields in groupby(made.understood, key=lambda field: field.name):
        kind, _, more = name.partition(": ")
        found.append(
            (KINDS.get(name, more.replace("_", " ").capitalize() if more else kind.capitalize()), list(fields))
        )
    return found


def disputed(made: Profile) -> list[ProfileField]:
    """Fields of which another source or record says otherwise."""
    return [field for field in made.fields if field.disputed]


def times(field: ProfileField) -> int:
    """How often something was met."""
    return len(field.evidence) + field.more


def deal_line(deal: Thing) -> str:
    """Stage, amount and dates of a deal on one line."""
    amount, currency = deal.value("amount"), deal.value("currency")
    parts = [
        shown(deal.value("stage")) if deal.value("stage") else "",
        f"{shown(amount)} {currency or ''}".strip() if amount is not None else "",
        f"opened {shown(deal.value('opened'))}" if deal.value("opened") else "",
        f"closed {shown(deal.value('closed'))}" if deal.value("closed") else "",
    ]
    return " · ".join(part for part in parts if part)


def _worth(deals: list[Thing]) -> str:
    currencies = {deal.value("currency") or "" for deal in deals}
    amounts = [deal.value("amount") for deal in deals if deal.value("amount") is not None]
    if len(currencies) != 1 or not amounts:
        return ""
    return f", worth {shown(sum(amounts))} {currencies.pop()}".rstrip()
