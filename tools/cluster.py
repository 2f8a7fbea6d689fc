"""A private Spark cluster for one command: one master and two workers on loopback, from the installed package.

`python tools/cluster.py COMMAND …` starts them in a temporary folder on free ports, runs the command with
LEADLINE_TEST_SPARK set to the master's address (spark://127.0.0.1:PORT), and stops them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path

HOST = "127.0.0.1"
WORKERS = 2
MEMORY = "1g"  # what a worker may lend to executors
DAEMON = "256m"  # the heap of the master and of each worker itself
STARTING = 90.0  # seconds that a slow machine may take
STOPPING = 20.0
LOOK = 0.2  # seconds between two looks
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"


def missing() -> str:
    """Which part of Spark is not here, as the reason of a skip; '' where all is."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "Java is not installed (Spark 4 runs on Java 17; on Debian: apt-get install openjdk-17-jre-headless)"
    return ""


def home() -> Path:
    """The folder of the installed pyspark package, which is Spark's home."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        sys.exit("pyspark is not installed; pip install 'leadline[spark]'")
    return Path(spec.origin).parent


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _dying_with_us() -> list[str]:
    """What to put before a command, so that it ends when this process is killed and cannot end it."""
    return ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []


class Cluster:
    """A running cluster; `url` is its master's address. `folder` takes logs and what the workers write."""

    def __init__(self, folder: Path, workers: int = WORKERS) -> None:
        self.folder = folder
        self._daemons: list[tuple[str, subprocess.Popen[bytes]]] = []
        port, self._page = _free_port(), _free_port()
        self.url = f"spark://{HOST}:{port}"
        try:
            self._start("master", MASTER, "--port", str(port), "--webui-port", str(self._page))
            self._wait(0)
            for number in range(workers):
                place = folder / f"work-{number}"
                settings = ["--cores", "1", "--memory", MEMORY, "--webui-port", "0", "--work-dir", str(place)]
                self._start(f"worker-{number}", WORKER, *settings, self.url)
            self._wait(workers)
        except BaseException:
            self.stop()
            raise

    def pids(self) -> list[int]:
        """The process ids of the master and the workers."""
        return [process.pid for _, process in self._daemons]

    def stop(self) -> None:
        """Ends the workers, with what they run, and then the master."""
        for _, process in reversed(self._daemons):
            process.terminate()
        for _, process in reversed(self._daemons):
            try:
                process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # each began a group of its own
                process.wait()
        self._daemons.clear()

    def _start(self, name: str, kind: str, *arguments: str) -> None:
        environment = {
            **os.environ,
            "SPARK_HOME": str(home()),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_NO_DAEMONIZE": "1",
            "SPARK_DAEMON_MEMORY": DAEMON,
            "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
            "SPARK_CONF_DIR": str(self.folder),  # nothing of the machine's own settings
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*_dying_with_us(), str(home() / "bin" / "spark-class"), kind, "--host", HOST, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )
        self._daemons.append((name, process))

    def _wait(self, workers: int) -> None:
        """Waits until the master answers and counts that many workers alive; exits with the log where one has ended."""
        until = time.monotonic() + STARTING
        while self._alive() < workers:
            for name, process in self._daemons:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK / len(self._daemons))
                    sys.exit(f"Spark's {name} ended: {(self.folder / f'{name}.log').read_text()}")
            if time.monotonic() > until:
                sys.exit(f"Spark did not start within {STARTING:.0f} s; see the logs in {self.folder}")

    def _alive(self) -> int:
        """How many workers the master counts; -1 where it does not answer yet."""
        connection = HTTPConnection(HOST, self._page, timeout=5)
        try:
            connection.request("GET", "/json/")
            state = json.loads(connection.getresponse().read())
            return int(state["aliveworkers"]) if state["status"] == "ALIVE" else -1
        except (OSError, HTTPException, ValueError, KeyError):
            return -1
        finally:
            connection.close()


@contextmanager
def running(workers: int = WORKERS) -> Iterator[Cluster]:
    """A private cluster, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leadline-spark-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), workers)
        try:
            yield cluster
        finally:
            cluster.stop()


def main(command: Sequence[str]) -> int:
    """Runs `command` beside a cluster."""
    if why := missing():
        sys.exit(why)
    with running() as cluster:
        return subprocess.run(command, env={**os.environ, "LEADLINE_TEST_SPARK": cluster.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
