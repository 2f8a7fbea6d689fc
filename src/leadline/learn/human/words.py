"""Reasons in words: what each kind of evidence says, with whether it spoke for a person."""

from __future__ import annotations

from leadline.core.origin import AgentFacts, Evidence
from leadline.learn.human.agents import agent_of

_FAMILIES = {
    "browser": "The agent is that of a browser",
    "mail client": "The agent is that of a mail program",
    "image proxy": "A mail service fetched the picture, as it does when a mail is opened",
    "privacy proxy": "A privacy proxy fetched it, as it does for every mail",
    "headless": "The agent is a browser without a window",
    "library": "The agent is a program's library, not a browser",
    "bot": "The agent says that it is a robot",
    "preview": "The agent makes previews of links",
    "monitor": "The agent watches whether pages answer",
    "scanner": "The agent belongs to a security scanner",
    "none": "The request named no agent",
}
_NETWORKS = {
    "safelinks": "Microsoft's mail security",
    "mimecast": "Mimecast",
    "proofpoint": "Proofpoint",
    "barracuda": "Barracuda",
    "apple-relay": "Apple's privacy relay",
    "google-proxy": "Google's own machines",
    "cloud": "a data centre",
    "private": "a private network",
}
_FITS = {"fine": "The agent is that of a current browser", "old": "The browser is years old",
         "odd": "The agent contradicts itself"}  # fmt: skip


def _span(seconds: float) -> str:
    for size, unit in ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"), (1.0, "second")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "less than a second"


def _links(evidence: Evidence) -> str:
    links = evidence.burst_links or 0
    if links <= 1:
        return "One link was fetched, not several at once"
    of = f" of {evidence.mail_links}" if evidence.mail_links else ""
    return f"{links}{of} links of the mail were fetched within seconds"


def _whole(name: str, evidence: Evidence) -> str:
    """Sentences with a figure in them."""
    match name:
        case "since":
            return f"It came {_span(evidence.since_send or 0.0)} after the mail was sent"
        case "burst" | "share":
            return _links(evidence)
        case "networks":
            count = evidence.burst_networks or 1
            return "It came from one address" if count <= 1 else f"The mail was fetched from {count} addresses at once"
        case "together":
            count = (evidence.same_second or 1) - 1
            if count <= 0:
                return "No other recipient acted in that second"
            return f"{count} other recipient{'s' if count > 1 else ''} of the mailing acted in the same second"
        case "mails":
            count = evidence.place_mails or 1
            return "" if count <= 1 else f"{count} mails of the mailing were fetched from that address within a minute"
        case "dwell":
            return f"The page was in view for {_span(evidence.dwell or 0.0)}"
        case "rate":
            return f"The visitor acted {evidence.per_minute} times within a minute"
    return ""


_PLAIN = {
    ("method", "head"): "Only the head of the page was asked for",
    ("language", "yes"): "The request named its reader's languages",
    ("language", "no"): "The request named no languages",
    ("javascript", "yes"): "The page's script ran",
    ("javascript", "no"): "The page's script did not run",
    ("honeypot", "yes"): "A link that no person sees was fetched",
    ("honeypot", "no"): "Hidden links were left alone",
    ("opened", "yes"): "The mail had been opened before",
    ("opened", "no"): "The mail had not been opened before",
    ("scrolled", "yes"): "The page was scrolled",
    ("scrolled", "no"): "The page was not scrolled",
    ("pointer", "yes"): "A pointer or finger moved on the page",
    ("pointer", "no"): "No pointer or finger moved on the page",
    ("regular", "r0"): "The visits come at uneven times",
    ("regular", "r1"): "The visits come at rather even times",
    ("regular", "r2"): "The visits come at even times",
    ("regular", "r3"): "The visits come like clockwork",
}


def sentence(name: str, value: str, evidence: Evidence, points: float) -> str:
    """One reason: what was seen, and whether that spoke for or against a person. '' where there is nothing to say."""
    agent = evidence.agent
    facts = agent if isinstance(agent, AgentFacts) else agent_of(agent or "")
    words = (
        _whole(name, evidence)
        or _PLAIN.get((name, value))
        or (name == "family" and _FAMILIES.get(facts.family))
        or (name == "fit" and _FITS.get(facts.fit))
        or (name == "network" and f"It came from {_NETWORKS.get(evidence.network, evidence.network)}")
    )
    return f"{words} ({'for' if points > 0 else 'against'} a person)." if words else ""
