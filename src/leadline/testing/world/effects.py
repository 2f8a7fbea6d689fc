"""What each column of an export truly does to a deal, in log-odds.

A column acts in two ways. Its own effect adds to the deal's log-odds; and, where it is a sign, it adds to the log-odds
that the deal is serious. An interaction of two columns is credited to each by half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.testing.world import engagement
from leadline.testing.world import products as product_table
from leadline.testing.world.draws import Bools, Floats, Ints, codes, holds, numbers
from leadline.testing.world.parameters import Level, Pair, Parameters, Source


@dataclass(frozen=True, slots=True)
class Effects:
    """`own` and `sign`: per column name of the export, one value per deal (log-odds, own unscaled).

    What only a known account can tell is kept apart too: its own effect with its parent's, their variance for one who
    has never met it, and the sum of signs for one who does not know whether it scans its mail."""

    own: dict[str, Floats]
    sign: dict[str, Floats]
    account: Floats
    account_variance: Floats
    sign_new_account: Floats


def measure(
    p: Parameters,
    accounts: pa.Table,
    people: pa.Table,
    sellers: pa.Table,
    products: pa.Table,
    deals: pa.Table,
    mail: pa.Table,
    notes: pa.Table,
) -> Effects:
    """The effects of every column in every deal."""
    account = deals["account_id"].to_numpy()
    product = deals["product_id"].to_numpy()
    amount = numbers(deals, "amount")
    stated = ~np.isnan(amount)
    over = np.where(stated, np.log(np.where(stated, amount, 1.0) / numbers(products, "typical_amount")[product]), 0.0)
    industry = codes(accounts, "industry", p.industries)[account]
    fit = np.where(industry >= 0, product_table.fit(products)[product, industry], 0.0)
    role = codes(people, "role", p.roles)[deals["contact_id"].to_numpy()]
    decides = (role == [r.name for r in p.roles].index(p.deciding_role)) & (over > np.log(p.big_deal))
    time = _time(p, deals)
    source = codes(deals, "source", p.sources)
    replies = numbers(mail, "replies")
    uses = holds(accounts, "technologies", p.technologies)
    says = _says(p, notes)
    own = {
        "Account Name": numbers(accounts, "effect")[account],
        "Parent Account": numbers(accounts, "parent_effect")[account],
        "Industry": _level(p.industries, industry) + fit / 2,
        "Employees": p.size_curve * np.log(numbers(accounts, "employees")[account] / p.size_peak) ** 2,
        "Region": _level(p.regions, codes(accounts, "region", p.regions)[account]),
        "Known Technologies": (uses @ np.array([t.effect for t in p.technologies]))[account],
        "Contact Role": _level(p.roles, role) + p.deciding_big / 2 * decides,
        "Owner": numbers(sellers, "skill")[deals["seller_id"].to_numpy()],
        "Product": numbers(products, "effect")[product] + fit / 2,
        "Type": p.expansion * deals["expansion"].to_numpy(),
        "Lead Source": _level(p.sources, source) + time * np.array([s.shift for s in p.sources])[source],
        "Created Date": p.base_drift * time,
        "Amount": p.amount_slope * over + p.deciding_big / 2 * decides,
        "Budget": p.budget_slope * _budget(deals, amount),
        "Needed By": p.needed_by_slope * _wait(deals),
        "People Engaged": p.engaged * (numbers(deals, "engaged") >= p.engaged_threshold),
        "Replies": p.reply * np.log1p(replies),
        "Content Used": holds(deals, "content", p.content) @ np.array([c.effect for c in p.content]),
        "Note": says @ np.array([phrase.effect for phrase in p.phrases]),
    }
    sent, further = numbers(mail, "sent"), numbers(deals, "engaged") - 1
    opened, clicked = engagement.evidence(p, accounts["scans"].to_numpy()[account].astype(np.float64), mail)
    unknown, clicked_unknown = engagement.evidence(p, numbers(accounts, "scan_chance")[account], mail)
    more, fewer = p.reply_chance
    guessed = _sign(stated & (amount % 1_000 == 0), p.amount_round)
    sign = {
        "Lead Source": p.serious_log_odds + np.array([s.serious for s in p.sources])[source],
        "Amount": np.where(stated, guessed, 0.0) + _sign(~stated, p.amount_blank),
        "Budget": _sign(~np.isnan(numbers(deals, "budget")), p.budget_stated),
        "Needed By": _sign(deals["needed_by"].is_valid().to_numpy(), p.needed_by_stated),
        "Contact Email": _sign(deals["free_mail"].to_numpy(), p.free_mail),
        "People Engaged": further * _ratio(p.engaged_chance)
        + (p.engaged_most - 1 - further) * _ratio((1 - p.engaged_chance[0], 1 - p.engaged_chance[1])),
        "Replies": replies * _ratio(p.reply_chance) - sent * (more - fewer),
        "Emails Opened": opened,
        "Email Clicks": clicked,
        "Note": _note(p, notes, says),
    }
    child = accounts["parent"].is_valid().to_numpy()[account]
    return Effects(
        own,
        sign,
        own["Account Name"] + own["Parent Account"],
        p.account_sd**2 + p.parent_sd**2 * child,
        np.asarray(sum(sign.values())) - opened - clicked + unknown + clicked_unknown,
    )


def _level(levels: Sequence[Level | Source], code: Ints) -> Floats:
    """The effect of each row's level; none where blank."""
    values = np.array([level.effect for level in levels] + [0.0])
    return np.asarray(values[code])


