"""A simulated company's record: three years of accounts, people, deals and acts, as connectors would write them.

`write_history` fills the opened record and gives the truth that no record shows: what chance each deal had at any time,
what each mail meant, and when which channel lost its effect. See docs/explain/renewal.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from leadline.core.clock import FixedClock, from_micros, micros
from leadline.core.market import Kind, Record
from leadline.core.signal import Ref
from leadline.testing.world import history_acts, history_draws
from leadline.testing.world.history_acts import SOURCE
from leadline.testing.world.history_draws import (
    COUNTRIES,
    INDUSTRIES,
    LOST,
    PRODUCTS,
    SELLERS,
    STAGES,
    TITLES,
    WON,
    Drawn,
)
from leadline.testing.world.names import FIRST, LAST

ENDS_AT = datetime(2026, 6, 30, tzinfo=UTC)
YEARS = 3.0
DRIFT_BEFORE = 400.0  # days before the end from which downloads mean something else
STEP = 5_000  # signals a transaction


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is true of a written history. `accounts`, `people` and `deals` give the record's number for each position in
    `drawn`; `intents` says what each buyer's mail meant, by the signal's key (source 'simulated')."""

    seed: int
    starts_at: datetime
    ends_at: datetime
    drift_at: datetime
    drawn: Drawn
    accounts: tuple[int, ...]
    people: tuple[int, ...]
    deals: tuple[int, ...]
    signals: int
    intents: Mapping[str, str]

    def chance(self, deal: int, at: int) -> float:
        """The true probability that the deal with this number is won, as of a time (microseconds) when it was open."""
        return self.drawn.chance(self.deals.index(deal), at)


def draw_history(
    seed: int,
    accounts: int,
    *,
    ends_at: datetime = ENDS_AT,
    years: float = YEARS,
    drift_before: float = DRIFT_BEFORE,
    deals_each: float = 1.4,
) -> Drawn:
    """The history without a record. `drift_before` is in days before the end; 0 is no drift."""
    starts_at = ends_at - timedelta(days=365.25 * years)
    drift_at = ends_at - timedelta(days=drift_before)
    return history_draws.draw(seed, accounts, micros(starts_at), micros(ends_at), micros(drift_at), deals_each)


def write_history(
    *,
    seed: int = 0,
    accounts: int = 1_000,
    ends_at: datetime = ENDS_AT,
    years: float = YEARS,
    drift_before: float = DRIFT_BEFORE,
    deals_each: float = 1.4,
) -> Truth:
    """Fills the opened record with a company's history: about 50 signals an account. Equal arguments, equal records."""
    from leadline.store import batches, ledger
    from leadline.store.deal_history import upsert_in_time
    from leadline.store.transactions import together
    from leadline.store.upsert import upsert
    from leadline.store.upsert_lookup import lookup

    drawn = draw_history(seed, accounts, ends_at=ends_at, years=years, drift_before=drift_before, deals_each=deals_each)
    acts = history_acts.draw(drawn, seed)
    clock = FixedClock(ends_at)
    with together():
        batch = batches.fresh(SOURCE, "history", clock.now())
        upsert(_parties(drawn), batch, clock)
    with together():
        upsert_in_time(_deals(drawn), batch, clock)
    with together():
        upsert(_orders(drawn), batch, clock)
    for start in range(0, len(acts.signals), STEP):
        with together():
            ledger.append(acts.signals[start : start + STEP], batch=batch)
    with together():
        batches.finish(batch, {"signals": len(acts.signals)}, clock.now())

    def numbers(kind: Kind, refs: list[Ref]) -> tuple[int, ...]:
        found = lookup(kind, refs).found
        return tuple(found[ref] for ref in refs)

    return Truth(
        seed=seed,
        starts_at=from_micros(drawn.starts_at),
        ends_at=ends_at,
        drift_at=from_micros(drawn.drift_at),
        drawn=drawn,
        accounts=numbers(Kind.ACCOUNT, [_account(n) for n in range(len(drawn.account_names))]),
        people=numbers(Kind.PERSON, [Ref("email", address) for address in drawn.person_emails]),
        deals=numbers(Kind.DEAL, [_deal(n) for n in range(len(drawn.deal_account))]),
        signals=len(acts.signals),
        intents=acts.intents,
    )


