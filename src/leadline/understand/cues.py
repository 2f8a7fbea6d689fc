"""Transcripts of cues: WebVTT (W3C) and SRT, with voice tags or names before the words."""

from __future__ import annotations

import html
import re
from datetime import datetime

from leadline.understand.turns import CLOCK, Gathering, Transcript, finished, moment_of, seconds_of

_TIMING = re.compile(rf"^\s*{CLOCK}\s*-->\s*{CLOCK}(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,200})>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang|font)(?:[.\s][^>]*)?>|<\d[\d:.]*>", re.IGNORECASE)
_SPEAKER = re.compile(r"^(?:>>\s*)?([^\W\d_][^:\n.?!]{0,58}[^\s:]|[^\W\d_]):\s+(?=\S)")
_BRACKETED = re.compile(r"^\[([^\]\d][^\]]{0,58})\]:?\s+(?=\S)")
# Words before a colon that name no speaker.
_NO_NAMES = frozenset("note warning ps http https re update agenda example question answer".split())


def read_cues(text: str, form: str) -> Transcript:
    """The call in blocks of a timing line and the lines below it."""
    reading = Gathering()
    speaker = ""
    begun: datetime | None = None
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines[:4]) if "-->" in line), None)
        if at is None:
            head = lines[0].strip()
            if head.startswith(("WEBVTT", "NOTE", "STYLE", "REGION")):
                begun = begun or _date_in(block)
            elif block.strip() and not head.isdigit():
                reading.bad += 1
            continue
        timing = _TIMING.match(lines[at])
        if timing is None or int(timing[2]) > 59 or int(timing[3]) > 59:
            reading.bad += 1
            continue
        groups = timing.groups()
        start, end = seconds_of(groups[:4]), seconds_of(groups[4:])
        if end < start:
            reading.bad += 1
            continue
        for who, words in _voices("\n".join(lines[at + 1 :])):
            # A cue without a name goes on where the last speaker stopped.
            speaker = who or speaker
            reading.say(speaker, start, end, words)
    return finished(reading, form, begun=begun)


def _date_in(block: str) -> datetime | None:
    found = re.search(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?(?:Z|[+-]\d{2}:?\d{2})?", block)
    return moment_of(found[0]) if found else None


def _voices(cue: str) -> list[tuple[str, str]]:
    """Speakers and words of one cue: by voice tags, by 'Name: ' at the beginning of a line, or without a name."""
    parts = _VOICE.split(cue)
    if len(parts) > 1:
        found = [("", parts[0])] if _clean(parts[0]) else []
        return [(who, _clean(words)) for who, words in [*found, *zip(parts[1::2], parts[2::2], strict=True)]]
    voices: list[tuple[str, str]] = []
    for line in _clean(cue, keep_lines=True).split("\n"):
        named = _BRACKETED.match(line) or _SPEAKER.match(line)
        if named and named[1].casefold() not in _NO_NAMES and len(named[1].split()) <= 6:
            voices.append((named[1].strip(), line[named.end() :]))
        elif voices:
            voices[-1] = (voices[-1][0], f"{voices[-1][1]} {line}")
        else:
            voices.append(("", line))
    return voices


def _clean(cue: str, *, keep_lines: bool = False) -> str:
    words = html.unescape(_TAG.sub("", cue)).replace("\u200b", "")
    return words if keep_lines else re.sub(r"\s+", " ", words).strip()
