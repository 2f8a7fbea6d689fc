"""`leadline backup` and `leadline restore`, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadline.cli.main import main
from leadline.store.models import Account, Person


def words(text: str) -> str:
    return " ".join(text.split())


def test_there_and_back(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Person.objects.create(email="a@x.example")
    Account.objects.create(name="A")
    target = tmp_path / "b.leadline"
    assert main(["backup", str(target)]) == 0
    said = words(capsys.readouterr().out)
    assert "holds 1 people, 1 account, 0 deals, 0 signals" in said
    assert "not in it; keep LEADLINE_HOME/secret elsewhere" in said
    Person.objects.create(email="b@x.example")
    assert main(["restore", str(target), "--verify"]) == 0
    assert "can be restored" in words(capsys.readouterr().out)
    assert main(["restore", str(target)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main(["restore", str(target), "--force"]) == 0
    assert "doctor all is well" in words(capsys.readouterr().out)
    assert Person.objects.count() == 1
    assert main(["restore", str(target), "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["well"] is True


def test_for_machines(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["path"]).stat().st_size == told["bytes"]
    assert told["manifest"]["rows"]["store_person"] == 0


def test_one_sentence_for_each_mistake(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Person.objects.create(email="a@x.example")
    target = tmp_path / "b"
    assert main(["backup", str(target)]) == 0
    whole = target.read_bytes()
    target.write_bytes(whole[:-100])
    (tmp_path / "text").write_text("hello")
    capsys.readouterr()
    for call, status, sentence in (
        (["backup", str(tmp_path / "no" / "b")], 2, "There is no folder"),
        (["restore", str(target), "--force"], 1, "is cut short or was changed (its SHA-256 is another); take another"),
        (["restore", str(tmp_path / "text"), "--force"], 2, "is no backup of Leadline"),
        (["restore", str(tmp_path / "none")], 2, "cannot be read: no such file or directory"),
        (["restore", str(target), "--verify", "--force"], 2, "give one of them"),
    ):
        assert main(call) == status
        said = capsys.readouterr()
        assert sentence in said.err
        assert (said.err.count("\n"), said.out) == (1, "")
    assert Person.objects.count() == 1
