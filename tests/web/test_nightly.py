from __future__ import annotations

import logging
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadline.web.nightly import COMMAND, Nightly

NIGHT = datetime(2026, 5, 4, 3, 30, tzinfo=UTC)


@dataclass
class Turned:
    at: datetime
    looked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def now(self) -> datetime:
        self.looked.release()
        return self.at


def writes(path: Path) -> list[str]:
    return [sys.executable, "-c", f"open({str(path)!r}, 'a').write('x')"]


def looks(clock: Turned, times: int) -> None:
    for _ in range(times):
        assert clock.looked.acquire(timeout=20)


def test_runs_once_a_night_and_not_by_day(tmp_path: Path) -> None:
    told = tmp_path / "told"
    clock = Turned(NIGHT.replace(hour=14))
    with Nightly(clock, writes(told), looks=0.01):
        looks(clock, 5)
        assert not told.exists()
        clock.at = NIGHT
        looks(clock, 30)
        clock.at = NIGHT + timedelta(minutes=40)
        looks(clock, 30)
        assert told.read_text() == "x"
        clock.at = NIGHT + timedelta(days=1)
        looks(clock, 30)
    assert told.read_text() == "xx"


def test_a_failure_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    clock = Turned(NIGHT)
    command = [sys.executable, "-c", "import sys; sys.exit('no model today')"]
    with caplog.at_level(logging.ERROR), Nightly(clock, command, looks=0.01) as nightly:
        looks(clock, 30)
        assert nightly._thread.is_alive()
    assert "no model today" in caplog.text
    missing = Turned(NIGHT)
    with caplog.at_level(logging.ERROR), Nightly(missing, ["/no/such/program"], looks=0.01) as nightly:
        looks(missing, 30)
        assert nightly._thread.is_alive()


def test_to_stop_the_server_ends_the_renewal(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    command = [
        sys.executable,
        "-c",
        f"open({str(begun)!r}, 'w').write('x'); import threading; threading.Event().wait()",
    ]
    clock = Turned(NIGHT)
    with Nightly(clock, command, looks=0.01) as nightly:
        looks(clock, 2)  # once a look, once for the day: then it waits for the command
    assert not nightly._thread.is_alive()


def test_the_command_is_one_that_there_is() -> None:
    from leadline.cli.main import parser

    given = parser(list(COMMAND[4:])).parse_args(list(COMMAND[4:]))
    assert given.command == "renew"
    assert given.all
