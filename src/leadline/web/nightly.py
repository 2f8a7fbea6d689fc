"""Renews the models of the record once a night beside the server, in a process of its own at low priority.

A renewal that fails is logged with its last words and tried the next night; it never ends the server.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from datetime import date
from typing import Self

from leadline.core.clock import Clock

HOUR = 3  # UTC, from which on it is quiet, until
UNTIL = 6
LOOKS = 60.0  # seconds between two looks at the clock
MOST_SECONDS = 4 * 3600.0  # then a renewal is ended
LOWER = 10  # how much lower than the server's its priority is
COMMAND = (sys.executable, "-P", "-m", "leadline", "renew", "--all", "--by", "the nightly renewal", "--quiet")

log = logging.getLogger("leadline.nightly")


class Nightly:
    """Runs a command once a night, until it is stopped; then the command is ended too."""

    def __init__(self, clock: Clock, command: Sequence[str] = COMMAND, looks: float = LOOKS) -> None:
        self._clock, self._command, self._looks = clock, tuple(command), looks
        self._stop = threading.Event()
        self._done: date | None = None
        self._thread = threading.Thread(target=self._run, name="leadline-nightly", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def due(self) -> bool:
        """Whether it is night and nothing was run in it yet."""
        now = self._clock.now()
        return HOUR <= now.hour < UNTIL and self._done != now.date()

    def _run(self) -> None:
        while not self._stop.wait(self._looks):
            if not self.due():
                continue
            self._done = self._clock.now().date()
            try:
                self._once()
            except OSError:
                # A machine without memory or processes left must not end what the server does; tomorrow is a night.
                log.exception("The models could not be renewed")

    def _once(self) -> None:
        with tempfile.TemporaryFile() as said:
            child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
            try:
                os.setpriority(os.PRIO_PROCESS, child.pid, LOWER)
            except OSError as error:  # it may have ended already
                log.debug("The renewal runs at the server's priority: %s", error)
            waited = 0.0
            while child.poll() is None and waited < MOST_SECONDS and not self._stop.wait(0.2):
                waited += 0.2
            if child.poll() is None:
                child.terminate()
                child.wait()
                if not self._stop.is_set():
                    log.error("The renewal of models took over %d hours and was ended", MOST_SECONDS // 3600)
                return
            if child.returncode:
                said.seek(0)
                words = said.read()[-500:].decode("utf-8", "replace").strip()
                log.error("The models could not be renewed: %s", words or f"it ended with {child.returncode}")
