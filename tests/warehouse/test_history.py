from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.core.errors import DataError
from leadline.warehouse.history import AHEAD, DAY, MOST, account_rows, courses, deal_rows, moments
from leadline.warehouse.lake.tables import TABLES

KINDS = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}


def lake(folder: Path, **given: list[dict[str, object]]) -> Path:
    for name, columns in TABLES.items():
        schema = pa.schema([(column, KINDS[kind]) for column, kind in columns.items()])
        pq.write_table(pa.Table.from_pylist(given.get(name, []), schema=schema), folder / f"{name}.parquet")
    return folder


def deal(number: int, **values: object) -> dict[str, object]:
    return {"id": number, "account_id": 1, "state": "open", "opened_at": 0, "stage": "New", **values}


def change(deal: int, field: str, before: str | None, after: str | None, at: int) -> dict[str, object]:
    return {"deal_id": deal, "field": field, "before": before, "after": after, "at": at}


def test_moments_are_the_opening_changes_of_stage_and_every_month(tmp_path: Path) -> None:
    made = lake(
        tmp_path,
        deals=[deal(1, state="won", closed_at=100 * DAY, stage="Closed Won")],
        deal_changes=[
            change(1, "stage", None, "New", 0),
            change(1, "stage", "New", "Demo", 25 * DAY),
            change(1, "stage", "Demo", "Closed Won", 100 * DAY),
        ],
    )
    (course,) = courses(made)
    # day 30 comes too soon after the change of day 25; the closing itself is no moment
    assert [at // DAY for at in moments(course, 500 * DAY)] == [0, 25, 60, 90]
    assert [at // DAY for at in moments(course, 70 * DAY)] == [0, 25, 60]
    rows = deal_rows(made, 500 * DAY).to_pylist()
    assert [row["stage"] for row in rows] == ["New", "Demo", "Demo", "Demo"]
    assert {row["outcome"] for row in rows} == {"won"}


def test_moments_follow_from_the_past_alone(tmp_path: Path) -> None:
    """A deal that lasts longer has the same first moments."""
    stages = [change(n, "stage", "New", "Demo", 40 * DAY) for n in (1, 2, 3)]
    made = lake(
        tmp_path,
        deals=[
            deal(1, state="lost", closed_at=50 * DAY),
            deal(2, state="won", closed_at=400 * DAY),
            deal(3),
        ],
        deal_changes=stages,
    )
    short, long, still = (list(moments(course, 3_000 * DAY)) for course in courses(made))
    assert long[: len(short)] == short
    assert still[: len(long)][:MOST] == long[:MOST]
    assert len(still) == MOST


def test_what_is_decided_later_is_open_before(tmp_path: Path) -> None:
    made = lake(tmp_path, deals=[deal(1, state="won", closed_at=100 * DAY), deal(2, opened_at=90 * DAY)])
    (row,) = deal_rows(made, 60 * DAY).to_pylist()
    assert (row["subject_id"], row["outcome"], row["decided_at"]) == (1, "open", None)


def test_the_first_sign_of_the_end_counts(tmp_path: Path) -> None:
    made = lake(
        tmp_path,
        deals=[
            deal(1, state="won", closed_at=100 * DAY, stage="Done"),
            deal(2, state="lost", closed_at=80 * DAY, stage="Demo"),
            deal(3, stage="Demo"),
            deal(4, state="lost"),
            deal(5, state="won", closed_at=0),
        ],
        deal_changes=[
            change(1, "stage", "New", "Done", 70 * DAY),  # the date of closing was filled in later
            change(2, "stage", "New", "Demo", 30 * DAY),  # a stage in which others are open is no end
        ],
    )
    assert {course.number: course.decided for course in courses(made)} == {1: 70 * DAY, 2: 80 * DAY, 3: None}


def test_amounts_and_stages_are_those_of_the_moment(tmp_path: Path) -> None:
    made = lake(
        tmp_path,
        deals=[deal(1, state="won", closed_at=50 * DAY, amount=900.0, stage="Closed Won")],
        deal_changes=[
            change(1, "amount", "100", "900", 45 * DAY),
            change(1, "stage", None, "Closed Won", 50 * DAY),  # an import that knew the end only
        ],
    )
    rows = deal_rows(made, 500 * DAY).to_pylist()
    assert [row["amount"] for row in rows] == [100.0, 100.0]
    assert [row["stage"] for row in rows] == [None, None]


def test_accounts_count_as_lost_only_when_their_time_is_up(tmp_path: Path) -> None:
    at = 1_000 * DAY
    made = lake(
        tmp_path,
        accounts=[{"id": 1, "name": "A"}, {"id": 2, "name": "B"}],
        products=[{"id": 7, "name": "Keel"}],
        deals=[deal(1, opened_at=at - 100 * DAY, product_id=7, state="won", closed_at=at - 95 * DAY)],
        signals=[{"id": 1, "at": at - 300 * DAY, "account_id": 2}],
    )
    rows = account_rows(made, at).to_pylist()
    of_b = [(row["outcome"], (at - row["cutoff"]) // DAY) for row in rows if row["subject_id"] == 2]
    assert of_b == [("open", 0), ("lost", 90), ("lost", 180), ("lost", 270)]
    of_a = [(row["outcome"], (at - row["cutoff"]) // DAY) for row in rows if row["subject_id"] == 1]
    assert of_a == [("open", 0), ("lost", 90)]  # nothing was heard of it before its deal
    assert all(row["decided_at"] == row["cutoff"] + AHEAD for row in rows if row["outcome"] != "open")


def test_a_record_without_deals_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="import deals"):
        deal_rows(lake(tmp_path), DAY)
    with pytest.raises(DataError, match="No deal names a product"):
        account_rows(lake(tmp_path), DAY)
