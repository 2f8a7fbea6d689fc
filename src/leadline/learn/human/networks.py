"""A coarse label of the network that an address belongs to, from ranges that their owners publish.

The ranges lie in networks.json with their sources and age; an administrator adds to them in a file in LEADLINE_HOME,
networks.json: `{"mimecast": ["203.0.113.0/24"], "": ["198.51.100.0/24"]}` (the label '' takes a range out). No address
is kept, not even in a cache.
"""

from __future__ import annotations

import json
import socket
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple

from leadline.core.errors import CallError
from leadline.core.settings import home

LABELS = ("safelinks", "mimecast", "proofpoint", "barracuda", "apple-relay", "google-proxy", "cloud", "private", "")
GATEWAYS = frozenset({"safelinks", "mimecast", "proofpoint", "barracuda"})
OWN_FILE = "networks.json"
_MAPPED = bytes(10) + b"\xff\xff"
_MOST_OWN = 4_000_000  # bytes of an administrator's file


class _Span(NamedTuple):
    first: int
    last: int
    label: str


class Table(NamedTuple):
    """Addresses from `starts[i]` up to the next start belong to `labels[i]`."""

    starts: Sequence[int]
    labels: Sequence[str]

    def label(self, address: int) -> str:
        """The label of one address, '' where no range holds it."""
        return self.labels[bisect_right(self.starts, address) - 1]


def _table(spans: Iterable[_Span]) -> Table:
    """Lays narrower ranges over wider ones, later ones over equal ones, into ranges that do not overlap."""
    starts, labels = [0], [""]
    open_spans: list[_Span] = []

    def begin(at: int, label: str) -> None:
        if starts[-1] == at:
            labels[-1] = label
        elif labels[-1] != label:
            starts.append(at)
            labels.append(label)

    for span in sorted(spans, key=lambda span: (span.first, -span.last)):
        while open_spans and open_spans[-1].last < span.first:
            ended = open_spans.pop()
            begin(ended.last + 1, open_spans[-1].label if open_spans else "")
        begin(span.first, span.label)
        open_spans.append(span)
    while open_spans:
        ended = open_spans.pop()
        begin(ended.last + 1, open_spans[-1].label if open_spans else "")
    return Table(tuple(starts), tuple(labels))


def _own(path: Path) -> list[tuple[str, str]]:
    """The administrator's ranges as (label, range). A file that cannot be used is an error, not silence."""
    if not path.is_file():
        return []
    mend = f'{path} should hold JSON such as {{"mimecast": ["203.0.113.0/24"]}}'
    try:
        if path.stat().st_size > _MOST_OWN:
            raise CallError(f"{path} is larger than {_MOST_OWN // 1_000_000} MB; join ranges that lie side by side.")
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise CallError(f"{mend}; it cannot be read ({why}).") from why
    if not isinstance(given, dict):
        raise CallError(f"{mend}; it holds no object.")
    pairs: list[tuple[str, str]] = []
    for label, ranges in given.items():
        if label not in LABELS:
            known = ", ".join(known for known in LABELS if known)
            raise CallError(f"{path} names the network '{label}'; use one of {known}, or '' to take a range out.")
        if not isinstance(ranges, list) or not all(isinstance(item, str) for item in ranges):
            raise CallError(f"{mend}; the ranges of '{label}' are not a list of texts.")
        for item in ranges:
            try:
                ip_network(item)
            except ValueError as why:
                raise CallError(f"{path} holds '{item}' for '{label}', which is not an address range ({why}).") from why
            pairs.append((label, item))
    return pairs


@lru_cache(maxsize=1)
def tables() -> tuple[Table, Table]:
    """The tables of IPv4 and IPv6, read once a process. Raises `CallError` where the administrator's file is wrong."""
    shipped = json.loads(files(__package__).joinpath("networks.json").read_text(encoding="utf-8"))
    pairs = [(group["label"], item) for group in shipped["groups"] for item in group["ranges"]]
    pairs += _own(home() / OWN_FILE)
    spans: dict[tuple[int, int, int], _Span] = {}
    for label, item in pairs:
        net = ip_network(item)
        first, last = int(net.network_address), int(net.broadcast_address)
        spans[net.version, first, last] = _Span(first, last, label)
    return (
        _table(span for (version, _, _), span in spans.items() if version == 4),
        _table(span for (version, _, _), span in spans.items() if version == 6),
    )


def network_of(address: str) -> str:
    """The network of an IPv4 or IPv6 address, as one of `LABELS`; '' where it is in no known range or no address.

    About a microsecond. Addresses such as ::ffff:192.0.2.1 count as IPv4; a zone (fe80::1%eth0) is left off.
    """
    packed = _packed(address)
    if not packed:
        return ""
    return tables()[len(packed) == 16].label(int.from_bytes(packed, "big"))


def place_of(address: str, key: bytes) -> str:
    """A digest that is equal for equal addresses under one `key` (1 to 64 bytes); '' for no address.

    For counting addresses within some hours: the caller draws a new key each day and keeps neither key nor digest, so
    that nobody can try all addresses later. Of IPv6 the first 64 bits count, since machines change the others.
    """
    packed = _packed(address)
    return blake2b(packed[:8], digest_size=8, key=key).hexdigest() if packed else ""


def _packed(address: str) -> bytes:
    """The 4 or 16 bytes of an address, b'' for what is none."""
    if len(address) > 60:
        return b""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):  # ValueError: a NUL or a letter that is not ASCII
        return b""
    return packed[12:] if packed.startswith(_MAPPED) else packed
