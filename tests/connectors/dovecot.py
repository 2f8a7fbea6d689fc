"""A private Dovecot for tests: a real mailbox on loopback, with and without TLS, and a wire-tap before it."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "anna@ours.example", "pass word"

_CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = yes
  }}
}}
service anvil {{
  {chroot}
}}
"""


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Until something listens on the port; RuntimeError where the process ended instead."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pause.wait(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


@dataclass
class Dovecot:
    """A running server. `port` speaks in the clear, `secure` TLS with the certificate `authority` for localhost."""

    folder: Path
    port: int
    secure: int

    @property
    def authority(self) -> Path:
        return self.folder / "cert.pem"

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """The test's own client, which may do everything."""
        client = imaplib.IMAP4("127.0.0.1", self.port, 20)
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def put(self, *mails: bytes, folder: str = "INBOX", flags: str = "", at: str = "") -> None:
        """Lays mails into a folder, which is made where it is not there."""
        with self.client() as client:
            client.create(folder)
            for mail in mails:
                raw = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                status, data = client.append(folder, flags, at or '"01-Feb-2026 10:00:00 +0000"', raw)
                assert status == "OK", data


def _certificate(folder: Path) -> None:
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(
        [*command.split(), "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )
    ssl.create_default_context(cafile=str(folder / "cert.pem"))


@contextmanager
def dovecot(folder: Path) -> Iterator[Dovecot]:
    """A server of its own in `folder`, ended afterwards."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    root = os.getuid() == 0
    me = pwd.getpwuid(os.getuid())
    owner = pwd.getpwnam("nobody") if root else me
    for name in ("mail", "home", "run"):
        (folder / name).mkdir(parents=True)
        if root and name != "run":
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    _certificate(folder)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    # The mailbox belongs to a user that has to be able to walk down to it.
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.getuid() and not above.stat().st_mode & 0o001 and len(above.parts) > 2:
            above.chmod(above.stat().st_mode | 0o011)
    port, secure = free_port(), free_port()
    (folder / "conf").write_text(
        _CONFIG.format(
            folder=folder,
            run=folder / "run",
            internal="dovecot" if root else me.pw_name,
            group="dovecot" if root else _group(),
            login="dovenull" if root else me.pw_name,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            chroot="" if root else "chroot =",
            port=port,
            secure=secure,
        ),
        encoding="utf-8",
    )
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen([program, "-F", "-c", str(folder / "conf")], stdout=out, stderr=out)
    try:
        wait_for(port, process)
        yield Dovecot(folder, port, secure)
    finally:
        process.terminate()
        process.wait(20)


def _group() -> str:
    import grp

    return grp.getgrgid(os.getgid()).gr_name


@dataclass
class WireTap:
    """Stands between a client and a server and keeps what both said. `cut_after` ends the line after so many bytes."""

    port: int
    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)
    cut_after: int | None = None


@contextmanager
def wire_tap(target: int) -> Iterator[WireTap]:
    """A wire-tap before the server at port `target`."""
    door = socket.create_server(("127.0.0.1", 0))
    tap = WireTap(int(door.getsockname()[1]))
    threads: list[threading.Thread] = []

    def pump(here: socket.socket, there: socket.socket, kept: bytearray) -> None:
        try:
            while data := here.recv(65_536):
                kept.extend(data)
                if tap.cut_after is not None and len(tap.answered) > tap.cut_after:
                    break
                there.sendall(data)
        except OSError:
            kept.extend(b"")
        finally:
            for end in (here, there):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def serve() -> None:
        while True:
            try:
                inside, _ = door.accept()
            except OSError:
                return
            outside = socket.create_connection(("127.0.0.1", target))
            for ends in ((inside, outside, tap.asked), (outside, inside, tap.answered)):
                threads.append(threading.Thread(target=pump, args=ends, daemon=True))
                threads[-1].start()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    try:
        yield tap
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        serving.join(5)
        for thread in threads:
            thread.join(5)
