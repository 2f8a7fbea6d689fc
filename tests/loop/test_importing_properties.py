"""What holds for any file: twice is once, the order of rows makes no difference, what is undone can be done again."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from imported import CLOCK, bring, record, write
from leadline.core.clock import FixedClock
from leadline.core.market import Kind, Record
from leadline.core.signal import Ref
from leadline.loop.importing.people import Make, People
from leadline.loop.importing.sheet import Rows
from leadline.store.models import Batch, Change, ExternalKey, FieldOrigin
from leadline.store.undo import undo
from leadline.store.upsert import open_batch, upsert
from leadline.store.upsert_columns import Columns

LATER = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
HEADER = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Company Name",
    "Website URL",
    "Contact owner",
    "Lead Status",
]
few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a failure is small anyhow, and shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
mail = st.builds(
    "{}@{}".format,
    st.sampled_from(["anna", "bob", "info", "cleo"]),
    st.sampled_from(["acme.de", "beta.com", "gmail.com"]),
)
row = st.tuples(
    st.sampled_from(["", "1", "2", "3", "4", "5"]),
    st.sampled_from(["", "Jürgen", "Anna"]),
    st.sampled_from(["", "Müller", "O'Neil", "=2+3"]),
    st.one_of(st.just(""), mail, mail, st.just("no address")),
    st.sampled_from(["", "Acme GmbH", "Beta", "Acme GmbH"]),
    st.sampled_from(["", "", "acme.de", "https://www.beta.com/x", "nonsense"]),
    st.sampled_from(["", "Sam", "Sue (sue@us.com)"]),
    st.sampled_from(["", "Open"]),
)
table = st.lists(row, min_size=1, max_size=7)


def put(folder: Path, name: str, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER):
    return bring(write(folder / name, header, rows), "people", source="hubspot")


def wipe(batches: Sequence[int]) -> None:
    for number in batches:
        undo(number, CLOCK)
    assert all(not rows for rows in record().values())
    for model in (ExternalKey, FieldOrigin, Change):
        assert not model.objects.exists()
    Batch.objects.all().delete()


@pytest.mark.slow
@few
@given(rows=table)
def test_twice_is_once(store: str, tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    first = put(tmp_path, "a.csv", rows)
    once = record()
    second = put(tmp_path, "a.csv", rows)
    assert record() == once
    assert (second.created, second.changed) == (0, 0)
    assert [one.row for one in second.refused] == [one.row for one in first.refused]
    assert not Change.objects.exists()
    wipe([second.batch, first.batch])


@pytest.mark.slow
@few
@given(rows=table, data=st.data())
def test_the_order_of_rows_makes_no_difference(
    store: str, tmp_path: Path, rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    first = put(tmp_path, "a.csv", rows)
    one = record()
    wipe([first.batch])
    second = put(tmp_path, "b.csv", data.draw(st.permutations(rows)))
    assert record() == one
    assert len(second.refused) == len(first.refused)
    wipe([second.batch])


@pytest.mark.slow
@few
@given(before=table, rows=table)
def test_what_is_undone_is_gone_and_can_be_done_again(
    store: str, tmp_path: Path, before: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    base = put(tmp_path, "base.csv", before)
    standing = record()
    first = put(tmp_path, "a.csv", rows)
    with_it = record()
    done = undo(first.batch, LATER)
    assert done.kept == []
    assert record() == standing
    second = put(tmp_path, "a.csv", rows)
    assert record() == with_it
    wipe([second.batch, base.batch])


@pytest.mark.slow
@few
@given(before=table, rows=table)
def test_columns_make_what_records_make(
    store: str, tmp_path: Path, before: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    def none(self: People, rows: Rows, _make: Make) -> tuple[Columns, list[int], int]:
        every = range(rows.count)
        return self._columns(rows).without(set(every)), list(every), 0

    header = [*HEADER, "Shoe size"]
    before, rows = ([(*one, one[place] and "44") for one in some] for place, some in ((1, before), (2, rows)))
    found = []
    for ways in ((), ("fresh",)):
        with pytest.MonkeyPatch.context() as patch:
            for name in ways:
                patch.setattr(People, name, none)
            done = [put(tmp_path, f"{name}.csv", some, header) for name, some in (("a", before), *[("b", rows)] * 2)]
            counts = [(one.created, one.changed, one.repeated, one.refused) for one in done]
            found.append((counts, record()))
            wipe([one.batch for one in reversed(done)])
    assert found[0] == found[1]


def test_what_was_changed_since_stays(store: str, tmp_path: Path) -> None:
    rows = [("1", "Anna", "", "", "Acme GmbH", "", "", ""), ("2", "Bob", "", "", "Beta", "", "", "")]
    first = put(tmp_path, "a.csv", rows)
    with transaction.atomic():
        batch = open_batch("by hand", "import people")
        upsert([Record(Kind.PERSON, (Ref("hubspot", "1"),), {"title": "CEO"}, row=1)], batch, CLOCK)
    changed = record()
    kept = undo(first.batch, LATER).kept
    assert {(one.kind, one.reason) for one in kept} == {
        ("person", "it was changed since"),
        ("account", "a person belongs to it"),
    }
    assert [one[0] for one in record()["person"]] == ["Anna"]
    assert put(tmp_path, "a.csv", rows).created == 1
    assert record() == changed


@pytest.mark.slow
@few
@given(rows=table)
def test_refused_rows_mended_complete_it(store: str, tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    rows = [
        (str(place), *cells[1:3], f"p{place}@{'x' if cells[3] else 'no address'}.com", "", *cells[5:])
        for place, cells in enumerate(rows, 1)
    ]
    out = tmp_path / "refused.csv"
    out.unlink(missing_ok=True)
    first = bring(write(tmp_path / "a.csv", HEADER, rows), "people", source="hubspot", out=out)
    batches = [first.batch]
    if first.refused:
        with out.open(newline="", encoding="utf-8") as file:
            header, *kept = csv.reader(file)
        mended = [[cell.replace("no address", "y").replace("nonsense", "acme.de") for cell in row] for row in kept]
        second = bring(write(tmp_path / "mended.csv", header, mended), "people", source="hubspot")
        assert second.refused == ()
        batches.append(second.batch)
    whole = record()
    wipe(batches[::-1])
    good = [[cell.replace("no address", "y").replace("nonsense", "acme.de") for cell in row] for row in rows]
    last = bring(write(tmp_path / "good.csv", HEADER, good), "people", source="hubspot")
    assert record() == whole
    wipe([last.batch])
