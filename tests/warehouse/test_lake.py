"""The lake: what the record holds, in Parquet, brought up to date in small steps."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.core.clock import FixedClock
from leadline.core.errors import CallError, UnreadableSource
from leadline.core.ledger import Fact
from leadline.core.settings import lake as own_lake
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.store import batches, erasure, ledger, merging, undo
from leadline.store.models import Account, Deal, Merge, Person
from leadline.store.models import Signal as Row
from leadline.store.transactions import together
from leadline.warehouse.lake import TABLES, export, files

T0 = datetime(2026, 3, 28, tzinfo=UTC)


def act(number: int, days: float, act: Act = Act.PAGE_VIEWED, **fields: object) -> Signal:
    given = {"actor": Actor.BUYER, "account": Ref("domain", "ruhr.example"), "human": 0.9, **fields}
    return Signal("segment:web", f"k{number}", act, T0 + timedelta(days=days), **given)  # type: ignore[arg-type]


def append(*signals: Signal) -> None:
    with together():
        ledger.append(signals)


def rows(folder: Path, table: str) -> list[dict[str, object]]:
    found = [row for path in files(folder, table) for row in pq.read_table(path, partitioning=None).to_pylist()]
    return sorted(found, key=lambda row: (row.get("id") or 0, str(row)))


def test_signals_lie_in_months_with_what_their_payloads_tell(store: str, tmp_path: Path) -> None:
    append(
        act(1, 0, payload={"page": {"path": "/pricing"}, "reader": {"seconds": 12.5}}),
        act(2, 5, Act.MAIL_RECEIVED, human=None, payload={"text": "Can we  talk?\n Soon"}),
        act(3, 5, Act.MAIL_OPENED, human=None, payload={"page": {"path": "/pricing"}}),
        act(4, 6, Act.MAIL_SENT, actor=Actor.SELLER, human=None),
        act(5, 7, Act.FILE_DOWNLOADED, payload={"properties": {"file": "a.pdf"}, "page": {"path": "/pricing"}}),
        act(6, 7, Act.FILE_DOWNLOADED, payload={"properties": {"file": "b.pdf"}, "page": {"path": "/pricing"}}),
    )
    lake = tmp_path / "lake"
    told = export(store, lake)
    assert (told.signals, told.written, told.renewed) == (6, 6, ("2026-03", "2026-04"))
    found = rows(lake, "signals")
    assert [set(row) for row in found] == [set(TABLES["signals"])] * 6
    assert [row["counts"] for row in found] == [True, True, False, True, True, True]
    assert [row["depth"] for row in found] == [12.5, None, None, None, None, None]
    assert [row["words"] for row in found] == [0, 4, 0, 0, 0, 0]
    assert found[0]["page"] == found[2]["page"] is not None
    assert found[1]["page"] is None
    assert len({row["page"] for row in found[3:]}) == 3
    assert [path.parent.name for path in files(lake, "signals")] == ["month=2026-03", "month=2026-04"]


def test_only_what_is_new_is_written(store: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    append(act(1, 0), act(2, 10))
    export(store, lake)
    first = {path: path.stat().st_mtime_ns for path in files(lake, "signals")}
    append(act(3, 11))
    told = export(store, lake)
    assert (told.signals, told.written, told.added, told.renewed) == (3, 1, ("2026-04",), ())
    assert {path: path.stat().st_mtime_ns for path in files(lake, "signals") if path in first} == first
    manifest = (lake / "manifest.json").read_bytes()
    told = export(store, lake)
    assert (told.written, told.added, told.renewed, told.tables) == (0, (), (), ())
    assert (lake / "manifest.json").read_bytes() == manifest


# ---- brought up to date in steps, it is what a fresh one is ----------------------------------------------------------

CLOCK = FixedClock(T0 + timedelta(days=40))


class Company:
    """What happens to a record, one thing after the other."""

    def __init__(self) -> None:
        self.made = 0
        self.merges: list[int] = []

    def happen(self, what: str, one: int, two: int) -> None:
        getattr(self, what)(one, two)

    def some(self, one: int, two: int, batch: object = None) -> None:
        """Some signals come in, of people, of visitors who are nobody yet, and of no one."""
        signals = []
        for place in range(3):
            self.made += 1
            person = (
                {"person": Ref("email", f"p{(one + place) % 4}@ruhr.example")}
                if place != 1
                else {"visitor": f"v{two % 3}"}
            )
            text = {"text": "word " * (two % 5), "page": {"path": f"/{one % 3}"}}
            signals.append(act(self.made, (two * 7 + place * 11) % 70, payload=text, **person))
        with together():
            ledger.append(signals, batch=batch)  # type: ignore[arg-type]

    def judge(self, one: int, two: int) -> None:
        """A second look judges a signal anew."""
        rows = list(Row.objects.order_by("id"))
        if rows:
            row, self.made = rows[one % len(rows)], self.made + 1
            verdict = Fact(
                "look", f"f{self.made}", "human", ("signal", row.pk), None, CLOCK.now(), confidence=two % 11 / 10
            )
            with together():
                ledger.append_facts([verdict])

    def merge(self, one: int, two: int) -> None:
        """Two people, or two accounts, are one."""
        for model, kind in ((Person, "person"), (Account, "account")):
            rows = list(model.objects.filter(erased_at=None).order_by("id"))
            if len(rows) > 1 and (one + two) % 2 == (kind == "person"):
                with together():
                    made = merging.merge(kind, rows[one % len(rows)].pk, rows[(one + 1) % len(rows)].pk)
                self.merges += [made.pk] if made else []

    def part(self, one: int, two: int) -> None:
        """A merge is taken back."""
        standing = list(Merge.objects.filter(undone_at=None).order_by("-id"))
        if standing:
            with together():
                merging.undo(standing[0].pk)

    def batch(self, one: int, two: int) -> None:
        """An import comes and is taken back, or stays."""
        with together():
            made = batches.fresh("file", "import activities", CLOCK.now())
        self.some(one, two, made)
        with together():
            batches.finish(made, {}, CLOCK.now())
        if one % 2:
            undo.undo(made.pk, CLOCK)

    def move(self, one: int, two: int) -> None:
        """A person changes the firm, a deal its amount."""
        accounts = list(Account.objects.order_by("id"))
        people = list(Person.objects.filter(erased_at=None).order_by("id"))
        if people and accounts:
            Person.objects.filter(pk=people[one % len(people)].pk).update(account=accounts[two % len(accounts)])
        Deal.objects.create(name="secret", amount=one, stage=f"s{two % 3}", account=accounts[0] if accounts else None)

    def erase(self, one: int, two: int) -> None:
        """A person asks to be forgotten."""
        people = list(Person.objects.filter(erased_at=None).order_by("id"))
        if people:
            erasure.erase(people[one % len(people)].pk, apply=True, clock=CLOCK)


EVENTS = ("some", "some", "judge", "merge", "part", "batch", "move", "erase")
NUMBERS = st.integers(0, 99)


@pytest.mark.slow
def test_in_steps_or_at_once_it_is_the_same(store: str, tmp_path: Path) -> None:
    company, lake = Company(), tmp_path / "lake"
    runs = iter(range(1000))

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(events=st.lists(st.tuples(st.sampled_from(EVENTS), NUMBERS, NUMBERS), min_size=1, max_size=6))
    def check(events: list[tuple[str, int, int]]) -> None:
        for event in events:
            company.happen(*event)
        export(store, lake)
        fresh = tmp_path / f"fresh-{next(runs)}"
        export(store, fresh)
        for table in TABLES:
            assert rows(lake, table) == rows(fresh, table), table

    company.some(1, 2)
    check()


def test_who_is_erased_is_gone_from_the_lake(store: str) -> None:
    append(
        act(1, 0, person=Ref("email", "anna@ruhr.example"), payload={"text": "I am Anna"}),
        act(2, 0, person=Ref("email", "bert@ruhr.example")),
    )
    export(store, own_lake())
    anna, bert = sorted(row["id"] for row in rows(own_lake(), "people"))
    erasure.erase(anna, apply=False, clock=CLOCK)
    assert own_lake().is_dir()
    done = erasure.erase(anna, apply=True, clock=CLOCK)
    assert not own_lake().exists()
    assert not any("parquet" in note for note in done.notes)
    export(store, own_lake())
    assert [row["id"] for row in rows(own_lake(), "people")] == [bert]
    assert [(row["person_id"], row["words"]) for row in rows(own_lake(), "signals")] == [(None, 0), (bert, 0)]


def test_a_crash_leaves_the_old_state(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = tmp_path / "lake"
    append(act(1, 0))
    export(store, lake)
    before = rows(lake, "signals")
    append(act(2, 1))

    def crash(*_: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["leadline.warehouse.lake.export"], "store", crash)
        with pytest.raises(OSError, match="power"):
            export(store, lake)
    assert rows(lake, "signals") == before
    export(store, lake)
    assert len(rows(lake, "signals")) == 2
    named = {path for table in TABLES for path in files(lake, table)}
    assert set(lake.rglob("*.parquet")) == named


def test_two_at_once_take_turns(store: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    append(act(1, 0), act(2, 40))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: export(store, lake), range(2))
    assert {first.written, second.written} == {0, 2}
    assert [row["id"] for row in rows(lake, "signals")] == sorted(Row.objects.values_list("id", flat=True))


def test_folders_that_are_none_of_ours(store: str, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-anna.txt").write_text("Dear Anna")
    with pytest.raises(CallError, match=r"holds something else \('to-anna.txt'\)"):
        export(store, tmp_path / "letters")
    with pytest.raises(CallError, match="is a file"):
        export(store, tmp_path / "letters" / "to-anna.txt")
    with pytest.raises(UnreadableSource, match="no folder"):
        files(tmp_path / "nowhere", "signals")


def test_fields_and_readings_are_plain(store: str, tmp_path: Path) -> None:
    append(act(1, 0, Act.MAIL_RECEIVED, person=Ref("email", "anna@ruhr.example")))
    signal = Row.objects.get()
    with together():
        ledger.append_facts(
            [
                Fact("reading", "1", "sentiment", ("signal", signal.pk), {"sentiment": "negative", "score": -0.5}, T0),
                Fact(
                    "reading",
                    "2",
                    "entity",
                    ("signal", signal.pk),
                    {"entity": "person", "text": "Anna"},
                    T0,
                    quote="Anna",
                ),
            ]
        )
    export(store, tmp_path / "lake")
    found = rows(tmp_path / "lake", "facts")
    assert [(row["label"], row["score"], row["actor"]) for row in found] == [
        ("negative", -0.5, "buyer"),
        ("person", None, "buyer"),
    ]
    assert "Anna" not in str(found) + str(rows(tmp_path / "lake", "people"))
