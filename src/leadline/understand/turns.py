"""Turns of speakers in a call, as they are gathered from a transcript."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

_MOST_TURNS = 20_000
_MOST_WORDS = 20_000
_PAUSE = 3.0
_LONGEST = 604_800.0

CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?"
"""A time as hours:minutes:seconds.fraction in four groups."""
EMAIL = re.compile(r"[^\s@<>()\[\]]{1,100}@[^\s@<>()\[\]]{2,150}\.[A-Za-z]{2,24}")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Someone in a call. `email` in lower case, '' where the file gives none; `ours` None where it does not say."""

    name: str
    email: str = ""
    ours: bool | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said in one go. Times in seconds from the start; `first` and `last` are where `words` stand in
    Transcript.text, counted in characters, so that text[first:last] == words."""

    speaker: str
    start: float
    end: float
    words: str
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """A call. `begun` is None and `identity` '' where the file does not say; `seconds` is at least the last end."""

    form: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...]
    seconds: float
    title: str = ""
    begun: datetime | None = None
    identity: str = ""
    notes: tuple[str, ...] = ()
    text: str = field(default="", repr=False)


@dataclass(slots=True)
class Gathering:
    """Turns and speakers while a file is read; `bad` counts parts that are malformed."""

    turns: list[Turn] = field(default_factory=list)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    bad: int = 0
    capped: bool = False

    def say(self, speaker: str, start: float, end: float, words: str) -> None:
        """Adds words to the last turn where the same speaker goes on within three seconds, else begins a turn."""
        words = re.sub(r"\s+", " ", words.replace("\x00", "")).strip()
        if not words:
            return
        speaker = re.sub(r"\s+", " ", speaker).strip()[:200]
        end = max(start, end)
        last = self.turns[-1] if self.turns else None
        if (
            last
            and last.speaker == speaker
            and start - last.end <= _PAUSE
            and len(last.words) + len(words) < _MOST_WORDS
        ):
            self.turns[-1] = replace(last, end=max(last.end, end), words=f"{last.words} {words}")
        elif len(self.turns) < _MOST_TURNS:
            self.turns.append(Turn(speaker, start, end, words[:_MOST_WORDS]))
        else:
            self.capped = True
        if speaker and speaker not in self.speakers:
            found = EMAIL.search(speaker)
            self.speakers[speaker] = Speaker(speaker, found[0].lower() if found else "")


def finished(reading: Gathering, form: str, **more: Any) -> Transcript:
    """The transcript of what was gathered, in the order of time, each turn placed in the text."""
    notes = []
    if reading.bad:
        notes.append(f"{reading.bad:,} of its parts are malformed and were left out")
    if reading.capped:
        notes.append(f"only its first {_MOST_TURNS:,} turns were read")
    turns = sorted(reading.turns, key=lambda turn: turn.start)
    seconds = max([float(more.pop("seconds", 0.0) or 0.0), *(turn.end for turn in turns)], default=0.0)
    speakers = tuple(reading.speakers.values())[:500]
    return _placed(Transcript(form, tuple(turns), speakers, min(seconds, _LONGEST), notes=tuple(notes), **more))


def moment_of(value: Any) -> datetime | None:
    """A time of the calendar in UTC: ISO 8601, or seconds or thousandths since 1970; None for what is neither."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > 1e11 else value
            return datetime.fromtimestamp(seconds, UTC) if 3e8 < seconds < 1e11 else None
        if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
            return None
        at = datetime.fromisoformat(value.strip()[:40])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def seconds_of(parts: Iterable[str | None]) -> float:
    """Seconds of the groups of CLOCK."""
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{seconds or 0}.{fraction or 0}")


def _placed(found: Transcript) -> Transcript:
    """With the whole text and each turn's place in it."""
    turns, lines, at = [], [], 0
    for turn in found.turns:
        lines.append(turn.words)
        turns.append(replace(turn, first=at, last=at + len(turn.words)))
        at += len(turn.words) + 1
    return replace(found, turns=tuple(turns), text="\n".join(lines))
