"""What both people and machines of the simulated traffic write to: the log of acts, with the truth beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from leadline.core.origin import NO_AGENT, AgentFacts, Evidence, Seen
from leadline.testing.world.visits_prior import Shares


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one recipient. `delivered` is in seconds after `sent`; `hidden` numbers the link that no person sees
    (-1 for none), `tracked` says of each link whether its page runs our script."""

    message: str
    mailing: str
    sent: float
    delivered: float
    links: int
    hidden: int
    tracked: Sequence[bool]


@dataclass(slots=True)
class Log:
    """Acts in the order of writing; `human` and `kind` are the truth that no product sees."""

    seen: list[Seen] = field(default_factory=list)
    human: list[bool] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, at: float, evidence: Evidence, *, human: bool, kind: str, place: str, mail: Mail | None = None,
            link: int = -1, visitor: str = "", page: str = "") -> None:  # fmt: skip
        """Writes one act. A link of a mail knows the time since its sending, and whether it is hidden and tracked."""
        hidden = mail is not None and link >= 0 and link == mail.hidden
        if mail is not None:
            evidence = evidence._replace(since_send=float(int(at - mail.sent)), mail_links=mail.links)
        self.seen.append(
            Seen(
                key=f"v{len(self.seen)}",
                at=at,
                evidence=evidence,
                message=mail.message if mail else "",
                mailing=mail.mailing if mail else "",
                visitor=visitor,
                link=page or (f"l{link}" if link >= 0 else ""),
                place=place,
                hidden=hidden,
                tracked=bool(mail.tracked[link]) if mail is not None and link >= 0 else None,
            )
        )
        self.human.append(human)
        self.kind.append(kind)

    def landing(self, at: float, evidence: Evidence, stay: tuple[float, bool, bool] | None, *, human: bool, kind: str,
                place: str, visitor: str, page: str, mail: Mail | None = None) -> None:  # fmt: skip
        """A page view that our script reports, and, where the page's last word arrives, the time spent on it."""
        seen = evidence._replace(act="page viewed", method="", javascript=True, since_send=None, mail_links=None)
        row = dict(human=human, kind=kind, place=place, visitor=visitor, page=page)
        message = mail.message if mail else ""
        for act, when, facts in (
            ("page viewed", at, {}),
            *([("time on page", at + stay[0], dict(dwell=stay[0], scrolled=stay[1], pointer=stay[2]))] if stay else []),
        ):
            self.add(when, seen._replace(act=act, **facts), **row)  # type: ignore[arg-type]
            self.seen[-1] = self.seen[-1]._replace(message=message)


def pick(rng: np.random.Generator, shares: Shares) -> str:
    """A name drawn by its share."""
    names = [name for name, _ in shares]
    weights = np.array([share for _, share in shares])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def sent_agent(agent: str | None) -> str | AgentFacts:
    """The agent as evidence has it: a request without one says so."""
    return NO_AGENT if agent is None else agent


def lognormal(rng: np.random.Generator, median: float, spread: float) -> float:
    """A time in seconds."""
    return float(median * np.exp(spread * rng.standard_normal()))
