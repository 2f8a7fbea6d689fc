"""Transcripts of calls from a folder: WebVTT, SRT and JSON of common recorders, each turn of a speaker one signal."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadline.core.errors import DataError
from leadline.core.mail_domains import domain_of, is_free
from leadline.core.ports import Connection, Page, Setting
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.understand.transcript import MOST_BYTES, read_transcript
from leadline.understand.turns import Speaker, Transcript

_FORMS = (".vtt", ".srt", ".json")
_MOST_FILES = 20_000
_GROUNDS = ("given", "contract", "legitimate interest")
_NAMED = re.compile(
    r"(?<!\d)(20\d{2})[-_.]?([01]\d)[-_.]?([0-3]\d)(?:[-_ T.]?([0-2]\d)[-_.h:]?([0-5]\d)(?:[-_.:]?([0-5]\d))?)?(?!\d)"
)


class Transcripts:
    """What was said in calls."""

    name = "transcripts"
    title = "Call transcripts"
    personal = False
    settings = (
        Setting("folder", "The folder, or one file, that holds the transcripts."),
        Setting("ground", "Why the calls may be kept: 'given' (consent), 'contract' or 'legitimate interest'."),
        Setting("own", "Your firm's domains, divided by blanks; their people are the sellers.", required=False),
        Setting(
            "sellers",
            "Your people as the transcripts name them, divided by ';'; all others are buyers.",
            required=False,
        ),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """Yields a page for each file that is new or changed, in the order of their names.

        Raises DataError where the folder is not there or no ground is named.
        """
        ground = connection.settings.get("ground", "").strip().lower()
        if ground not in _GROUNDS:
            raise DataError(
                f"'{ground}' is no ground on which calls may be kept; set 'ground' to one of {', '.join(_GROUNDS)}"
            )
        folder = Path(connection.settings.get("folder", "")).expanduser()
        if not connection.settings.get("folder", "") or not folder.exists():
            raise DataError(f"There is no folder '{folder}' with transcripts; set 'folder' to one that is there")
        seen = _read_cursor(cursor)
        sides = _Sides(connection.settings)
        for path in _files(folder):
            name = path.name if folder.is_file() else str(path.relative_to(folder))
            mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
            try:
                facts = path.stat()
                version = f"{facts.st_size}:{facts.st_mtime_ns}"
                if seen.get(mark) == version:
                    continue
                with path.open("rb") as file:
                    raw = file.read(MOST_BYTES + 1)
            except OSError as error:
                yield Page(_cursor(seen), notes=(f"The file '{name}' was not read: {error.strerror}",))
                continue
            seen[mark] = version
            call = read_transcript(raw, name)
            if call is None or not call.turns:
                notes = [f"The file '{name}' holds no transcript: {note}" for note in (call.notes if call else ())]
                yield Page(_cursor(seen), notes=tuple(notes) or (f"The file '{name}' holds no transcript",))
                continue
            changed = datetime.fromtimestamp(facts.st_mtime, UTC)
            begun = call.begun or _named_time(name) or min(changed, connection.clock.now())
            signals = _signals(call, begun, _identity(call, raw), f"transcripts:{connection.name}", sides, ground)
            yield Page(_cursor(seen), tuple(signals), notes=tuple(f"In '{name}' {note}" for note in call.notes))


connector = Transcripts()


class _Sides:
    """Who is of the own firm."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._own = frozenset(settings.get("own", "").lower().replace(",", " ").replace("@", "").split())
        self._sellers = frozenset(
            " ".join(line.split()).casefold()
            for line in re.split(r"[\n;,]", settings.get("sellers", ""))
            if line.strip()
        )

    def actor(self, speaker: Speaker) -> Actor:
        """Seller or buyer; SYSTEM where nothing tells."""
        if speaker.name.casefold() in self._sellers or (speaker.email and speaker.email in self._sellers):
            return Actor.SELLER
        if speaker.email and self._own:
            return Actor.SELLER if domain_of(speaker.email) in self._own else Actor.BUYER
        if speaker.ours is not None:
            return Actor.SELLER if speaker.ours else Actor.BUYER
        return Actor.BUYER if self._sellers and speaker.name else Actor.SYSTEM


