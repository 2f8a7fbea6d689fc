"""Wrong calls: one sentence that names the mend, exit 2, and nothing written; and what help and version say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import leadline

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import WON, market, write  # noqa: TID252

COMMANDS = ("qualify score explain compare renew sample profile match-target risk segments lookalikes").split()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("qualfy", "x.csv"), ("'qualfy'", "did you mean 'qualify'?")),
        (("frobnicate",), ("'frobnicate'", "qualify, score")),
        (("qualify",), ("needs FILE and --outcome",)),
        (("qualify", "x.csv"), ("needs --outcome", "--help")),
        (("qualify", "x.csv", "--outcom", "A=1"), ("--outcom;", "did you mean --outcome?")),
        (("qualify", "x.csv", "--out_come=1"), ("did you mean --outcome?",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--zzz"), ("no option --zzz",)),
        (("qualify", "x.csv", "--outcome", "A=1", "-z"), ("no option -z",)),
        (("qualify", "x.csv", "--outcome"), ("--outcome needs a value",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--outcome", "A=2"), ("--outcome is given twice",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--out", "a.csv", "--out", "b.csv"), ("--out is given twice",)),
        (("qualify", "x.csv", "--outcome", "Stage=Closed", "Won"), ("'Won' is one word too many", "quotes")),
        (("qualify", "--outcome", "A=1", "--lost", "No", "x.csv"), ("needs FILE", "before --lost")),
        (("qualify", "x.csv", "--outcome", "A=1", "--reasons", "many"), ("--reasons", "0 to 20", "'many'")),
        (("qualify", "x.csv", "--outcome", "A=1", "--seed", "-1"), ("--seed", "'-1'")),
        (("qualify", "x.csv", "--outcome", "A=1", "--mature-after", "soon"), ("--mature-after", "'soon'")),
        (("qualify", "x.csv", "--outcome", "A=1", "--role", "Region"), ("COLUMN=ROLE", "'Region'")),
        (("qualify", "x.csv", "--outcome", "A=1", "--role", "Region=catgory"), ("did you mean 'category'?",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--role", "B=text", "--role", "B=url"), ("'B' two roles",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--capacity", "fifty"), ("50/week", "'fifty'")),
        (("qualify", "x.csv", "--outcome", "A=1", "--out", "x.csv"), ("is the file that is read",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--out", "a.txt"), (".csv", ".parquet", ".xlsx")),
        (("qualify", "x.csv", "--outcome", "A=1", "--out", "no/a.csv"), ("no folder no",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--out", "."), ("--out",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--out", "a.csv", "--report", "a.csv"), ("same place",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--report", "folder"), ("is a folder",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--save", "folder"), ("holds no model",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--save", "x.csv"), ("is the file that is read",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--prior", "no.toml"), ("no questionnaire no.toml",)),
        (("qualify", "x.csv", "--outcome", "A=1", "--sheet", "Q3"), ("a workbook only",)),
        (("score", "x.csv"), ("needs --model",)),
        (("score", "x.csv", "--model", "no"), ("no model folder no",)),
        (("compare", "a", "b"), ("needs FILE",)),
        (("sample",), ("needs FILE",)),
        (("sample", "a.csv", "--rows", "0"), ("--rows",)),
        (("sample", "no/a.csv"), ("folder",)),
    ],
)
def test_a_wrong_call_is_one_sentence(run: Run, tmp_path: Path, call: tuple[str, ...], words: tuple[str, ...]) -> None:
    write(tmp_path / "x.csv", [["A", "B"], ["1", "2"], ["0", "3"]])
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept.txt").write_text("kept")
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    done = run(*call)
    done.failed(2, *words)
    assert done.out == ""
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_an_error_is_an_object_too(run: Run) -> None:
    done = run("score", "no.csv", "--model", "no", "--json")
    assert done.status == 2
    assert json.loads(done.out)["status"] == 2
    assert json.loads(done.out)["error"] in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_two_examples(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert (done.status, done.err) == (0, "")
    examples = done.out.partition("examples:\n")[2]
    assert examples.count(f"  leadline {command} ") == 2
    assert max(len(line) for line in done.out.splitlines()) <= 100


def test_version_and_nothing_at_all(run: Run) -> None:
    assert run("--version").out == f"leadline {leadline.__version__}\n"
    done = run()
    assert done.status == 2
    assert "leadline COMMAND --help" in done.out


def test_a_fault_of_ours_is_one_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret cell")

    monkeypatch.setattr("leadline.cli.targets.check", broken)
    done = run("score", "x.csv", "--model", "m")
    assert (done.status, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "ZeroDivisionError" in done.err
    assert "last-fault.txt" in done.err
    assert "secret cell" not in done.err
    monkeypatch.setenv("LEADLINE_DEBUG", "1")
    assert "Traceback" in run("score", "x.csv", "--model", "m").err


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, None])
def test_stopped_in_the_middle_leaves_nothing(
    run: Run, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch, stopped: type[BaseException] | None
) -> None:
    """Ctrl-C or a termination while the list is written."""
    from leadline.warehouse.writing import Writer

    def stop(*_: object) -> None:
        assert any(path.name.endswith(".part") for path in tmp_path.iterdir())
        if stopped:
            raise stopped
        os.kill(os.getpid(), 15)

    monkeypatch.setattr(Writer, "write", stop)
    done = run("score", made / "deals.csv", "--model", made / "model", "--out", "scored.csv")
    assert done.status == (130 if stopped else 143)
    assert done.err == "leadline: Stopped.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", market(20))
    shell = f"{sys.executable} -m leadline qualify --help | true; {sys.executable} -m leadline --help | true"
    done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_bad_files_through_the_real_command(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    command = [sys.executable, "-m", "leadline", "qualify", "empty.csv", "--outcome", WON, "--out", "a.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "leadline: empty.csv is empty; give a file with a header and rows.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["empty.csv"]
