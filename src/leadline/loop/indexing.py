"""The index of the record: what buyers and sellers said, why deals were lost, how products are described.

Signals are read by number, once; where rows that were read before may read otherwise now (a merge, an undone import),
all are compared. An erasure or a withdrawn consent removes the whole folder, and this makes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from leadline.core.progress import Progress, quiet
from leadline.core.retrieval import Document, Filters, Hit
from leadline.core.settings import index as index_folder
from leadline.learn.retrieval import Index
from leadline.store import address, profile, standing
from leadline.understand.signal_text import text_of

if TYPE_CHECKING:
    from leadline.learn.retrieval.index import Added

NAME = "record"
QUERY = (
    "SELECT id, act, at, account_id, person_id, deal_id, payload FROM signals_v1 WHERE payload <> '' AND id > {:d} "
    "AND id <= {:d} ORDER BY id"
)
_SPARE = 4  # times as many hits are asked for as wanted, since some may not stand any more


@dataclass(frozen=True, slots=True)
class Indexed:
    """What came of bringing the index up to date: texts new or changed, texts removed, passages in all."""

    changed: int
    removed: int
    passages: int


def refresh(*, progress: Progress = quiet) -> Indexed:
    """Brings the record's index up to date. May be ended at any point and called again."""
    while True:
        with Index(index_folder() / NAME) as index:
            before = standing.marks()
            done = _refreshed(index, before, progress)
            # An erasure may have come between reading and writing: what was written then goes.
            if standing.marks() == before and index.is_here():
                return done
            index.drop()


def search(
    query: str,
    k: int = 10,
    *,
    account: str = "",
    person: str = "",
    kinds: Sequence[str] = (),
    since: int | None = None,
    until: int | None = None,
) -> list[Hit]:
    """The `k` best passages of the record for a query, `who` being the person's and the account's names of today.

    `account` and `person` are as a person types them. Raises CallError where there is none of that name. The index is
    used as it is: `refresh` brings it up to date.
    """
    filters = Filters(
        accounts=(profile.find_account(account),) if account else (),
        people=(profile.find_person(person),) if person else (),
        kinds=tuple(kinds),
        since=since,
        until=until,
    )
    with Index(index_folder() / NAME) as index:
        hits = index.search(query, k * _SPARE, filters=filters)
    stands = standing.standing([number for hit in hits if (number := signal_of(hit.key))])
    hits = [hit for hit in hits if not signal_of(hit.key) or signal_of(hit.key) in stands][:k]
    people, accounts = standing.names(
        (hit.person for hit in hits if hit.person), (hit.account for hit in hits if hit.account)
    )
    return [
        replace(hit, who=", ".join(filter(None, (people.get(hit.person or 0), accounts.get(hit.account or 0)))))
        for hit in hits
    ]


def signal_of(key: str) -> int:
    """The number of the signal that a document of the record is; 0 where it is none."""
    kind, _, number = key.partition(":")
    return int(number) if kind == "signal" else 0


def _refreshed(index: Index, marks: str, progress: Progress) -> Indexed:
    last = int(index.note("last") or 0)
    top = standing.last_signal()
    told = index.note("marks"), int(index.note("seen") or 0)
    if told == (marks, standing.signals_until(last)) or not last:
        done = index.add(_signals(last, top), notes=_notes(marks, top), expected=top - last, progress=progress)
        removed = 0
    else:
        seen: set[str] = set()
        done = index.add(_kept(_signals(0, top), seen), expected=top, progress=progress)
        stale = [key for key in index.known() if signal_of(key) and key not in seen]
        removed = index.delete(stale)
        index.add((), notes=_notes(marks, top))
        if removed or done.changed:
            index.purge()
    more, less = _described(index)
    return Indexed(done.changed + more.changed, removed + less, len(index))


def _described(index: Index) -> tuple[Added, int]:
    texts = [
        Document(
            f"{kind}:{number}", text, kind, account=account, person=person, deal=number if kind == "deal" else None
        )
        for kind, number, text, account, person in standing.described()
    ]
    keys = {one.key for one in texts}
    stale = [key for key in index.known() if not signal_of(key) and key not in keys]
    return index.add(texts), index.delete(stale) if stale else 0


def _notes(marks: str, top: int) -> dict[str, str]:
    return {"marks": marks, "last": str(top), "seen": str(standing.signals_until(top))}


def _kept(documents: Iterator[Document], seen: set[str]) -> Iterator[Document]:
    for one in documents:
        seen.add(one.key)
        yield one


def _signals(after: int, until: int) -> Iterator[Document]:
    """The signals in which something was said, in order of number."""
    from leadline.warehouse.database import DatabaseSource

    if until <= after:
        return
    with DatabaseSource(address.url(), QUERY.format(after, until)) as source:
        for batch in source.raw_batches(2_000):
            yield from _documents(batch.to_pylist())


def _documents(rows: list[dict[str, Any]]) -> Iterator[Document]:
    for row in rows:
        try:
            payload = json.loads(row["payload"])
        except ValueError:
            continue  # what came in broken says nothing
        text = text_of(row["act"], payload) if isinstance(payload, dict) else ""
        if text:
            at, account, person, deal = (_number(row[name]) for name in ("at", "account_id", "person_id", "deal_id"))
            yield Document(f"signal:{row['id']}", text, row["act"], at, account, person, deal)


def _number(cell: Any) -> int | None:
    """SQLite's driver gives text where a column's first rows are null."""
    return None if cell is None or cell == "" else int(cell)
