"""Segments of today beside those of the last time: ids and names stay with those who stayed.

Pairs are chosen for the greatest sum of overlaps (Jaccard; Kuhn 1955, the Hungarian method). Where most rows were there
the last time, they tell which segment is which and newcomers are new; else the old model puts today's rows into the old
segments.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.learn.segments.find import Found, Model, assign
from leadline.learn.segments.mixture import Floats, Labels
from leadline.learn.segments.records import Change
from leadline.learn.segments.stability import overlap
from leadline.warehouse.values import text_of

SAME = 0.5  # overlap of a segment that is the old one
MOST_OF = 0.5  # of a segment that comes from, or goes into, another
KNOWN = 0.5  # of the rows that must have been there the last time


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What was found, with old ids and names where segments stayed; `moved_from` is each row's segment of the last time
    where it is another now, else 0."""

    found: Found
    moved_from: Labels


def compare(found: Found, old: Model, table: pa.Table) -> Compared:
    """Give today's segments the ids and names of the old ones that they are, and say what changed."""
    rows = table.num_rows
    nobody = np.zeros(rows, np.int64)
    if found.model is None:
        changes = tuple(Change("gone", (id_,), (), f"'{name}' is gone") for id_, name in _each(old))
        return Compared(replace(found, result=replace(found.result, changes=changes)), nobody)
    homes = _homes(old, table)
    by_name = bool((homes > 0).mean() >= KNOWN)
    place = {id_: at for at, id_ in enumerate(old.ids)}
    before = homes if by_name else assign(old, table)[0]
    was = np.array([place.get(id_, len(old.ids)) for id_ in before.tolist()], np.int64)
    now = found.ids - 1
    number = len(found.model.ids)
    same = overlap(was, now, len(old.ids) + 1, number)[:-1]
    pairs = _pairs(same)
    ids, names, fresh = [0] * number, [""] * number, old.next_id
    taken = set(old.names)
    for at, segment in enumerate(found.result.segments):
        pair = pairs.get(at)
        if pair is not None:
            ids[at], names[at] = old.ids[pair], old.names[pair]
            continue
        ids[at], fresh = fresh, fresh + 1
        names[at] = segment.name if segment.name not in taken else f"{segment.name} (new)"
        taken.add(names[at])
    changes = _changes(old, was, now, ids, names, pairs)
    said = {one: change.kind for change in changes for one in change.new}
    segments = tuple(
        replace(segment, id=ids[at], name=names[at], change=said.get(ids[at], "new"))
        for at, segment in enumerate(found.result.segments)
    )
    today = np.array(ids, np.int64)[now]
    moved_from, known = np.where((homes > 0) & (homes != today), homes, 0), int((homes > 0).sum())
    model = replace(found.model, ids=tuple(ids), names=tuple(names), next_id=fresh)
    result = replace(found.result, segments=segments, changes=changes, moved=int((moved_from > 0).sum()), known=known)
    return Compared(Found(result, model, today, found.sure), moved_from)


def remember(model: Model, table: pa.Table, ids: Labels) -> Model:
    """The model with who is in which segment, as digests; without a column that names rows nothing is kept."""
    if not model.called or model.called not in table.column_names:
        return model
    salt = model.salt or secrets.token_hex(16)
    marks, known = _marks(table, model.called, salt)
    order = np.argsort(marks[known], kind="stable")
    return replace(model, salt=salt, marks=marks[known][order], homes=ids[known][order])


def _each(model: Model) -> list[tuple[int, str]]:
    return list(zip(model.ids, model.names, strict=True))


def _pairs(same: Floats) -> dict[int, int]:
    """The old segment of each new one that is the same."""
    from scipy.optimize import linear_sum_assignment

    olds, news = linear_sum_assignment(-same)
    return {int(new): int(old) for old, new in zip(olds, news, strict=True) if same[old, new] >= SAME}


def _changes(
    old: Model, was: Labels, now: Labels, ids: list[int], names: list[str], pairs: dict[int, int]
) -> tuple[Change, ...]:
    both = np.zeros((len(old.ids) + 1, len(ids)))  # the last row: newcomers
    np.add.at(both, (was, now), 1.0)
    into = both / np.maximum(1.0, both.sum(axis=1, keepdims=True))  # of the old one
    made_of = both / np.maximum(1.0, both.sum(axis=0, keepdims=True))  # of the new one
    found: list[Change] = []
    told_old: set[int] = set()
    told_new: set[int] = set()
    for new in range(len(ids)):
        parents = [one for one in range(len(old.ids)) if both[one, new] and into[one, new] >= MOST_OF]
        if len(parents) > 1:
            who = " and ".join(f"'{old.names[one]}'" for one in parents)
            found.append(
                Change("merged", tuple(old.ids[one] for one in parents), (ids[new],), f"{who} are now '{names[new]}'")
            )
            told_old.update(parents)
            told_new.add(new)
    for one in range(len(old.ids)):
        mine = [new for new in range(len(ids)) if both[one, new] and made_of[one, new] >= MOST_OF]
        parts = [new for new in mine if new not in told_new]
        if len(parts) > 1:
            who = " and ".join(f"'{names[new]}'" for new in parts)
            found.append(
                Change("split", (old.ids[one],), tuple(ids[new] for new in parts), f"'{old.names[one]}' is now {who}")
            )
            told_old.add(one)
            told_new.update(parts)
    for new, one in sorted(pairs.items()):
        if new not in told_new and one not in told_old:
            found.append(Change("kept", (old.ids[one],), (ids[new],), f"'{names[new]}' is the same as before"))
            told_old.add(one)
            told_new.add(new)
    found += [
        Change("new", (), (ids[new],), f"'{names[new]}' is new") for new in range(len(ids)) if new not in told_new
    ]
    found += [
        Change("gone", (id_,), (), f"'{name}' is gone")
        for at, (id_, name) in enumerate(_each(old))
        if at not in told_old
    ]
    return tuple(found)


def _homes(old: Model, table: pa.Table) -> Labels:
    """Each row's segment of the last time by its id, 0 where the row was not there."""
    if not old.called or old.called not in table.column_names or not len(old.marks):
        return np.zeros(table.num_rows, np.int64)
    marks, named = _marks(table, old.called, old.salt)
    place = np.minimum(np.searchsorted(old.marks, marks), len(old.marks) - 1)
    return np.where(named & (old.marks[place] == marks), old.homes[place], 0)


def _marks(table: pa.Table, called: str, salt: str) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """A digest for each row, and whether it is called anything."""
    cells = text_of(table[called]).to_pylist()
    named = np.array([bool(cell) for cell in cells])
    key = bytes.fromhex(salt)
    raw = b"".join(hashlib.blake2b(str(cell).encode(), key=key, digest_size=8).digest() for cell in cells)
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64), named
