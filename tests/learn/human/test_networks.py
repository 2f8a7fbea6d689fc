"""The network of an address: published ranges, narrower ones first, and an administrator's own file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.errors import CallError
from leadline.learn.human import network_of, place_of
from leadline.learn.human.networks import LABELS, _Span, _table, tables


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    tables.cache_clear()
    yield tmp_path / "networks.json"
    tables.cache_clear()


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("40.92.3.4", "safelinks"),
        ("2a01:111:f403::5", "safelinks"),
        ("91.220.42.7", "mimecast"),
        ("207.211.30.65", "mimecast"),
        ("207.211.30.1", ""),  # beside a narrow range, not in it
        ("148.163.130.1", "proofpoint"),
        ("209.222.81.1", "barracuda"),
        ("104.28.30.2", "apple-relay"),
        ("66.249.84.1", "google-proxy"),
        ("54.160.3.3", "cloud"),
        ("10.1.1.1", "private"),
        ("::1", "private"),
        ("fe80::1%eth0", "private"),
        ("::ffff:40.92.3.4", "safelinks"),
        ("192.0.2.1", ""),
        ("255.255.255.255", ""),
        ("0.0.0.1", ""),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ],
)
def test_addresses_have_their_network(address: str, label: str) -> None:
    assert network_of(address) == label


@pytest.mark.parametrize(
    "text", ["", "nonsense", "1.2.3.4:80", "1.2.3", "é.1.1.1", "\0", ":" * 50, "1" * 10_000, "1.2.3.4\n"]
)
def test_what_is_no_address_has_no_network(text: str) -> None:
    assert network_of(text) == ""


def shipped() -> list[tuple[str, IPv4Network | IPv6Network]]:
    held = json.loads(files("leadline.learn.human").joinpath("networks.json").read_text(encoding="utf-8"))
    assert all(group["source"] and group["label"] in LABELS for group in held["groups"])
    return [(group["label"], ip_network(item)) for group in held["groups"] for item in group["ranges"]]


def test_every_shipped_range_is_found() -> None:
    spans = shipped()
    assert len(spans) > 300
    for label, net in spans:
        assert network_of(str(net[0])) == label
        assert network_of(str(net[-1])) == label


def test_shipped_ranges_do_not_overlap() -> None:
    for version in (4, 6):
        spans = sorted((int(net[0]), int(net[-1])) for _, net in shipped() if net.version == version)
        assert not [(a, b) for a, b in pairwise(spans) if b[0] <= a[1]]


def _fits(one: _Span, other: _Span) -> bool:
    apart = one.first > other.last or other.first > one.last
    inside = one.first >= other.first and one.last <= other.last
    around = other.first >= one.first and other.last <= one.last
    return apart or inside != around


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60), st.sampled_from(["a", "b", "c"])), max_size=8),
    st.integers(0, 400),
)
def test_the_narrowest_range_wins(ranges: list[tuple[int, int, str]], address: int) -> None:
    # Ranges of addresses lie within each other or apart; they never cross.
    nested: list[_Span] = []
    for first, size, label in ranges:
        span = _Span(first, first + size, label)
        if all(_fits(span, other) for other in nested):
            nested.append(span)
    holding = [span for span in nested if span.first <= address <= span.last]
    expected = min(holding, key=lambda span: span.last - span.first).label if holding else ""
    assert _table(nested).label(address) == expected


def test_an_administrator_adds_and_takes_out(own: Path) -> None:
    own.write_text(json.dumps({"mimecast": ["203.0.113.0/24"], "": ["40.92.0.0/15", "2001:db8::/32"]}))
    assert network_of("203.0.113.9") == "mimecast"
    assert network_of("40.92.3.4") == ""
    assert network_of("91.220.42.7") == "mimecast"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("not json", "cannot be read"),
        ("[]", "no object"),
        ('{"elsewhere": ["203.0.113.0/24"]}', "elsewhere"),
        ('{"mimecast": "203.0.113.0/24"}', "not a list"),
        ('{"mimecast": ["203.0.113.9/24"]}', "203.0.113.9/24"),
        ('{"mimecast": [1]}', "not a list"),
    ],
)
def test_a_wrong_file_is_named_with_its_mend(own: Path, text: str, named: str) -> None:
    own.write_text(text)
    with pytest.raises(CallError, match=r"networks\.json") as raised:
        network_of("192.0.2.1")
    assert named in str(raised.value)


@given(st.integers(0, 2**32 - 1))
def test_mapped_addresses_are_those_they_map(number: int) -> None:
    address = str(ip_address(number))
    assert network_of(f"::ffff:{address}") == network_of(address)


def test_a_place_is_equal_under_one_key_only() -> None:
    one, other = b"monday", b"tuesday"
    assert place_of("192.0.2.1", one) == place_of("::ffff:192.0.2.1", one)
    assert place_of("192.0.2.1", one) != place_of("192.0.2.1", other)
    assert place_of("192.0.2.1", one) != place_of("192.0.2.2", one)
    assert place_of("2001:db8::1", one) == place_of("2001:db8::ffff", one) != place_of("2001:db8:1::1", one)
    assert place_of("no address", one) == ""
