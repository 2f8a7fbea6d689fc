"""The collect API beside itself without a disk: events a second, waiting time, CPU. `python -m benchmarks.collect`.

Two servers take the same load in turns, three rounds each: one as `leadline up` runs it, one whose journal forgets what
it is given. The client is wrk (compiled, one thread). SQLite on this disk, then a private PostgreSQL with its own
settings, both with all that they acknowledge on disk. Writes benchmarks/out/collect.json.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

OUT = Path(__file__).resolve().parent / "out"
ROUNDS, SECONDS = 3, 4
LINES = {"batches of 100": (100, 64), "single events": (1, 128)}  # events a request, connections
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """What wrk saw in one run, and what the server's process spent."""

    requests: float  # a second
    p99_ms: float
    cpu_us: float  # of the server, a request
    refused: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `bar` is empty where it stands for information only."""

    database: str
    what: str
    figure: float
    unit: str
    bar: str
    met: bool | None


def event(number: int, run: str = "") -> dict[str, object]:
    """A track call of usual size, as a library sends it."""
    return {
        "type": "track",
        "event": "Form Submitted",
        "anonymousId": f"a{number % 997}",
        "messageId": f"{run}{number}",
        "timestamp": "2026-11-20T10:00:00.000Z",
        "properties": {"form": "demo", "path": "/pricing", "plan": "team", "seats": number % 40},
        "context": {"library": {"name": "analytics-python", "version": "2.3.4"}},
    }


def body(events: int) -> bytes:
    """A request of `events` events."""
    one = [event(number) for number in range(events)]
    return json.dumps(one[0] if events == 1 else {"batch": one, "sentAt": "2026-11-20T10:00:01.000Z"}).encode()


# ---- the servers -----------------------------------------------------------------------------------------------------


def serve(storing: bool, unpacking: bool) -> None:
    """As `leadline up`; without `storing` the journal says at once that all is well."""
    from leadline.app import Collect, Leadline
    from leadline.web.server import Server
    from leadline.web.serving import serve as serve_application
    from leadline.web.unpacking import UnpackingProcess

    class Forgetful:
        def keep(self, *_: object) -> asyncio.Future[None]:
            done = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done

        def close(self) -> None:
            return

    class Memory(Collect):
        def writer(self) -> Forgetful:  # type: ignore[override]  # as much of it as the route uses
            return Forgetful()

    Leadline.open(migrate=False)
    collect = Collect() if storing else Memory()
    with ExitStack() as stack:
        if unpacking:
            stack.enter_context(UnpackingProcess())
        serve_application(Server(collect), "127.0.0.1", 0, lambda address: print(address, flush=True))


@contextmanager
def server(*flags: str) -> Iterator[tuple[int, str]]:
    """A server of its own: process id and address."""
    command = [sys.executable, "-m", "benchmarks.collect", "--serve", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http"), "the server did not start"
        yield process.pid, address
    finally:
        process.terminate()
        process.wait(60)


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has spent."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wrk(folder: Path, pid: int, address: str, key: str, line: str, seconds: float, delay_ms: int = 0) -> Run:
    """One run; with `delay_ms` each connection waits before each request, so long on average (exponentially spread:
    with equal waits all that share a commit would come back in one burst)."""
    events, connections = LINES[line]
    (folder / "body").write_bytes(body(events))
    code = base64.b64encode(f"{key}:".encode()).decode()
    script = folder / "post.lua"
    spread = f"math.floor(-{delay_ms} * math.log(1 - math.random()))"
    pause = f"math.randomseed(1)\nfunction delay() return {spread} end\n" if delay_ms else ""
    script.write_text(
        f'wrk.method = "POST"\nwrk.headers["Authorization"] = "Basic {code}"\n'
        f'wrk.headers["Content-Type"] = "application/json"\n'
        f'wrk.headers["User-Agent"] = "analytics-python/2.3.4"\n'
        f'wrk.body = io.open("{folder}/body"):read("*a")\n{pause}'
        'function done(summary, latency) io.write(string.format("JSON %d %d %d %d %d\\n", summary.requests, '
        "summary.duration, latency:percentile(99), summary.errors.status, summary.errors.timeout)) end\n"
    )
    path = "/v1/track" if events == 1 else "/v1/batch"
    before = cpu_seconds(pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(script), address + path]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    spent = cpu_seconds(pid) - before
    found = re.search(r"JSON (\d+) (\d+) (\d+) (\d+) (\d+)", said)
    assert found, said
    requests, micros, p99, refused, late = map(int, found.groups())
    return Run(requests / micros * 1e6, p99 / 1000, spent / max(requests, 1) * 1e6, refused + late)


# ---- the measurements ------------------------------------------------------------------------------------------------


def collecting(database: str, folder: Path, key: str) -> Iterator[Figure]:
    """Both servers in turns."""
    with server() as storing, server("--forget") as forgetting:
        for line, (events, connections) in LINES.items():
            for each in (storing, forgetting):
                wrk(folder, *each, key, line, 1)
            pairs = []
            for _ in range(ROUNDS):
                pairs.append([wrk(folder, *each, key, line, SECONDS) for each in (storing, forgetting)])
                emptied()
            kept, lost = ([pair[side] for pair in pairs] for side in (0, 1))
            rate = statistics.median(run.requests for run in kept)
            free = statistics.median(run.requests for run in lost)
            share = statistics.median(pair[0].requests / pair[1].requests for pair in pairs)
            bar = 0.5 if events > 1 else 0.35
            assert not sum(run.refused for run in kept), "requests were refused"
            yield Figure(database, f"{line}: durable, by not stored", share, "x", f"at least {bar}", share >= bar)
            many = "at least 100,000" if events > 1 else ""
            met = rate * events >= 100_000 if events > 1 else None
            yield Figure(database, f"{line}: durable", rate * events, "events/s", many, met)
            yield Figure(database, f"{line}: not stored", free * events, "events/s", "", None)
            for name, runs in (("durable", kept), ("not stored", lost)):
                cost = statistics.median(run.cpu_us for run in runs) / events
                yield Figure(database, f"{line}: CPU of the server, {name}", cost, "us/event", "", None)
            delay = max(1, round(connections / (rate / 2) * 1000 - 2))
            pairs = []
            for _ in range(ROUNDS):
                pairs.append([wrk(folder, *each, key, line, SECONDS, delay) for each in (storing, forgetting)])
                emptied()
            p99, control = (statistics.median(pair[side].p99_ms for pair in pairs) for side in (0, 1))
            seen = statistics.median(pair[0].requests for pair in pairs) / rate
            yield Figure(database, f"{line}: p99 at {seen:.0%} of that load", p99, "ms", "under 50", p99 < 50)
            yield Figure(database, f"{line}: p99 at that load, not stored", control, "ms", "", None)


def together(database: str, folder: Path, key: str) -> Iterator[Figure]:
    """The server as it runs: it unpacks beside what it takes."""
    from leadline.store.journal import lag

    with server("--unpack") as each:
        for line, (events, _) in LINES.items():
            wrk(folder, *each, key, line, 1)
            run = wrk(folder, *each, key, line, SECONDS)
            rows, _ = lag()
            yield Figure(database, f"{line}: durable while unpacking", run.requests * events, "events/s", "", None)
            yield Figure(database, f"{line}: p99 while unpacking, full load", run.p99_ms, "ms", "", None)
            yield Figure(database, f"{line}: waiting to be unpacked after it", rows * events, "events", "", None)
            emptied()


def unpacking(database: str, events: int) -> Iterator[Figure]:
    """New events out of a journal that holds them in batches of 100."""
    from leadline.loop.intake import unpack_all
    from leadline.store.journal import writer

    journal = writer()
    waits = []
    for start in range(0, events, 100):
        batch = {"batch": [event(number, "u") for number in range(start, start + 100)]}
        facts = '{"kind":"batch","language":false,"page":false}'
        at = time.time_ns() // 1000
        waits.append(journal.submit("collect:bench", "segment", facts, json.dumps(batch).encode(), at))
    for wait in waits:
        wait.result(60)
    journal.close()
    began, spent = time.perf_counter(), time.process_time()
    done = unpack_all()
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    assert done.added == events, done
    rate = events / wall
    yield Figure(database, f"unpacking {events:,} events", rate, "events/s", "at least 25,000", rate >= 25_000)
    yield Figure(database, "unpacking, by its own CPU", events / cpu, "events/CPU s", "", None)


def emptied() -> None:
    """The journal and the ledger's lag start from nothing again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_journal" if connection.vendor == "sqlite" else "TRUNCATE store_journal")


