"""A private PostgreSQL for one command.

`python tools/postgres.py COMMAND …` starts a server from the installed binaries in a temporary folder on a free port of
loopback, runs the command with LEADLINE_TEST_POSTGRES set, and stops the server.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path:
    """The folder that holds initdb and pg_ctl: the newest of Debian's, else the one on PATH. Exits where none is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    sys.exit("PostgreSQL's server is not installed; on Debian: apt-get install postgresql")


def _as_owner(folder: Path) -> list[str]:
    """What to put before a command: initdb and postgres refuse root, so root runs them as the user postgres."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


class Server:
    """A running server; `url` is that of its first database."""

    def __init__(self, folder: Path) -> None:
        self._bin, self.folder = binaries(), folder / "data"
        self._before = _as_owner(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"postgresql://leadline@127.0.0.1:{self.port}/postgres"
        self._call("initdb", "-D", str(self.folder), "-U", "leadline", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
        options += " -c autovacuum=off"  # it comes when it likes, and tests look at bytes
        self._call("pg_ctl", "-D", str(self.folder), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it; mode 'immediate' is a crash."""
        self._call("pg_ctl", "-D", str(self.folder), "-m", mode, "-w", "stop")

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._before, str(self._bin / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
            cwd="/",
        )
        if done.returncode:
            log = self.folder / "log"
            sys.exit(f"{program} failed: {done.stdout or (log.read_text() if log.exists() else '')}")


@contextmanager
def running() -> Iterator[Server]:
    """A private server, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leadline-pg-") as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.stop()


def main(command: Sequence[str]) -> int:
    """Runs `command` beside a server."""
    with running() as server:
        return subprocess.run(command, env={**os.environ, "LEADLINE_TEST_POSTGRES": server.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
