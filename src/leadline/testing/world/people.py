"""Buying groups: the people of each account and the part that each plays in buying."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world import names
from leadline.testing.world.draws import pick
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

_TITLES = {
    "Economic buyer": ("Chief Operating Officer", "VP Finance", "Managing Director"),
    "Champion": ("Head of Operations", "Programme Manager"),
    "User": ("Shift Supervisor", "Planner", "Analyst"),
    "Technical evaluator": ("IT Architect", "Automation Engineer"),
    "Procurement": ("Category Buyer", "Head of Procurement"),
    "Legal": ("Legal Counsel",),
}


def draw(parameters: Parameters, streams: Streams, accounts: pa.Table) -> pa.Table:
    """One row per person, sorted by account."""
    p = parameters
    sizes = streams("people.group").integers(p.group_smallest, p.group_largest + 1, size=len(accounts))
    account = np.repeat(np.arange(len(accounts)), sizes)
    n = len(account)
    role = [p.roles[i].name for i in pick(streams("people.role"), p.roles, n).tolist()]
    person = names.people(streams("people.name"), n)
    domain = accounts["domain"].to_pylist()
    chosen = streams("people.title").random(n).tolist()
    return pa.table(
        {
            "person_id": np.arange(n),
            "account_id": account,
            "name": person,
            "role": role,
            "title": [_title(r, c) for r, c in zip(role, chosen, strict=True)],
            "email": [f"{names.local_part(w)}@{domain[a]}" for w, a in zip(person, account.tolist(), strict=True)],
        }
    )


def _title(role: str, chosen: float) -> str:
    titles = _TITLES.get(role, (role,))
    return titles[int(chosen * len(titles))]
