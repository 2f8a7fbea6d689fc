"""The list as a file: the file's own cells, and beside them what the model says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from leadline.core.errors import CallError, ColumnNotFound, DataError
from leadline.learn import grades, listing, scoring
from leadline.learn.listing import score_file, write_qualified
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options
from leadline.warehouse import values
from leadline.warehouse.source import open_source

OURS = [
    "state",
    "score",
    "low",
    "high",
    "grade",
    "expected_value",
    "raised_by",
    "lowered_by",
    "missing_fact",
    "unusual",
]


@pytest.fixture(scope="module")
def file(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = small.write(tmp_path_factory.mktemp("files") / "deals.csv")
    return path


def scored(qualified: Qualified, path: Path, out: Path | None, **said: Any) -> listing.Listing:
    with open_source(path) as source:
        return score_file(qualified.model, source, out, force=said.pop("force", True), **said)


def read(path: Path) -> pa.Table:
    return pq.read_table(path)


# -- a file that was qualified -----------------------------------------------------------------------------------------


def test_rows_keep_their_order_and_their_cells(plain: Qualified, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.parquet"
    with open_source(file) as source:
        own = pa.Table.from_batches(list(source.raw_batches()))
        write_qualified(plain, source, out)
    table = read(out)
    assert table.column_names == [*own.column_names, *OURS]
    assert table.select(own.column_names).equals(own)
    assert np.array_equal(table["score"].to_numpy(), plain.scores.score)
    assert np.array_equal(table["low"].to_numpy(), plain.scores.low)
    assert table["grade"].to_pylist() == plain.grade.tolist()
    closed = plain.task.labels >= 0
    assert {table["state"][row].as_py() for row in np.flatnonzero(closed).tolist()} == {"won", "lost"}
    assert {table["state"][row].as_py() for row in np.flatnonzero(~closed).tolist()} == {"open"}
    best = plain.result.ranking[0]
    assert table["raised_by"][best.row - 1].as_py() == "; ".join(r.words for r in best.up)
    amount = plain.task.table["Amount"][best.row - 1].as_py()
    assert table["expected_value"][best.row - 1].as_py() == pytest.approx(amount * best.score, abs=0.01)


def test_ranked_is_best_first_and_the_same_rows(plain: Qualified, file: Path, tmp_path: Path) -> None:
    with open_source(file) as source:
        write_qualified(plain, source, tmp_path / "a.parquet")
        write_qualified(plain, source, tmp_path / "b.parquet", ranked=True)
    a, b = read(tmp_path / "a.parquet"), read(tmp_path / "b.parquet")
    score = b["score"].to_numpy()
    assert (score[1:] <= score[:-1]).all()
    assert (score[0], score[-1]) != (score[-1], score[0])
    assert sorted(a["Opportunity ID"].to_pylist()) == sorted(b["Opportunity ID"].to_pylist())
    by_id = dict(zip(a["Opportunity ID"].to_pylist(), a["score"].to_pylist(), strict=True))
    assert [by_id[name] for name in b["Opportunity ID"].to_pylist()] == score.tolist()


def test_no_reasons_no_columns_of_them(plain: Qualified, file: Path, tmp_path: Path) -> None:
    with open_source(file) as source:
        write_qualified(plain, source, tmp_path / "a.parquet", reasons=0)
    assert not {"raised_by", "lowered_by", "missing_fact"} & set(read(tmp_path / "a.parquet").column_names)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".xlsx", ".parquet"])
def test_every_kind_of_file_reads_back(plain: Qualified, file: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"list{ending}"
    scored(plain, file, out, reasons=1)
    with open_source(out) as source:
        raw, _ = source.table()
    again = values.parse(raw, values.infer(raw))
    assert again.num_rows == 900
    fresh = scoring.score(plain.model, plain.task.table).score
    assert again["score"].to_numpy() == pytest.approx(fresh, abs=1e-9)


def test_a_sampled_file_is_scored_as_it_streams(plain: Qualified, small: Any, tmp_path: Path) -> None:
    """Where the file is larger than what was held, all of it is written."""
    path = small.write(tmp_path / "twice.csv", rows=slice(100, None))
    with open_source(path) as source:
        write_qualified(plain, source, tmp_path / "out.parquet")
    table = read(tmp_path / "out.parquet")
    assert table.num_rows == 800
    assert table.column_names[-len(OURS) :] == OURS
    cuts = [plain.scores.score[plain.grade == g].min() for g in "ABC"]
    open_rows = table.filter(pc.equal(table["state"], "open"))
    expected = grades.by_score(open_rows["score"].to_numpy(), np.ones(open_rows.num_rows, bool), tuple(cuts))  # type: ignore[arg-type]
    assert open_rows["grade"].to_pylist() == expected.tolist()


def test_products_have_a_score_each_and_the_best_is_named(taught: Qualified, file: Path, tmp_path: Path) -> None:
    scored(taught, file, tmp_path / "out.parquet", reasons=0)
    table = read(tmp_path / "out.parquet")
    names = [name for name in table.column_names if name.startswith("score for ")]
    assert [name.removeprefix("score for ") for name in names] == list(taught.result.products)
    chances = np.column_stack([table[name].to_numpy() for name in names])
    best = [names[at].removeprefix("score for ") for at in chances.argmax(axis=1)]
    assert table["best_product"].to_pylist() == best
    assert ((chances > 0) & (chances < 1)).all()


# -- a file to score ---------------------------------------------------------------------------------------------------


def test_many_batches_are_one_list(
    taught: Qualified, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = scored(taught, file, tmp_path / "one.parquet", capacity="30/week")
    monkeypatch.setattr(listing, "BATCH", 256)
    many = scored(taught, file, tmp_path / "many.parquet", capacity="30/week")
    a, b = read(tmp_path / "one.parquet"), read(tmp_path / "many.parquet")
    assert a.column_names == b.column_names
    for name in a.column_names:
        if pa.types.is_floating(a.schema.field(name).type):
            x, y = (np.array(t[name].to_numpy(), dtype=float) for t in (a, b))
            assert y == pytest.approx(x, abs=1e-9, nan_ok=True), name
        else:
            assert a[name].to_pylist() == b[name].to_pylist(), name
    assert one.grade_counts == many.grade_counts
    assert one.drift == many.drift
    assert [(r.row, r.name, r.grade, r.up, r.down) for r in one.top] == [
        (r.row, r.name, r.grade, r.up, r.down) for r in many.top
    ]


def test_the_first_rows_may_say_nothing_of_the_outcome(
    plain: Qualified, small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of blank outcomes before others is one list with one set of columns."""
    stage = small.world.export_text()["Stage"].to_pylist()
    path = small.write(tmp_path / "deals.csv", Stage=[""] * 200 + stage[200:])
    monkeypatch.setattr(listing, "BATCH", 64)
    scored(plain, path, tmp_path / "out.parquet")
    state = read(tmp_path / "out.parquet")["state"].to_pylist()
    assert state[:200] == ["open"] * 200
    assert set(state[200:]) == {"open", "won", "lost"}


