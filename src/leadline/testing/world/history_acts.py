"""The acts of the simulated history: what buyers and sellers did, at rates that follow each deal's intensities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leadline.core.clock import from_micros
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.core.understanding import Intent
from leadline.testing.world import history_texts as texts
from leadline.testing.world.history_draws import CHANNELS, DAY, PRODUCTS, STAGES, Drawn
from leadline.testing.world.names import FIRST
from leadline.testing.world.streams import Streams

SOURCE = "simulated"
WEEK = 7 * DAY
BEFORE = 42 * DAY  # how long before a deal opens its buyers begin to read
STIR = 0.55  # how much a standard deviation of intensity raises a rate (log)

# Acts a week while a deal is open at the mean intensity, by stage, and before it opens; the channel that they follow.
KINDS: tuple[tuple[str, Actor, str, float, tuple[float, ...]], ...] = (
    (Act.PAGE_VIEWED, Actor.BUYER, "pages", 0.8, (1.6, 1.4, 1.2, 1.2, 0.8)),
    (Act.FILE_DOWNLOADED, Actor.BUYER, "downloads", 0.1, (0.4, 0.4, 0.3, 0.2, 0.1)),
    (Act.MAIL_RECEIVED, Actor.BUYER, "mails", 0.0, (0.5, 0.7, 0.7, 0.8, 0.9)),
    (Act.MAIL_SENT, Actor.SELLER, "", 0.05, (0.9, 0.9, 0.8, 0.9, 0.9)),
    (Act.MEETING_HELD, Actor.BUYER, "meetings", 0.0, (0.1, 0.25, 0.4, 0.3, 0.3)),
    (Act.CALL_HELD, Actor.SELLER, "calls", 0.0, (0.4, 0.3, 0.2, 0.2, 0.3)),
)
BACKGROUND = 0.03  # page views a week of an account that buys nothing
MACHINES = 0.12  # share of page views and downloads that a machine does


@dataclass(slots=True)
class Acts:
    """Signals in order of time are not promised; `intents` is what each buyer's mail meant, by the signal's key."""

    signals: list[Signal] = field(default_factory=list)
    intents: dict[str, str] = field(default_factory=dict)


def draw(drawn: Drawn, seed: int) -> Acts:
    """All acts of a history."""
    streams = Streams("history acts", seed)
    made = Acts()
    people: dict[int, list[int]] = {}
    for person, account in enumerate(drawn.person_account.tolist()):
        people.setdefault(account, []).append(person)
    writer = _Writer(drawn, people, streams("words"), made)
    rng = streams("deals")
    for deal in range(len(drawn.deal_account)):
        _of_deal(drawn, deal, rng, writer)
    _background(drawn, streams("background"), writer)
    return made


def _of_deal(drawn: Drawn, deal: int, rng: np.random.Generator, writer: _Writer) -> None:
    for at, kind, stage in _moments(drawn, deal, rng):
        writer.act(KINDS[kind][0], KINDS[kind][1], at, int(drawn.deal_account[deal]), deal, stage)
    if drawn.state[deal] == "won":
        at = int(drawn.closed_at[deal]) + int(rng.integers(DAY, 9 * DAY))
        if at < drawn.ends_at:
            writer.act(Act.ORDER_PLACED, Actor.BUYER, at, int(drawn.deal_account[deal]), deal, len(STAGES) - 1)


def _moments(drawn: Drawn, deal: int, rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """(time, kind, stage) of a deal's acts; stage -1 is before it opened."""
    entered = drawn.entered[deal]
    last = int(drawn.closed_at[deal]) if drawn.closed_at[deal] >= 0 else drawn.ends_at
    begins = [int(entered[0]) - BEFORE, *(int(at) for at in entered if at >= 0)]
    ends = [*begins[1:], last]
    for place, (start, end) in enumerate(zip(begins, ends, strict=True)):
        begin = max(start, drawn.starts_at)
        if end <= begin:
            continue
        weeks = (end - begin) / WEEK
        for kind, (_, _, channel, before, by_stage) in enumerate(KINDS):
            base = before if place == 0 else by_stage[place - 1]
            x = float(drawn.channels[deal, CHANNELS.index(channel)]) if channel else 0.0
            for share in rng.random(rng.poisson(base * weeks * np.exp(STIR * x))):
                yield begin + int(share * (end - begin)), kind, place - 1


def _background(drawn: Drawn, rng: np.random.Generator, writer: _Writer) -> None:
    accounts, span = len(drawn.account_names), drawn.ends_at - drawn.starts_at
    for account, many in enumerate(rng.poisson(BACKGROUND * span / WEEK, size=accounts).tolist()):
        for share in rng.random(many):
            writer.act(Act.PAGE_VIEWED, Actor.BUYER, drawn.starts_at + int(share * span), account, -1, -1)


