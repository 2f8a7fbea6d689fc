"""The client for addresses outside, against real servers on this machine that misbehave."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.errors import UnreachableAddress
from leadline.warehouse import egress
from leadline.warehouse.egress import AllowList, Client, is_public

Act = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each path by a function; keeps what was asked."""

    def __init__(self) -> None:
        self.paths: dict[str, Act] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    @contextmanager
    def run(self, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Iterator[str]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.seen.append((self.command, self.path, headers, body))
                outer.paths[self.path.partition("?")[0]](self)

            do_POST = do_GET  # noqa: N815  as http.server wants it

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        class Quiet(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that hangs up is what these tests are about."""

        made = Quiet((host, 0), Handler)
        if context:
            made.socket = context.wrap_socket(made.socket, server_side=True)
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            shown = f"[{host}]" if ":" in host else host
            yield f"{'https' if context else 'http'}://{shown}:{made.server_port}"
        finally:
            made.shutdown()
            made.server_close()


def says(body: bytes = b"good", status: int = 200, **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def client() -> Client:
    return Client(AllowList.read("127.0.0.1"), limit=10)


PRIVATE = """
127.0.0.1 127.1 2130706433 0x7f.1 0x7f000001 0177.0.0.1 0.0.0.0 0 localhost 10.0.0.1 172.16.5.4 192.168.1.1
169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192 198.18.0.1 192.0.2.1 224.0.0.1 240.0.0.1 255.255.255.255
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:169.254.169.254] [::127.0.0.1] [fe80::1] [fc00::1] [fd00:ec2::254]
[ff02::1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:db8::1] [fec0::1]
""".split()


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused_in_every_form(host: str) -> None:
    with pytest.raises(UnreachableAddress) as caught:
        Client(AllowList()).send("GET", f"http://{host}/latest/meta-data")
    assert "LEADLINE_EGRESS_ALLOW" in str(caught.value)
    assert "meta-data" not in str(caught.value)


@given(st.ip_addresses(v=4))
def test_an_address_in_an_address_is_judged_by_it(inner: ipaddress.IPv4Address) -> None:
    for outer in (f"::ffff:{inner}", f"64:ff9b::{inner}"):
        assert is_public(ipaddress.ip_address(outer)) == is_public(inner)
    assert not is_public(inner) or inner.is_global


def test_public_addresses_are_public() -> None:
    for text in ("8.8.8.8", "1.1.1.1", "185.199.108.153", "2606:4700::1111", "2a00:1450:4001::8", "64:ff9b::8.8.8.8"):
        assert is_public(ipaddress.ip_address(text)), text


def test_only_what_is_named_is_opened(server: Server) -> None:
    server.paths["/"] = says()
    with server.run() as url:
        port = url.rpartition(":")[2]
        assert Client(AllowList.read("other, 127.0.0.0/8")).send("GET", url).body == b"good"
        assert Client(AllowList.read("LOCALHOST.")).send("GET", f"http://localhost:{port}").body == b"good"
        with pytest.raises(UnreachableAddress, match="not a public address"):
            Client(AllowList.read("localhost")).send("GET", url)


def test_the_environment_opens_and_never_relays(
    server: Server, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    server.paths["/"] = says()
    with server.run() as url:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(egress.ALLOW, "127.0.0.1")
        assert Client().send("GET", url).body == b"good"
        monkeypatch.delenv(egress.ALLOW)
        with pytest.raises(UnreachableAddress):
            Client().send("GET", url)


def test_a_name_that_changes_between_check_and_use_gains_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    """DNS rebinding: the name is asked once; the connection goes to the address that was judged."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def turning(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name != "rebind.example":
            return real(host, *rest, **more)
        asked.append(name)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    server.paths["/"] = says()
    with server.run() as url:
        port = url.rpartition(":")[2]
        reply = client.send("GET", f"http://rebind.example:{port}/")
    assert (reply.body, asked) == (b"good", ["rebind.example"])
    assert server.seen[0][2]["host"] == f"rebind.example:{port}"


def test_redirects_are_followed_and_few(server: Server, client: Client) -> None:
    server.paths |= {
        "/one": says(b"", 302, Location="/two?x=1"),
        "/two": says(b"", 307, Location="three"),
        "/three": says(b"", 301, Location="/end"),
        "/end": says(b"end"),
        "/loop": says(b"", 302, Location="/loop"),
        "/nowhere": says(b"moved", 302),
    }
    with server.run() as url:
        assert client.send("GET", url + "/one").body == b"end"
        with pytest.raises(UnreachableAddress, match="redirects more than 3 times"):
            client.send("GET", url + "/loop")
        assert client.send("GET", url + "/nowhere").status == 302
        assert client.send("GET", url + "/one", redirects=0).status == 302


def test_a_post_that_is_redirected(server: Server, client: Client) -> None:
    server.paths |= {"/see": says(b"", 303, Location="/end"), "/again": says(b"", 308, Location="/end")}
    server.paths["/end"] = says()
    with server.run() as url:
        client.send("POST", url + "/see", body=b"x=1", headers={"Content-Type": "text/plain"})
        client.send("POST", url + "/again", body=b"x=1", headers={"Content-Type": "text/plain"})
    shown = [(method, path, body, "content-type" in headers) for method, path, headers, body in server.seen]
    assert shown[1] == ("GET", "/end", b"", False)
    assert shown[3] == ("POST", "/end", b"x=1", True)


def test_a_redirect_cannot_lead_inside(server: Server, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not to what the administrator opened: that was for who names it, not for whoever redirects there."""
    inside = Server()
    inside.paths["/secret"] = says(b"secret")
    with server.run() as url, inside.run() as other:
        for target in (other + "/secret", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd", "//127.1/"):
            server.paths["/"] = says(b"", 302, Location=target)
            with pytest.raises(UnreachableAddress):
                client.send("GET", url)
    assert not inside.seen


def test_credentials_stay_with_their_host(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Server()
    other.paths["/end"] = says()
    monkeypatch.setattr(egress, "is_public", lambda address: True)
    client = Client(AllowList())
    with server.run() as url, other.run() as away:
        server.paths["/"] = says(b"", 307, Location=away + "/end")
        sent = {"Authorization": "Bearer s", "X-Api-Token": "s", "Cookie": "s", "Accept": "text/xml"}
        client.send("GET", url, headers=sent)
        with pytest.raises(UnreachableAddress, match="redirects what was sent"):
            client.send("POST", url, headers=sent, body=b"secret=s")
    headers = other.seen[0][2]
    assert "s" not in headers.values()
    assert headers["accept"] == "text/xml"
    assert len(other.seen) == 1


def test_size_is_capped_packed_or_not(server: Server, client: Client) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    server.paths |= {
        "/big": says(b"0" * 2001),
        "/fits": says(gzip.compress(b"1" * 2000), Content_Encoding="gzip"),
        "/zlib": says(zlib.compress(b"1" * 2000), Content_Encoding="deflate"),
        "/bomb": says(bomb, Content_Encoding="gzip"),
        "/broken": says(b"no gzip", Content_Encoding="gzip"),
        "/half": says(gzip.compress(b"1" * 2000)[:-9], Content_Encoding="gzip"),
        "/odd": says(b"x", Content_Encoding="br"),
    }
    with server.run() as url:
        assert client.send("GET", url + "/fits", most=2000).body == b"1" * 2000
        assert client.send("GET", url + "/zlib", most=2000).body == b"1" * 2000
        assert client.send("GET", url + "/big", most=2001).body == b"0" * 2001
        for path, words in {
            "/big": "more than 2,000 bytes",
            "/bomb": "more than 2,000 bytes",
            "/broken": "packed body that is broken",
            "/half": "in the middle",
            "/odd": "packing that was not asked for",
        }.items():
            with pytest.raises(UnreachableAddress, match=words):
                client.send("GET", url + path, most=2000)
        assert client.send("GET", url + "/bomb", most=0).status == 200


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    stop = threading.Event()
    for _ in range(200):
        handler.wfile.write(b".")
        handler.wfile.flush()
        stop.wait(0.05)


def _drip_head(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    stop = threading.Event()
    for n in range(200):
        handler.wfile.write(b"X-%d: y\r\n" % n)
        handler.wfile.flush()
        stop.wait(0.05)


def _hang(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(3)


@pytest.mark.parametrize("act", [_drip, _drip_head, _hang])
def test_a_slow_answer_is_cut(server: Server, act: Act) -> None:
    server.paths["/"] = act
    with server.run() as url, pytest.raises(UnreachableAddress, match="did not answer in time"):
        Client(AllowList.read("127.0.0.1"), limit=0.3).send("GET", url)


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-x\r\n", CUT, b"\x00" * 99])
def test_what_is_no_http_is_one_sentence(client: Client, raw: bytes) -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        taken, _ = listening.accept()
        with taken:
            taken.recv(1000)
            taken.sendall(raw)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    port = listening.getsockname()[1]
    with listening, pytest.raises(UnreachableAddress, match=rf"127\.0\.0\.1:{port} broke off or does not speak HTTP"):
        client.send("GET", f"http://127.0.0.1:{port}/?token=secret")
    thread.join(5)


def test_nobody_there(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableAddress, match="does not answer"):
        client.send("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "file:///etc/passwd", "a.example", "http://", "http://a b/", "http://u:p@127.0.0.1/",
            "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://[::1/", "http://127.0.0.1/\r\nX: y", "//a/"],
)  # fmt: skip
def test_odd_addresses_are_one_sentence(client: Client, url: str) -> None:
    with pytest.raises(UnreachableAddress) as caught:
        client.send("GET", url)
    assert "\n" not in str(caught.value)
    assert "u:p" not in str(caught.value)


def test_names_that_are_not_known(client: Client) -> None:
    for host in ("no-such-host.invalid", "x" * 300, "a..b"):
        with pytest.raises(UnreachableAddress, match="is not known"):
            client.resolve(host)
    assert client.resolve("127.0.0.1") == "127.0.0.1"
    with pytest.raises(UnreachableAddress):
        client.resolve("10.0.0.1")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for the name box.example."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=box.example -keyout {key} -out {cert}".split()
    subprocess.run(["openssl", *words, "-addext", "subjectAltName=DNS:box.example"], check=True, capture_output=True)
    return key, cert


def test_the_certificate_is_that_of_the_name(
    server: Server, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to an address; name indication and check still go by the name."""
    key, cert = certificate
    names: list[str | None] = []
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(cert, key)
    serving.sni_callback = lambda _socket, name, _context: names.append(name)
    real = socket.getaddrinfo

    def here(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if ".example" in str(host) else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    allow = AllowList.read("127.0.0.1")
    trusting = ssl.create_default_context(cafile=str(cert))
    server.paths["/"] = says()
    with server.run(context=serving) as url:
        port = url.rpartition(":")[2]
        assert Client(allow, context=trusting).send("GET", f"https://box.example:{port}/").body == b"good"
        assert names == ["box.example"]
        for host, context in (("other.example", trusting), ("box.example", None)):
            with pytest.raises(UnreachableAddress, match="shows no certificate that is valid for it"):
                Client(allow, context=context).send("GET", f"https://{host}:{port}/")
