"""Servers that are there at once: what costs a second to load is loaded here, and each server is a fork of it.

`python tools/nursery.py PORT [unpack]` answers each line on its input with the process id of a new server on that port,
and 'gone' once that one has ended. A fork holds no connection, file or thread of another: a whole server is killed.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module

LOADED = """uvicorn.loops.uvloop uvicorn.protocols.http.httptools_impl leadline.web.server leadline.learn.human
    leadline.store.journal_sqlite leadline.store.journal_postgres""".split()


def serve(port: int, unpacking: bool, unpack_every: float = 0.02) -> None:
    """The collect API on loopback; with `unpacking` also what moves bodies from the journal to the ledger."""
    import uvicorn

    from leadline.app import Leadline
    from leadline.core.errors import StoreUnavailable
    from leadline.web.server import Server

    collect = Leadline.open(migrate=False).collect
    ending = threading.Event()

    def unpack() -> None:
        while not ending.wait(unpack_every):
            try:
                collect.unpack(most=20)
            except StoreUnavailable as error:
                print(error, file=sys.stderr)

    worker = threading.Thread(target=unpack)
    if unpacking:
        worker.start()
    uvicorn.run(Server(collect), host="127.0.0.1", port=port, log_level="error", access_log=False)
    ending.set()
    if unpacking:
        worker.join()


def main(port: int, unpacking: bool) -> None:
    """Forks a server for each line."""
    for name in LOADED:
        import_module(name)
    from leadline.store.opening import open_store

    open_store()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.close(0)
            serve(port, unpacking)
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), "unpack" in sys.argv[2:])
