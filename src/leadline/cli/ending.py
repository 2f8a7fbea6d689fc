"""How a command ends when it does not end well: one sentence, the right status, nothing left open."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TextIO

from leadline.core.errors import LeadlineError

STOPPED = 128  # plus the number of the signal, as shells count


class Terminated(BaseException):
    """SIGTERM came: end as after Ctrl-C, so that no temporary file stays."""


def debugging() -> bool:
    """Whether LEADLINE_DEBUG asks for tracebacks and library warnings."""
    return os.environ.get("LEADLINE_DEBUG", "") not in ("", "0")


def speakable(*streams: TextIO) -> None:
    """Signs that a terminal's encoding has not become '?' instead of an error."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM raises Terminated meanwhile; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


def status_of(error: BaseException, as_json: bool = False) -> int:
    """Says what happened on standard error (with `as_json` also as an object on standard output); the exit status."""
    if isinstance(error, SystemExit):  # --help and --version
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, BrokenPipeError):
        # The reader went away. What is still in the buffer must not raise again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED + signal.SIGPIPE
    if debugging():
        import traceback

        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt | Terminated):
        status = STOPPED + (signal.SIGINT if isinstance(error, KeyboardInterrupt) else signal.SIGTERM)
        said = "Stopped"
    else:
        status = error.exit_status if isinstance(error, LeadlineError) else 1
        said = sentence(error)
    say(said)
    if as_json:
        import json

        try:
            print(json.dumps({"error": said, "status": status}), flush=True)
        except OSError:
            return status
    return status


def sentence(error: BaseException) -> str:
    """One line that a user can act on."""
    if isinstance(error, LeadlineError):
        return " ".join(str(error).split())
    if isinstance(error, MemoryError):
        return "The memory of this machine is not enough for this file; give fewer rows or columns"
    if isinstance(error, OSError) and error.strerror:
        place = f"'{error.filename}': " if error.filename else ""
        return f"The system refused: {place}{error.strerror.lower()}"
    kept = _kept(error)
    with_it = f"the file {kept}" if kept else "what the same call prints under LEADLINE_DEBUG=1"
    return f"This is a fault of Leadline ({type(error).__name__}), not yours: please report it with {with_it}"


def _kept(error: BaseException) -> str:
    """Where the traceback of a fault was written, '' where it could not be."""
    import traceback

    from leadline.core.settings import home

    path = home() / "last-fault.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), "utf-8")
    except OSError:
        return ""
    return str(path)


def say(words: str) -> None:
    """One sentence on standard error, on one line and without signs that could steer a terminal."""
    line = "".join(sign if sign.isprintable() else " " for sign in words).strip()
    if not line.endswith((".", "?", "…")):
        line += "."
    print(f"leadline: {line}", file=sys.stderr, flush=True)
