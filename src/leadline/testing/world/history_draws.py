"""A simulated company's three years, as drawn: accounts, people and deals with the chance that each really had.

A deal passes gates, one at the end of each stage. At each it goes on with probability sigmoid(level + steepness x eta),
else it is lost, and how long a stage takes says nothing of which way it ends: so the chance of being won at any time
is the product of the gates that are still ahead, whatever the deal's age.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.testing.world import names
from leadline.testing.world.draws import Floats, Ints, sigmoid
from leadline.testing.world.streams import Streams

DAY = 86_400_000_000  # microseconds

STAGES = ("New", "Qualified", "Demo", "Proposal", "Negotiation")
WON, LOST = "Closed Won", "Closed Lost"
LEVELS = np.array([1.5, 1.3, 1.0, 1.0, 1.0])  # of the gates, log-odds
STEEPNESS = 0.6
STAGE_DAYS = np.array([10.0, 16.0, 20.0, 20.0, 14.0])  # median

PRODUCTS = (("Keel", "KEEL", 12_000.0), ("Anchor", "ANCH", 40_000.0), ("Beacon", "BEAC", 5_000.0))
INDUSTRIES = ("Manufacturing", "Retail", "Logistics", "Software", "Health care", "Finance")
COUNTRIES = ("Germany", "France", "Netherlands", "United Kingdom", "Sweden")
TITLES = (
    ("Head of Operations", "Operations"),
    ("Chief Financial Officer", "Finance"),
    ("IT Manager", "IT"),
    ("Purchasing Manager", "Purchasing"),
    ("Project Lead", "Operations"),
    ("Chief Executive Officer", "Management"),
)
SELLERS = 8

CHANNELS = ("pages", "downloads", "mails", "meetings", "calls", "breadth")
# What a standard deviation more of a channel means for a deal (log-odds), by product. Downloads before the drift.
EFFECTS = np.array(
    [
        [0.2, 0.9, 0.4, 0.6, 0.1, 0.4],  # Keel
        [0.0, 0.7, 0.2, 0.9, 0.3, 0.8],  # Anchor: large, bought by groups
        [0.8, 0.9, 0.3, 0.0, 0.0, 0.0],  # Beacon: small, bought on the web
    ]
)
DRIFTED = 1  # downloads
AFTER = -0.9  # their effect from the drift on, for every product: who only collects files now buys less


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What was drawn, by position. Times are microseconds since 1970 in UTC.

    `entered` (deals, stages) is when a deal came into each stage, -1 where never; `closed_at` -1 and `state` 'open'
    where it was not decided at the end. `channels` (deals, CHANNELS) are the latent intensities; `eta` the log-odds.
    """

    starts_at: int
    ends_at: int
    drift_at: int
    account_names: list[tuple[str, str]]  # name, domain
    industry: Ints
    country: Ints
    employees: Ints
    person_names: list[str]
    person_emails: list[str]
    person_account: Ints
    person_title: Ints
    deal_account: Ints
    deal_product: Ints
    deal_seller: Ints
    amount: Floats
    opened_at: Ints
    entered: NDArray[np.int64]
    closed_at: Ints
    state: list[str]
    eta: Floats
    channels: Floats

    def chance(self, deal: int, at: int) -> float:
        """The true probability that the deal at this position is won, as of a time at which it is open."""
        stage = max(0, int(np.sum((self.entered[deal] >= 0) & (self.entered[deal] <= at))) - 1)
        return float(gates(self.eta[deal : deal + 1])[0, stage:].prod())


def gates(eta: Floats) -> Floats:
    """The chance of each gate: (deals, stages)."""
    return sigmoid(LEVELS[None, :] + STEEPNESS * eta[:, None])


