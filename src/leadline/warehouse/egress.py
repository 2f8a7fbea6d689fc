"""The one client for addresses outside. It refuses private addresses, connects to the address that it checked (so that
a name cannot change in between), follows few redirects and checks each, and caps size and time.

Sources: OWASP, Server Side Request Forgery Prevention; RFC 6890 (special-purpose addresses); RFC 9110, 15.4.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from leadline import __version__
from leadline.core.errors import UnreachableAddress
from leadline.core.ports import Reply

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ALLOW = "LEADLINE_EGRESS_ALLOW"
REDIRECTS = 3
_KEPT_ELSEWHERE = {"accept", "accept-language", "user-agent", "if-none-match", "if-modified-since"}
_PORTS = {"http": 80, "https": 443}

# Beyond what `is_global` says: cloud metadata at a public address (Azure), and ranges that older Pythons call global.
_REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8 100.64.0.0/10 168.63.129.16/32 192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 224.0.0.0/3 "
        "::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 "
        "3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8"
    ).split()
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether anyone may be asked at `address`; an address that carries an IPv4 address is judged by that."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    refused = any(address.version == network.version and address in network for network in _REFUSED)
    return address.is_global and not refused


@dataclass(frozen=True, slots=True)
class AllowList:
    """What an administrator opens on purpose: names, addresses and networks, as in LEADLINE_EGRESS_ALLOW."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> AllowList:
        """From a list that is separated by commas, as 'crm.internal, 10.1.0.0/16'."""
        names, networks = set(), []
        for word in (part.strip().casefold().rstrip(".") for part in text.split(",")):
            try:
                networks.append(ipaddress.ip_network(word.strip("[]"), strict=False))
            except ValueError:
                names.add(word)
        return cls(frozenset(names - {""}), tuple(networks))

    def holds(self, host: str, address: Address) -> bool:
        """Whether `host`, or the address that it stands for, is on the list."""
        return host.casefold().rstrip(".") in self.names or any(
            address.version == network.version and address in network for network in self.networks
        )


class Client:
    """The one client; implements `core.ports.Egress`. `limit` is the most seconds that one request may take in all."""

    def __init__(
        self,
        allow: AllowList | None = None,
        *,
        limit: float = 60.0,
        patience: float = 15.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow = AllowList.read(os.environ.get(ALLOW, "")) if allow is None else allow
        self._limit = limit
        self._timeout = httpx.Timeout(min(patience, limit))
        self._context = context or httpx.create_ssl_context(trust_env=False)

    def resolve(self, host: str) -> str:
        """The first address of `host` that may be asked. Raises UnreachableAddress."""
        return str(self._addresses(host, allowed=True)[0])

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int = 20_000_000,
        redirects: int = REDIRECTS,
    ) -> Reply:
        """One request over HTTP or HTTPS, at most `redirects` redirects further.

        `most` is the most bytes of the unpacked body; with 0 it is not read at all. Raises UnreachableAddress with one
        sentence that names the host and nothing else of the address, which may hold secrets.
        """
        given = {name.casefold(): value for name, value in (headers or {}).items()}
        given.setdefault("user-agent", f"Leadline/{__version__}")
        given["accept-encoding"] = "gzip"
        first = parts = _parts(url)
        for left in range(redirects, -1, -1):
            reply = self._ask(method, parts, given, body, most, allowed=_origin(parts) == _origin(first))
            target = reply.headers.get("location", "")
            if reply.status not in (301, 302, 303, 307, 308) or not target or redirects == 0:
                return reply
            if not left:
                break
            after = _parts(urljoin(parts.geturl(), target), "redirects to")
            if parts.scheme == "https" and after.scheme == "http":
                raise UnreachableAddress(f"{_named(parts)} redirects from HTTPS to plain HTTP, which is not followed")
            if reply.status == 303 or (reply.status in (301, 302) and method == "POST"):
                method, body = ("HEAD" if method == "HEAD" else "GET"), None
                given = {name: value for name, value in given.items() if not name.startswith("content-")}
            if _origin(after) != _origin(parts):
                if body is not None:
                    raise UnreachableAddress(
                        f"{_named(parts)} redirects what was sent to {_named(after)}; name that host instead"
                    )
                given = {name: value for name, value in given.items() if name in _KEPT_ELSEWHERE}
                given["accept-encoding"] = "gzip"
            parts = after
        raise UnreachableAddress(f"{_named(first)} redirects more than {redirects} times")

    def _addresses(self, host: str, *, allowed: bool) -> list[Address]:
        try:
            found = socket.getaddrinfo(host.encode("idna").decode() or host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnreachableAddress(f"The host '{host[:200]}' is not known; check its name") from error
        # A zone ('fe80::1%eth0') only occurs with link-local addresses.
        every = list(dict.fromkeys(ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found))
        good = [one for one in every if is_public(one) or (allowed and self._allow.holds(host, one))]
        if not good:
            raise UnreachableAddress(
                f"The host '{host[:200]}' stands for {every[0] if every else 'no address'}, which is not a public "
                f"address; if it is meant, an administrator adds it to {ALLOW}"
            )
        return good

    def _ask(
        self,
        method: str,
        parts: SplitResult,
        headers: Mapping[str, str],
        body: bytes | None,
        most: int,
        *,
        allowed: bool,
    ) -> Reply:
        """One request, to the addresses of the host in turn until one takes the connection."""
        host = parts.hostname or ""
        addresses = self._addresses(host, allowed=allowed)
        for n, address in enumerate(addresses[:4], 1):
            try:
                return self._ask_at(address, method, parts, headers, body, most)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if n < min(4, len(addresses)) and not _about_certificate(error):
                    continue
                why = "shows no certificate that is valid for it" if _about_certificate(error) else "does not answer"
                raise UnreachableAddress(f"{_named(parts)} {why}") from error
            except httpx.TimeoutException as error:
                raise UnreachableAddress(f"{_named(parts)} did not answer in time") from error
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, ssl.SSLError, OSError) as error:
                raise UnreachableAddress(f"{_named(parts)} broke off or does not speak HTTP") from error
        raise UnreachableAddress(f"{_named(parts)} does not answer")

    def _ask_at(
        self,
        address: Address,
        method: str,
        parts: SplitResult,
        headers: Mapping[str, str],
        body: bytes | None,
        most: int,
    ) -> Reply:
        host = (parts.hostname or "").encode("idna").decode()
        shown = f"[{host}]" if ":" in host else host
        port = parts.port or _PORTS[parts.scheme]
        at = f"[{address}]" if address.version == 6 else str(address)
        url = httpx.URL(f"{parts.scheme}://{at}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        sent = {**headers, "host": shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"}
        with _within(self._limit) as watch:
            extensions = {"sni_hostname": host, "trace": watch.see}
            transport = httpx.HTTPTransport(verify=self._context, trust_env=False, retries=0)
            with httpx.Client(transport=transport, timeout=self._timeout, trust_env=False) as client:
                request = client.build_request(method, url, headers=sent, content=body, extensions=extensions)
                try:
                    reply = client.send(request, stream=True)
                    try:
                        content = b"".join(_unpacked(reply, most, parts)) if most else b""
                    finally:
                        reply.close()
                except httpx.HTTPError as error:
                    if watch.over:
                        raise httpx.ReadTimeout("too long") from error
                    raise
                if watch.over:
                    raise httpx.ReadTimeout("too long")
        return Reply(reply.status_code, {name.casefold(): value for name, value in reply.headers.items()}, content)