def test_open_rows_alone_are_graded_and_on_top(plain: Qualified, file: Path, tmp_path: Path) -> None:
    found = scored(plain, file, tmp_path / "out.parquet", capacity="10/week")
    table = read(tmp_path / "out.parquet")
    is_open = np.array(table["state"].to_pylist()) == "open"
    grade = np.array(table["grade"].to_pylist())
    assert (grade[~is_open] == "").all()
    assert dict(found.grade_counts) == {g: int((grade == g).sum()) for g in grades.GRADES}
    assert dict(found.grade_counts)["A"] == 10
    assert sum(dict(found.grade_counts).values()) == is_open.sum()
    score = table["score"].to_numpy()
    best = np.flatnonzero(is_open)[np.argsort(-score[is_open], kind="stable")][: listing.TOP]
    assert [row.row - 1 for row in found.top] == best.tolist()
    assert all(row.state == "open" for row in found.top)
    assert [row.name for row in found.top] == table["Opportunity ID"].take(pa.array(best)).to_pylist()


def test_where_no_row_is_open_all_are_graded(plain: Qualified, small: Any, tmp_path: Path) -> None:
    closed = np.flatnonzero(plain.task.labels >= 0)
    text = small.world.export_text().take(pa.array(closed))
    pa_csv.write_csv(text, tmp_path / "closed.csv")
    found = scored(plain, tmp_path / "closed.csv", tmp_path / "out.parquet", capacity="25")
    assert dict(found.grade_counts)["A"] == 25
    assert sum(dict(found.grade_counts).values()) == len(closed)
    assert {row.state for row in found.top} <= {"won", "lost"}


