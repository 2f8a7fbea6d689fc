"""Where state lies, and what a fault leaves there."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.cli import ending
from leadline.core.settings import home


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "kept"))
    assert home() == tmp_path / "kept"


def test_the_users_data_folder_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LEADLINE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home() == tmp_path / "leadline"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert home() == Path.home() / ".local/share/leadline"


def test_a_fault_is_kept_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    said = ending.sentence(ZeroDivisionError("by nought"))
    assert str(tmp_path / "last-fault.txt") in said
    assert "ZeroDivisionError: by nought" in (tmp_path / "last-fault.txt").read_text("utf-8")


def test_a_fault_that_cannot_be_kept_is_still_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "file"))
    assert "LEADLINE_DEBUG=1" in ending.sentence(ZeroDivisionError())
