"""A private Radicale for tests: a real calendar server on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from .dovecot import free_port, wait_for  # noqa: TID252  tests are imported by path

USER, PASSWORD = "anna", "pass word"

_CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = warning
"""


@dataclass
class Radicale:
    """A running server; `address` is its root."""

    address: str

    def send(self, method: str, path: str, body: str = "", **headers: str) -> httpx.Response:
        with httpx.Client(trust_env=False, timeout=20) as client:
            reply = client.request(
                method, self.address + path, content=body.encode(), auth=(USER, PASSWORD), headers=headers
            )
        assert reply.status_code < 300, f"{reply.status_code} {reply.text}"
        return reply

    def make(self, name: str) -> None:
        """A calendar of that name."""
        self.send(
            "MKCALENDAR",
            f"/{USER}/{name}/",
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"<D:displayname>{name}</D:displayname></D:prop></D:set></C:mkcalendar>",
        )

    def put(self, calendar: str, name: str, *events: str) -> None:
        """Writes one resource of the events, which share a UID."""
        body = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *events, "END:VCALENDAR", ""])
        self.send("PUT", f"/{USER}/{calendar}/{name}.ics", body, **{"content-type": "text/calendar"})

    def drop(self, calendar: str, name: str) -> None:
        self.send("DELETE", f"/{USER}/{calendar}/{name}.ics")

    def clear(self) -> None:
        """Without calendars again."""
        self.send("DELETE", f"/{USER}/")


@contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """A server of its own in `folder`, ended afterwards."""
    folder.mkdir()
    port = free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    (folder / "conf").write_text(_CONFIG.format(port=port, folder=folder), encoding="utf-8")
    with (folder / "out").open("wb") as out:
        command = [sys.executable, "-m", "radicale", "--config", str(folder / "conf")]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        wait_for(port, process)
        yield Radicale(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(20)
