"""A model on disk: equal bit for bit, whole or not at all, data and never code."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError, ForeignModel
from leadline.core.qualification import OutcomeReading
from leadline.learn import annotation, folder, propensity, reasons, scoring
from leadline.learn.model import Model
from leadline.learn.priors import Prior, Rule
from leadline.learn.qualified import Qualified


@pytest.fixture(scope="module")
def saved(taught: Qualified, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder.save(taught.model, tmp_path_factory.mktemp("models") / "model")


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def alike(a: Any, b: Any) -> bool:
    """Equal to the last bit, through records, tuples and arrays."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.tobytes() == b.tobytes() and a.shape == b.shape
    if hasattr(a, "margin") and hasattr(a, "text"):
        return bool(a.text == b.text)
    if is_dataclass(a):
        return type(a) is type(b) and all(alike(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(alike(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, pa.Array):
        return bool(a.equals(b))
    if isinstance(a, float):  # also NumPy's
        return isinstance(b, float) and (a == b or (a != a and b != b))
    return type(a) is type(b) and bool(a == b)


def test_scores_and_reasons_are_equal_bit_for_bit(taught: Qualified, saved: Path) -> None:
    table, model, again = taught.task.table, taught.model, folder.load(saved)
    assert model.ensemble is not None
    assert model.ensemble.forest
    assert model.ensemble.terms
    assert model.propensity
    assert alike(model, again)
    before, after = scoring.score(model, table), scoring.score(again, table)
    for name in ("log_odds", "score", "low", "high", "unusual"):
        assert getattr(before, name).tobytes() == getattr(after, name).tobytes(), name
    rows = np.arange(0, table.num_rows, 9)
    assert reasons.explain(model, table, before, rows) == reasons.explain(again, table, after, rows)
    assert reasons.sentences(model, table, before) == reasons.sentences(again, table, after)
    assert propensity.score(model, table).tobytes() == propensity.score(again, table).tobytes()


def test_what_was_loaded_is_saved_as_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = folder.save(folder.load(saved), tmp_path / "again")
    assert sorted(p.name for p in again.iterdir()) == sorted(p.name for p in saved.iterdir())
    for path in saved.iterdir():
        if path.suffix != ".npz":  # a zip carries the time at which it was packed
            continue
        with np.load(path) as a, np.load(again / path.name) as b:
            assert all(a[name].tobytes() == b[name].tobytes() for name in a.files)
    assert (saved / "model.json").read_bytes() == (again / "model.json").read_bytes()


def test_a_model_of_the_questionnaire_alone(taught: Qualified, tmp_path: Path) -> None:
    bare = Model(
        **{
            **{f.name: getattr(taught.model, f.name) for f in fields(taught.model)},
            **dict(ensemble=None, reference=None, propensity=None, prior_weight=1.0, text_columns=()),
        }
    )
    again = folder.load(folder.save(bare, tmp_path / "prior"))
    assert alike(bare, again)
    assert (
        scoring.score(again, taught.task.table).score.tobytes()
        == scoring.score(bare, taught.task.table).score.tobytes()
    )


def test_the_folder_holds_data_and_no_code(saved: Path) -> None:
    names = {path.name for path in saved.rglob("*")}
    assert names == {"MANIFEST.json", "model.json", "arrays.npz", "trees-0.txt"}
    json.loads((saved / "model.json").read_bytes())
    with np.load(saved / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fiub" for name in arrays.files)
    assert (saved / "trees-0.txt").read_text().startswith("tree\n")
    assert not any(path.stat().st_mode & 0o111 for path in saved.iterdir())


# -- tampering ---------------------------------------------------------------------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(ForeignModel) as caught:
        folder.load(path)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 400
    return said


@pytest.mark.parametrize("name", ["model.json", "arrays.npz", "trees-0.txt"])
def test_one_changed_byte_is_told(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    assert f"{name} in" in refused(copy)
    assert "changed" in refused(copy)


@pytest.mark.parametrize("name", ["model.json", "arrays.npz", "trees-0.txt"])
def test_a_missing_file_is_told(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert f"{name} is missing" in refused(copy)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{", b"{}", b"\xff\xfe", b'{"format": "leadline-model", "version": 1, "files": 3}', b"[" * 100_000],
    ids=["empty", "list", "cut", "bare", "binary", "number", "deep"],
)
def test_a_manifest_that_is_none(copy: Path, manifest: bytes) -> None:
    (copy / "MANIFEST.json").write_bytes(manifest)
    assert "MANIFEST.json" in refused(copy)


def test_no_folder_and_a_foreign_one(tmp_path: Path) -> None:
    assert "no model folder" in refused(tmp_path / "none")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps([1]))
    assert "no model of ours" in refused(tmp_path)


def sealed(path: Path, **files: bytes) -> Path:
    """The folder with other files, and hashes to match: what a forger would write."""
    manifest = json.loads((path / "MANIFEST.json").read_text())
    for name, data in files.items():
        (path / name).write_bytes(data)
        manifest["files"][name] = hashlib.sha256(data).hexdigest()
    (path / "MANIFEST.json").write_text(json.dumps(manifest))
    return path


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "..", "sub/model.json", "a\0b", "run.py", ""])
def test_a_name_outside_or_of_no_model(copy: Path, name: str) -> None:
    (copy.parent / "secret.txt").write_text("secret")
    manifest = json.loads((copy / "MANIFEST.json").read_text())
    manifest["files"][name] = hashlib.sha256(b"secret").hexdigest()
    (copy / "MANIFEST.json").write_text(json.dumps(manifest))
    assert "names a file" in refused(copy)


def test_another_version(copy: Path) -> None:
    manifest = json.loads((copy / "MANIFEST.json").read_text())
    (copy / "MANIFEST.json").write_text(json.dumps({**manifest, "version": 2}))
    assert "is of format leadline-model 2" in refused(copy)


class Bomb:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, ("unpickled",)


def test_a_pickle_in_the_arrays_is_never_run(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with np.load(copy / "arrays.npz") as arrays:
        held = dict(arrays)
    planted = BytesIO()
    np.savez(planted, **{**held, "a0": np.array([Bomb()], dtype=object)})
    sealed(copy, **{"arrays.npz": planted.getvalue()})
    refused(copy)
    sealed(copy, **{"arrays.npz": pickle.dumps(Bomb())})
    refused(copy)
    assert not (tmp_path / "unpickled").exists()


def edited(path: Path, edit: Callable[[dict[str, Any]], Any]) -> Path:
    record = json.loads((path / "model.json").read_text())
    edit(record)
    return sealed(path, **{"model.json": json.dumps(record).encode()})


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.update({"$": "Popen"}),
        lambda m: m["ensemble"].update({"$": "builtins.eval"}),
        lambda m: m["card"].pop("seed"),
        lambda m: m["card"].update(extra=1),
        lambda m: m.update(card=None),
        lambda m: m.update(prior_weight="much"),
        lambda m: m.update(text_columns="Note"),
        lambda m: m.update(reference=None),
        lambda m: m["ensemble"].update(weights={"@": "a9999"}),
        lambda m: m["ensemble"].update(weights={"@": "a0", "x": 1}),
        lambda m: m["ensemble"].update(rung="best"),
        lambda m: m["ensemble"].update(evidence=[]),
        lambda m: m["ensemble"].update(forest={"trees": 7}),
        lambda m: m["ensemble"]["encoder"].update(codes=m["ensemble"]["encoder"]["codes"][:-1]),
        lambda m: m["roles"][0].update(role="king"),
        lambda m: m["outcome"].update(won=[1, 2]),
    ],
)
def test_a_forged_record_is_refused(copy: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    assert "not a model that this version can read" in refused(edited(copy, edit))


def test_forged_trees_and_arrays_are_refused(copy: Path, saved: Path) -> None:
    trees = (saved / "trees-0.txt").read_text()
    sealed(copy, **{"trees-0.txt": b"tree\nversion=v4\n"})
    refused(copy)
    at = trees.index("split_feature=")
    sealed(copy, **{"trees-0.txt": (trees[: at + 14] + "99999 " + trees[at + 14 :]).encode()})
    refused(copy)
    sealed(copy, **{"trees-0.txt": trees.encode(), "arrays.npz": b""})
    refused(copy)
    flat = BytesIO()
    np.save(flat, np.zeros(3))
    sealed(copy, **{"arrays.npz": flat.getvalue()})
    refused(copy)


def test_arrays_that_swell_are_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LARGEST", 1_000)
    refused(copy)


# -- a disk that refuses -----------------------------------------------------------------------------------------------


def full(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("broken", ["mkdir", "open", "rename"])
def test_nothing_is_left_where_the_disk_refuses(
    taught: Qualified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, broken, full)
        with pytest.raises(CallError, match="No space left"):
            folder.save(taught.model, tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("refuses_from", [1, 2])
def test_the_older_model_stays_where_the_disk_refuses(
    saved: Path, copy: Path, monkeypatch: pytest.MonkeyPatch, refuses_from: int
) -> None:
    older = folder.load(copy)
    calls = []

    def rename(self: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == refuses_from:
            full()
        os.rename(self, target)  # noqa: PTH104 Path.rename is this one

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        with pytest.raises(CallError):
            folder.save(older, copy)
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]
    assert alike(folder.load(copy), older)


def test_a_model_is_replaced_and_other_files_never_are(copy: Path, taught: Qualified, tmp_path: Path) -> None:
    folder.save(taught.model, copy)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    (copy / "notes.txt").write_text("mine")
    with pytest.raises(CallError, match=r"holds 'notes.txt' beside a model"):
        folder.save(taught.model, copy)
    other = tmp_path / "other"
    other.mkdir()
    (other / "MANIFEST.json").write_text("{}")
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(CallError, match="holds no model"):
        folder.save(taught.model, other)
    with pytest.raises(CallError, match="holds no model"):
        folder.save(taught.model, copy / "notes.txt")
    assert (other / "thesis.txt").read_text() == (copy / "notes.txt").read_text() == "mine"


def test_an_empty_folder_and_the_one_we_stand_in(
    taught: Qualified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    folder.save(taught.model, ".")
    assert folder.load(here).card == taught.model.card


# -- records of any content --------------------------------------------------------------------------------------------

numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(2**60), 2**60).map(float)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def round_trip(value: Any) -> Any:
    writer = folder._Writer()
    body = json.dumps(writer.plain(value), allow_nan=False)
    held = BytesIO()
    np.savez_compressed(held, allow_pickle=False, **writer.arrays)
    with np.load(BytesIO(held.getvalue()), allow_pickle=False) as arrays:
        return folder._Reader(dict(arrays), {}).record(json.loads(body))


@settings(deadline=None)
@given(
    st.builds(Rule, texts, texts, st.tuples(texts, numbers, st.booleans()), numbers.filter(lambda n: n == n), texts)
    | st.builds(OutcomeReading, texts, st.tuples(texts), st.just(()), st.just(()), st.booleans(), texts)
    | st.builds(Prior, numbers, numbers, st.just(()))
    | st.lists(st.lists(numbers, max_size=5).map(np.array), max_size=3).map(tuple)
)
def test_any_record_comes_back_as_it_was(value: Any) -> None:
    assert alike(value, round_trip(value))


def test_annotations_are_held_to() -> None:
    assert annotation.fits((1.0, 2, 3.5), tuple[float, ...])
    assert not annotation.fits((1.0, "2"), tuple[float, ...])
    assert not annotation.fits(True, int)
    assert not annotation.fits(True, float)
    assert annotation.fits(None, str | None)
    assert not annotation.fits(3, str | None)
    assert annotation.fits(np.zeros(2), annotation.of(propensity.Propensity)["level"])
    assert not annotation.fits(np.zeros(2, np.float32), annotation.of(propensity.Propensity)["level"])