def _ratio(chances: Pair) -> float:
    return float(np.log(chances[0] / chances[1]))


def _sign(shown: Bools, chances: Pair) -> Floats:
    """The log-likelihood ratio of a sign that is shown or not."""
    return np.where(shown, _ratio(chances), _ratio((1 - chances[0], 1 - chances[1])))


def _time(p: Parameters, deals: pa.Table) -> Floats:
    """When the deal was opened, from -1/2 (first day) to 1/2 (day of the export)."""
    day = deals["opened"].to_numpy() - np.datetime64(p.first_day, "D")
    return np.asarray(day.astype(np.float64)) / p.days - 0.5


def _budget(deals: pa.Table, amount: Floats) -> Floats:
    """e-folds of budget over amount, within one; none where either is blank."""
    ratio = np.log(numbers(deals, "budget") / amount)
    return np.asarray(np.nan_to_num(np.clip(ratio, -1.0, 1.0)))


def _wait(deals: pa.Table) -> Floats:
    """Days until the buyer needs it, in units of 90 beyond 120, within two; none where blank."""
    valid = deals["needed_by"].is_valid().to_numpy()
    due = deals["needed_by"].fill_null(deals["opened"][0]).to_numpy()
    days = (due - deals["opened"].to_numpy()).astype("timedelta64[D]").astype(np.float64)
    return np.where(valid, np.clip((days - 120.0) / 90.0, -2.0, 2.0), 0.0)


def _says(p: Parameters, notes: pa.Table) -> Bools:
    """Deals x phrases."""
    cells = notes["says"].combine_chunks()
    said = np.zeros((len(notes), len(p.phrases)), dtype=np.bool_)
    said[pc.list_parent_indices(cells).to_numpy(), pc.list_flatten(cells).to_numpy()] = True
    return said


def _note(p: Parameters, notes: pa.Table, says: Bools) -> Floats:
    """Of a blank note that it is blank; of another, that and each phrase that it holds or lacks."""
    written = notes["text"].is_valid().to_numpy()
    phrases = sum((_sign(says[:, i], phrase.sign) for i, phrase in enumerate(p.phrases)), np.zeros(len(notes)))
    return np.where(written, phrases, 0.0) + _sign(~written, p.note_blank)
