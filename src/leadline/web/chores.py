"""What a running server does beside its requests, each thing at its own pace, in one thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

log = logging.getLogger("leadline.chores")
AWAY = 30.0  # seconds until the next try after a failure


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so many seconds."""

    name: str
    seconds: float
    do: Callable[[], object]


class Chores:
    """A thread that does each chore when it is due, until it is stopped. A failure is logged and tried again."""

    def __init__(self, *chores: Chore) -> None:
        self._due = dict.fromkeys(chores, 0.0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leadline-chores", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        now = time.monotonic()
        self._due = {chore: now + min(chore.seconds, 5.0) for chore in self._due}
        while not self._stop.wait(max(0.0, min(self._due.values(), default=60.0) - time.monotonic())):
            for chore, due in list(self._due.items()):
                if due > time.monotonic() or self._stop.is_set():
                    continue
                self._due[chore] = time.monotonic() + self._done(chore)

    @staticmethod
    def _done(chore: Chore) -> float:
        try:
            chore.do()
        except Exception:
            # One chore that fails must not end the others; it is said, with its trace, and tried again.
            log.exception("%s failed", chore.name)
            return max(AWAY, chore.seconds)
        return chore.seconds
