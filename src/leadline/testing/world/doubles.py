"""People twice in one list: typing slips, new jobs and addresses, short forms of names, blanks. The truth is known.

Nothing here is taken from the tables that the matcher knows: names are made of syllables, and a nickname is a cut.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.testing.world.streams import Streams

_HEADS = (
    "ba be bi bo bra bre da de do dra fa fe fi fre ga ge go gra ha he hi ho ja jo ka ke ki kla kra la le li lo"
).split()
_MIDS = (
    "ba ber cha de der di do fer ga gi ha ker la le li lo ma me mi na ne ni no ra re ri ro sa se ta te ti to va vi"
).split()
_TAILS = (
    "ck d l lan ld ler lia lin ll m man mann n na nd ne ner ni r ra rd ro rs s sen ski son st t ta ter th to vic"
).split()
_CITIES, _STREETS = 800, 30_000
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
SHARE = 0.18  # of rows that repeat somebody

Ints = NDArray[np.int64]


def people(seed: int, count: int) -> pa.Table:
    """`count` rows in mixed order: id, given_name, family_name, email, phone, title, company, domain, street, city,
    country, and `person`, which is the same number for rows of one person. About 18 % of rows repeat somebody."""
    streams = Streams("doubles", seed)
    originals = count - int(count * SHARE)
    table = _originals(streams, originals)
    of = streams("of").integers(0, originals, count - originals)
    repeated = _worn(streams, table.take(pa.array(of)))
    whole = pa.concat_tables([table, repeated])
    order = streams("order").permutation(count)
    mixed = whole.take(pa.array(order))
    return mixed.add_column(0, "id", pa.array([f"r{i}" for i in range(count)]))


def _originals(streams: Streams, n: int) -> pa.Table:
    given = _names(900, 2)
    family = _names(60_000, 3)
    companies = max(20, n // 6)
    company_names = _names(companies, 3)

    def skew(name: str, size: int, power: float) -> Ints:
        return np.asarray(size * streams(name).random(n) ** power, dtype=np.int64)

    g, f = skew("given", len(given), 2.0), skew("family", len(family), 2.2)
    c = skew("company", companies, 1.3)
    domain = pc.binary_join_element_wise(company_names, "-co.example", "")
    city = _names(_CITIES, 2, "stad")
    given_, family_ = given.take(pa.array(g)), family.take(pa.array(f))
    number = pa.array(streams("twin").integers(1, 100, n)).cast(pa.string())
    tail = pc.if_else(pa.array(streams("plain").random(n) < 0.85), "", number)
    address = pc.binary_join_element_wise(given_, ".", family_, tail, "@", domain.take(pa.array(c)), "")
    house = pa.array(streams("house").integers(1, 200, n)).cast(pa.string())
    street = _names(_STREETS, 3, " street").take(pa.array(streams("street").integers(0, _STREETS, n)))
    switchboard = 200_000_000 + c * 997
    own = streams("phone").integers(600_000_000, 999_999_999, n)
    phone = np.where(streams("direct").random(n) < 0.6, own, switchboard)
    titles = pa.array(["Buyer", "Engineer", "Director", "Manager", "Analyst", "Head of Sales", "Planner", "Owner"])
    table = pa.table(
        {
            "given_name": given_,
            "family_name": family_,
            "email": address,
            "phone": pc.binary_join_element_wise("+44", pa.array(phone).cast(pa.string()), ""),
            "title": titles.take(pa.array(streams("title").integers(0, len(titles), n))),
            "company": pc.binary_join_element_wise(company_names.take(pa.array(c)), " ltd", ""),
            "domain": domain.take(pa.array(c)),
            "street": pc.binary_join_element_wise(house, street, " "),
            "city": city.take(pa.array((c * 31 + streams("city").integers(0, 2, n)) % _CITIES)),
            "country": pa.array(["United Kingdom", "Ireland", "Netherlands"]).take(pa.array(c % 3)),
            "person": np.arange(n),
        }
    )
    return _blanked(streams, table, "original", {"email": 0.12, "phone": 0.25, "title": 0.2, "street": 0.3})


def _worn(streams: Streams, table: pa.Table) -> pa.Table:
    """The same people as somebody else typed them, or as they are some years later."""
    n = table.num_rows
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    other = streams("other").permutation(n)
    moved = streams("moved").random(n) < 0.15
    for name in ("street", "city"):
        columns[name] = pc.if_else(pa.array(moved), columns[name].take(pa.array(other)), columns[name])
    changed = streams("changed job").random(n) < 0.08
    for name in ("company", "domain", "email"):
        gone = columns[name].take(pa.array(other)) if name != "email" else pa.nulls(n, pa.string())
        columns[name] = pc.if_else(pa.array(changed), gone, columns[name])
    private = streams("private mail").random(n) < 0.1
    free = pc.binary_join_element_wise(columns["given_name"], columns["family_name"], "@gmail.com", "")
    columns["email"] = pc.if_else(pa.array(private), free, columns["email"])
    short = pc.utf8_slice_codeunits(columns["given_name"], 0, 4)
    columns["given_name"] = pc.if_else(pa.array(streams("short").random(n) < 0.1), short, columns["given_name"])
    swap = pa.array(streams("swapped").random(n) < 0.03)
    given, family = columns["given_name"], columns["family_name"]
    columns["given_name"], columns["family_name"] = pc.if_else(swap, family, given), pc.if_else(swap, given, family)
    for name, share in (
        *(("given_name", 0.12), ("family_name", 0.15), ("email", 0.08), ("phone", 0.08)),
        *(("company", 0.15), ("street", 0.2), ("city", 0.06)),
    ):
        columns[name] = _slipped(streams, columns[name], name, share)
    worn = pa.table(columns)
    return _blanked(streams, worn, "worn", {"email": 0.25, "phone": 0.3, "title": 0.4, "street": 0.3, "city": 0.15})


def _names(count: int, syllables: int, ending: str = "") -> pa.Array:
    """`count` different invented words, the same for every seed."""
    pools = [_HEADS, *([_MIDS] * (syllables - 2)), _TAILS]
    kinds = int(np.prod([len(p) for p in pools]))
    order = np.random.default_rng(7).permutation(kinds)
    made = []
    for i in range(count):
        at, lap = int(order[i % kinds]), i // kinds
        word = _MIDS[lap % len(_MIDS)] if lap else ""
        word += _MIDS[lap // len(_MIDS) % len(_MIDS)] if lap >= len(_MIDS) else ""
        for pool in pools:
            at, rest = divmod(at, len(pool))
            word += pool[rest]
        made.append(word + ending)
    return pa.array(made)


def _blanked(streams: Streams, table: pa.Table, stage: str, shares: dict[str, float]) -> pa.Table:
    for name, share in shares.items():
        gone = streams(f"{stage} blank {name}").random(table.num_rows) < share
        at = table.column_names.index(name)
        column = table[name].combine_chunks()
        table = table.set_column(at, name, pc.if_else(pa.array(gone), pa.nulls(len(column), pa.string()), column))
    return table


def _slipped(streams: Streams, column: pa.Array, name: str, share: float) -> pa.Array:
    """One slip of the fingers in some cells: a letter left out, doubled, changed, or two exchanged."""
    random = streams(f"slip {name}")
    chosen = np.flatnonzero(random.random(len(column)) < share)
    where, how = random.random(len(chosen)), random.integers(0, 4, len(chosen))
    letter = random.integers(0, 26, len(chosen))
    cells = column.take(pa.array(chosen)).to_pylist()
    slips: tuple[Callable[[str, int, str], str], ...] = (
        lambda s, i, _c: s[:i] + s[i + 1 :],
        lambda s, i, _c: s[:i] + s[i] + s[i:],
        lambda s, i, c: s[:i] + c + s[i + 1 :],
        lambda s, i, _c: s[:i] + s[i + 1 : i + 2] + s[i] + s[i + 2 :],
    )
    made = [
        slips[h](cell, int(w * len(cell)), str(_LETTERS[k])) if cell else cell
        for cell, w, h, k in zip(cells, where.tolist(), how.tolist(), letter.tolist(), strict=True)
    ]
    mask = np.zeros(len(column), dtype=bool)
    mask[chosen] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(made, pa.string()))
