"""What a market's traffic is like, drawn by seed: who scans mail and how, which robots come, how people behave.

`development` draws what weights may be learned on. `unseen` draws from wider and other ranges: kinds of scanners,
agents, delays and networks that development never shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Scanner:
    """One kind of machine that reads mail for others. Shares lie in 0 to 1, times are seconds.

    `accounts` share of accounts that have it, `mails` share of their mails that it reads; `links` 'all', 'some', 'one'
    or 'none'; the first act comes `delay` (median, lognormal by `spread`) after delivery, others `gap` apart; `batch`
    reads a mailing for all recipients of an account at once; `places` addresses that share the work; `hidden` follows
    links that no person sees; `scripts` runs scripts, then stays `stay` and moves a pointer in share `moves`; `again`
    reads again later.
    """

    kind: str
    accounts: float
    mails: float
    links: str
    delay: float
    spread: float
    gap: float
    agents: Shares
    networks: Shares
    opens: float = 0.5
    head: float = 0.0
    language: float = 0.2
    batch: float = 0.0
    places: int = 1
    hidden: float = 0.0
    scripts: float = 0.0
    stay: float = 1.0
    moves: float = 0.0
    again: float = 0.0
    inside: float = 0.0  # runs in the office and shares its people's address


@dataclass(frozen=True, slots=True)
class Robot:
    """One kind of machine that visits pages: `visits` of `pages` pages, `gap` seconds apart give or take `jitter`."""

    kind: str
    visits: int
    pages: float
    gap: float
    jitter: float
    agents: Shares
    networks: Shares
    language: float
    scripts: float
    stay: float
    moves: float
    hidden: float = 0.0
    forms: float = 0.0


@dataclass(frozen=True, slots=True)
class People:
    """How people behave. Shares lie in 0 to 1, times are seconds (medians, lognormal)."""

    opens: float
    clicks: float
    quick: float  # act within seconds of delivery
    delay: float
    spread: float
    second_link: float
    vpn: float
    relay: float
    odd: float
    no_script: float
    no_beacon: float
    phone_slow: float
    google: float
    apple: float
    blocked: float
    no_language: float
    forwards: float
    previews: float
    visitors: int
    stay: float
    still: float  # reads without moving pointer or page
    forms: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """One market's traffic."""

    mailings: int
    accounts: int
    people_an_account: float
    links: tuple[int, int]
    trap: bool  # mails and pages hold links that no person sees
    tracked: float  # share of links that lead to pages with our script
    server_pages: bool  # pages are reported by the server too
    delivery: float
    people: People
    scanners: tuple[Scanner, ...]
    robots: tuple[Robot, ...]
    previews: Shares
    click_time: float  # share of accounts whose gateway fetches a link when a person clicks it
    click_time_agents: Shares
    click_time_networks: Shares


def _mix(rng: np.random.Generator, names: tuple[str, ...], even: float = 1.0) -> Shares:
    drawn = rng.dirichlet(np.full(len(names), even))
    return tuple((name, float(share)) for name, share in zip(names, drawn, strict=True))


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


_LISTED = ("safelinks", "mimecast", "proofpoint", "barracuda")


def _networks(rng: np.random.Generator, listed: float, cloud: float) -> Shares:
    """A gateway's addresses: some in its published ranges, some in a data centre, the others anywhere."""
    gate = str(rng.choice(_LISTED))
    return ((gate, listed), ("cloud", (1 - listed) * cloud), ("", (1 - listed) * (1 - cloud)))


def _people(rng: np.random.Generator, wide: float) -> People:
    u = rng.uniform
    return People(
        opens=u(0.2, 0.6), clicks=u(0.04, 0.3), quick=u(0.02, 0.12 * wide), delay=_log(rng, 900, 20_000),
        spread=u(1.0, 2.0), second_link=u(0.1, 0.3), vpn=u(0.02, 0.14 * wide), relay=u(0.02, 0.2),
        odd=u(0.02, 0.1 * wide),
        no_script=u(0.01, 0.06 * wide), no_beacon=u(0.02, 0.12 * wide), phone_slow=u(0.1, 0.5), google=u(0.1, 0.4),
        apple=u(0.1, 0.4), blocked=u(0.05, 0.3), no_language=u(0.0, 0.02), forwards=u(0.0, 0.1), previews=u(0.02, 0.2),
        visitors=int(rng.integers(100, 400)), stay=_log(rng, 12, 50), still=u(0.02, 0.1 * wide), forms=u(0.03, 0.15),
    )  # fmt: skip


