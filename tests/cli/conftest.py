"""A small market in a folder of its own, and the command called in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadline.cli.main import main

from .deals import WON, market, write  # noqa: TID252  tests are imported by path


@dataclass(frozen=True)
class Done:
    """How a call ended."""

    status: int
    out: str
    err: str

    @property
    def record(self) -> Any:
        """The one object of --json."""
        return json.loads(self.out)

    def failed(self, status: int, *words: str) -> None:
        """One sentence with these words on standard error, this status, and no traceback."""
        assert self.status == status, (self.status, self.out, self.err)
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("leadline: ")
        assert lines[0].endswith((".", "?", "…"))
        assert "fault of Leadline" not in self.err
        for word in words:
            assert word in self.err, self.err


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls the command in an empty folder: run("qualify", "deals.csv", …)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("LEADLINE_DEBUG", raising=False)

    def call(*words: str | Path) -> Done:
        capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Done(status, out, err)

    return call


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with deals.csv and what one call makes of it: scored.csv, report.html, model/ and result.json."""
    folder = tmp_path_factory.mktemp("made")
    deals = write(folder / "deals.csv", market())
    places = {"--out": "scored.csv", "--report": "report.html", "--save": "model"}
    words = [str(word) for option, name in places.items() for word in (option, folder / name)]
    status = main(["qualify", str(deals), "--outcome", WON, *words, "--capacity", "20/week", "--quiet"])
    assert status == 0
    return folder
