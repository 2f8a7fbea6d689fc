"""Transcripts from a folder: keys, sides, times, files that come again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.connectors.transcripts import connector
from leadline.core.errors import DataError
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref, Signal

from .taking import Taken  # noqa: TID252  tests are imported by path

CALL = {
    "id": "c1",
    "title": "Demo",
    "started": "2026-02-03T14:30:00Z",
    "parties": [{"name": "Anna", "email": "anna@ours.example"}, {"name": "Bob", "email": "bob@buyer.example"}],
    "sentences": [
        {"speaker": "Anna", "text": "Hi.", "start": 0.5, "end": 1.5},
        {"speaker": "Bob", "text": "We start in May.", "start": 2.25, "end": 3.0},
        {"speaker": "Guest", "text": "Yes.", "start": 4.5, "end": 5.5},
    ],
}
Make = Callable[..., Connection]


def made(connect: Make, folder: Path, **more: str) -> Connection:
    return connect("calls", {"folder": str(folder), "ground": "given", "own": "ours.example"} | more)


def of(taken: Taken, act: Act) -> list[Signal]:
    return [signal for signal in taken.signals.values() if signal.act == act]


def test_a_call_and_its_turns(connect: Make, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(CALL), encoding="utf-8")
    taken = Taken()
    taken.pull(connector, made(connect, tmp_path))
    (call,) = of(taken, Act.CALL_HELD)
    anna, bob, guest = of(taken, Act.CALL_SAID)
    assert (call.actor, call.person, call.account) == (
        Actor.BUYER,
        Ref("email", "bob@buyer.example"),
        Ref("domain", "buyer.example"),
    )
    assert call.payload["seconds"] == 5.5
    assert [one["side"] for one in call.payload["people"]] == ["seller", "buyer", "system"]
    assert (bob.actor, bob.person, bob.payload["words"]) == (
        Actor.BUYER,
        Ref("email", "bob@buyer.example"),
        "We start in May.",
    )
    assert bob.at == datetime(2026, 2, 3, 14, 30, 2, 250_000, tzinfo=UTC)
    assert (bob.payload["start"], bob.payload["end"], bob.payload["span"]) == (2.25, 3.0, [4, 20])
    assert (anna.actor, anna.person, anna.payload["seller"]) == (Actor.SELLER, None, "anna@ours.example")
    assert (guest.actor, guest.person, guest.payload["speaker"]) == (Actor.SYSTEM, None, "Guest")
    assert {signal.source for signal in taken.signals.values()} == {"transcripts:calls"}
    assert {signal.consent for signal in taken.signals.values()} == {"given"}


def test_a_file_that_comes_again_adds_nothing(connect: Make, tmp_path: Path) -> None:
    first, second = tmp_path / "2026-02-03 14.30 call.vtt", tmp_path / "copy.vtt"
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Bob>Hi</v>\n"
    first.write_text(text, encoding="utf-8")
    connection = made(connect, tmp_path, sellers="Anna Lead")
    taken = Taken()
    assert taken.pull(connector, connection) == 1
    assert taken.pull(connector, connection) == 0
    before = dict(taken.signals)
    assert {signal.at.minute for signal in before.values()} == {30}
    second.write_text(text, encoding="utf-8")
    os.utime(first, (1_700_000_000, 1_700_000_000))
    assert taken.pull(connector, connection) == 2
    assert taken.signals == before
    assert [signal.actor for signal in of(taken, Act.CALL_SAID)] == [Actor.BUYER]


def test_notes_name_the_file(connect: Make, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "bad.json").write_text("{", encoding="utf-8")
    (tmp_path / "b" / "empty.vtt").write_text("WEBVTT", encoding="utf-8")
    (tmp_path / "b" / "odd.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n00:99:01,000 --> x\nno", encoding="utf-8"
    )
    (tmp_path / "b" / "link.vtt").symlink_to("/etc/hostname")
    taken = Taken()
    taken.pull(connector, made(connect, tmp_path))
    assert taken.notes == [
        "The file 'b/bad.json' holds no transcript: the file is no complete JSON",
        "The file 'b/empty.vtt' holds no transcript",
        "In 'b/odd.srt' 1 of its parts are malformed and were left out",
    ]


def test_a_crash_between_files_loses_and_doubles_nothing(connect: Make, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.json").write_text(json.dumps(CALL | {"id": f"c{number}"}), encoding="utf-8")
    whole = Taken()
    assert whole.pull(connector, made(connect, tmp_path)) == 5
    for dies in range(5):
        taken = Taken()
        taken.pull(connector, made(connect, tmp_path), dies_after=dies)
        taken.pull(connector, made(connect, tmp_path))
        assert taken.signals == whole.signals


def test_nothing_is_read_without_a_ground(connect: Make, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no ground"):
        list(connector.read(made(connect, tmp_path, ground=""), ""))
    with pytest.raises(DataError, match="There is no folder"):
        list(connector.read(made(connect, tmp_path / "gone"), ""))
    with pytest.raises(DataError, match="reset the connection"):
        list(connector.read(made(connect, tmp_path), "x"))
