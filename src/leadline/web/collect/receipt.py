"""What a request tells beside its body, and what of its body is not kept: the network address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache

from leadline.core.origin import NO_AGENT, AgentFacts
from leadline.web.collect.ports import Ports

# In JSON a quote inside a text is always behind a backslash: what ends in ip" and is followed by a colon is a key.
_END = b'ip"'
_BEFORE = frozenset(b'"_-$')  # what may stand before it in the name of an address: "ip", "client_ip"
_TEXT = rb'"(?:[^"\\]|\\.)*+"'  # possessive, here and below: no text makes the search slow
_VALUE = re.compile(rb"\s*+:\s*+(" + _TEXT + rb"|\[\s*+(?:" + _TEXT + rb"\s*+,?\s*+)*+\])")
# The same with letters of the name written as \u0069; rare, so it may cost more.
_ESCAPES = (b"\\u0069", b"\\u0070")
_ESCAPED = re.compile(rb'(?:i|\\u0069)(?:p|\\u0070)"')


def judge(ports: Ports) -> Callable[[str, str, bytes | None, bool, bool], str]:
    """A function of kind, address, user agent, whether languages were named, and whether a page sent it.

    It gives JSON: {"kind", "network", "agent": [family, name, device, version, fit], "language", "page"}; what is not
    known is left out. Requests of one network and agent are judged once; the address itself is in no cache.
    """

    @lru_cache(maxsize=16_384)
    def facts(kind: str, network: str, agent: bytes | None, language: bool, page: bool) -> str:
        said = NO_AGENT if agent is None else ports.agent_of(agent.decode("latin-1"))
        known: dict[str, object] = {"kind": kind} if kind else {}
        if network:
            known["network"] = network
        if said != AgentFacts():
            known["agent"] = list(said)
        return json.dumps(known | {"language": language, "page": page}, separators=(",", ":"))

    def judged(kind: str, address: str, agent: bytes | None, language: bool, page: bool) -> str:
        return facts(kind, ports.network_of(address), agent, language, page)

    return judged


def with_key(facts: str, key: bytes) -> str:
    """The facts with the request's idempotency key, from which events without an id of their own get one."""
    return json.dumps(json.loads(facts) | {"once": key[:255].decode("latin-1")}, separators=(",", ":"))


def without_addresses(body: bytes, network_of: Callable[[str], str]) -> bytes:
    """The body with each network address under a key such as "ip" replaced by 'network:LABEL'.

    One search at memory speed for nearly every body; other names are looked for when it is unpacked.
    """
    places: list[int] = []
    at = body.find(_END)
    while at >= 0:
        if body[at - 1] in _BEFORE:
            places.append(at + len(_END))
        at = body.find(_END, at + len(_END))
    if b"\\" in body and any(escape in body for escape in _ESCAPES):
        places = [found.end() for found in _ESCAPED.finditer(body)]
    if not places:
        return body
    parts: list[bytes] = []
    done = 0
    for place in places:
        found = _VALUE.match(body, place)
        if found is None:
            continue
        value = found[1]
        if not (b"." in value or b":" in value or b"\\" in value):
            continue  # it may be a word; an address it is not
        network = network_of(value.strip(b'" ').decode("latin-1"))
        parts += [body[done : found.start(1)], b'"network:', network.encode(), b'"']
        done = found.end()
    return b"".join([*parts, body[done:]]) if parts else body