def draw(seed: int, accounts: int, starts_at: int, ends_at: int, drift_at: int, deals_each: float = 1.4) -> Drawn:
    """Draws a company's history; equal arguments give equal draws."""
    streams = Streams("history", seed)
    rng = streams("accounts")
    industry, country = rng.integers(len(INDUSTRIES), size=accounts), rng.integers(len(COUNTRIES), size=accounts)
    size = rng.standard_normal(accounts)
    engaged, liking = rng.standard_normal(accounts), rng.standard_normal(accounts)
    people, emails, person_account, titles = _people(streams, accounts)
    account_names = names.companies(streams("names"), accounts)
    seen: dict[str, int] = {}
    made = []
    for name, owner in zip(emails, person_account.tolist(), strict=True):
        address = f"{name}@{account_names[owner][1]}"
        seen[address] = seen.get(address, 0) + 1
        made.append(address if seen[address] == 1 else f"{name}{seen[address]}@{account_names[owner][1]}")
    rng = streams("deals")
    each = np.minimum(rng.poisson(deals_each * np.exp(0.3 * engaged)), 8)
    account = np.repeat(np.arange(accounts), each)
    deals = len(account)
    product = rng.integers(len(PRODUCTS), size=deals)
    opened = np.sort(rng.integers(starts_at, ends_at, size=deals))
    channels = 0.5 * engaged[account][:, None] + np.sqrt(0.75) * rng.standard_normal((deals, len(CHANNELS)))
    fit = 0.5 * streams("fit").standard_normal((len(PRODUCTS), len(INDUSTRIES)))
    by_size = np.array([0.2, 0.5, -0.4])
    effects = EFFECTS[product].copy()
    effects[opened >= drift_at, DRIFTED] = AFTER
    eta = (
        fit[product, industry[account]]
        + by_size[product] * size[account]
        + 0.4 * liking[account]
        + (effects * channels).sum(axis=1)
    )
    entered, closed, state = _course(streams("course"), eta, opened, ends_at)
    price = np.array([p for _, _, p in PRODUCTS])[product]
    return Drawn(
        starts_at=starts_at,
        ends_at=ends_at,
        drift_at=drift_at,
        account_names=account_names,
        industry=industry,
        country=country,
        employees=np.maximum(5, np.rint(180 * np.exp(1.1 * size))).astype(np.int64),
        person_names=people,
        person_emails=made,
        person_account=person_account,
        person_title=titles,
        deal_account=account,
        deal_product=product,
        deal_seller=rng.integers(SELLERS, size=deals),
        amount=np.round(price * np.exp(0.4 * rng.standard_normal(deals) + 0.2 * size[account]), -2) + 100,
        opened_at=opened,
        entered=entered,
        closed_at=closed,
        state=state,
        eta=eta,
        channels=channels,
    )


def _people(streams: Streams, accounts: int) -> tuple[list[str], list[str], Ints, Ints]:
    """Names, local parts of addresses, the account's position and the title's of each person: 2 to 6 an account."""
    rng = streams("people")
    each = rng.integers(2, 7, size=accounts)
    account = np.repeat(np.arange(accounts), each)
    found = names.people(streams("people.names"), len(account))
    title = rng.integers(len(TITLES), size=len(account))
    return found, [names.local_part(name) for name in found], account, title


def _course(rng: np.random.Generator, eta: Floats, opened: Ints, ends_at: int) -> tuple[Ints, Ints, list[str]]:
    """When each deal came into each stage, when it closed, and how it stands at the end."""
    deals = len(eta)
    spread = np.exp(0.7 * rng.standard_normal((deals, len(STAGES))))
    took = (STAGE_DAYS * spread * np.exp(-0.1 * eta)[:, None] * DAY).astype(np.int64)
    passed = rng.random((deals, len(STAGES))) < gates(eta)
    entered = np.full((deals, len(STAGES)), -1, dtype=np.int64)
    closed = np.full(deals, -1, dtype=np.int64)
    state = ["open"] * deals
    for deal in range(deals):
        at = int(opened[deal])
        for stage in range(len(STAGES)):
            entered[deal, stage] = at
            at += int(took[deal, stage])
            if at >= ends_at:
                break
            if not passed[deal, stage] or stage == len(STAGES) - 1:
                closed[deal] = at
                state[deal] = "won" if passed[deal, stage] else "lost"
                break
    return entered, closed, state
