"""People of the simulated traffic: who opens, clicks, reads and fills forms, on which device and in which network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadline.core.origin import Evidence
from leadline.testing.world.visits_agents import IMAGE_PROXIES, MAIL_PROGRAMS, person, scanner
from leadline.testing.world.visits_log import Log, Mail, lognormal, pick, sent_agent
from leadline.testing.world.visits_prior import Parameters, People


@dataclass(frozen=True, slots=True)
class Reader:
    """One person with one device. The mail's picture is fetched as `pictures` says: 'own', 'google', 'apple', 'not'.

    `kind` names what makes the person easy to mistake for a machine, 'person' where nothing does.
    """

    name: str
    kind: str
    agent: str
    network: str
    language: bool
    scripts: bool
    slow: bool
    pictures: str
    place: str


def reader(rng: np.random.Generator, people: People, name: str, office: str) -> Reader:
    """Draws a person: device, network, and what their mail service and browser do for them."""
    agent, device, engine = person(rng, people.odd)
    place = f"{office or name}:desk"
    network = ""
    if rng.random() < people.vpn:
        network, place = "cloud", f"vpn{rng.integers(20)}"
    elif engine == "safari" and rng.random() < people.relay:
        network, place = "apple-relay", f"relay{rng.integers(50)}"
    elif office.endswith("gate") and rng.random() < 0.02:
        network = "private"
    elif device == "phone" and rng.random() < 0.6:
        place = f"carrier{rng.integers(25)}"
    ways = (("google", people.google), ("apple", people.apple), ("not", people.blocked), ("own", 0.5))
    pictures = pick(rng, ways)
    language, scripts = bool(rng.random() >= people.no_language), bool(rng.random() >= people.no_script)
    slow = device == "phone" and bool(rng.random() < people.phone_slow)
    kind = (
        "person without scripts" if not scripts
        else "person without languages" if not language
        else "person in a data centre" if network == "cloud"
        else "person with an odd browser" if engine == "other"
        else "person on a slow phone" if slow
        else "person"
    )  # fmt: skip
    return Reader(name, kind, agent, network, language, scripts, slow, pictures, place)


def _stay(rng: np.random.Generator, people: People) -> tuple[float, bool, bool] | None:
    """Seconds on a page, whether it was scrolled, whether anything moved; None where the page's last word is lost."""
    if rng.random() < people.no_beacon:
        return None
    seconds = lognormal(rng, people.stay, 1.1) if rng.random() > 0.12 else float(rng.uniform(0.5, 4))
    still = rng.random() < people.still + (0.3 if seconds < 2 else 0.0)
    return seconds, not still and bool(rng.random() < min(0.9, 0.3 + seconds / 40)), not still


def read(rng: np.random.Generator, given: Parameters, who: Reader, mail: Mail, log: Log, office: str) -> None:
    """What a person does with a mail: nothing, opens it, follows a link or two, now or later, passes it on."""
    people = given.people
    if rng.random() >= people.opens:
        return
    quick = rng.random() < people.quick
    wait = float(rng.uniform(1.5, 12)) if quick else lognormal(rng, people.delay, people.spread)
    at = mail.sent + mail.delivered + wait
    if quick and who.kind == "person":
        who = replace(who, kind="person, quick")
    _open(rng, who, mail, at, log)
    if rng.random() >= people.clicks / people.opens:
        return
    plain = [link for link in range(mail.links) if link != mail.hidden]
    count = 1 + int(rng.random() < people.second_link) + int(rng.random() < people.second_link / 4)
    at += float(rng.uniform(0.8, 4)) if quick and rng.random() < 0.5 else lognormal(rng, 12, 0.9)
    for link in rng.permutation(plain)[:count].tolist():
        _click(rng, given, who, mail, link, at, log, office)
        at += lognormal(rng, 25, 1.0) + 1.0
    if rng.random() < people.forwards:
        other = reader(rng, people, f"{who.name}:friend", office)
        at += lognormal(rng, 10_000, 1.2)
        other = replace(other, kind="person, forwarded to" if other.kind == "person" else other.kind)
        _open(rng, other, mail, at, log)
        at += lognormal(rng, 15, 0.8)
        _click(rng, given, other, mail, int(rng.choice(plain)), at, log, office)


