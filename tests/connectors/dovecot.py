"""A private Dovecot for tests: a real mailbox on loopback, with and without TLS, and a wire-tap before it."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from imap_tools.imap_utf7 import utf7_encode as encode

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
auth_failure_delay = 0
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
        try:
            client.login(USER, PASSWORD)
            yield client
        finally:
            client.logout()

    def put(self, *mails: bytes, folder: str = "INBOX", flags: str = "", at: str = "") -> None:
        """Lays mails into a folder, which is made where it is not there."""
        with self.client() as client:
            name = f'"{encode(folder).decode()}"'
            client.create(name)
            for mail in mails:
                raw = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                status, data = client.append(name, flags, at or '"01-Feb-2026 10:00:00 +0000"', raw)
                assert status == "OK", data

    def drop(self, folder: str) -> None:
        """Removes a folder; made again, it has a new UIDVALIDITY."""
        with self.client() as client:
            client.delete(folder)

    def clear(self) -> None:
        """An empty mailbox again, with INBOX alone."""
        with self.client() as client:
            for line in client.list()[1]:
                name = line.decode().rpartition('" ')[2]  # type: ignore[union-attr]
                if name != "INBOX":
                    client.delete(name)
            count = client.select("INBOX")[1][0]
            if count != b"0":
                client.store("1:*", "+FLAGS", "(\\Deleted)")
                client.expunge()


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
def dovecot() -> Iterator[Dovecot]:
    """A server of its own, ended afterwards, its folder removed.

    The folder is not pytest's, which is closed to all others: the server reads mail as another user.
    """
    with tempfile.TemporaryDirectory(prefix="leadline-dovecot-") as name, _running(Path(name)) as server:
        yield server


@contextmanager
def _running(folder: Path) -> Iterator[Dovecot]:
    folder.chmod(0o755)
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
    sockets: list[socket.socket] = [door]

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
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        while True:
            try:
                inside, _ = door.accept()
            except OSError:
                return
            outside = socket.create_connection(("127.0.0.1", target))
            sockets.extend((inside, outside))
            for ends in ((inside, outside, tap.asked), (outside, inside, tap.answered)):
                threads.append(threading.Thread(target=pump, args=ends, daemon=True))
                threads[-1].start()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    try:
        yield tap
    finally:
        for one in sockets.copy():
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in (serving, *threads):
            thread.join(5)
        for one in sockets:
            one.close()
