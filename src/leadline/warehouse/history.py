"""The company's own record as rows to learn from: each deal as it stood at several moments, and how it ended.

Moments are chosen by what was known at them alone: when a deal opened, when its stage changed, and every thirty days
while it was open (landmarks; van Houwelingen 2007). How long a deal lasted, and so how many moments it has, is no part
of that rule: rows divided by their number would make short deals, most of them lost, count for more in each stage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadline.core.errors import DataError
from leadline.warehouse.arrow import pa
from leadline.warehouse.lake import files

DAY = 86_400_000_000  # microseconds
EVERY = 30 * DAY
AHEAD = 90 * DAY  # how soon an account without an open deal must open one to count as won
PRODUCTS = 8  # the most frequent ones, of which accounts are asked
SOON = 10 * DAY  # a landmark so soon after the moment before tells nothing new
MOST = 12  # moments of a deal, the first ones

# The columns that say what a row is, beside those that describe it. `outcome` is 'won', 'lost' or 'open'.
KEYS = ("subject_id", "cutoff", "account_id", "account", "outcome", "decided_at")


@dataclass(slots=True)
class Course:
    """One deal through time (microseconds): `told` are (time, value) by field, in order of time."""

    number: int
    account: int | None
    product: int | None
    opened: int
    decided: int | None
    outcome: str
    own: Mapping[str, Any]
    told: dict[str, list[tuple[int, str | None]]] = field(default_factory=dict)
    first: dict[str, str | None] = field(default_factory=dict)  # what stood there before the first change

    def known(self, name: str, at: int) -> str | None:
        """The value of a field at a time: what was last told, else what stood before the first change."""
        changes = self.told.get(name)
        if not changes:
            return None
        place = bisect_right(changes, at, key=lambda change: change[0])
        return changes[place - 1][1] if place else self.first.get(name)


Changes = Mapping[str, list[tuple[int, str | None, str | None]]]  # (time, before, after) by field
Told = Mapping[int, Changes]


def table(lake: Path, name: str, columns: list[str] | None = None) -> pa.Table:
    """A table of the lake; DataError where the lake has none."""
    import pyarrow.parquet as pq

    found = files(lake, name)
    if not found:
        raise DataError(f"The lake {lake} holds no table '{name}'; write it anew with leadline export --fresh")
    return pa.concat_tables([pq.read_table(path, columns=columns, partitioning=None) for path in found])


def courses(lake: Path) -> list[Course]:
    """Every deal that says when it opened, in order of its number. A decided deal that does not say when is left out,
    as is one that ended before it opened."""
    deals = table(lake, "deals").to_pylist()
    told: dict[int, dict[str, list[tuple[int, str | None, str | None]]]] = {}
    for row in table(lake, "deal_changes", ["deal_id", "field", "before", "after", "at"]).to_pylist():
        change = (int(row["at"]), row["before"], row["after"])
        told.setdefault(row["deal_id"], {}).setdefault(row["field"], []).append(change)
    for fields in told.values():
        for history in fields.values():
            history.sort(key=lambda change: change[0])
    last = _last_stages(deals, told)
    lines = _products_of(lake)
    found = []
    for deal in deals:
        changes: Changes = told.get(deal["id"], {})
        decided = _decided(deal, changes, last)
        if deal["opened_at"] is None or (deal["state"] != "open" and decided is None):
            continue
        if decided is not None and decided <= deal["opened_at"]:
            continue
        product = deal["product_id"] if deal["product_id"] is not None else lines.get(deal["id"])
        found.append(
            Course(
                number=deal["id"],
                account=deal["account_id"],
                product=product,
                opened=int(deal["opened_at"]),
                decided=decided,
                outcome=deal["state"],
                own=deal,
                told={name: [(at, after) for at, _, after in rows] for name, rows in changes.items()},
                first={name: rows[0][1] for name, rows in changes.items()},
            )
        )
    found.sort(key=lambda course: course.number)
    return found


def _last_stages(deals: list[dict[str, Any]], told: Told) -> set[str]:
    """Stages that only decided deals stand in and that none has left: to come into one is to be decided."""
    ended = {deal["stage"] for deal in deals if deal["state"] != "open" and deal["stage"]}
    alive = {deal["stage"] for deal in deals if deal["state"] == "open"}
    left = {before for fields in told.values() for _, before, _ in fields.get("stage", ())}
    return ended - alive - left


def _decided(deal: Mapping[str, Any], changes: Changes, last: set[str]) -> int | None:
    """When it was decided: the earliest of what its own field, its state and its stage say."""
    if deal["state"] == "open":
        return None
    times = [int(deal["closed_at"])] if deal["closed_at"] is not None else []
    times += [at for at, _, after in changes.get("state", ()) if after == deal["state"]]
    times += [at for at, _, after in changes.get("stage", ()) if after in last]
    return min(times) if times else None


def _products_of(lake: Path) -> dict[int, int]:
    """The dearest product of each deal with lines."""
    best: dict[int, tuple[float, int]] = {}
    for row in table(lake, "deal_products").to_pylist():
        worth = (row["price"] or 0.0) * (row["quantity"] or 1.0)
        best[row["deal_id"]] = max(best.get(row["deal_id"], (-1.0, 0)), (worth, row["product_id"]))
    return {deal: product for deal, (_, product) in best.items()}


def moments(course: Course, at: int) -> Iterator[int]:
    """The times up to `at` at which the deal, still open, is looked at."""
    end = min(at, course.decided - 1 if course.decided is not None else at)
    if course.opened > end:
        return
    stages = sorted({time for time, _ in course.told.get("stage", ()) if course.opened < time <= end})
    yield course.opened
    before, made, mark = course.opened, 1, course.opened + EVERY
    for time in [*stages, None]:
        until = end if time is None else time - 1
        while mark <= until and made < MOST:
            if mark - before >= SOON:
                yield mark
                before, made = mark, made + 1
            mark += EVERY
        if time is not None and made < MOST:
            yield time
            before, made = time, made + 1


def deal_rows(lake: Path, at: int) -> pa.Table:
    """Deals as they were known at `at`: rows at the moments of those decided by then, and one row as of `at` for each
    that was open. Columns: KEYS, `deal_number`, `opened_at`, and what describes the deal at the cut-off."""
    firms = {row["id"]: row for row in table(lake, "accounts").to_pylist()}
    products = {row["id"]: row["name"] or row["code"] for row in table(lake, "products").to_pylist()}
    rows: list[dict[str, Any]] = []
    for course in courses(lake):
        if course.opened > at:
            continue
        decided = course.decided is not None and course.decided <= at
        looked = moments(course, at) if decided else (at,)
        rows += [_deal_row(course, moment, firms, products, decided=decided) for moment in looked]
    if not rows:
        raise DataError("The record holds no deal that says when it opened; import deals with their dates first")
    return pa.Table.from_pylist(rows, schema=DEAL_SCHEMA)


DEAL_SCHEMA = pa.schema(
    [
        ("subject_id", pa.int64()),
        ("cutoff", pa.int64()),
        ("account_id", pa.int64()),
        ("account", pa.string()),
        ("outcome", pa.string()),
        ("decided_at", pa.int64()),
        ("opened_at", pa.int64()),
        ("product", pa.string()),
        ("stage", pa.string()),
        ("amount", pa.float64()),
        ("currency", pa.string()),
        ("pipeline", pa.string()),
        ("channel", pa.string()),
        ("moved", pa.bool_()),
        ("industry", pa.string()),
        ("country", pa.string()),
        ("employees", pa.float64()),
    ]
)


def _deal_row(
    course: Course, at: int, firms: Mapping[int, Any], products: Mapping[int, str], *, decided: bool
) -> dict[str, Any]:
    firm = firms.get(course.account, {}) if course.account is not None else {}
    return {
        "subject_id": course.number,
        "cutoff": at,
        "account_id": course.account,
        "account": firm.get("name"),
        "outcome": course.outcome if decided else "open",
        "decided_at": course.decided if decided else None,
        "opened_at": course.opened,
        "product": products.get(course.product) if course.product is not None else None,
        "stage": course.known("stage", at),
        "amount": _number(course.known("amount", at) if "amount" in course.told else course.own["amount"]),
        "currency": course.own["currency"],
        "pipeline": course.known("pipeline", at) if "pipeline" in course.told else course.own["pipeline"],
        "channel": course.known("channel", at) if "channel" in course.told else course.own["channel"],
        "moved": any(course.opened < time <= at for time, _ in course.told.get("stage", ())),
        "industry": firm.get("industry"),
        "country": firm.get("country"),
        "employees": None if firm.get("employees") is None else float(firm["employees"]),
    }


def _number(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


ACCOUNT_SCHEMA = pa.schema(
    [
        ("subject_id", pa.int64()),
        ("cutoff", pa.int64()),
        ("account_id", pa.int64()),
        ("account", pa.string()),
        ("outcome", pa.string()),
        ("decided_at", pa.int64()),
        ("product", pa.string()),
        ("industry", pa.string()),
        ("country", pa.string()),
        ("employees", pa.float64()),
    ]
)


def account_rows(lake: Path, at: int) -> pa.Table:
    """Accounts without an open deal, every ninety days back from `at` since they were first heard of, once for each
    product: won where a deal for that product was opened within the ninety days after, else lost; and as of `at`."""
    firms = {row["id"]: row for row in table(lake, "accounts").to_pylist()}
    names = {row["id"]: row["name"] or row["code"] for row in table(lake, "products").to_pylist()}
    deals: dict[int, list[Course]] = {}
    sold: dict[int, int] = {}
    for course in courses(lake):
        if course.account is not None and course.opened <= at:
            deals.setdefault(course.account, []).append(course)
            if course.product is not None and course.product in names:
                sold[course.product] = sold.get(course.product, 0) + 1
    asked = sorted(sold, key=lambda number: (-sold[number], number))[:PRODUCTS]
    if not asked:
        raise DataError("No deal names a product that the record holds; accounts are scored for products")
    heard = _first_heard(lake)
    rows: list[dict[str, Any]] = []
    for number, firm in firms.items():
        own = deals.get(number, [])
        first = min([heard.get(number, at + 1), *(course.opened for course in own)])
        for back in range(MOST + 1):
            cutoff = at - back * AHEAD
            if cutoff < first:
                break
            if any(c.opened <= cutoff and (c.decided is None or c.decided > cutoff) for c in own):
                continue
            for product in asked:
                opened = [c.opened for c in own if c.product == product and cutoff < c.opened <= cutoff + AHEAD]
                rows.append(_account_row(number, firm, cutoff, names[product], opened, asked_now=not back))
    if not rows:
        raise DataError("The record holds no account without an open deal that anything was heard of")
    return pa.Table.from_pylist(rows, schema=ACCOUNT_SCHEMA)


def _account_row(
    number: int, firm: Mapping[str, Any], cutoff: int, product: str, opened: list[int], *, asked_now: bool
) -> dict[str, Any]:
    return {
        "subject_id": number,
        "cutoff": cutoff,
        "account_id": number,
        "account": firm["name"],
        "outcome": "open" if asked_now else "won" if opened else "lost",
        "decided_at": None if asked_now else cutoff + AHEAD,  # a win is known no sooner than a loss could be
        "product": product,
        "industry": firm["industry"],
        "country": firm["country"],
        "employees": None if firm["employees"] is None else float(firm["employees"]),
    }


def _first_heard(lake: Path) -> dict[int, int]:
    found = table(lake, "signals", ["account_id", "at"]).drop_null().group_by("account_id").aggregate([("at", "min")])
    return dict(zip(found["account_id"].to_pylist(), found["at_min"].to_pylist(), strict=True))
