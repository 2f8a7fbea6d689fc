"""Transcripts in JSON, as Zoom, Teams, Gong, Fireflies and other recorders write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from leadline.understand.turns import (
    CLOCK,
    EMAIL,
    Gathering,
    Speaker,
    Transcript,
    finished,
    moment_of,
    seconds_of,
)

_LISTS = (
    "sentences",
    "transcript",
    "segments",
    "entries",
    "monologues",
    "utterances",
    "results",
    "recognizedPhrases",
    "timeline",
    "callTranscripts",
    "turns",
    "data",
)
_WORDS = ("text", "raw_text", "content", "words", "spokenText", "transcript", "sentence", "display")
_WHO = ("speaker_name", "speakerName", "speaker", "username", "displayName", "speakerId", "speaker_id", "name", "user")
_START = (
    "start_time",
    "startTime",
    "start",
    "ts",
    "startOffset",
    "startDateTime",
    "offset",
    "startMs",
    "start_ms",
    "begin",
)
_END = ("end_time", "endTime", "end", "end_ts", "endOffset", "endDateTime", "endMs", "end_ms")
_PEOPLE = ("meeting_attendees", "attendees", "participants", "parties", "speakers", "users", "invitees")
_BEGUN = (
    "started",
    "startDate",
    "start_date",
    "meetingStartDateTime",
    "scheduled",
    "dateString",
    "date",
    "callStart",
    "start_time",
    "recording_start",
    "created_at",
    "createdDateTime",
)
_TITLE = ("title", "topic", "subject", "name", "meeting_title")
_IDENTITY = ("id", "callId", "call_id", "meetingId", "meeting_id", "uuid", "transcript_id", "transcriptId")


def read_recorder_json(text: str) -> Transcript | None:
    """JSON as Zoom, Teams, Gong, Fireflies and the like write it: a list of parts with a speaker, times and words."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return Transcript("json", (), (), 0.0, notes=("the file is no complete JSON",))
    meta = _meta(root)
    parts = _parts(root, 0)
    if parts is None:
        return None
    reading = Gathering()
    names = _people(meta, reading)
    scale = _scale(parts)
    zero = moment_of(_first(meta, _BEGUN)) or _earliest(parts)
    for part in parts:
        if not isinstance(part, Mapping):
            reading.bad += 1
            continue
        who = _name(_first(part, _WHO), names)
        for piece in _pieces(part):
            words = _first(piece, _WORDS) if isinstance(piece, Mapping) else None
            start = _offset(_first(piece, _START), scale, zero) if isinstance(piece, Mapping) else None
            if isinstance(words, list):
                words = " ".join(
                    str(word.get("text", word.get("word", ""))) if isinstance(word, Mapping) else str(word)
                    for word in words[:5_000]
                )
            if not isinstance(words, str) or start is None:
                reading.bad += 1
                continue
            end = _offset(_first(piece, _END), scale, zero)
            reading.say(who, start, start if end is None else end, words)
    length = _first(meta, ("duration", "durationSeconds", "duration_seconds"))
    return finished(
        reading,
        "json",
        title=str(_first(meta, _TITLE) or "")[:300],
        begun=zero,
        identity=str(_first(meta, _IDENTITY) or "")[:200],
        seconds=float(length) if isinstance(length, int | float) and 0 < length < 604_800 else 0.0,
    )


