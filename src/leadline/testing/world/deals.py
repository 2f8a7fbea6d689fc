"""Deals as they stand at opening: who, what, how much, from where, and whether the buyer is serious."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Bools, Floats, Ints, codes, numbers, pick, sigmoid, signed
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com")
_STEPS = ((20_000.0, 1_000.0), (100_000.0, 5_000.0), (float("inf"), 10_000.0))


def draw(
    parameters: Parameters,
    streams: Streams,
    accounts: pa.Table,
    people: pa.Table,
    sellers: pa.Table,
    products: pa.Table,
) -> pa.Table:
    """One row per deal, oldest first. `serious` is known to nobody; given it, all signs are independent."""
    p, n = parameters, parameters.deals
    day = _opened(p, streams("deals.opened"))
    account = pick_account(streams, len(accounts), n)
    product = streams("deals.product").integers(len(products), size=n)
    source = pick(streams("deals.source"), p.sources, n)
    push = np.array([s.serious for s in p.sources])[source]
    serious = streams("deals.serious").random(n) < sigmoid(p.serious_log_odds + push)

    employees = numbers(accounts, "employees")[account]
    spread = streams("deals.amount").standard_normal(n)
    typical = numbers(products, "typical_amount")[product]
    worth = np.maximum(
        1_500.0, typical * (employees / p.employees_median) ** p.amount_by_size * np.exp(p.amount_sd * spread)
    )
    amount = _stated(worth, signed(streams("deals.round"), serious, p.amount_round))
    amount_blank = signed(streams("deals.amount_blank"), serious, p.amount_blank)
    rng = streams("deals.budget")
    budget = np.maximum(1_000.0, np.rint(amount * np.exp(0.4 * rng.standard_normal(n) - 0.05) / 1_000) * 1_000)
    budget_stated = signed(streams("deals.budget_stated"), serious, p.budget_stated)
    wait = np.rint(20 + streams("deals.needed_by").gamma(2.0, 50.0, size=n)).astype(np.int64)
    wait_stated = signed(streams("deals.needed_by_stated"), serious, p.needed_by_stated)

    contact = _contact(streams("deals.contact"), account, people, len(accounts))
    size = (np.log(worth) - np.log(worth).mean()) / max(float(np.log(worth).std()), 1e-9)
    seller = _seller(p, streams, codes(accounts, "region", p.regions)[account], size, sellers)
    customer = accounts["customer"].to_numpy()[account]
    expansion = customer & (streams("deals.expansion").random(n) < p.expansion_share)
    assets = streams("deals.content").random((n, len(p.content))) < [c.share for c in p.content]
    labels = np.array([c.name for c in p.content])
    number = 100_000 + np.cumsum(streams("deals.id").integers(1, 9, size=n))
    opened = np.datetime64(p.first_day, "D") + day
    return pa.table(
        {
            "deal_id": [f"OPP-{i:07d}" for i in number.tolist()],
            "account_id": account,
            "contact_id": contact,
            "seller_id": seller,
            "product_id": product,
            "opened": opened,
            "source": [p.sources[i].name for i in source.tolist()],
            "expansion": expansion,
            "worth": worth,
            "amount": pa.array(amount, mask=amount_blank),
            "budget": pa.array(budget, mask=~budget_stated),
            "needed_by": pa.array((opened + wait).astype("datetime64[D]"), mask=~wait_stated),
            "free_mail": signed(streams("deals.free_mail"), serious, p.free_mail),
            "engaged": 1 + streams("deals.engaged").binomial(p.engaged_most - 1, np.where(serious, *p.engaged_chance)),
            "content": pa.array([labels[row].tolist() for row in assets], pa.list_(pa.string())),
            "serious": serious,
        }
    )


def pick_account(streams: Streams, accounts: int, deals: int) -> Ints:
    """The account of each deal: a few accounts have many deals, most have few."""
    weight = np.cumsum(np.exp(0.8 * streams("deals.account_weight").standard_normal(accounts)))
    found = np.searchsorted(weight, streams("deals.account").random(deals) * weight[-1], side="right")
    return np.asarray(np.minimum(found, accounts - 1))


def _opened(p: Parameters, rng: np.random.Generator) -> Ints:
    """Days since the first day, sorted, no weekends; the density grows linearly to `growth` times its start."""
    slope = p.growth - 1.0
    u = rng.random(p.deals)
    t = u if abs(slope) < 1e-9 else (np.sqrt(1.0 + slope * (2.0 + slope) * u) - 1.0) / slope
    day = np.sort(np.minimum((t * p.days).astype(np.int64), p.days - 1))
    weekday = (day + p.first_day.weekday()) % 7
    return np.sort(np.maximum(day - np.maximum(weekday - 4, 0), 0))


def _stated(worth: Floats, rounded: Bools) -> Floats:
    """The amount in whole units: a multiple of 1,000 where rounded, never one otherwise."""
    step = np.select([worth < limit for limit, _ in _STEPS], [s for _, s in _STEPS])
    guess = np.maximum(np.rint(worth / step) * step, 1_000.0)
    exact = np.rint(worth)
    exact += np.where(exact % 1_000 == 0, 40.0, 0.0)
    return np.where(rounded, guess, exact)


def _contact(rng: np.random.Generator, account: Ints, people: pa.Table, accounts: int) -> Ints:
    """One person of the account's buying group."""
    first = np.searchsorted(people["account_id"].to_numpy(), np.arange(accounts + 1))
    group = np.diff(first)[account]
    return np.asarray(first[account] + (rng.random(len(account)) * group).astype(np.int64))


def _seller(p: Parameters, streams: Streams, region: Ints, size: Floats, sellers: pa.Table) -> Ints:
    """The seller: mostly one of the region; optimistic sellers are drawn to big deals."""
    optimism = numbers(sellers, "optimism") - p.optimism_mean
    near = region[:, None] == codes(sellers, "region", p.regions)[None, :]
    pull = p.optimists_get_big * size[:, None] * optimism[None, :] / max(p.optimism_sd, 1e-9)
    weight = np.cumsum(np.exp(pull + 1.5 * near), axis=1)
    mark = streams("deals.seller").random(len(region)) * weight[:, -1]
    return np.asarray(np.minimum((weight <= mark[:, None]).sum(axis=1), len(sellers) - 1))