def _account(place: int) -> Ref:
    return Ref(SOURCE, f"account-{place}")


def _deal(place: int) -> Ref:
    return Ref(SOURCE, f"deal-{place}")


def _seller(place: int) -> Ref:
    return Ref("email", f"{FIRST[place].lower()}@us.example")


def _parties(drawn: Drawn) -> list[Record]:
    made = [
        Record(Kind.SELLER, (_seller(n),), {"name": f"{FIRST[n]} {LAST[n]}", "email": _seller(n).key})
        for n in range(SELLERS)
    ]
    for place, (name, domain) in enumerate(drawn.account_names):
        values = {
            "name": name,
            "domain": domain,
            "industry": INDUSTRIES[drawn.industry[place]],
            "country": COUNTRIES[drawn.country[place]],
            "employees": int(drawn.employees[place]),
        }
        made.append(Record(Kind.ACCOUNT, (_account(place), Ref("domain", domain)), values))
    for name, address, account, title in zip(
        drawn.person_names, drawn.person_emails, drawn.person_account.tolist(), drawn.person_title.tolist(), strict=True
    ):
        given, family = name.split(" ", 1)
        values = {
            "given_name": given,
            "family_name": family,
            "email": address,
            "title": TITLES[title][0],
            "department": TITLES[title][1],
            "country": COUNTRIES[drawn.country[account]],
        }
        made.append(Record(Kind.PERSON, (Ref("email", address),), values, {"account": _account(account)}))
    for name, code, price in PRODUCTS:
        values = {"code": code, "name": name, "family": "Platform", "price": price, "currency": "EUR"}
        made.append(Record(Kind.PRODUCT, (Ref(SOURCE, code),), values))
    return made


def _deals(drawn: Drawn) -> list[Record]:
    """Each deal as it was when it opened, at each stage, and as it ended."""
    made = []
    for place in range(len(drawn.deal_account)):
        product = int(drawn.deal_product[place])
        account = int(drawn.deal_account[place])
        opened = from_micros(int(drawn.opened_at[place]))
        first = {
            "name": f"{PRODUCTS[product][0]} for {drawn.account_names[account][0]}",
            "stage": STAGES[0],
            "state": "open",
            "amount": round(float(drawn.amount[place]), 2),
            "currency": "EUR",
            "opened_at": opened,
            "expected_on": _expected(opened),
            "pipeline": "Sales",
        }
        relations = {
            "account": _account(account),
            "owner": _seller(int(drawn.deal_seller[place])),
            "product": Ref(SOURCE, PRODUCTS[product][1]),
        }
        made.append(Record(Kind.DEAL, (_deal(place),), first, relations, at=opened))
        for stage, at in enumerate(drawn.entered[place].tolist()):
            if stage and at >= 0:
                values = {"stage": STAGES[stage]}
                made.append(Record(Kind.DEAL, (_deal(place),), values, at=from_micros(at)))
        if drawn.closed_at[place] >= 0:
            closed = from_micros(int(drawn.closed_at[place]))
            won = drawn.state[place] == "won"
            last = {"stage": WON if won else LOST, "state": drawn.state[place], "closed_at": closed}
            made.append(Record(Kind.DEAL, (_deal(place),), last, at=closed))
    return made


def _expected(opened: datetime) -> date:
    return (opened + timedelta(days=90)).date()


def _orders(drawn: Drawn) -> list[Record]:
    made = []
    for place, state in enumerate(drawn.state):
        if state != "won":
            continue
        product = Ref(SOURCE, PRODUCTS[int(drawn.deal_product[place])][1])
        values = {
            "number": f"O-{place:05d}",
            "state": "placed",
            "amount": round(float(drawn.amount[place]), 2),
            "currency": "EUR",
            "ordered_at": from_micros(int(drawn.closed_at[place])),
        }
        relations = {"account": _account(int(drawn.deal_account[place])), "deal": _deal(place)}
        lines = ({"product": product, "quantity": 1, "price": round(float(drawn.amount[place]), 2)},)
        made.append(Record(Kind.ORDER, (Ref(SOURCE, f"order-{place}"),), values, relations, lines=lines))
    return made
