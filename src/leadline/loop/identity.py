"""Duplicates in the record: found, joined where that is certain, else kept for a person to judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from leadline.core.errors import CallError
from leadline.core.progress import Progress, quiet
from leadline.store import address, audit, batches, identity, merging
from leadline.store.transactions import together

if TYPE_CHECKING:
    from leadline.core.clock import Clock
    from leadline.warehouse.matching import Matched

QUERIES = {
    "person": "SELECT p.id, p.given_name, p.family_name, p.email, p.phone, p.title, a.name AS company, a.domain, "
    "p.city, p.country FROM people_v1 p LEFT JOIN accounts_v1 a ON a.id = p.account_id ORDER BY p.id",
    "account": "SELECT id, name, domain, website, phone, city, country FROM accounts_v1 ORDER BY id",
}


Found = tuple[int, int, float, tuple[str, ...]]  # numbers of two objects, the smaller first; probability; reasons


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What was found and done: pairs that are certain, pairs for a person to judge, how many a person had parted
    before (left apart), how many were joined and queued. `batch` can be undone as a whole; 0 where nothing was done."""

    matched: Matched
    certain: tuple[Found, ...]
    uncertain: tuple[Found, ...]
    apart: int
    joined: int = 0
    queued: int = 0
    batch: int = 0


def find(kind: str, *, progress: Progress = quiet) -> Deduplicated:
    """Duplicates among the people or accounts of the record ('person', 'account'). Nothing is written."""
    from leadline.warehouse.matching import find_duplicate_accounts, find_duplicates

    table = _table(kind)
    search = find_duplicates if kind == "person" else find_duplicate_accounts
    matched = search(table, progress=progress)
    numbers = table["id"].to_pylist()
    parted = identity.judged_different(kind) | merging.kept_apart(kind)
    certain: list[Found] = []
    uncertain: list[Found] = []
    apart = 0
    for row in matched.pairs.to_pylist():
        a, b = sorted((numbers[row["left"]], numbers[row["right"]]))
        if (a, b) in parted:
            apart += 1
            continue
        pile = certain if row["band"] == "join" else uncertain
        pile.append((a, b, row["probability"], tuple(row["reasons"].split("; "))))
    return Deduplicated(matched, tuple(certain), tuple(uncertain), apart)


def join(kind: str, found: Deduplicated, clock: Clock) -> Deduplicated:
    """Joins what is certain, the older object kept, and queues what is not; all in one transaction and one batch."""
    with together():
        batch = batches.fresh("match", f"merge {kind}", clock.now())
        joined = sum(
            merging.merge(kind, a, b, probability=probability, reasons=reasons, batch=batch) is not None
            for a, b, probability, reasons in sorted(found.certain)
        )
        audit.record("merge", kind=kind, payload={"run": batch.pk, "merges": joined})
        queued = identity.keep_for_review(kind, found.uncertain)
        batches.finish(batch, {"joined": joined, "queued": queued}, clock.now())
    return replace(found, joined=joined, queued=queued, batch=batch.pk)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A pair as a person sees it: both sides in words. `number` is its place in the queue, 0 where it is not there."""

    number: int
    kind: str
    left: str
    right: str
    probability: float
    reasons: tuple[str, ...]


def shown(kind: str, found: Deduplicated, most: int) -> list[Pairing]:
    """The likeliest uncertain and certain pairs, at most `most` in all, in words."""
    some = [*found.certain[: most - min(len(found.uncertain), most // 2)], *found.uncertain][:most]
    words = identity.words(kind, {number for a, b, _, _ in some for number in (a, b)})
    return [Pairing(0, kind, words[a], words[b], probability, reasons) for a, b, probability, reasons in some]


def queue(most: int = 50) -> list[Pairing]:
    """The pairs that wait for a person, in words, the likeliest first."""
    rows = identity.waiting(most=most)
    kinds = {row.kind for row in rows}
    words = {
        kind: identity.words(kind, {n for row in rows if row.kind == kind for n in (row.left_id, row.right_id)})
        for kind in kinds
    }
    pairs = []
    for row in rows:
        left, right = (words[row.kind].get(number, f"({number})") for number in (row.left_id, row.right_id))
        pairs.append(Pairing(row.pk, row.kind, left, right, row.probability, tuple(row.reasons)))
    return pairs


def judge(number: int, same: bool, by: str = "") -> None:
    """A person's judgement of a pair in the queue. Raises CallError for an unknown pair or user."""
    with together():
        identity.answer(number, same, by=identity.user(by))


def undo(number: int, by: str = "") -> None:
    """Takes one merge back. Raises CallError where there is none, or it was undone before."""
    with together():
        merging.undo(number, by=identity.user(by))


def part(batch: int) -> int:
    """Undoes every standing merge of a run, newest first; gives how many. Raises CallError where there is none."""
    with together():
        numbers = merging.of_batch(batch)
        if not numbers:
            raise CallError(f"Run {batch} joined nothing, or all of it was undone before")
        for number in numbers:
            merging.undo(number)
    return len(numbers)


def _table(kind: str) -> Any:
    from leadline.warehouse.source import open_source

    if kind not in QUERIES:
        raise CallError(f"Duplicates are found among people and accounts, not '{kind}'")
    with open_source(address.url(), query=QUERIES[kind]) as source:
        return source.table(max_rows=100_000_000)[0]
