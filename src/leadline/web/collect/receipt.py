"""What a request tells beside its body, and what of its body is not kept: the network address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache

from leadline.core.origin import NO_AGENT, AgentFacts
from leadline.web.collect.ports import Ports

# Keys that hold an address: "ip", "client_ip", "ipAddress" …, also where letters are written as \u0069. In JSON a quote
# inside a text is always behind a backslash, so that nothing but a key is followed by a quote and a colon.
_I, _P = rb"(?:[iI]|\\u00[46]9)", rb"(?:[pP]|\\u00[57]0)"
_TEXT = rb'"(?:[^"\\]|\\.)*+"'  # possessive, here and below: no text makes the search slow
_ADDRESS = re.compile(
    rb'(?<!\\)("\$?(?:(?:client|remote|user|x_real|real)[_-]?)?'
    + (_I + _P)
    + rb'(?:[_-]?[aA]ddr(?:ess)?)?"\s*+:\s*+)('
    + (_TEXT + rb"|\[\s*+(?:" + _TEXT + rb"\s*+,?\s*+)*+\])")
)


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
    """The body with each network address under a key of that name replaced by 'network:LABEL'."""
    # Five looks at memory speed spare nearly every body the pattern.
    if not (b'ip"' in body or b"\\u00" in body or b'IP"' in body or b"Addr" in body or b"addr" in body):
        return body

    def label(found: re.Match[bytes]) -> bytes:
        value = found[2]
        if not (b"." in value or b":" in value or b"\\" in value):
            return found[0]  # it may be a word; an address it is not
        return found[1] + b'"network:' + network_of(value.strip(b'" ').decode("latin-1")).encode() + b'"'

    return _ADDRESS.sub(label, body)