def _files(folder: Path) -> Iterator[Path]:
    """The transcripts under the folder in the order of their names; links are not followed out of it."""
    if folder.is_file():
        yield folder
        return
    found = []
    for here, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        paths = (Path(here, name) for name in names if name.lower().endswith(_FORMS))
        found += [path for path in paths if path.is_file() and not path.is_symlink()]
        if len(found) > _MOST_FILES:
            raise DataError(f"The folder '{folder}' holds more than {_MOST_FILES:,} transcripts; divide it")
    yield from sorted(found)


def _read_cursor(cursor: str) -> dict[str, str]:
    """By file (a digest of its name): size and time of the version that was read."""
    if not cursor:
        return {}
    try:
        return {str(name): str(version) for name, version in json.loads(cursor)["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            "The cursor of the transcripts cannot be read; reset the connection, nothing is doubled by that"
        ) from None


def _cursor(seen: Mapping[str, str]) -> str:
    return json.dumps({"v": 1, "files": seen}, sort_keys=True)


def _named_time(name: str) -> datetime | None:
    """The time that a file's name holds, as 2026-02-03_14-30; in UTC."""
    for found in _NAMED.finditer(name):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
    return None


def _identity(call: Transcript, raw: bytes) -> str:
    """What tells this call from others, whatever its file is called: the recorder's number, or the words and times."""
    told = f"{call.form}|{call.identity}".encode("utf-8", "replace") if call.identity else raw
    return hashlib.sha256(told).hexdigest()[:32]


def _signals(
    call: Transcript, begun: datetime, digest: str, source: str, sides: _Sides, ground: str
) -> Iterator[Signal]:
    """One signal for the call and one for each turn."""
    by_name = {speaker.name: speaker for speaker in call.speakers}
    people = [_told(speaker) | {"side": str(sides.actor(speaker))} for speaker in call.speakers]
    buyers = [speaker for speaker in call.speakers if speaker.email and sides.actor(speaker) is Actor.BUYER]
    accounts = {ref for speaker in buyers if (ref := _account(speaker.email))}
    account = accounts.pop() if len(accounts) == 1 else None
    yield Signal(
        source=source,
        key=f"{digest}:call",
        act=Act.CALL_HELD,
        at=begun,
        actor=Actor.BUYER
        if any(sides.actor(by_name[turn.speaker]) is Actor.BUYER for turn in call.turns if turn.speaker)
        else Actor.SYSTEM,
        person=Ref("email", buyers[0].email) if len(buyers) == 1 else None,
        account=account,
        consent=ground,
        payload={
            "call": digest,
            "title": call.title,
            "seconds": round(call.seconds, 3),
            "people": people,
            "turns": len(call.turns),
            "form": call.form,
        },
    )
    for number, turn in enumerate(call.turns):
        speaker = by_name.get(turn.speaker, Speaker(turn.speaker))
        actor = sides.actor(speaker)
        payload: dict[str, Any] = {
            "call": digest,
            "turn": number,
            "start": round(turn.start, 3),
            "end": round(turn.end, 3),
            "words": turn.words,
            "span": [turn.first, turn.last],
        }
        if not speaker.email and speaker.name:
            payload["speaker"] = speaker.name
        yield Signal(
            source=source,
            key=f"{digest}:{number}",
            act=Act.CALL_SAID,
            at=begun + timedelta(seconds=turn.start),
            actor=actor,
            # A seller is no person of the market: people named by a Ref are created.
            person=Ref("email", speaker.email) if speaker.email and actor is not Actor.SELLER else None,
            account=(_account(speaker.email) or account) if actor is not Actor.SELLER else account,
            consent=ground,
            payload=payload | ({"seller": speaker.email} if speaker.email and actor is Actor.SELLER else {}),
        )


def _told(speaker: Speaker) -> dict[str, str]:
    return {"name": speaker.name} | ({"email": speaker.email} if speaker.email else {})


def _account(email: str) -> Ref | None:
    domain = domain_of(email)
    return None if not domain or is_free(domain) else Ref("domain", domain)
