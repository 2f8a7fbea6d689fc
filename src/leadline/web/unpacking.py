"""Unpacks the journal beside the server, in steps short enough for the requests that wait between them.

In a process of its own, so that it takes no turn from the server's interpreter; it ends when its parent does.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Self

from leadline.core.errors import StoreUnavailable

IDLE, AWAY = 0.1, 2.0  # seconds until the next look: nothing waits, or the database is away

log = logging.getLogger("leadline.unpacking")


def keep_unpacking(unpack: Callable[[], int], stop: threading.Event) -> None:
    """Calls `unpack`, which gives how many bodies it took, until `stop` is set. No failure ends it."""
    pause = 0.0
    while not stop.wait(pause):
        try:
            pause = 0.0 if unpack() else IDLE
        except StoreUnavailable as error:
            log.warning("%s", error)
            pause = AWAY
        except Exception:
            # A fault must not end what other bodies wait for; it is said, and tried again.
            log.exception("The journal cannot be unpacked")
            pause = AWAY


class UnpackingThread:
    """Unpacks in a thread of this process: for tests and small servers."""

    def __init__(self, unpack: Callable[[], int]) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=keep_unpacking, args=(unpack, self._stop), name="leadline-unpacking", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


class UnpackingProcess:
    """Unpacks in a process of its own, which is started again where it ends by itself."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="leadline-unpacking", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            # Its input is a pipe that only we hold: when we end, in whatever way, it reads the end and stops.
            command = [sys.executable, "-P", "-m", "leadline.web.unpacking"]
            with subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ) as child:
                self.child = child
                while child.poll() is None and not self._stop.wait(0.2):
                    continue
                if child.stdin is not None:
                    child.stdin.close()
                child.wait()
            if not self._stop.is_set():
                log.warning("The process that unpacks the journal ended with %s; it is started again", child.returncode)
                self._stop.wait(AWAY)


def main() -> None:
    """The process: unpacks until its input ends."""
    import signal

    from leadline.app import Leadline

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent says when to stop
    stop = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.buffer.read()
        stop.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    collect = Leadline.open(migrate=False).collect
    keep_unpacking(lambda: collect.unpack().bodies, stop)


if __name__ == "__main__":
    main()