def measured(database: str, url: str, events: int) -> Iterator[Figure]:
    """All lines for one database."""
    folder = Path(tempfile.mkdtemp(prefix="collect-", dir=OUT))
    os.environ |= {"LEADLINE_HOME": str(folder), "LEADLINE_DATABASE": url or f"sqlite:///{folder}/record.sqlite3"}
    from leadline.store.opening import migrate

    try:
        migrate()
        from leadline.store import write_keys

        key = write_keys.make("bench")
        yield from collecting(database, folder, key)
        yield from unpacking(database, events)
        yield from together(database, folder, key)
    finally:
        from django.db import connections

        connections.close_all()
        shutil.rmtree(folder)


def main(arguments: list[str]) -> None:
    """Measure one database in this process, or both in a process each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collect", description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--forget", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--unpack", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--events", type=int, default=200_000, help="to unpack; 200,000")
    call = parser.parse_args(arguments)
    if call.serve:
        serve(not call.forget, call.unpack)
        return
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed; on Debian: apt-get install wrk")
    OUT.mkdir(exist_ok=True)
    if call.database is None:
        own = [sys.executable, "-m", "benchmarks.collect", "--events", str(call.events), "--database"]
        subprocess.run([*own, "SQLite"], check=True)
        subprocess.run([sys.executable, "tools/postgres.py", *own, "PostgreSQL"], check=True)
        return
    url = os.environ["LEADLINE_TEST_POSTGRES"] if call.database == "PostgreSQL" else ""
    kept = OUT / "collect.json"
    before = json.loads(kept.read_text()) if kept.exists() else {}
    lines = []
    for line in measured(call.database, url, call.events):
        lines.append(asdict(line))
        verdict = "" if line.met is None else "met" if line.met else "MISSED"
        print(f"{line.database}, {line.what}: {line.figure:,.3g} {line.unit} {line.bar} {verdict}".rstrip(), flush=True)
    before[call.database] = {"figures": lines, "load": statistics.fmean(os.getloadavg())}
    kept.write_text(json.dumps(before, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
