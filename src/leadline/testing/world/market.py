"""The simulated market: makes every table in order and keeps the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadline.core.errors import CallError
from leadline.testing.world import (
    accounts,
    activities,
    deals,
    effects,
    engagement,
    export,
    notes,
    outcomes,
    people,
    products,
    sellers,
    truth,
)
from leadline.testing.world.draws import numbers
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams


@dataclass(frozen=True)
class World:
    """One market with known truth. Tables are joined by their `*_id` columns; ids of accounts, people, sellers and
    products are row numbers. `truth` is described at `truth.tell`; nothing of it is in an export."""

    parameters: Parameters
    seed: int
    accounts: pa.Table
    people: pa.Table
    sellers: pa.Table
    products: pa.Table
    deals: pa.Table
    activities: pa.Table
    truth: pa.Table

    def export(self, closed_only: bool = False) -> pa.Table:
        """What a CRM export of deals shows, typed, oldest first; `closed_only` leaves open deals out."""
        return export.deals(self, closed_only)

    def export_text(self, closed_only: bool = False) -> pa.Table:
        """The same as strings, the way a CSV file has them."""
        return export.text(self, closed_only)


@dataclass(frozen=True)
class Scene:
    """A market just before outcomes: all that is known at opening, and its effects."""

    accounts: pa.Table
    people: pa.Table
    sellers: pa.Table
    products: pa.Table
    deals: pa.Table
    mail: pa.Table
    notes: pa.Table
    effects: effects.Effects


def scene(parameters: Parameters, seed: int) -> Scene:
    """Everything up to the moment of opening."""
    p, streams = parameters, Streams(parameters.stream, seed)
    firms, team, goods = accounts.draw(p, streams), sellers.draw(p, streams), products.draw(p, streams)
    group = people.draw(p, streams, firms)
    opened = deals.draw(p, streams, firms, group, team, goods)
    mail, note = engagement.draw(p, streams, firms, opened), notes.draw(p, streams, opened)
    return Scene(
        firms, group, team, goods, opened, mail, note, effects.measure(p, firms, group, team, goods, opened, mail, note)
    )


def make(parameters: Parameters | None = None, seed: int = 0) -> World:
    """The market of these parameters (default: development) and seed; equal calls give equal bytes.

    Raises CallError when a count is below one or the buying groups are too small for the people engaged.
    """
    p = parameters or Parameters()
    if min(p.deals, p.accounts, p.sellers, p.days) < 1 or seed < 0:
        raise CallError("A simulated market needs one deal, account, seller and day or more, and a seed of 0 or more.")
    if p.group_smallest < p.engaged_most:
        raise CallError(f"Buying groups must hold {p.engaged_most} people or more; set group_smallest to that.")
    streams = Streams(p.stream, seed)
    s = scene(p, seed)
    noise = streams("outcomes.noise").standard_normal(p.deals)
    log_odds = truth.latent(p, s.effects, s.deals["serious"].to_numpy(), noise)
    won = outcomes.win(streams, log_odds)
    told = truth.tell(p, s.effects, s.deals, log_odds, won)
    ends = outcomes.draw(p, streams, s.sellers, s.deals, numbers(told, "probability"), log_odds, won)
    opens = sum(s.mail[kind].to_numpy() for kind in engagement.KINDS)
    clicks = s.mail["human_clicked"].to_numpy() + s.mail["scanner_clicked"].to_numpy()
    full = s.deals
    for name, column in (
        ("mails_sent", s.mail["sent"]),
        ("mail_opens", pa.array(np.asarray(opens))),
        ("mail_clicks", pa.array(clicks)),
        ("replies", s.mail["replies"]),
        ("note", s.notes["text"]),
        ("stage", ends["stage"]),
        ("closed", ends["closed"]),
        ("planned_close", ends["planned"]),
        ("days_in_stage", ends["days_in_stage"]),
        ("last_activity", ends["last_activity"]),
        ("lost_reason", ends["lost_reason"]),
        ("forecast", ends["forecast"]),
        ("seller_probability", ends["probability"]),
    ):
        full = full.append_column(name, column)
    acts = activities.draw(p, streams, s.people, s.deals, s.mail)
    return World(p, seed, s.accounts, s.people, s.sellers, s.products, full, acts, told)
