"""Unpacking beside a server: no fault ends it, and neither does the end of its process."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading

import pytest

from leadline.core.clock import micros_now
from leadline.core.errors import StoreUnavailable
from leadline.store.models import Journal, Signal
from leadline.web import unpacking
from leadline.web.unpacking import UnpackingProcess, UnpackingThread


def test_faults_are_said_and_tried_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(unpacking, "AWAY", 0.001)
    monkeypatch.setattr(unpacking, "IDLE", 0.001)
    faults: list[Exception] = [StoreUnavailable("The database is away"), ValueError("a fault of ours")]
    done = threading.Event()

    def unpack() -> int:
        if faults:
            raise faults.pop(0)
        done.set()
        return 0

    with caplog.at_level(logging.WARNING), UnpackingThread(unpack):
        assert done.wait(30)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert not [thread for thread in threading.enumerate() if thread.name == "leadline-unpacking"]


def put(number: int) -> None:
    Journal.objects.create(
        received_at=micros_now(),
        source="collect:web",
        form="segment",
        facts='{"kind":"track"}',
        body=json.dumps({"event": "Demo", "userId": "u", "messageId": str(number)}).encode(),
    )


def until_signals(count: int) -> None:
    pause = threading.Event()
    for _ in range(1200):
        if Signal.objects.count() == count:
            return
        pause.wait(0.05)
    raise AssertionError(f"{Signal.objects.count()} signals within a minute")


@pytest.mark.slow
def test_a_process_unpacks_is_started_again_and_ends_with_its_parent(
    store: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(unpacking, "AWAY", 0.001)
    put(1)
    with UnpackingProcess() as running:
        until_signals(1)
        first = running.child
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        put(2)
        until_signals(2)
        second = running.child
        assert second is not None
        assert second.pid != first.pid
    assert second.poll() is not None
    assert "is started again" in caplog.text
