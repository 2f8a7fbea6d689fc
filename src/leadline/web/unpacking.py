"""Unpacks the journal beside the server, in a thread, in steps that leave the database to the requests between them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from leadline.core.errors import StoreUnavailable

STEP = 0.015  # seconds that one step may hold the database
IDLE, AWAY = 0.2, 2.0  # seconds until the next look where nothing waits, or the database is away
_FIRST, _MOST = 4, 2_000

log = logging.getLogger("leadline.unpacking")


class Unpacking:
    """A thread that calls `unpack(most)`, which gives how many bodies it took, until it is stopped."""

    def __init__(self, unpack: Callable[[int], int]) -> None:
        self._unpack = unpack
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leadline-unpacking", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        most, pause = _FIRST, 0.0
        while not self._stop.wait(pause):
            start = time.perf_counter()
            try:
                taken = self._unpack(most)
            except StoreUnavailable as error:
                log.warning("%s", error)
                pause = AWAY
            except Exception:
                # A fault in one body must not end what the other bodies wait for; it is said, and tried again.
                log.exception("The journal cannot be unpacked")
                pause = AWAY
            else:
                took = time.perf_counter() - start
                if taken >= most:
                    most = max(1, min(_MOST, int(most * min(2.0, max(0.5, STEP / max(took, 1e-6))))))
                pause = 0.0 if taken else IDLE
