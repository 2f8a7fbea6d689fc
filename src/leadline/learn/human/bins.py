"""Evidence in words of a scorecard: each known thing falls in one bin, and some bins are read together.

What is unknown falls in no bin and so adds nothing, neither for nor against a person.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from leadline.core.origin import AgentFacts, Evidence
from leadline.learn.human.agents import agent_of
from leadline.learn.human.networks import GATEWAYS

ACTS = {
    "mail opened": "open",
    "mail link clicked": "click",
    "page viewed": "page",
    "time on page": "page",
    "form submitted": "form",
    "file downloaded": "file",
}
SINCE = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 180.0, 600.0, 1800.0, 7200.0, 28800.0)
DWELL = (0.5, 1.5, 3.0, 6.0, 12.0, 30.0, 90.0)
REGULAR = (0.5, 0.8, 0.95)
RATE = (4, 8, 16, 40)
MAILS = (2, 3, 4, 7)

# Read together: what one says depends on the other.
CROSSED = (
    ("act", "network"),
    ("act", "family"),
    ("act", "since"),
    ("act", "opened"),
    ("act", "javascript"),
    ("family", "network"),
    ("family", "javascript"),
    ("network", "since"),
    ("fit", "network"),
    ("fit", "language"),
    ("since", "burst"),
    ("family", "since"),
    ("dwell", "pointer"),
    ("javascript", "pointer"),
    ("javascript", "network"),
    ("scrolled", "pointer"),
    ("network", "language"),
)
Bins = dict[str, str]


def _count(value: int, most: int) -> str:
    return f"{most}+" if value >= most else str(value)


def _yes(bins: Bins, name: str, value: bool | None) -> None:
    if value is not None:
        bins[name] = "yes" if value else "no"


def _plain(bins: Bins, evidence: Evidence) -> None:
    """What a web request carries."""
    act = ACTS.get(evidence.act)
    if act:
        bins["act"] = act
    if evidence.network:
        bins["network"] = "gateway" if evidence.network in GATEWAYS else evidence.network
    agent = evidence.agent
    if agent is not None:
        facts = agent if isinstance(agent, AgentFacts) else agent_of(agent)
        if facts.family:
            bins["family"] = facts.family
        if facts.fit:
            bins["fit"] = facts.fit
    if evidence.method.upper() == "HEAD":
        bins["method"] = "head"  # all others are what both people and machines send
    _yes(bins, "language", evidence.language)
    _yes(bins, "javascript", evidence.javascript)


def _timed(bins: Bins, evidence: Evidence) -> None:
    """What only the acts around this one tell."""
    if evidence.since_send is not None and evidence.since_send >= 0:
        bins["since"] = f"s{bisect_right(SINCE, evidence.since_send)}"
    _yes(bins, "honeypot", evidence.honeypot)
    links = evidence.burst_links
    if links is not None:
        bins["burst"] = _count(links, 4)
        if evidence.mail_links and evidence.mail_links >= 3:
            whole, half = links >= evidence.mail_links, 2 * links > evidence.mail_links
            bins["share"] = "all" if whole else "half" if half else "few"
    if evidence.burst_networks is not None:
        bins["networks"] = _count(evidence.burst_networks, 3)
    if evidence.same_second is not None:
        bins["together"] = _count(evidence.same_second, 4)
    if evidence.place_mails is not None:
        bins["mails"] = f"n{bisect_right(MAILS, evidence.place_mails)}"
    _yes(bins, "opened", evidence.opened)
    if evidence.dwell is not None:
        bins["dwell"] = f"d{bisect_right(DWELL, evidence.dwell)}"
    _yes(bins, "scrolled", evidence.scrolled)
    _yes(bins, "pointer", evidence.pointer)
    if evidence.regularity is not None:
        bins["regular"] = f"r{bisect_right(REGULAR, evidence.regularity)}"
    if evidence.per_minute is not None:
        bins["rate"] = f"n{bisect_right(RATE, evidence.per_minute)}"


_PLAIN = 6  # the first fields of `Evidence`, which `_plain` reads
_UNTIMED: tuple[Any, ...] = tuple(Evidence())[_PLAIN:]


def bins_of(evidence: Evidence) -> Bins:
    """The bins of what is known, by name, without those that are read together."""
    bins: Bins = {}
    _plain(bins, evidence)
    if evidence[_PLAIN:] != _UNTIMED:
        _timed(bins, evidence)
    return bins


def crossed(bins: Bins) -> dict[str, str]:
    """The pairs of bins that are read together, for those of which both are known."""
    return {f"{a}*{b}": f"{bins[a]}*{bins[b]}" for a, b in CROSSED if a in bins and b in bins}