def _development_scanners(rng: np.random.Generator) -> tuple[Scanner, ...]:
    u = rng.uniform
    telling, plain = ("telling", "library", "none"), ("real", "stale", "library", "none")
    kinds = (
        Scanner("instant gateway", accounts=u(0.05, 0.3), mails=u(0.7, 1), links="all", delay=_log(rng, 0.5, 15),
            spread=0.6, gap=_log(rng, 0.05, 2), agents=_mix(rng, plain + telling),
            networks=_networks(rng, u(0, 0.7), u(0.3, 1)), opens=u(0, 1), head=u(0, 0.4),
            language=u(0, 0.9), batch=u(0, 0.8), places=int(rng.integers(1, 6)), hidden=u(0, 0.9),
            again=u(0, 0.2)),
        Scanner("first link", accounts=u(0.03, 0.15), mails=u(0.6, 1), links="one", delay=_log(rng, 1, 40),
            spread=0.7, gap=1.0, agents=_mix(rng, plain), networks=_networks(rng, u(0, 0.8), u(0.3, 1)),
            opens=u(0, 0.6), head=u(0, 0.4), language=u(0, 0.6), batch=u(0, 0.8), places=1,
            hidden=u(0, 0.5)),
        Scanner("late scanner", accounts=u(0.03, 0.2), mails=u(0.2, 0.9), links=str(rng.choice(["all", "some"])),
            delay=_log(rng, 120, 15_000), spread=1.0, gap=_log(rng, 0.1, 8),
            agents=_mix(rng, ("real", "stale")), networks=_networks(rng, u(0, 0.3), u(0.4, 1)),
            opens=u(0, 0.6), head=u(0, 0.1), language=u(0.1, 1), batch=u(0, 0.4),
            places=int(rng.integers(1, 5)), hidden=u(0, 0.8), scripts=u(0, 0.5), stay=1.0, moves=0.0,
            again=u(0, 0.3)),
        Scanner("sandbox", accounts=u(0.02, 0.15), mails=u(0.2, 0.8),
            links=str(rng.choice(["all", "some", "one"])), delay=_log(rng, 3, 1_500), spread=1.0,
            gap=_log(rng, 0.5, 10), agents=_mix(rng, ("headless", "real", "stale")),
            networks=_networks(rng, u(0, 0.3), u(0.5, 1)), opens=u(0, 0.8), head=0.0, language=u(0.2, 1),
            batch=u(0, 0.3), places=int(rng.integers(1, 4)), hidden=u(0, 0.7), scripts=1.0,
            stay=_log(rng, 0.5, 10), moves=u(0, 0.15)),
        Scanner("head check", accounts=u(0.02, 0.15), mails=u(0.4, 1), links="all", delay=_log(rng, 1, 900),
            spread=1.0, gap=0.3, agents=_mix(rng, ("library", "real", "none")),
            networks=_networks(rng, u(0, 0.5), u(0.3, 1)), opens=0.0, head=u(0.8, 1), language=u(0, 0.3),
            batch=u(0, 0.5), places=1, hidden=u(0, 0.8)),
    )  # fmt: skip
    return tuple(replace(kind, inside=u(0, 0.2)) for kind in kinds)


