from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError, DataError, ForeignModel
from leadline.learn import registry as registry_module
from leadline.learn.model import Model
from leadline.learn.qualified import Qualified
from leadline.learn.registry import KEEP, Registry

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
def model(taught: Qualified) -> Model:
    return taught.model


def kept(registry: Registry, model: Model, publish: bool = True) -> int:
    number = registry.keep(model, 1_000, {"made": "here"}, NOW, "anna", "a test").number
    if publish:
        registry.publish(number, NOW, "anna", "better")
    return number


def test_a_version_is_in_use_only_once_published(model: Model, tmp_path: Path) -> None:
    registry = Registry("deal", tmp_path)
    assert registry.present() is None
    assert registry.flaw() == ""
    assert kept(registry, model, publish=False) == 1
    assert registry.present() is None
    registry.publish(1, NOW, "anna", "the first")
    found = registry.present()
    assert found is not None
    assert (found.version.number, found.version.trained_to, found.version.facts) == (1, 1_000, {"made": "here"})
    assert found.flaw == ""
    assert [(e.what, e.number, e.by) for e in registry.history()] == [("kept", 1, "anna"), ("published", 1, "anna")]


def test_a_crash_between_writing_and_publishing_leaves_the_old_one(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry("deal", tmp_path)
    kept(registry, model)
    second = kept(registry, model, publish=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            registry.publish(second, NOW, "anna", "better")
    found = registry.present()
    assert found is not None
    assert found.version.number == 1
    assert sorted(p.name for p in registry.folder.iterdir()) == ["history.jsonl", "published", "versions"]


def test_a_crash_while_writing_leaves_no_version(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry("deal", tmp_path)
    kept(registry, model)

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(registry_module.folder, "save", broken)
        with pytest.raises(OSError, match="Input"):
            kept(registry, model)
    assert registry.numbers() == [1]
    (registry.folder / "versions" / ".0002.dead").mkdir()  # as a killed process leaves it
    with (registry.folder / "history.jsonl").open("a") as file:
        file.write('{"at": "2026')
    assert registry.numbers() == [1]
    assert kept(registry, model) == 2
    assert [event.number for event in registry.history()] == [1, 1, 2, 2]


@pytest.mark.parametrize("harm", ["changed", "missing", "half"])
def test_a_broken_model_falls_back_to_the_last_good_one(model: Model, tmp_path: Path, harm: str) -> None:
    registry = Registry("deal", tmp_path)
    kept(registry, model)
    kept(registry, model)
    place = registry.folder / "versions" / "0002"
    if harm == "changed":
        path = place / "model" / "model.json"
        path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    elif harm == "missing":
        shutil.rmtree(place)
    else:
        (place / "version.json").write_text('{"number": 2,')
    found = registry.present()
    assert found is not None
    assert found.version.number == 1
    assert "published model 2" in found.flaw
    assert "version 1 serves" in found.flaw
    with pytest.raises(ForeignModel):
        registry.publish(2, NOW, "anna", "again")
    shutil.rmtree(registry.folder / "versions" / "0001")
    assert registry.present() is None
    assert "can be" in registry.flaw()


def test_a_pointer_that_is_lost_does_not_lose_the_model(model: Model, tmp_path: Path) -> None:
    registry = Registry("deal", tmp_path)
    kept(registry, model)
    kept(registry, model)
    (registry.folder / "published").write_text("no number")
    found = registry.present()
    assert found is not None
    assert found.version.number == 2


def test_old_versions_go_but_never_those_in_use(model: Model, tmp_path: Path) -> None:
    registry = Registry("deal", tmp_path)
    kept(registry, model)
    kept(registry, model)
    for _ in range(KEEP + 3):
        kept(registry, model, publish=False)
    assert registry.numbers()[:2] == [1, 2]
    assert len(registry.numbers()) == KEEP + 2
    registry.roll_back(NOW, "ben", "odd")
    assert kept(registry, model, publish=False) == KEEP + 6  # a number is never given twice


def test_there_is_nothing_to_roll_back_to(model: Model, tmp_path: Path) -> None:
    registry = Registry("deal", tmp_path)
    with pytest.raises(DataError, match="No version"):
        registry.roll_back(NOW, "ben", "odd")
    kept(registry, model)
    with pytest.raises(DataError, match="No version"):
        registry.roll_back(NOW, "ben", "odd")
    with pytest.raises(CallError):
        Registry("../deal", tmp_path)


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.sampled_from(["publish", "roll back"]), max_size=9))
def test_roll_backs_follow_what_was_in_use(
    steps: list[str], taught: Qualified, tmp_path_factory: pytest.TempPathFactory
) -> None:
    registry = Registry("deal", tmp_path_factory.mktemp("models"))
    used: list[int] = []
    for step in steps:
        if step == "publish":
            used.append(kept(registry, taught.model))
        elif len(used) > 1:
            used.pop()
            assert registry.roll_back(NOW, "ben", "odd").number == used[-1]
        else:
            with pytest.raises(DataError):
                registry.roll_back(NOW, "ben", "odd")
        found = registry.present()
        assert (found.version.number if found else None) == (used[-1] if used else None)
