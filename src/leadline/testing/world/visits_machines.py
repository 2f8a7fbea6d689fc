"""Machines of the simulated traffic: gateways that read mail before people do, and robots that visit pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.core.origin import Evidence
from leadline.testing.world.visits_agents import PRIVACY_PROXY, scanner
from leadline.testing.world.visits_log import Log, Mail, lognormal, pick, sent_agent
from leadline.testing.world.visits_prior import Robot, Scanner


def _chosen(rng: np.random.Generator, kind: Scanner, mail: Mail) -> list[int]:
    """The links that a scanner fetches, the hidden one only where it follows such."""
    plain = [link for link in range(mail.links) if link != mail.hidden]
    if kind.links == "none":
        return []
    if kind.links == "one":
        chosen = plain[:1]
    elif kind.links == "some":
        chosen = [link for link in plain if rng.random() < 0.5] or plain[:1]
    else:
        chosen = plain
    if mail.hidden >= 0 and kind.links != "one" and rng.random() < kind.hidden:
        chosen.insert(int(rng.integers(len(chosen) + 1)), mail.hidden)
    return chosen


def scan(rng: np.random.Generator, kind: Scanner, mails: Sequence[Mail], log: Log, office: str) -> None:
    """One account's scanner reads one mailing: each recipient's mail by itself, or all at once."""
    together = mails[0].delivered + lognormal(rng, kind.delay, kind.spread) if rng.random() < kind.batch else None
    home = f"{office}:desk" if rng.random() < kind.inside else ""
    for mail in mails:
        if rng.random() >= kind.mails:
            continue
        delay = together if together is not None else mail.delivered + lognormal(rng, kind.delay, kind.spread)
        _read(rng, kind, mail, mail.sent + delay, log, home or office)
        if rng.random() < kind.again:
            _read(rng, kind, mail, mail.sent + delay + lognormal(rng, 20_000, 1.0), log, home or office)


def _read(rng: np.random.Generator, kind: Scanner, mail: Mail, at: float, log: Log, office: str) -> None:
    inside = office.endswith(":desk")
    places = [(f"{office}:{kind.kind}:{rng.integers(6)}", pick(rng, kind.networks)) for _ in range(kind.places)]
    if inside:
        places = [(office, "")]
    agent = sent_agent(scanner(rng, pick(rng, kind.agents)))
    language = bool(rng.random() < kind.language)
    head = bool(rng.random() < kind.head)
    if rng.random() < kind.opens:
        place, network = places[0]
        evidence = Evidence("mail opened", network, agent, "GET", language)
        log.add(at, evidence, human=False, kind=kind.kind, place=place, mail=mail)
    for link in _chosen(rng, kind, mail):
        at += float(rng.exponential(kind.gap))
        place, network = places[int(rng.integers(len(places)))]
        evidence = Evidence("mail link clicked", network, agent, "HEAD" if head else "GET", language)
        log.add(at, evidence, human=False, kind=kind.kind, place=place, mail=mail, link=link)
        if not head and mail.tracked[link] and rng.random() < kind.scripts:
            stay = lognormal(rng, kind.stay, 0.7)
            moves = bool(rng.random() < kind.moves)
            last = (stay, moves and bool(rng.random() < 0.7), moves) if rng.random() < 0.7 else None
            log.landing(at + float(rng.uniform(0.3, 3)), evidence, last, human=False, kind=kind.kind, place=place,
                        visitor=f"{mail.message}:{kind.kind}:{link}", page=f"p{link}", mail=mail)  # fmt: skip


def proxy_opens(rng: np.random.Generator, mail: Mail, log: Log) -> None:
    """A privacy proxy fetches the picture of every mail, soon or within hours, whoever reads it or not."""
    late = lognormal(rng, 3.0, 1.0) if rng.random() < 0.6 else lognormal(rng, 5_000, 1.2)
    network = "apple-relay" if rng.random() < 0.8 else ""
    evidence = Evidence("mail opened", network, PRIVACY_PROXY, "GET", bool(rng.random() < 0.3))
    at, place = mail.sent + mail.delivered + late, f"relay{rng.integers(50)}"
    log.add(at, evidence, human=False, kind="privacy proxy", place=place, mail=mail)


def visit(rng: np.random.Generator, kind: Robot, name: str, span: float, log: Log, *, server: bool, trap: bool) -> None:
    """One visit of a robot to the pages of the site."""
    at = float(rng.uniform(0, span))
    network, place = pick(rng, kind.networks), f"robot:{name}"
    agent = sent_agent(scanner(rng, pick(rng, kind.agents)))
    scripts = bool(rng.random() < kind.scripts)
    evidence = Evidence("page viewed", network, agent, "GET", bool(rng.random() < kind.language))
    moves = bool(rng.random() < kind.moves)
    for number in range(max(1, int(rng.poisson(kind.pages)))):
        at += max(0.01, kind.gap * (1 + kind.jitter * float(rng.standard_normal())))
        page = f"p{number if kind.kind != 'monitor' else 0}"
        if trap and rng.random() < kind.hidden / max(4.0, kind.pages):
            log.add(at, evidence, human=False, kind=kind.kind, place=place, visitor=name, page="hidden")
            log.seen[-1] = log.seen[-1]._replace(hidden=True)
        elif scripts:
            stay = min(lognormal(rng, kind.stay, 0.6), kind.gap * 2)
            last = (stay, moves and bool(rng.random() < 0.7), moves) if rng.random() < 0.6 else None
            log.landing(at, evidence, last, human=False, kind=kind.kind, place=place, visitor=name, page=page)
        elif server:
            log.add(at, evidence, human=False, kind=kind.kind, place=place, visitor=name, page=page)
        if kind.forms and scripts and rng.random() < kind.forms:
            sent = evidence._replace(act="form submitted", javascript=True)
            at += float(rng.exponential(2))
            log.add(at, sent, human=False, kind=kind.kind, place=place, visitor=name, page=page)