def _unseen_scanners(rng: np.random.Generator) -> tuple[Scanner, ...]:
    u = rng.uniform
    real, mixed = ("real", "stale_unseen"), ("real", "stale_unseen", "library_unseen", "telling_unseen", "none")
    kinds = (
        Scanner("instant gateway", accounts=u(0.05, 0.3), mails=u(0.5, 1), links=str(rng.choice(["all", "some"])),
            delay=_log(rng, 0.3, 60), spread=0.9, gap=_log(rng, 0.02, 6), agents=_mix(rng, mixed),
            networks=_networks(rng, u(0, 0.5), u(0, 1)), opens=u(0, 1), head=u(0, 0.5), language=u(0, 1),
            batch=u(0, 0.9), places=int(rng.integers(1, 9)), hidden=u(0, 0.8), again=u(0, 0.4)),
        Scanner("first link", accounts=u(0.03, 0.15), mails=u(0.4, 1), links="one", delay=_log(rng, 0.5, 90),
            spread=0.9, gap=1.0, agents=_mix(rng, mixed), networks=_networks(rng, u(0, 0.6), u(0.1, 1)),
            opens=u(0, 0.8), head=u(0, 0.4), language=u(0, 0.8), batch=u(0, 0.9), places=1,
            hidden=u(0, 0.4)),
        Scanner("late scanner", accounts=u(0.03, 0.2), mails=u(0.1, 0.9), links=str(rng.choice(["all", "some"])),
            delay=_log(rng, 60, 60_000), spread=1.3, gap=_log(rng, 0.05, 15), agents=_mix(rng, real),
            networks=_networks(rng, u(0, 0.2), u(0.2, 1)), opens=u(0, 0.7), head=u(0, 0.1),
            language=u(0, 1), batch=u(0, 0.5), places=int(rng.integers(1, 8)), hidden=u(0, 0.7),
            scripts=u(0, 0.8), stay=1.5, moves=u(0, 0.05), again=u(0, 0.4)),
        Scanner("drip", accounts=u(0.01, 0.1), mails=u(0.3, 0.9), links="some", delay=_log(rng, 20, 5_000),
            spread=1.0, gap=_log(rng, 12, 90), agents=_mix(rng, real),
            networks=_networks(rng, u(0, 0.2), u(0.3, 1)), opens=u(0, 0.5), head=0.0, language=u(0.1, 1),
            batch=u(0, 0.4), places=int(rng.integers(1, 5)), hidden=u(0.1, 0.7), scripts=u(0, 0.8),
            stay=2.0, moves=u(0, 0.1)),
        Scanner("detonation", accounts=u(0.01, 0.1), mails=u(0.2, 0.8),
            links=str(rng.choice(["all", "some", "one"])), delay=_log(rng, 2, 6_000), spread=1.2,
            gap=_log(rng, 1, 25), agents=_mix(rng, ("headless_unseen", "real", "stale_unseen")),
            networks=_networks(rng, u(0, 0.2), u(0.2, 1)), opens=u(0, 0.8), head=0.0, language=u(0.2, 1),
            batch=u(0, 0.3), places=int(rng.integers(1, 4)), hidden=u(0, 0.6), scripts=1.0,
            stay=_log(rng, 0.5, 25), moves=u(0, 0.25)),
        Scanner("mail assistant", accounts=u(0.01, 0.08), mails=u(0.2, 0.8),
            links=str(rng.choice(["some", "one"])), delay=_log(rng, 5, 2_000), spread=1.0,
            gap=_log(rng, 0.5, 6), agents=_mix(rng, ("real", "bot_unseen", "library_unseen")),
            networks=(("cloud", 0.8), ("", 0.2)), opens=u(0, 0.5), head=0.0, language=u(0, 0.7), batch=0.0,
            places=1, hidden=u(0, 0.3), scripts=u(0, 0.6), stay=2.0, moves=0.0),
        Scanner("head check", accounts=u(0.02, 0.1), mails=u(0.4, 1), links="all", delay=_log(rng, 1, 4_000),
            spread=1.2, gap=0.5, agents=_mix(rng, ("library_unseen", "real", "none")),
            networks=_networks(rng, u(0, 0.4), u(0.1, 1)), opens=0.0, head=u(0.6, 1), language=u(0, 0.4),
            batch=u(0, 0.5), places=2, hidden=u(0, 0.7)),
        Scanner("opener", accounts=u(0.02, 0.1), mails=u(0.3, 1), links="none", delay=_log(rng, 2, 600),
            spread=1.0, gap=1.0, agents=_mix(rng, ("real", "stale_unseen", "library_unseen")),
            networks=_networks(rng, u(0, 0.5), u(0.3, 1)), opens=1.0, head=0.0, language=u(0, 0.8),
            batch=u(0, 0.9), places=1),
    )  # fmt: skip
    kept = rng.random(len(kinds)) < 0.7
    chosen = tuple(kind for kind, keep in zip(kinds, kept, strict=True) if keep) or kinds[:2]
    return tuple(replace(kind, inside=u(0, 0.3)) for kind in chosen)