class _Watch:
    """Cuts the connection of one request when its time is over: time-outs of single reads do not stop a slow drip."""

    def __init__(self) -> None:
        self.over = False
        self._socket: Any = None

    def see(self, event: str, info: Mapping[str, Any]) -> None:
        """Remembers the socket as the client opens it (httpx's trace)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.over:
                self.cut()

    def cut(self) -> None:
        """Ends the request wherever it stands."""
        self.over = True
        if self._socket is not None:
            try:
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # of the plain socket: TLS has no say here
            except OSError:
                self._socket = None  # it was closed already


@contextmanager
def _within(seconds: float) -> Iterator[_Watch]:
    watch = _Watch()
    timer = threading.Timer(seconds, watch.cut)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


def _unpacked(reply: httpx.Response, most: int, parts: SplitResult) -> Iterator[bytes]:
    """The body in pieces, unpacked with a cap, so that a small packed body cannot fill the memory."""
    packed = reply.headers.get("content-encoding", "identity").strip().casefold()
    if packed not in ("gzip", "x-gzip", "deflate", "identity", ""):
        raise UnreachableAddress(f"{_named(parts)} answered in a packing that was not asked for")
    opener = None if packed in ("identity", "") else zlib.decompressobj(47)
    length = 0
    for raw in reply.iter_raw():
        try:
            piece = opener.decompress(raw, most - length + 1) if opener else raw
        except zlib.error as error:
            raise UnreachableAddress(f"{_named(parts)} answered with a packed body that is broken") from error
        length += len(piece)
        if length > most:
            raise UnreachableAddress(f"{_named(parts)} answered with more than {most:,} bytes, which is not read")
        yield piece
    if opener is not None and not opener.eof and length:
        raise UnreachableAddress(f"{_named(parts)} broke off in the middle of its answer")


def _parts(url: str, verb: str = "names") -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise UnreachableAddress("The address is not a URL; write it as https://host/path") from error
    if parts.scheme not in _PORTS or not host:
        shown = parts.scheme[:20] or "no"
        raise UnreachableAddress(f"The address {verb} the scheme '{shown}' where only http and https are asked")
    if parts.username is not None or parts.password is not None:
        raise UnreachableAddress(f"The address of {host[:200]} holds a user name or password; give them as settings")
    if port == 0 or any(ord(sign) < 33 for sign in url.strip()):
        raise UnreachableAddress(f"The address of {host[:200]} holds signs that no URL has")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS[parts.scheme]


def _named(parts: SplitResult) -> str:
    host = (parts.hostname or "")[:200]
    return f"{host}:{parts.port}" if parts.port else host


def _about_certificate(error: BaseException) -> bool:
    seen: Sequence[BaseException | None] = (error, error.__cause__, error.__context__)
    deep = [one.__cause__ or one.__context__ for one in seen if one is not None]
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in (*seen, *deep)) or "CERTIFICATE" in str(error)