def _first(part: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The first of the fields that is there and not empty."""
    return next((part[name] for name in names if part.get(name) not in (None, "", [], {})), None)


def _meta(root: Any) -> dict[str, Any]:
    """The fields of the call itself, which some wrap once or twice."""
    meta: dict[str, Any] = {}
    for name in ("", "data", "metaData", "meta", "call", "meeting", "transcript", "callTranscripts"):
        part = root if not name else meta.get(name)
        if isinstance(part, list) and len(part) == 1:
            part = part[0]
        if isinstance(part, Mapping):
            meta = {**part, **meta}
    return meta


def _parts(root: Any, depth: int) -> list[Any] | None:
    """The list of what was said: the first list of objects that hold words, searched in the names that are usual."""
    if isinstance(root, list):
        if any(
            isinstance(part, Mapping)
            and (isinstance(part.get("sentences"), list) or _first(part, _START) is not None)
            and (part.get("sentences") or _first(part, _WORDS))
            for part in root[:50]
        ):
            return root
        inside = [
            found
            for part in root[:200]
            if isinstance(part, Mapping) and depth < 4 and (found := _parts(part, depth + 1))
        ]
        return [part for found in inside for part in found] or None
    if isinstance(root, Mapping) and depth < 5:
        for name in (*_LISTS, "call", "meeting", "metaData"):
            found = _parts(root.get(name), depth + 1)
            if found:
                return found
    return None


def _people(meta: Mapping[str, Any], reading: Gathering) -> dict[str, str]:
    """Names by the ids that parts use; the people of the call become its speakers."""
    names: dict[str, str] = {}
    for key in _PEOPLE:
        people = meta.get(key)
        for told in people[:500] if isinstance(people, list) else []:
            person = {"email" if "@" in told else "name": told} if isinstance(told, str) else told
            if not isinstance(person, Mapping):
                continue
            email = str(_first(person, ("email", "emailAddress", "mail", "user_email")) or "").strip().lower()
            email = email if EMAIL.fullmatch(email) else ""
            name = str(_first(person, ("displayName", "name", "display_name", "username", "fullName")) or email)[
                :200
            ].strip()
            side = str(_first(person, ("affiliation", "type")) or "").lower()
            ours = True if side in ("internal", "host") else False if side == "external" else None
            if not name:
                continue
            before = reading.speakers.get(name)
            reading.speakers[name] = Speaker(
                name, email or (before.email if before else ""), ours if before is None else before.ours
            )
            for handle in ("id", "speakerId", "speaker_id", "userId"):
                if person.get(handle) is not None:
                    names[str(person[handle])] = name
    return names


def _name(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        value = _first(value, ("name", "displayName", "id", "email"))
    if isinstance(value, int | float):
        return names.get(str(value), f"Speaker {value}")
    word = str(value or "")
    return names.get(word, word)


def _pieces(part: Mapping[str, Any]) -> list[Any]:
    """The sentences of a part where it has some, else the part itself."""
    sentences = part.get("sentences")
    return sentences if isinstance(sentences, list) and sentences else [part]


def _scale(parts: list[Any]) -> float:
    """Seconds in a unit of the numbers: thousandths where they are whole and too many for seconds of one call."""
    pieces = [
        piece
        for part in parts[:2_000]
        if isinstance(part, Mapping)
        for piece in _pieces(part)
        if isinstance(piece, Mapping)
    ]
    if any(any(name in piece for name in ("startMs", "start_ms")) for piece in pieces):
        return 0.001
    starts = [
        value
        for piece in pieces
        if isinstance(value := _first(piece, _START), int | float) and not isinstance(value, bool)
    ]
    if not starts or any(isinstance(value, float) and value != int(value) for value in starts):
        return 1.0
    steps = [later - before for before, later in pairwise(starts) if later > before]
    return 0.001 if max(starts) > 36_000 or (steps and sorted(steps)[len(steps) // 2] >= 400) else 1.0


def _offset(value: Any, scale: float, zero: datetime | None) -> float | None:
    """Seconds from the start of the call; None where it cannot be told."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        seconds = float(value) * scale
        return seconds if 0 <= seconds < 604_800 else None
    text = str(value).strip()[:60]
    clock = re.fullmatch(CLOCK, text)
    if clock:
        return seconds_of(clock.groups())
    duration = re.fullmatch(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?", text)
    if duration:
        return int(duration[1] or 0) * 3600 + int(duration[2] or 0) * 60 + float(duration[3] or 0)
    if re.fullmatch(r"\d{1,7}(?:\.\d{1,6})?s?", text):
        return float(text.rstrip("s")) * (1.0 if text.endswith("s") else scale)
    at = moment_of(text)
    if at is None or zero is None:
        return None
    return max(0.0, (at - zero).total_seconds())


def _earliest(parts: list[Any]) -> datetime | None:
    moments = [
        at
        for part in parts[:50]
        if isinstance(part, Mapping) and isinstance(value := _first(part, _START), str) and (at := moment_of(value))
    ]
    return min(moments, default=None)
