"""Who said what when in a call, whatever wrote the file: WebVTT, SRT or the JSON of common recorders."""

from __future__ import annotations

import re
from dataclasses import replace

from leadline.understand.cues import read_cues
from leadline.understand.recorder_json import read_recorder_json
from leadline.understand.turns import CLOCK, Transcript

MOST_BYTES = 20_000_000


def read_transcript(raw: bytes, name: str = "") -> Transcript | None:
    """The call in a file, by its content; None where it is no transcript. `name` helps to tell an empty file.

    At most 20 MB and 20,000 turns are read; what is malformed is left out and counted in the notes. Never raises.
    """
    notes = [f"the file is {len(raw):,} bytes long and was read up to {MOST_BYTES:,}"] if len(raw) > MOST_BYTES else []
    text = _decoded(raw[:MOST_BYTES])
    start = text.lstrip()[:200]
    found: Transcript | None
    if start.startswith(("{", "[")):
        found = read_recorder_json(text)
    elif start.startswith("WEBVTT") or name.lower().endswith(".vtt"):
        found = read_cues(text, "webvtt")
    elif re.search(rf"(?m)^\s*{CLOCK}\s*-->", text[:20_000]) or name.lower().endswith(".srt"):
        found = read_cues(text, "srt")
    else:
        return None
    return found if found is None else replace(found, notes=(*notes, *found.notes))


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
