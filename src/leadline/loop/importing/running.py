"""One import from end to end: heard once, compared or written piece by piece, ended."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from leadline.core.clock import Clock
from leadline.core.errors import DataError
from leadline.core.market import Kind, Record, Refusal, Upserted
from leadline.core.progress import Progress, quiet
from leadline.core.signal import Ref, Signal
from leadline.loop.importing import examples
from leadline.loop.importing.activities import Acts
from leadline.loop.importing.orders import Orders, has_lines
from leadline.loop.importing.people import People
from leadline.loop.importing.records import Builder, Taken
from leadline.loop.importing.relations import KINDS as RELATED
from leadline.loop.importing.relations import NEW, Relation, Said
from leadline.loop.importing.repeats import Keys, Repeats
from leadline.loop.importing.result import Example, Imported, Related
from leadline.loop.importing.sheet import Rows, Sheet
from leadline.store import audit, batches, ledger
from leadline.store.models import Batch
from leadline.store.transactions import together
from leadline.store.upsert import open_batch, write
from leadline.store.upsert_columns import insert, of_records, strange
from leadline.store.upsert_lookup import lookup, signals_known
from leadline.store.upsert_plan import plan

MOST_REFUSED = 200_000


def run(sheet: Sheet, clock: Clock, *, apply: bool = False, path: str = "", progress: Progress = quiet) -> Imported:
    """Imports a sheet, or with `apply` off says what that would do and writes nothing.

    `path` is the file, whose digest lets a run that was cut off be taken up again. Raises DataError where nearly
    everything is refused, StoreUnavailable where the database does not take it: what was written until then stays, and
    the same call completes it.
    """
    try:
        return _Run(sheet, clock, apply, path, progress).run()
    finally:
        gc.unfreeze()


class _Run:
    def __init__(self, sheet: Sheet, clock: Clock, apply: bool, path: str, progress: Progress) -> None:
        self._sheet = sheet
        self._clock = clock
        self._apply = apply
        self._path = path
        self._progress = progress
        self._relations = [
            relation for name in RELATED if (relation := Relation(name, sheet)).fields or self._by_mail(name)
        ]
        self._repeats = Repeats()
        self._percent = False
        self._batch: Batch | None = None
        self._refused: list[Refusal] = []
        self._examples: list[Example] = []
        self._notes: list[str] = []

    def _by_mail(self, name: str) -> bool:
        return name == "account" and self._sheet.kind == "people" and self._sheet.has("email")

    def run(self) -> Imported:
        """All of it."""
        self._hear()
        now = [relation for relation in self._relations if relation.name != "parent"]
        for relation in now:
            relation.decide()
        gc.freeze()  # what was heard stays to the end: looking through it for garbage again and again takes long
        if self._apply:
            self._begin()
        done, repeated = self._go()
        if self._apply:
            done = self._parents(done)
            self._end(done, repeated)
        return self._result(done, repeated)

    # ---- hearing -----------------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        """One pass over what names objects, before anything is decided."""
        keys = Keys(self._sheet)
        only = {*keys.fields, "email", "probability", *(field for one in self._relations for field in one.fields)}
        for rows in self._sheet.rows(only):
            keys.add(dict(rows.values))
            mails = rows.values.get("email") if self._sheet.kind == "people" else None
            for relation in self._relations:
                relation.hear(rows.values, rows.start, rows.count, mails)
            shares = [share for share in rows.values.get("probability", ()) if share is not None]
            self._percent = self._percent or any(share > 1 for share in shares)
            self._progress("reading", 0.3 * (rows.start + rows.count) / max(self._sheet.parsed.rows, 1))
        self._repeats = Repeats() if has_lines(self._sheet) else keys.repeats()

    # ---- going -------------------------------------------------------------------------------------------------------

    def _go(self) -> tuple[Upserted, int]:
        if self._sheet.kind == "activities":
            return self._acts()
        if has_lines(self._sheet):
            orders = Upserted()
            for taken in Orders(self._sheet, self._relations).taken():
                self._refuse(taken.refused)
                orders = _sum(orders, self._piece(taken))
            return orders, 0
        builder = Builder(self._sheet, self._relations, self._repeats, self._percent)
        people = People(self._sheet, self._relations, self._repeats) if self._sheet.kind == "people" else None
        done = Upserted()
        repeated = 0
        for rows in self._sheet.rows():
            places: list[int] | None = None
            if people is not None:
                made, places = self._fresh(people, rows)
                done = _sum(done, made)
            if places is None or places:
                taken = builder.records(rows, places)
                repeated += taken.repeated
                self._refuse(taken.refused)
                done = _sum(done, self._piece(taken))
            self._progress("writing" if self._apply else "comparing", self._share(rows))
        return done, repeated

    def _fresh(self, people: People, rows: Rows) -> tuple[Upserted, list[int]]:
        """Writes those who are new, or counts them, and counts those who stay; gives the places of the other rows."""
        if self._batch is None:
            told, places, same = people.fresh(rows, self._imagined)
        else:
            with together():
                told, places, same = people.fresh(rows, self._make)
                insert(told, self._batch, self._clock.now())
        return Upserted(len(told.rows), 0, same), places

    def _acts(self) -> tuple[Upserted, int]:
        acts = Acts(self._sheet, self._relations, self._repeats, self._clock.now())
        added = known = repeated = left = 0
        for rows in self._sheet.rows():
            told = acts.signals(rows)
            repeated, left = repeated + told.repeated, left + told.left
            self._refuse(told.refused)
            with together():
                there = signals_known(acts.source, [signal.key for signal in told.signals])
                if self._batch is None:
                    self._imagined(Kind.ACCOUNT, _refs(told.signals))
                else:
                    ledger.append(self._met(told.signals), batch=self._batch, rows=told.rows)
            added, known = added + len(told.signals) - there, known + there
            self._progress("writing" if self._apply else "comparing", self._share(rows))
        if left:
            self._notes.append(f"{left:,} rows are not done yet, so they are no acts and were left out.")
        return Upserted(added, 0, known), repeated

    def _share(self, rows: Rows) -> float:
        return 0.3 + 0.7 * (rows.start + rows.count) / max(self._sheet.parsed.rows, 1)

    def _piece(self, taken: Taken) -> Upserted:
        if not taken.records:
            return Upserted()
        if self._batch is not None:
            with together():
                made = plan(taken.records[0].kind, taken.records, self._make, strict=True)
                found = write(made, self._batch, self._clock)
        else:
            found = self._compared(taken.records)
        self._refuse([self._told(one) for one in found.refused])
        return found

    def _compared(self, records: Sequence[Record]) -> Upserted:
        made = plan(records[0].kind, records, self._imagined, strict=True)
        new = sum(entry.now is None for entry in made.entries)
        differing = [(entry, differs) for entry in made.entries if (differs := entry.differs())]
        if len(self._examples) < examples.MOST:
            self._examples += examples.of(differing[: examples.MOST], self._relations)
        return Upserted(new, len(differing), len(made.entries) - new - len(differing), tuple(made.refused))

    def _refuse(self, found: Sequence[Refusal]) -> None:
        self._refused += found
        if len(self._refused) > MOST_REFUSED:
            one = self._refused[0]
            raise DataError(
                f"More than {MOST_REFUSED:,} rows are refused, so the columns are likely mapped wrongly "
                f"(row {one.row:,}, column '{one.column}': {one.reason}); say what they hold with --map"
            )

    def _told(self, one: Refusal) -> Refusal:
        """A refusal in the words of the file: its column instead of our field."""
        fields = [one.column, *(f"{one.column}.{part}" for part in ("id", "domain", "email", "code", "name"))]
        header = next((self._sheet.headers[name][0] for name in fields if name in self._sheet.headers), one.column)
        return replace(one, column=header)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        mapping = {column.header: column.field for column in self._sheet.proposal.columns}
        with together():
            self._batch = open_batch(
                self._sheet.source,
                f"import {self._sheet.kind}",
                self._sheet.parsed.name,
                _digest(self._path),
                mapping,
            )

    def _make(self, _kind: Kind, refs: set[Ref]) -> Mapping[Ref, int]:
        """Makes related objects that are new, once the first row that names them is written."""
        found: dict[Ref, int] = {}
        for relation in self._relations:
            mine = {int(ref.key.partition(" ")[2]): ref for ref in refs if ref.key.startswith(f"{relation.name} ")}
            mine = {place: ref for place, ref in mine.items() if ref.space == NEW}
            new = [place for place in sorted(mine) if place not in relation.numbers]
            if new and self._batch is not None:
                self._made(relation, new, self._batch)
            found.update({ref: relation.numbers[place] for place, ref in mine.items() if place in relation.numbers})
        return found

    def _made(self, relation: Relation, new: list[int], batch: Batch) -> None:
        """Makes some related objects, by columns where nobody has made them meanwhile."""
        told = of_records(relation.kind, self._sheet.source, [relation.fresh[place] for place in new])
        unfit, known = strange(told)
        some = unfit | known.keys()
        rest = [new[at] for at in sorted(some)]
        numbers = insert(told.without(some), batch, self._clock.now())
        relation.numbers.update(zip((place for at, place in enumerate(new) if at not in some), numbers, strict=True))
        if rest:
            records = [relation.fresh[place] for place in rest]
            write(plan(relation.kind, records), batch, self._clock)
            there = lookup(relation.kind, {record.keys[0] for record in records}).found
            for place, record in zip(rest, records, strict=True):
                if number := there.get(record.keys[0]):
                    relation.numbers.setdefault(place, number)

    def _imagined(self, _kind: Kind, refs: set[Ref]) -> Mapping[Ref, int]:
        """Numbers that no object has, for objects that are still to be made: a dry run compares with them."""
        found: dict[Ref, int] = {}
        for ref in refs:
            name, _, place = ref.key.partition(" ")
            relation = next((one for one in self._relations if one.name == name), None)
            if ref.space == NEW and relation is not None:
                found[ref] = relation.numbers[int(place)] = -1 - int(place)
        return found

    def _met(self, signals: Sequence[Signal]) -> list[Signal]:
        """Signals with the numbers of what is to be made for them."""
        made = {ref: Ref("id", str(number)) for ref, number in self._make(Kind.ACCOUNT, _refs(signals)).items()}
        return [
            replace(
                one,
                person=made.get(one.person, one.person) if one.person else None,
                account=made.get(one.account, one.account) if one.account else None,
            )
            for one in signals
        ]

    def _parents(self, done: Upserted) -> Upserted:
        """Accounts of one file may be parts of one another: this is settled once all of them are there."""
        relation = next((one for one in self._relations if one.name == "parent"), None)
        if relation is None or self._batch is None:
            return done
        relation.decide()
        builder = Builder(self._sheet, [], self._repeats)
        for rows in self._sheet.rows():
            told = [
                Record(Kind.ACCOUNT, record.keys, {}, {"parent": ref}, row=record.row)
                for record, words in _said(
                    builder.records(rows).records, relation.said(rows.values, rows.count, None), rows
                )
                if (ref := relation.ref(words)) is not None
            ]
            with together():
                write(plan(Kind.ACCOUNT, told, self._make), self._batch, self._clock)
        return done

    def _end(self, done: Upserted, repeated: int) -> None:
        counts = {
            "rows": self._sheet.parsed.rows,
            "created": done.created,
            "changed": done.changed,
            "unchanged": done.unchanged,
            "repeated": repeated,
            "refused": len(self._refused),
            **{f"{one.name} made": len(one.numbers) for one in self._relations if one.numbers},
        }
        if self._batch is None:
            return
        with together():
            batches.finish(self._batch, counts, self._clock.now())
            audit.record(
                "import", kind="batch", subject=self._batch.pk, payload={"source": self._sheet.source, **counts}
            )

    def _result(self, done: Upserted, repeated: int) -> Imported:
        return Imported(
            self._sheet.parsed.facts,
            self._sheet.proposal,
            self._sheet.source,
            self._batch.pk if self._batch else 0,
            self._sheet.parsed.rows,
            done.created,
            done.changed,
            done.unchanged,
            repeated,
            tuple(sorted(self._refused, key=lambda one: one.row)),
            tuple(_related(self._relations)),
            tuple(self._examples[: examples.MOST]),
            tuple(self._notes),
        )


def _said(records: Sequence[Record], said: Sequence[Said], rows: Rows) -> Iterator[tuple[Record, Said]]:
    for record in records:
        words = said[record.row - 1 - rows.start]
        if words:
            yield record, words


def _refs(signals: Sequence[Signal]) -> set[Ref]:
    return {ref for one in signals for ref in (one.person, one.account, one.deal) if ref and ref.space == NEW}


def _related(relations: Sequence[Relation]) -> Iterator[Related]:
    for one in relations:
        numbers = {met.number for met in one.met.values() if met.number}
        made = [one.fresh[place] for place in sorted(one.numbers)]
        shown = tuple(str(next(iter(record.values.values()), record.keys[0].key)) for record in made[:3])
        if one.met:
            yield Related(one.name, len(numbers), len(made), one.by_name, sum(one.unknown.values()), shown)


def _digest(path: str) -> str:
    """The file's SHA-256; '' for what is no file."""
    if not path or not Path(path).is_file():
        return ""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sum(a: Upserted, b: Upserted) -> Upserted:
    return Upserted(a.created + b.created, a.changed + b.changed, a.unchanged + b.unchanged)