def test_ties_do_not_overrun_the_capacity(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    source = rng.integers(0, 2, 130)
    won = rng.random(130) < np.array([0.2, 0.8])[source]
    other = rng.integers(0, 2, 130).astype(str).tolist()
    stage = np.where(won, "Won", "Lost").tolist()
    table = pa.table({"Source": np.array(["a", "b"])[source].tolist(), "Other": other, "Stage": stage})
    found = qualify(table, Options("Stage=Won", ("Lost",)))
    fresh = pa.table({"Source": ["b"] * 60 + ["a"] * 40, "Other": ["0"] * 100})
    pa_csv.write_csv(fresh, tmp_path / "in.csv")
    listed = scored(found, tmp_path / "in.csv", tmp_path / "out.parquet", capacity="10/week")
    assert dict(listed.grade_counts) == {"A": 10, "B": 10, "C": 20, "D": 60}
    assert read(tmp_path / "out.parquet")["grade"].to_pylist()[:10] == ["A"] * 10


def test_without_outcome_money_and_identifier(plain: Qualified, small: Any, tmp_path: Path) -> None:
    needed = set(plain.model.columns)
    kept = [name for name in small.table.column_names if name in needed and name != "Amount"]
    text = small.world.export_text()
    pa_csv.write_csv(text.select([*kept, *(["Amount"] if "Amount" in needed else [])]), tmp_path / "in.csv")
    found = scored(plain, tmp_path / "in.csv", tmp_path / "out.parquet")
    table = read(tmp_path / "out.parquet")
    assert "state" not in table.column_names
    assert [row.name for row in found.top] == [f"row {row.row}" for row in found.top]
    assert table["score"].to_numpy() == pytest.approx(scoring.score(plain.model, plain.task.table).score, abs=1e-12)
    assert found.rows == 900
    assert sum(dict(found.grade_counts).values()) == 900


def test_our_names_in_the_file_are_kept_beside_ours(plain: Qualified, small: Any, tmp_path: Path) -> None:
    path = small.write(
        tmp_path / "in.csv",
        **{"score": ["mine"] * 900, "score (file)": ["too"] * 900, "grade": ["x"] * 900, "Extra": ["=1+1"] * 900},
    )
    scored(plain, path, tmp_path / "out.parquet")
    table = read(tmp_path / "out.parquet")
    assert len(set(table.column_names)) == len(table.column_names)
    assert table["score"].to_numpy().dtype == np.float64
    assert set(table["grade (file)"].to_pylist()) == {"x"}
    assert set(table["score (file)"].to_pylist()) | set(table["score (file) (file)"].to_pylist()) == {"mine", "too"}
    assert set(table["Extra"].to_pylist()) == {"=1+1"}


def test_a_list_of_ours_can_be_scored_again(plain: Qualified, file: Path, tmp_path: Path) -> None:
    scored(plain, file, tmp_path / "one.csv")
    scored(plain, tmp_path / "one.csv", tmp_path / "two.parquet")
    table = read(tmp_path / "two.parquet")
    assert {"score", "score (file)", "grade", "grade (file)"} <= set(table.column_names)
    assert table["score"].to_numpy() == pytest.approx([float(s) for s in table["score (file)"].to_pylist()], abs=1e-9)


def test_a_missing_column_is_named(plain: Qualified, small: Any, tmp_path: Path) -> None:
    text = small.world.export_text()
    pa_csv.write_csv(
        text.rename_columns(["Industri" if n == "Industry" else n for n in text.column_names]), tmp_path / "in.csv"
    )
    with pytest.raises(ColumnNotFound, match=r"no column 'Industry' in .*; did you mean 'Industri'"):
        scored(plain, tmp_path / "in.csv", tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_severe_drift_leaves_no_file_and_names_the_column(plain: Qualified, small: Any, tmp_path: Path) -> None:
    path = small.write(tmp_path / "in.csv", Region=["Moon"] * 900)
    (tmp_path / "out.csv").write_text("what was there")
    for ranked in (False, True):
        with pytest.raises(DataError, match=r"'Region' is rare or new in 100 % of these rows.*--force"):
            scored(plain, path, tmp_path / "out.csv", force=False, ranked=ranked)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert (tmp_path / "out.csv").read_text() == "what was there"
    found = scored(plain, path, tmp_path / "out.csv", force=True)
    assert found.drift[0].column == "Region"
    assert found.drift[0].severe
    assert (tmp_path / "out.csv").read_text() != "what was there"


def test_the_same_market_has_not_drifted(plain: Qualified, file: Path) -> None:
    found = scored(plain, file, None, force=False)
    assert found.rows == 900
    assert not any(one.severe for one in found.drift)


@pytest.mark.parametrize("ranked", [False, True])
def test_a_disk_that_refuses_leaves_nothing(
    plain: Qualified, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranked: bool
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CallError, match="No space left"):
        scored(plain, file, tmp_path / "out.csv", ranked=ranked)
    assert not list(tmp_path.iterdir())


def test_an_error_on_the_way_leaves_nothing(
    plain: Qualified, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def stop(*_: Any) -> None:
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(listing, "BATCH", 64)
    with pytest.raises(KeyboardInterrupt):
        scored(plain, file, tmp_path / "out.csv", progress=stop)
    with pytest.raises(KeyboardInterrupt), open_source(file) as source:
        write_qualified(plain, source, tmp_path / "out.csv", progress=stop)
    assert not list(tmp_path.iterdir())


def test_a_bad_capacity_is_told_before_anything_is_read(plain: Qualified, file: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="reads like 50/week"):
        scored(plain, file, tmp_path / "out.csv", capacity="lots")
    assert not list(tmp_path.iterdir())
