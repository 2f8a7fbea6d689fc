"""What a CRM's export of deals would show of the market, as a typed table or as the text of a file."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.testing.world.deals import FREE_MAIL
from leadline.testing.world.names import local_part
from leadline.testing.world.outcomes import LOST, WON
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

OUTCOME = "Stage"
LEAKS = ("Close Date", "Days in Stage", "Lost Reason", "Probability (%)", "Last Activity Date")
IDENTIFIERS = ("Opportunity ID", "Opportunity Name")
IDLE = ("Contact Name", "Contact Phone", "Emails Sent")  # honest, and without an effect of their own


class Market(Protocol):
    """The tables that an export is made from."""

    @property
    def parameters(self) -> Parameters: ...
    @property
    def seed(self) -> int: ...
    @property
    def accounts(self) -> pa.Table: ...
    @property
    def people(self) -> pa.Table: ...
    @property
    def sellers(self) -> pa.Table: ...
    @property
    def products(self) -> pa.Table: ...
    @property
    def deals(self) -> pa.Table: ...


def deals(world: Market, closed_only: bool = False) -> pa.Table:
    """One row per deal, oldest first, with real types: dates as date32, money and counts as numbers, blanks as null."""
    d, acts = world.deals, Streams(world.parameters.stream, world.seed)
    n = len(d)
    account = world.accounts.take(d["account_id"])
    person = world.people.take(d["contact_id"])
    product = world.products["name"].take(d["product_id"])
    rng = acts("export.address")
    box, number = rng.integers(len(FREE_MAIL), size=n).tolist(), rng.integers(1_000, 9_999, size=n).tolist()
    called = person["name"].to_pylist()
    email = [
        f"{local_part(name)}.{i}.sample@{FREE_MAIL[b]}" if free else work
        for name, b, i, free, work in zip(
            called, box, number, d["free_mail"].to_pylist(), person["email"].to_pylist(), strict=True
        )
    ]
    rng = acts("export.phone")
    line, silent = rng.integers(100, 200, size=n).tolist(), (rng.random(n) < 0.35).tolist()
    phone = [None if s else f"+1 {200 + i % 700} 555 0{k}" for i, (k, s) in enumerate(zip(line, silent, strict=True))]
    title = pc.binary_join_element_wise(account["name"], product, " - ")
    table = pa.table(
        {
            "Opportunity ID": d["deal_id"],
            "Opportunity Name": title,
            "Account Name": account["name"],
            "Parent Account": account["parent"],
            "Industry": account["industry"],
            "Employees": account["employees"],
            "Region": account["region"],
            "Known Technologies": _joined(account["technologies"]),
            "Contact Name": person["name"],
            "Contact Role": person["role"],
            "Contact Email": email,
            "Contact Phone": pa.array(phone, pa.string()),
            "Owner": world.sellers["name"].take(d["seller_id"]),
            "Product": product,
            "Type": pc.if_else(d["expansion"], "Existing Business", "New Business"),
            "Lead Source": d["source"],
            "Created Date": d["opened"].cast(pa.date32()),
            "Amount": d["amount"],
            "Budget": d["budget"],
            "Needed By": d["needed_by"].cast(pa.date32()),
            "People Engaged": d["engaged"],
            "Emails Sent": d["mails_sent"],
            "Emails Opened": d["mail_opens"],
            "Email Clicks": d["mail_clicks"],
            "Replies": d["replies"],
            "Content Used": _joined(d["content"]),
            "Note": d["note"],
            "Stage": d["stage"],
            "Probability (%)": d["seller_probability"],
            "Close Date": d["planned_close"].cast(pa.date32()),
            "Days in Stage": d["days_in_stage"],
            "Last Activity Date": d["last_activity"].cast(pa.date32()),
            "Lost Reason": d["lost_reason"],
        }
    ).combine_chunks()
    if closed_only:
        table = table.filter(pc.is_in(table[OUTCOME], value_set=pa.array([WON, LOST])))
    return table


def text(world: Market, closed_only: bool = False) -> pa.Table:
    """The same rows as the text of a file, as people and systems write it: dates as M/D/YYYY, money with a sign and
    thousands separators, 'tbd' and 'n/a' for some blanks of the budget; other blanks are empty strings."""
    table = deals(world, closed_only)
    sign = world.parameters.currency
    rng = Streams(world.parameters.stream, world.seed)("export.text")
    unsure = np.array(["", "", "", "tbd", "n/a"])[rng.integers(5, size=len(table))].tolist()
    columns: dict[str, list[str]] = {}
    for name in table.column_names:
        cells = table[name].to_pylist()
        kind = table.schema.field(name).type
        if name in ("Amount", "Budget"):
            blank = unsure if name == "Budget" else [""] * len(cells)
            columns[name] = [b if c is None else f"{sign}{c:,.2f}" for c, b in zip(cells, blank, strict=True)]
        elif pa.types.is_date(kind):
            columns[name] = ["" if c is None else f"{c.month}/{c.day}/{c.year}" for c in cells]
        elif name == "Employees":
            columns[name] = [f"{c:,}" for c in cells]
        else:
            columns[name] = ["" if c is None else str(c) for c in cells]
    return pa.table(columns)


def _joined(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists of strings as 'a; b', null where empty."""
    joined = pc.binary_join(lists, "; ")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
