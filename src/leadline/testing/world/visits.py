"""The traffic of a simulated market with known truth: people and machines that open, click and visit.

`development(seed)` is traffic to learn on, `unseen(seed)` traffic with kinds of scanners, agents, delays and networks
that development never shows. Both give the acts as a product sees them, and apart from them who did each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from leadline.core.origin import Seen
from leadline.testing.world import visits_machines, visits_people, visits_prior
from leadline.testing.world.visits_log import Log, Mail
from leadline.testing.world.visits_prior import Parameters

_WEEK = 7 * 86_400.0


class Traffic(NamedTuple):
    """Acts in order of time; `human` says of each whether a person did it, `kind` what did."""

    seen: Sequence[Seen]
    human: Sequence[bool]
    kind: Sequence[str]


def development(seed: int) -> Traffic:
    """Traffic that weights may be learned on and thresholds be chosen by. Equal seeds give equal traffic."""
    return make(visits_prior.development(seed), seed)


def unseen(seed: int) -> Traffic:
    """Traffic that nothing was tuned on. Equal seeds give equal traffic."""
    return make(visits_prior.unseen(seed), seed)


def make(given: Parameters, seed: int) -> Traffic:
    """The traffic of one week under `given` parameters."""
    rng = np.random.default_rng((seed, 0x76697369))
    log = Log()
    offices = _offices(rng, given)
    for mailing in range(given.mailings):
        _mailing(rng, given, f"m{mailing}", offices, log)
    for number in range(given.people.visitors):
        visits_people.browse(rng, given, f"w{number}", _WEEK, log)
    for kind in given.robots:
        for number in range(kind.visits):
            name = f"{kind.kind}{number}"
            visits_machines.visit(rng, kind, name, _WEEK, log, server=given.server_pages, trap=given.trap)
    order = np.argsort(np.array([seen.at for seen in log.seen]), kind="stable").tolist()
    return Traffic(
        [log.seen[i]._replace(key=f"v{place}") for place, i in enumerate(order)],
        [log.human[i] for i in order],
        [log.kind[i] for i in order],
    )


class _Office(NamedTuple):
    name: str
    people: Sequence[visits_people.Reader]
    scanners: Sequence[visits_prior.Scanner]


def _offices(rng: np.random.Generator, given: Parameters) -> list[_Office]:
    """Accounts with their people and the machines that read their mail."""
    offices = []
    for number in range(given.accounts):
        name = f"a{number}" + ("gate" if rng.random() < given.click_time else "")
        count = 1 + int(rng.poisson(given.people_an_account))
        people = [visits_people.reader(rng, given.people, f"{name}:{i}", name) for i in range(count)]
        offices.append(_Office(name, people, [kind for kind in given.scanners if rng.random() < kind.accounts]))
    return offices


def _mailing(rng: np.random.Generator, given: Parameters, name: str, offices: Sequence[_Office], log: Log) -> None:
    start = float(rng.uniform(0, _WEEK - 86_400))
    links = int(rng.integers(given.links[0], given.links[1] + 1))
    hidden = links if given.trap else -1
    tracked = [bool(rng.random() < given.tracked) for _ in range(links)] + [False]
    for office in offices:
        mails = []
        for who in office.people:
            sent = start + float(rng.uniform(0, 600))
            delivered = float(rng.exponential(given.delivery)) + 0.3
            mails.append(Mail(f"{name}:{who.name}", name, sent, delivered, links + (hidden >= 0), hidden, tracked))
        for kind in office.scanners:
            visits_machines.scan(rng, kind, mails, log, office.name)
        for who, mail in zip(office.people, mails, strict=True):
            if who.pictures == "apple":
                visits_machines.proxy_opens(rng, mail, log)
            visits_people.read(rng, given, who, mail, log, office.name)
