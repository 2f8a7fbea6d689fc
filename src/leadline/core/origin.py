"""What is known of where an act came from, for judging whether a human did it. Named tuples, since tens of thousands
are made in a second; every field may be missing, and what is missing speaks neither for nor against a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class AgentFacts(NamedTuple):
    """What a user agent says of itself.

    `family` is 'browser', 'mail client', 'image proxy' (fetches when the reader opens), 'privacy proxy' (fetches for
    every mail), 'headless', 'library', 'bot', 'preview', 'monitor', 'scanner', 'none' (the request carried no agent)
    or '' (unknown). `device` is 'desktop', 'phone', 'tablet' or ''. `version` is the browser's major version, 0 where
    unknown. `fit` is 'fine', 'old' (years behind), 'odd' (contradicts itself) or '' (not a browser).
    """

    family: str = ""
    name: str = ""
    device: str = ""
    version: int = 0
    fit: str = ""


NO_AGENT = AgentFacts("none")


class Evidence(NamedTuple):
    """What is known of one act. None and '' mean unknown.

    act               as in `core.signal.Act`
    network           label from `network_of`; the address itself is not kept
    agent             the user agent as it was sent, or its facts; `NO_AGENT` where the request had no such header
    method            HTTP method of a fetched link or picture
    language          the request named the languages that its reader wants (Accept-Language)
    javascript        our script ran, or is known not to have run where it is on the page
    since_send        seconds since the mail was sent
    honeypot          a link that no person sees was fetched in the same mail or by the same visitor
    burst_links       distinct links of the same mail fetched within 10 seconds of this act, this one counted
    mail_links        links that the mail holds
    burst_networks    distinct addresses from which the same mail was fetched within 30 seconds, this one counted
    same_second       recipients of the same mailing that acted in the same second, this one counted
    place_mails       mails of the same mailing fetched from the same address in the minute around, this one counted
    opened            the mail was opened (its picture fetched) before
    dwell             seconds on the page, as our script measured; of a form or file, seconds since its page was opened
    scrolled, pointer the page was scrolled; a pointer, finger or key moved on it
    regularity        0 to 1: how evenly spaced this visitor's acts are (1 is clockwork)
    per_minute        acts of this visitor in the minute around this one
    """

    act: str = ""
    network: str = ""
    agent: str | AgentFacts | None = None
    method: str = ""
    language: bool | None = None
    javascript: bool | None = None
    since_send: float | None = None
    honeypot: bool | None = None
    burst_links: int | None = None
    mail_links: int | None = None
    burst_networks: int | None = None
    same_second: int | None = None
    place_mails: int | None = None
    opened: bool | None = None
    dwell: float | None = None
    scrolled: bool | None = None
    pointer: bool | None = None
    regularity: float | None = None
    per_minute: int | None = None


class Seen(NamedTuple):
    """One act in a history: when (seconds, any origin), in which mail, by whom, and what was known at receipt.

    `message` is one mail to one recipient, `mailing` the same mail to all, `visitor` a browser that was seen before;
    '' where there is none. `place` is a keyed digest of the address that lives no longer than the history ('' unknown).
    `hidden` marks a link that no person sees. `tracked` says that the page behind the link runs our script.
    """

    key: str
    at: float
    evidence: Evidence
    message: str = ""
    mailing: str = ""
    visitor: str = ""
    link: str = ""
    place: str = ""
    hidden: bool = False
    tracked: bool | None = None


class Rejudged(NamedTuple):
    """A new likelihood for the signal `key`, with the reasons in words, strongest first."""

    key: str
    human: float
    reasons: Sequence[str]
