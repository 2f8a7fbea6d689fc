"""The one parser cell: a child process with limits on memory, processor and time, for files and drivers that are not
to be trusted in our own process.

The child is `python -m leadline.warehouse.cell`; its task comes as JSON on standard input (so that no password shows in
the list of processes) and its answer goes to standard output as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Literal

from leadline.core.errors import LeadlineError, UnreadableSource

Task = Literal["workbook", "database", "table"]
_GIGA = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Address space in bytes, processor and wall-clock time in seconds, bytes in one written file."""

    memory: int = 3 * _GIGA
    processor: int = 120
    wall: int = 240
    written: int = 8 * _GIGA


def run_in_cell(
    task: Task, order: dict[str, Any], what: str, limits: Limits | None = None, scratch: str = ""
) -> dict[str, Any]:
    """Runs a task in the cell and returns its answer. `what` names the source in the error; `scratch` is the folder
    for the child's temporary files, so that they go with it however the child ends.

    Raises UnreadableSource with one sentence where the child fails, is too slow or takes too much memory.
    """
    limits = limits or Limits()
    message = json.dumps({"task": task, "order": order, "limits": [limits.memory, limits.processor, limits.written]})
    environment = {
        key: value
        for key, value in os.environ.items()
        if key in ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
        or key.startswith("PG")
    }
    environment |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # large blocks go back to the system when they are freed: a million rows take .4 GB instead of .8
    environment["MALLOC_MMAP_THRESHOLD_"] = str(4 << 20)
    if scratch:
        environment["TMPDIR"] = scratch
    try:
        # -P: a folder called leadline where the user stands is not ours
        child = subprocess.run(
            [sys.executable, "-P", "-m", "leadline.warehouse.cell"],
            input=message.encode(),
            capture_output=True,
            timeout=limits.wall,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource(f"{what} takes more than {limits.wall} seconds to read; give it as CSV") from error
    answer = _answer(child.stdout)
    if "error" in answer:
        raise UnreadableSource(str(answer["error"]))
    if child.returncode == 0 and answer:
        return answer
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnreadableSource(f"{what} takes more than {limits.processor} seconds to read; give it as CSV")
    errors = child.stderr.decode(errors="replace")
    if child.returncode == -signal.SIGABRT or "memory" in errors.lower():
        raise UnreadableSource(f"{what} needs more than {limits.memory / _GIGA:.1f} GB of memory; give it as CSV")
    if child.returncode == -signal.SIGXFSZ:
        raise UnreadableSource(f"{what} holds more than {limits.written / _GIGA:.0f} GB; take fewer rows or columns")
    last = errors.strip().splitlines()[-1][:200] if errors.strip() else f"status {child.returncode}"
    raise UnreadableSource(f"{what} cannot be read: {last}")


def _answer(output: bytes) -> dict[str, Any]:
    try:
        found = json.loads(output)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _limit(memory: int, processor: int, written: int) -> None:
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main() -> None:
    """The child: reads its task, limits itself, works, answers."""
    message = json.loads(sys.stdin.buffer.read())
    _limit(*message["limits"])
    try:
        if message["task"] == "workbook":
            from leadline.warehouse.workbook import extract_sheet

            answer = extract_sheet(**message["order"])
        elif message["task"] == "table":
            from leadline.warehouse.parsed import extract_table

            answer = extract_table(**message["order"])
        else:
            from leadline.warehouse.database import extract_query

            answer = extract_query(**message["order"])
    except LeadlineError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {}
        sys.stderr.write("out of memory\n")
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    if not answer:
        sys.exit(3)


if __name__ == "__main__":
    main()
