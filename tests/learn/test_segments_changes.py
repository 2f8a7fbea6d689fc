"""Segments of today beside those of the last time, the folder they are kept in, and what may be handed on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leadline.cli.main import main
from leadline.core.errors import CallError, DataError, ForeignModel
from leadline.learn.segments import folder, listing
from leadline.learn.segments.changes import compare, remember
from leadline.learn.segments.find import Found, Model, Options, find
from leadline.warehouse.writing import Writer

ROWS = 240


def market(kinds: np.ndarray, seed: int = 1, start: int = 0) -> pa.Table:
    """Accounts of the given kinds, which are easily told apart."""
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "Account name": [f"Firm {start + at}" for at in range(len(kinds))],
            "Industry": [f"trade {one}" if rng.random() > 0.05 else "trade 9" for one in kinds],
            "Country": [f"land {one}" if rng.random() > 0.05 else "land 9" for one in kinds],
            "Employees": np.exp(rng.normal(2.0 + 2.0 * kinds, 0.3)),
            "Orders": rng.poisson(1.0 + 6.0 * (kinds % 2)).astype(float),
        }
    )


def kinds_of(number: int, rows: int = ROWS, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, number, rows)


@pytest.fixture(scope="module")
def first() -> tuple[pa.Table, Found, Model]:
    table = market(kinds_of(3))
    found = find(table)
    assert found.model is not None
    return table, found, remember(found.model, table, found.ids)


def test_the_same_rows_keep_ids_and_names(first: tuple[pa.Table, Found, Model]) -> None:
    table, before, old = first
    order = np.random.default_rng(3).permutation(ROWS)
    again = compare(find(table.take(pa.array(order)), Options(seed=8)), old, table.take(pa.array(order)))
    assert (again.found.ids == before.ids[order]).mean() > 0.97
    assert {change.kind for change in again.found.result.changes} == {"kept"}
    assert again.found.result.known == ROWS
    assert again.found.result.moved == int((again.moved_from > 0).sum()) <= 0.03 * ROWS
    names = {one.id: one.name for one in before.result.segments}
    assert all(names[one.id] == one.name for one in again.found.result.segments)


def test_who_moved_is_known_without_knowing_who(first: tuple[pa.Table, Found, Model]) -> None:
    _, _, old = first
    kinds = kinds_of(3)
    kinds[:12] = (kinds[:12] + 1) % 3
    table = market(kinds, seed=2)
    seen = compare(find(table), old, table)
    assert (seen.moved_from[:12] > 0).sum() >= 10
    assert (seen.moved_from[12:] > 0).mean() < 0.08
    assert old.marks.dtype == np.uint64
    assert not any(b"Firm" in bytes(old.marks) for _ in (0,))


def test_newcomers_are_new_and_numbers_never_come_again(first: tuple[pa.Table, Found, Model]) -> None:
    table, _, old = first
    more = pa.concat_tables([table, market(np.full(100, 4), seed=4, start=ROWS)])
    seen = compare(find(more), old, more).found
    assert seen.model is not None
    assert sorted(one.kind for one in seen.result.changes) == ["kept", "kept", "kept", "new"]
    assert set(seen.model.ids) == {1, 2, 3, 4}
    assert (seen.ids[ROWS:] == 4).mean() > 0.95
    kept = remember(seen.model, more, seen.ids)
    back = compare(find(table), kept, table).found
    assert back.model is not None
    assert sorted(one.kind for one in back.result.changes) == ["gone", "kept", "kept", "kept"]
    assert back.model.next_id == 5


def test_without_names_the_old_model_tells_which_is_which() -> None:
    plain = market(kinds_of(3)).drop_columns(["Account name"])
    other = market(kinds_of(3, seed=7), seed=7).drop_columns(["Account name"])
    before, after = find(plain), find(other)
    assert before.model is not None
    seen = compare(after, remember(before.model, plain, before.ids), other).found
    assert {one.kind for one in seen.result.changes} == {"kept"}
    assert seen.result.known == 0
    trades = {one.id: max(one.traits, key=lambda t: t.share).words for one in before.result.segments}
    assert {one.id for one in seen.result.segments} == set(trades)


def test_split_and_merged_are_told() -> None:
    table = market(kinds_of(4), seed=6)
    coarse, fine = find(table, Options(number=2)), find(table)
    assert coarse.model is not None
    assert fine.model is not None
    split = compare(fine, remember(coarse.model, table, coarse.ids), table).found.result
    assert "split" in {change.kind for change in split.changes}
    assert all(len(one.old) == 1 and len(one.new) >= 2 for one in split.changes if one.kind == "split")
    merged = compare(coarse, remember(fine.model, table, fine.ids), table).found.result
    assert "merged" in {change.kind for change in merged.changes}
    assert all(len(one.new) == 1 and len(one.old) >= 2 for one in merged.changes if one.kind == "merged")


def test_nothing_found_now_means_that_all_are_gone(first: tuple[pa.Table, Found, Model]) -> None:
    table, _, old = first
    rng = np.random.default_rng(0)
    broken = pa.table({name: table[name].take(pa.array(rng.permutation(ROWS))) for name in table.column_names})
    seen = compare(find(broken), old, broken).found
    assert seen.model is None
    assert {change.kind for change in seen.result.changes} == {"gone"}


def test_a_folder_keeps_all_and_names_nobody(first: tuple[pa.Table, Found, Model], tmp_path: Path) -> None:
    _, _, model = first
    folder.save(model, tmp_path / "kept")
    folder.save(model, tmp_path / "kept")
    again = folder.load(tmp_path / "kept")
    assert (again.ids, again.names, again.next_id, again.called) == (model.ids, model.names, 4, "Account name")
    for name in ("log_share", "log_theta", "used", "starts"):
        assert (getattr(again.mixture, name) == getattr(model.mixture, name)).all()
    assert (again.marks == model.marks).all()
    assert [column.name for column in again.columns] == [column.name for column in model.columns]
    assert not any(b"Firm 1" in path.read_bytes() for path in (tmp_path / "kept").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]


def test_a_changed_or_foreign_folder_is_refused(first: tuple[pa.Table, Found, Model], tmp_path: Path) -> None:
    _, _, model = first
    with pytest.raises(ForeignModel, match="no folder"):
        folder.load(tmp_path / "none")
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("x")
    with pytest.raises(ForeignModel):
        folder.load(other)
    with pytest.raises(CallError, match="holds no segments"):
        folder.save(model, other)
    kept = folder.save(model, tmp_path / "kept")
    body = json.loads((kept / "segments.json").read_text())
    body["ids"] = [1]
    (kept / "segments.json").write_text(json.dumps(body))
    with pytest.raises(ForeignModel, match="changed"):
        folder.load(kept)


def test_what_may_be_handed_on(first: tuple[pa.Table, Found, Model], tmp_path: Path) -> None:
    table, found, _ = first
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 2, 400)
    plain = {name: np.where(rng.random(400) < 0.1, 1 - kinds, kinds).astype(str) for name in ("a", "b", "c")}
    coarse = pa.table({"Account name": [f"Firm {at}" for at in range(400)], **plain})
    few = find(coarse, Options(number=2))
    listing.write_open(few, coarse, tmp_path / "open.csv", 2)
    text = (tmp_path / "open.csv").read_text()
    assert "Firm" not in text
    assert text.count("\n") == 401
    with pytest.raises(DataError, match="fewer than"):
        listing.write_open(found, table, tmp_path / "all.csv", 50)
    assert not (tmp_path / "all.csv").exists()
    listing.write(found, table, tmp_path / "rows.csv")
    assert "Firm 1" in (tmp_path / "rows.csv").read_text()


def test_the_command_from_one_file_to_the_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, table in (("one", market(kinds_of(3))), ("two", market(kinds_of(3), seed=2))):
        with Writer(tmp_path / f"{name}.csv", table.schema) as writer:
            for batch in table.to_batches():
                writer.write(batch)
    kept = tmp_path / "kept"
    call = ["segments", str(tmp_path / "one.csv"), "--save", str(kept), "--out", str(tmp_path / "out.csv")]
    assert main(call) == 0
    shown = capsys.readouterr().out
    assert "set apart by" in shown
    assert "typical" in shown
    assert "segment_name" in (tmp_path / "out.csv").read_text()
    assert main(["segments", str(tmp_path / "two.csv"), "--like", str(kept), "--save", str(kept), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["known"] == ROWS
    assert {change["kind"] for change in told["changes"]} == {"kept"}
    rng = np.random.default_rng(0)
    noise = pa.table({name: rng.standard_normal(80) for name in "abcd"})
    with Writer(tmp_path / "noise.csv", noise.schema) as writer:
        for batch in noise.to_batches():
            writer.write(batch)
    assert main(["segments", str(tmp_path / "noise.csv"), "--out", str(tmp_path / "n.csv")]) == 1
    done = capsys.readouterr()
    assert "No segments" in done.out
    assert done.err.count("\n") == 1
    assert not (tmp_path / "n.csv").exists()
    assert main(["segments"]) == 2
    assert main(["segments", str(tmp_path / "one.csv"), "--k", "5"]) == 2
    assert main(["segments", str(tmp_path / "one.csv"), "--like", str(tmp_path / "none")]) == 2
