"""What the request of a body told, and how likely it is that a human did what the body says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from leadline.core.clock import from_micros
from leadline.core.origin import AgentFacts, Evidence
from leadline.core.signal import Act
from leadline.learn.human import agent_of, likelihood

_AFTER_MOVING = frozenset({Act.TIME_ON_PAGE, Act.FORM_SUBMITTED, Act.FILE_DOWNLOADED})
NETWORK = "network:"  # how an address is kept: by the label of its network


class Facts(NamedTuple):
    """What a request told beside its body. `page` says that a page sent it, so that agent and network are a reader's;
    otherwise they are those of some program, and only what the body says of the reader counts."""

    kind: str = ""
    network: str = ""
    agent: AgentFacts | None = None
    language: bool = False
    page: bool = False
    once: str = ""


class Receipt(NamedTuple):
    """One request: whose it is, when it came, what it told."""

    source: str
    received: datetime
    facts: Facts


def receipt(source: str, facts: str, received_at: int) -> Receipt:
    """As the journal keeps it: `facts` is JSON, `received_at` microseconds since 1970."""
    return Receipt(source, from_micros(received_at), _facts(facts))


@lru_cache(maxsize=16_384)
def _facts(text: str) -> Facts:
    try:
        told = json.loads(text or "{}")
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        return Facts()
    agent = told.get("agent")
    return Facts(
        str(told.get("kind", "")),
        str(told.get("network", "")),
        AgentFacts(*agent) if isinstance(agent, list) and len(agent) == 5 else None,
        bool(told.get("language")),
        bool(told.get("page")),
        str(told.get("once", "")),
    )


def human(act: str, facts: Facts, agent: str | None, network: str, conduct: Mapping[str, Any] | None) -> float | None:
    """The likelihood that a human did it; None where nothing is known of who did.

    `agent` and `network` are what the body says of the reader; `conduct` is what our script saw on the page.
    """
    if facts.page:
        plain = _of_page(act, facts)
        return plain if not conduct else likelihood(_behaved(_page_evidence(act, facts), conduct))
    if agent or network:
        return _of_reader(act, agent or "", network)
    return None


def reader(facts: Facts, agent: str | None, conduct: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a second look needs to know of whoever read: the agent's facts, and what our script saw; {} if nothing."""
    told = facts.agent if facts.page else agent_of(agent) if agent else None
    found: dict[str, Any] = {"agent": list(told)} if told is not None and told != AgentFacts() else {}
    if facts.page:
        found |= {"javascript": True, "language": facts.language}
    if conduct:
        found |= {name: conduct[name] for name in ("seconds", "scrolled", "pointer") if name in conduct}
    return found


def network_in(text: object) -> str:
    """The label of the network that stands in a body in place of an address."""
    return text[len(NETWORK) :] if isinstance(text, str) and text.startswith(NETWORK) else ""


def _page_evidence(act: str, facts: Facts) -> Evidence:
    # What came from a page came by a script, ours or another.
    return Evidence(act, facts.network, facts.agent, "", facts.language, javascript=True)


@lru_cache(maxsize=8_192)
def _of_page(act: str, facts: Facts) -> float:
    return likelihood(_page_evidence(act, facts))


@lru_cache(maxsize=8_192)
def _of_reader(act: str, agent: str, network: str) -> float:
    return likelihood(Evidence(act, network, agent_of(agent) if agent else None))


def _behaved(evidence: Evidence, conduct: Mapping[str, Any]) -> Evidence:
    """Adds what our script saw: of a stay all of it, of a form or file whether anything moved before.

    Of a page that has just been opened nothing: nobody has moved there yet.
    """
    known: dict[str, Any] = {}
    if evidence.act in _AFTER_MOVING and isinstance(conduct.get("pointer"), bool):
        known["pointer"] = conduct["pointer"]
    if evidence.act == Act.TIME_ON_PAGE:
        seconds = conduct.get("seconds")
        if isinstance(conduct.get("scrolled"), bool):
            known["scrolled"] = conduct["scrolled"]
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e6:
            known["dwell"] = float(seconds)
    return evidence._replace(**known)
