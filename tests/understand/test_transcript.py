"""Transcripts of the common recorders, and what is left of broken ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadline.understand.transcript import read_transcript
from leadline.understand.turns import Transcript

VTT = """WEBVTT - recorded 2026-02-03T14:30:00Z

NOTE by hand

1
00:00:01.000 --> 00:00:04.000 align:start
<v Anna Lead>Hello Bob, how &amp; where are you?</v>

2
00:00:04.500 --> 00:00:06.000
<v.loud Bob Buyer>Fine. <i>We</i> need <00:00:05.000>it in May.</v>

00:00:06.000 --> 00:00:07.000
And cheaper.

STYLE
::cue { color: red }
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
Anna Lead: Hello Bob.

2
00:01:04,500 --> 00:01:06,000
Bob Buyer: Fine: we start
in May.

3
01:00:00,000 --> 01:00:01,000
[Cy] Bye.
"""


def told(call: Transcript | None) -> list[tuple[str, float, float, str]]:
    assert call is not None
    for turn in call.turns:
        assert call.text[turn.first : turn.last] == turn.words
    return [(turn.speaker, turn.start, turn.end, turn.words) for turn in call.turns]


def test_webvtt_with_voices() -> None:
    call = read_transcript(VTT.encode())
    assert told(call) == [
        ("Anna Lead", 1.0, 4.0, "Hello Bob, how & where are you?"),
        ("Bob Buyer", 4.5, 7.0, "Fine. We need it in May. And cheaper."),
    ]
    assert call is not None
    assert (call.form, call.begun, call.seconds, call.notes) == (
        "webvtt",
        datetime(2026, 2, 3, 14, 30, tzinfo=UTC),
        7.0,
        (),
    )


def test_srt_with_names() -> None:
    assert told(read_transcript(b"\xef\xbb\xbf" + SRT.replace("\n", "\r\n").encode())) == [
        ("Anna Lead", 1.0, 4.0, "Hello Bob."),
        ("Bob Buyer", 64.5, 66.0, "Fine: we start in May."),
        ("Cy", 3600.0, 3601.0, "Bye."),
    ]


def test_encodings() -> None:
    umlauts = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Jörg>Grüße</v>\n"
    for encoding in ("utf-8", "utf-16", "cp1252"):
        assert told(read_transcript(umlauts.encode(encoding))) == [("Jörg", 1.0, 2.0, "Grüße")], encoding


FIREFLIES = {
    "data": {
        "transcript": {
            "id": "ff1",
            "title": "Demo",
            "date": 1770129000000,
            "duration": 12,
            "meeting_attendees": [
                {"displayName": "Bob", "email": "Bob@Buyer.example"},
                {"displayName": None, "email": "anna@ours.example"},
            ],
            "sentences": [
                {
                    "index": 0,
                    "speaker_name": "Anna",
                    "raw_text": "hi",
                    "text": "Hi.",
                    "start_time": 0.5,
                    "end_time": 1.5,
                },
                {"index": 1, "speaker_name": "Bob", "text": "Hello.", "start_time": 2, "end_time": 3},
            ],
        }
    }
}
GONG = {
    "callTranscripts": [
        {
            "callId": "7782",
            "transcript": [
                {
                    "speakerId": "1",
                    "topic": "Intro",
                    "sentences": [
                        {"start": 460, "end": 1880, "text": "Hi."},
                        {"start": 1980, "end": 2900, "text": "There."},
                    ],
                },
                {"speakerId": "2", "sentences": [{"start": 3100, "end": 4200, "text": "Hello."}]},
            ],
            "parties": [
                {"speakerId": "1", "name": "Anna", "emailAddress": "anna@ours.example", "affiliation": "Internal"},
                {"speakerId": "2", "name": "Bob", "emailAddress": "bob@buyer.example", "affiliation": "External"},
            ],
        }
    ]
}
TEAMS = {
    "meetingStartDateTime": "2026-02-03T14:30:00Z",
    "entries": [
        {
            "speakerDisplayName": "x",
            "speaker": "Anna",
            "text": "Hi.",
            "startOffset": "00:00:01.5000000",
            "endOffset": "00:00:02",
        },
        {
            "speaker": {"displayName": "Bob"},
            "text": "Hello.",
            "startDateTime": "2026-02-03T14:30:04Z",
            "endDateTime": "2026-02-03T14:30:05Z",
        },
    ],
}
ZOOM = {
    "timeline": [
        {
            "ts": "00:00:01.200",
            "end_ts": "00:00:02.000",
            "text": "Hi.",
            "users": [{"username": "Anna", "email_address": "a"}],
            "username": "Anna",
        },
        {"ts": "00:00:03.200", "text": "Hello.", "username": "Bob"},
    ]
}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (FIREFLIES, [("Anna", 0.5, 1.5, "Hi."), ("Bob", 2.0, 3.0, "Hello.")]),
        (GONG, [("Anna", 0.46, 2.9, "Hi. There."), ("Bob", 3.1, 4.2, "Hello.")]),
        (TEAMS, [("Anna", 1.5, 2.0, "Hi."), ("Bob", 4.0, 5.0, "Hello.")]),
        (ZOOM, [("Anna", 1.2, 2.0, "Hi."), ("Bob", 3.2, 3.2, "Hello.")]),
        (
            [{"speaker": 0, "start": 0.0, "end": 1.0, "words": [{"word": "Hi"}, {"word": "you"}]}],
            [("Speaker 0", 0.0, 1.0, "Hi you")],
        ),
    ],
)
def test_json_of_recorders(shape: object, expected: list[tuple[str, float, float, str]]) -> None:
    rounded = [
        (who, round(start, 6), round(end, 6), words)
        for who, start, end, words in told(read_transcript(json.dumps(shape).encode()))
    ]
    assert rounded == expected


def test_people_of_a_call() -> None:
    call = read_transcript(json.dumps(GONG).encode())
    assert call is not None
    assert [(one.name, one.email, one.ours) for one in call.speakers] == [
        ("Anna", "anna@ours.example", True),
        ("Bob", "bob@buyer.example", False),
    ]
    assert call.identity == "7782"
    fireflies = read_transcript(json.dumps(FIREFLIES).encode())
    assert fireflies is not None
    assert (fireflies.title, fireflies.identity, fireflies.seconds) == ("Demo", "ff1", 12.0)
    assert fireflies.begun == datetime(2026, 2, 3, 14, 30, tzinfo=UTC)
    assert {one.name: one.email for one in fireflies.speakers}["Bob"] == "bob@buyer.example"


def test_malformed_cues_are_counted() -> None:
    bad = ("00:70:01.000 --> 00:80:00.000", "00:00:09 -> x", "00:00:09.000 --> 00:00:08.000")
    text = "\n\n".join([VTT, *(f"{timing}\nno" for timing in bad), "00:00:09.000 --> 00:00:10.000\n<v Cy>Yes"])
    call = read_transcript(text.encode())
    assert told(call)[-1] == ("Cy", 9.0, 10.0, "Yes")
    assert call is not None
    assert call.notes == ("3 of its parts are malformed and were left out",)


def test_what_is_no_transcript() -> None:
    assert read_transcript(b"Dear Bob, yours") is None
    assert read_transcript(b'{"a": 1}') is None
    broken = read_transcript(b'{"sentences": [')
    assert broken is not None
    assert broken.notes == ("the file is no complete JSON",)


def test_huge_files_are_capped() -> None:
    cue = "00:00:01.000 --> 00:00:02.000\n<v {}>Word {}</v>\n\n"
    text = "WEBVTT\n\n" + "".join(cue.format(f"P{number}", number) for number in range(30_000))
    call = read_transcript(text.encode())
    assert call is not None
    assert len(call.turns) == 20_000
    assert "only its first 20,000 turns were read" in call.notes


@pytest.mark.parametrize("whole", [VTT, SRT, *(json.dumps(shape) for shape in (FIREFLIES, GONG, TEAMS, ZOOM))])
def test_mutated_files_never_raise(whole: str) -> None:
    rng = np.random.default_rng(len(whole))
    for _ in range(120):
        raw = bytearray(whole.encode())
        for _ in range(int(rng.integers(1, 12))):
            at = int(rng.integers(len(raw)))
            raw[at : at + int(rng.integers(0, 25))] = bytes(
                rng.integers(0, 256, int(rng.integers(0, 8)), dtype=np.uint8)
            )
        call = read_transcript(bytes(raw))
        if call is not None:
            told(call)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["text", "12", "2026-02-03T10:00:00Z"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["text", "start", "end", "speaker", "sentences", "data", "parties", "words", "id", "date", "name"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
@example([{"text": None, "start": False, "sentences": True}])
def test_any_json_never_raises(shape: object) -> None:
    call = read_transcript(json.dumps(shape).encode())
    if call is not None:
        told(call)
