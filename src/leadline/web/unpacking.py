"""Unpacks the journal beside the server, in a thread, in steps short enough for the requests that wait between them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from leadline.core.errors import StoreUnavailable

STEP = 0.025  # seconds that one step may take
IDLE, AWAY = 0.2, 2.0  # seconds until the next look: what waits has been taken, or the database is away
# Bodies differ a hundredfold in size: what was a fair step for small ones must not be a very long one for large ones.
_FIRST, _MOST = 8, 48

log = logging.getLogger("leadline.unpacking")


class Pace:
    """How many bodies to take in a step, learned from how long steps took.

    A step costs something however little it takes, and something for each body; both come from a straight line through
    the last ten steps or so, every second of which is larger. Where the first cost alone is near `STEP`, steps may last
    twice that, since smaller ones would do nothing else.
    """

    def __init__(self) -> None:
        self._most = _FIRST
        self._steps = 0
        self._sums = [0.0] * 5  # of one, n, t, n * n and n * t

    def next(self) -> int:
        """How many to take now."""
        self._steps += 1
        return self._most if self._steps % 2 else self._most + self._most // 2 + 1

    def learn(self, most: int, taken: int, seconds: float) -> None:
        """A step that might take `most` bodies took `taken` and so long."""
        new = (1.0, taken, seconds, taken * taken, taken * seconds)
        self._sums = [0.9 * old + one for old, one in zip(self._sums, new, strict=True)]
        w, n, t, nn, nt = self._sums
        spread = nn / w - (n / w) ** 2
        each = (nt / w - n * t / w**2) / spread if spread > 0.01 * (n / w) ** 2 else t / n
        each = max(each, 1e-7)
        fixed = max(0.0, t / w - each * n / w)
        if taken == most or seconds > STEP:
            fitting = (max(STEP, 2 * fixed) - fixed) / each
            self._most = int(max(1, self._most // 4, min(fitting, 2 * self._most, _MOST)))


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
        pace, pause = Pace(), 0.0
        while not self._stop.wait(pause):
            most, start = pace.next(), time.perf_counter()
            try:
                taken = self._unpack(most)
            except StoreUnavailable as error:
                log.warning("%s", error)
                pause = AWAY
            except Exception:
                # A fault must not end what other bodies wait for; it is said, and tried again.
                log.exception("The journal cannot be unpacked")
                pause = AWAY
            else:
                if taken:
                    pace.learn(most, taken, time.perf_counter() - start)
                pause = 0.0 if taken >= most else IDLE
