"""Servers that are there at once: what costs a second to load is loaded here, and each server is a fork of it.

`python tools/nursery.py PORT [unpack]` answers each line on its input with the process id of a new server on that port,
and 'gone' once that one has ended. A fork holds no connection, file or thread of another: a whole server is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import nullcontext
from importlib import import_module

LOADED = (
    "uvicorn.loops.uvloop",
    "uvicorn.lifespan.on",
    "leadline.web.server",
    "leadline.web.serving",
    "leadline.web.unpacking",
    "leadline.learn.human",
    "leadline.loop.intake",
    "leadline.store.write_keys",
    "leadline.store.journal_sqlite",
    "leadline.store.journal_postgres",
)


def serve(port: int, unpacking: bool) -> None:
    """As `leadline up` does, without a look at the schema; `unpacking` or not."""
    from leadline.app import Leadline
    from leadline.web.server import Server
    from leadline.web.serving import serve
    from leadline.web.unpacking import UnpackingThread

    collect = Leadline.open(migrate=False).collect
    with UnpackingThread(lambda: collect.unpack().bodies) if unpacking else nullcontext():
        serve(Server(collect), "127.0.0.1", port, lambda _: None)


def die_with_parent() -> None:
    """No server outlives its nursery, however that ends (Linux's prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))


def main(port: int, unpacking: bool) -> None:
    """Forks a server for each line."""
    from leadline.store.opening import open_store

    die_with_parent()
    open_store()
    for name in LOADED:
        import_module(name)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            die_with_parent()
            os.close(0)
            serve(port, unpacking)
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), "unpack" in sys.argv[2:])