class _Writer:
    """Makes a signal of an act: who of the account did it, and what it says."""

    def __init__(self, drawn: Drawn, people: dict[int, list[int]], rng: np.random.Generator, made: Acts) -> None:
        self.drawn, self.people, self.rng, self.made = drawn, people, rng, made
        breadth = CHANNELS.index("breadth")
        self.active = [
            min(len(people[account]), 1 + int(n))
            for account, n in zip(
                drawn.deal_account.tolist(), rng.poisson(np.exp(0.2 + 0.7 * drawn.channels[:, breadth])), strict=True
            )
        ]

    def act(self, act: str, actor: Actor, at: int, account: int, deal: int, stage: int) -> None:
        here = self.people[account]
        group = here[: self.active[deal]] if deal >= 0 and stage >= 0 else here
        person = group[int(self.rng.integers(len(group)))]
        key = f"s{len(self.made.signals)}"
        payload, human = self.payload(act, key, person, account, deal)
        when = from_micros(at)
        self.made.signals.append(
            Signal(
                source=SOURCE,
                key=key,
                act=act,
                at=when,
                actor=actor,
                person=Ref("email", self.drawn.person_emails[person]),
                account=Ref(SOURCE, f"account-{account}"),
                deal=Ref(SOURCE, f"deal-{deal}") if deal >= 0 and stage >= 0 else None,
                human=human,
                consent="legitimate interest",
                received=when,
                payload=payload,
            )
        )

    def payload(self, act: str, key: str, person: int, account: int, deal: int) -> tuple[dict[str, Any], float | None]:
        rng = self.rng
        if act in (Act.PAGE_VIEWED, Act.FILE_DOWNLOADED):
            human = 0.03 if rng.random() < MACHINES else 0.96
            if act == Act.FILE_DOWNLOADED:
                return {"name": texts.FILES[int(rng.integers(len(texts.FILES)))]}, human
            path, title = texts.PAGES[int(rng.integers(len(texts.PAGES)))]
            return {"path": path, "url": f"https://us.example{path}", "title": title}, human
        if act == Act.ORDER_PLACED:
            return {"number": f"O-{deal:05d}", "amount": float(self.drawn.amount[deal])}, None
        if act in (Act.MEETING_HELD, Act.CALL_HELD):
            return {
                "subject": f"{PRODUCTS[self.drawn.deal_product[deal]][0]}",
                "duration": int(rng.integers(15, 90)),
            }, None
        if act == Act.MAIL_RECEIVED:
            intent = self.intent(float(self.drawn.eta[deal]))
            self.made.intents[key] = intent
            choice = texts.BUYER[intent]
        else:
            choice = texts.SELLER
        subject, body = choice[int(rng.integers(len(choice)))]
        product = PRODUCTS[self.drawn.deal_product[deal]][0]
        others = [p for p in self.people[account] if p != person] or [person]
        filled = {
            "product": product,
            "company": self.drawn.account_names[account][0],
            "colleague": self.drawn.person_names[others[int(rng.integers(len(others)))]],
            "first": self.drawn.person_names[person].split(" ")[0],
            "seller": FIRST[int(self.drawn.deal_seller[deal])],
        }
        return {
            "subject": subject.format(**filled),
            "words": body.format(**filled),
            "thread": f"t{deal}",
            "message": key,
        }, None

    def intent(self, eta: float) -> str:
        """What a buyer's mail means: happier and nearer to a meeting where the chance is better."""
        tilt = 0.35 * eta
        weights = np.exp(
            np.array(
                [
                    np.log(0.28),  # question
                    np.log(0.14) - tilt,  # objection
                    np.log(0.14) + tilt,  # meeting
                    np.log(0.16),  # price
                    np.log(0.05),  # referral
                    np.log(0.02) - tilt,  # unsubscribe
                    np.log(0.12) + tilt,  # good news
                    np.log(0.09) - tilt,  # bad news
                ]
            )
        )
        at = int(np.searchsorted(np.cumsum(weights), self.rng.random() * weights.sum()))
        return INTENTS[min(at, len(INTENTS) - 1)]


INTENTS = (
    Intent.QUESTION,
    Intent.OBJECTION,
    Intent.MEETING,
    Intent.PRICE,
    Intent.REFERRAL,
    Intent.UNSUBSCRIBE,
    texts.PLAIN_GOOD,
    texts.PLAIN_BAD,
)
