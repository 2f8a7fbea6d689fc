"""What is kept of a request: labels, never an address, however the body writes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.learn.human import network_of
from leadline.web.collect.receipt import judge, with_key, without_addresses

from .fakes import Ports, send  # noqa: TID252  tests are imported by path

ADDRESS = "198.51.100.77"
CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def scrubbed(body: bytes) -> bytes:
    return without_addresses(body, network_of)


def test_facts_hold_labels_only() -> None:
    judged = judge(Ports())
    facts = json.loads(judged("track", "40.92.1.1", CHROME, True, True))
    assert facts == {
        "kind": "track",
        "network": "safelinks",
        "agent": ["browser", "chrome", "desktop", 126, "fine"],
        "language": True,
        "page": True,
    }
    assert json.loads(judged("", ADDRESS, None, False, False)) == {
        "agent": ["none", "", "", 0, ""],
        "language": False,
        "page": False,
    }
    assert json.loads(with_key('{"kind":"track"}', b"once\xff"))["once"] == "once\xff"


@pytest.mark.parametrize(
    "body",
    [
        {"context": {"ip": ADDRESS}},
        {"context": {"ip": "2001:db8::77"}},
        {"properties": {"$ip": ADDRESS, "client_ip": ADDRESS, "x-real-ip": ADDRESS}},
        {"properties": {"ip": [ADDRESS, "a ] b", "2001:db8::77"]}, "ip": f"{ADDRESS}, 203.0.113.1"},
        {"batch": [{"context": {"ip": ADDRESS}}, {"context": {"ip": f"{ADDRESS} "}}, {"context": {"ip": ADDRESS}}]},
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " :\n")])
def test_addresses_are_not_kept(body: dict[str, object], separators: tuple[str, str]) -> None:
    clean = scrubbed(json.dumps(body, separators=separators).encode())
    assert b"198.51" not in clean
    assert b"2001:db8" not in clean
    assert json.loads(clean).keys() == body.keys()


def test_addresses_are_found_behind_escapes() -> None:
    for text in (
        r'{"\u0069p":"198.51.100.77"}',
        r'{"i\u0070":"198.51.100.77"}',
        r'{"ip":"198.51.100\u002e77"}',
        r'{"\u0069\u0070" : "198.51.100.77"}',
    ):
        assert b"198.51" not in scrubbed(text.encode()), text
        json.loads(scrubbed(text.encode()))


def test_the_label_takes_the_place_of_the_address() -> None:
    assert scrubbed(b'{"ip":"40.92.1.1"}') == b'{"ip":"network:safelinks"}'
    assert scrubbed(b'{"ip":"198.51.100.77"}') == b'{"ip":"network:"}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"zip":"10115","description":"ip","text":"the \\"ip\\": \\"1.2.3.4\\""}',
        b'{"ip":"intellectual property"}',
        b'{"zip":"10.115","membership":"v1.2"}',
        b'{"ip":null,"a":["ip","1.2.3.4"]}',
        b'{"street_address":"1.2.3.4 Road"}',
    ],
)
def test_other_words_stay_as_they_are(body: bytes) -> None:
    assert scrubbed(body) == body


def test_no_body_makes_the_search_slow() -> None:
    """Bounded by pytest's patience only where it is quadratic or worse."""
    for piece in (b" ", b'"ip"', b'"ip":', b'"ip": [', b'"', b"\\", b'"a" ', b'"ip":"', b'"a",'):
        many = 500_000 // len(piece)
        assert len(scrubbed(b'{"ip": [' + piece * many)) > 0
        assert len(scrubbed(b'{"ip":"' + piece * many + b"}")) > 0
        assert len(scrubbed(b'{"ip":["a"' + piece * many + b"]}")) > 0


NAMES = st.text(max_size=5) | st.sampled_from(["ip", "a_ip", '"ip', 'a\\"ip', "\\ip"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(ADDRESS) | st.just("2001:db8::77"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES, ascii_only=st.booleans(), spaced=st.booleans())
def test_a_body_stays_json_and_loses_addresses_alone(value: object, ascii_only: bool, spaced: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=1 if spaced else None).encode("utf-8", "surrogatepass")
    before, after = json.loads(body.decode("utf-8", "surrogatepass")), scrubbed(body)
    assert _without(json.loads(after.decode("utf-8", "surrogatepass"))) == _without(before)
    assert not _addresses(json.loads(after.decode("utf-8", "surrogatepass")))


def _is_ip(key: str) -> bool:
    return key == "ip"


def _without(value: object) -> object:
    """The value with whatever text stands under a key that means an address taken out."""
    if isinstance(value, dict):
        return {
            key: None if key.lower().endswith("ip") and isinstance(inner, str | list) else _without(inner)
            for key, inner in value.items()
        }
    return [_without(inner) for inner in value] if isinstance(value, list) else value


def _addresses(value: object) -> list[object]:
    if isinstance(value, dict):
        here = [inner for key, inner in value.items() if _is_ip(key) and inner in (ADDRESS, "2001:db8::77")]
        return here + [found for inner in value.values() for found in _addresses(inner)]
    return [found for inner in value for found in _addresses(inner)] if isinstance(value, list) else []


def test_nothing_that_is_kept_holds_the_address() -> None:
    ports = Ports()
    body = json.dumps({"userId": "u", "context": {"ip": ADDRESS, "page": {"path": "/"}}}).encode()
    forwarded = {"x-forwarded-for": ADDRESS, "x-real-ip": ADDRESS, "forwarded": f"for={ADDRESS}"}
    assert send(ports, "/v1/page", body, headers=forwarded, client=(ADDRESS, 9)).status_code == 200
    assert ADDRESS not in repr(ports.rows)