def _robots(rng: np.random.Generator, tail: str) -> tuple[Robot, ...]:
    u, n, wide = rng.uniform, rng.integers, tail != ""
    cloud: Shares = (("cloud", u(0.5, 1)), ("", 0.3), ("google-proxy", 0.1))
    return (
        Robot("crawler", visits=int(n(5, 30)), pages=u(3, 25), gap=_log(rng, 0.3, 20), jitter=u(0.1, 1),
            agents=_mix(rng, (f"bot{tail}", f"library{tail}", f"stale{tail}")), networks=cloud,
            language=u(0, 0.5), scripts=u(0, 0.5), stay=u(0.1, 3), moves=0.0, hidden=u(0, 0.5)),
        Robot("monitor", visits=int(n(1, 4)), pages=u(15, 60), gap=float(rng.choice([30, 60, 120, 300])),
            jitter=u(0, 0.05), agents=_mix(rng, (f"monitor{tail}", "real")), networks=cloud,
            language=u(0, 0.6), scripts=u(0, 0.7), stay=u(0.5, 5), moves=0.0),
        Robot("scraper", visits=int(n(5, 30)), pages=u(1, 12), gap=_log(rng, 0.5, 30 if wide else 10),
            jitter=u(0.2, 1), agents=_mix(rng, (f"headless{tail}", "real", f"stale{tail}")),
            networks=(("cloud", u(0.2, 1)), ("", u(0.1, 0.8 if wide else 0.5))), language=u(0.2, 1),
            scripts=1.0, stay=_log(rng, 0.3, 8), moves=u(0, 0.15 if wide else 0.08), hidden=u(0, 0.5)),
        Robot("form filler", visits=int(n(3, 20)), pages=u(1, 3), gap=_log(rng, 0.5, 6), jitter=0.5,
            agents=_mix(rng, ("real", f"stale{tail}", f"headless{tail}")),
            networks=(("cloud", u(0.2, 1)), ("", u(0.2, 0.8))), language=u(0.2, 1), scripts=1.0,
            stay=_log(rng, 0.3, 4), moves=u(0, 0.1), hidden=u(0.2, 0.9), forms=0.9),
    )  # fmt: skip


def _draw(rng: np.random.Generator, wide: bool) -> Parameters:
    u, tail = rng.uniform, "_unseen" if wide else ""
    scanners = _unseen_scanners(rng) if wide else _development_scanners(rng)
    click_agents = ("real", f"telling{tail}", f"library{tail}")
    return Parameters(
        mailings=int(rng.integers(2, 5)),
        accounts=int(rng.integers(30, 80)),
        people_an_account=u(2, 7),
        links=(2, int(rng.integers(4, 10))),
        trap=bool(rng.random() < 0.6),
        tracked=u(0.4, 1.0),
        server_pages=bool(rng.random() < 0.25),
        delivery=_log(rng, 1, 20 if wide else 8),
        people=_people(rng, 1.3 if wide else 1.0),
        scanners=scanners,
        robots=_robots(rng, tail),
        previews=_mix(rng, (f"preview{tail}", "real") if wide else ("preview", "library")),
        click_time=u(0, 0.3),
        click_time_agents=_mix(rng, click_agents),
        click_time_networks=_networks(rng, u(0, 0.6), u(0.3, 1)),
    )


def development(seed: int) -> Parameters:
    """Parameters that weights may be learned on and thresholds be chosen by."""
    return _draw(np.random.default_rng((seed, 0x64657665)), wide=False)


def unseen(seed: int) -> Parameters:
    """Parameters from wider and other ranges, for the figures that are published."""
    return _draw(np.random.default_rng((seed, 0x756E7365)), wide=True)