def _open(rng: np.random.Generator, who: Reader, mail: Mail, at: float, log: Log) -> None:
    """The picture is fetched by the person's own program or by a mail service on opening, or not at all."""
    if who.pictures == "own":
        program = MAIL_PROGRAMS[int(rng.integers(len(MAIL_PROGRAMS)))] if rng.random() < 0.5 else who.agent
        evidence = Evidence("mail opened", who.network, program, "GET", who.language if program == who.agent else None)
        log.add(at, evidence, human=True, kind=who.kind, place=who.place, mail=mail)
    elif who.pictures == "google":
        proxy = IMAGE_PROXIES[int(rng.random() < 0.15)]
        network = "google-proxy" if "Google" in proxy else ""
        evidence = Evidence("mail opened", network, proxy, "GET", False)
        log.add(at, evidence, human=True, kind="person by image proxy", place=f"proxy{rng.integers(40)}", mail=mail)


def _click(
    rng: np.random.Generator, given: Parameters, who: Reader, mail: Mail, link: int, at: float, log: Log, office: str
) -> None:
    people, place, kind = given.people, who.place, who.kind
    evidence = Evidence("mail link clicked", who.network, who.agent, "GET", who.language)
    if office.endswith("gate"):
        # Some gateways fetch a link when it is clicked, beside the person.
        near = at + float(rng.uniform(-2, 2))
        agent = sent_agent(scanner(rng, pick(rng, given.click_time_agents)))
        network, language = pick(rng, given.click_time_networks), bool(rng.random() < 0.4)
        double = Evidence("mail link clicked", network, agent, "GET", language)
        log.add(near, double, human=False, kind="click-time check", place=f"{office}:check", mail=mail, link=link)
    log.add(at, evidence, human=True, kind=kind, place=place, mail=mail, link=link)
    if mail.tracked[link] and who.scripts:
        wait = lognormal(rng, 9, 0.7) if who.slow else lognormal(rng, 1.2, 0.6)
        log.landing(at + wait, evidence, _stay(rng, people), human=True, kind=kind, place=place,
                    visitor=f"{who.name}:v", page=f"p{link}", mail=mail)  # fmt: skip
        if rng.random() < people.forms:
            form = Evidence("form submitted", who.network, who.agent, "", who.language, True)
            log.add(at + wait + lognormal(rng, 40, 0.6), form, human=True, kind=kind, place=place,
                    visitor=f"{who.name}:v", page=f"p{link}")  # fmt: skip
    if rng.random() < people.previews:
        # The link is pasted into a chat, whose program fetches it for a preview.
        agent = sent_agent(scanner(rng, pick(rng, given.previews)))
        preview = Evidence("mail link clicked", "cloud" if rng.random() < 0.6 else "", agent, "GET", False)
        log.add(at + lognormal(rng, 60, 1.0), preview, human=False, kind="chat preview",
                place=f"chat{rng.integers(9)}", mail=mail, link=link)  # fmt: skip


def browse(rng: np.random.Generator, given: Parameters, name: str, span: float, log: Log) -> None:
    """A person who comes by search or by heart, looks at some pages, and perhaps fills a form or loads a file."""
    people = given.people
    who = reader(rng, people, name, "")
    at, place, kind = float(rng.uniform(0, span)), who.place, who.kind.replace("person", "visitor")
    evidence = Evidence("page viewed", who.network, who.agent, "GET", who.language)
    for number in range(1 + int(rng.geometric(0.4))):
        page = f"p{number}"
        if who.scripts:
            stay = _stay(rng, people)
            log.landing(at, evidence, stay, human=True, kind=kind, place=place, visitor=name, page=page)
            if rng.random() < people.forms:
                act = str(rng.choice(["form submitted", "file downloaded"]))
                sent = evidence._replace(act=act, method="", javascript=True)
                after = at + lognormal(rng, 30, 0.7)
                log.add(after, sent, human=True, kind=kind, place=place, visitor=name, page=page)
            at += (stay[0] if stay else 20.0) + 1.0
        elif given.server_pages:
            log.add(at, evidence, human=True, kind=kind, place=place, visitor=name, page=page)
            at += lognormal(rng, people.stay, 1.0) + 1.0
