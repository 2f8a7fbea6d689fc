"""The first minutes of a newcomer: what is missing is said in one line, and what is built holds every file."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import leadline
from imports import ROOT, SOURCE

PREFLIGHT = ROOT / "tools" / "preflight"


def preflight(python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(PREFLIGHT), python], capture_output=True, text=True, check=False)


def fake_python(folder: Path, *, fails_on: str) -> str:
    """A Python that ends with 1 when the script that it is given holds `fails_on`."""
    path = folder / "python"
    path.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo "Python 3.10.9"; exit 0; }\n'
        f'case "$2" in *{fails_on}*) exit 1;; esac\nexit 0\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    return str(path)


def test_a_fit_machine_passes_without_a_word() -> None:
    done = preflight(sys.executable)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("fails_on", "words"),
    [
        ("version_info", "Python 3.11 or newer is needed"),
        ("ensurepip", "apt-get install python3-venv"),
        ("libgomp", "apt-get install libgomp1"),
    ],
)
def test_what_is_missing_is_said_in_one_line(tmp_path: Path, fails_on: str, words: str) -> None:
    done = preflight(fake_python(tmp_path, fails_on=fails_on))
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_no_python_at_all(tmp_path: Path) -> None:
    done = preflight(str(tmp_path / "python3"))
    assert done.returncode == 1
    assert "apt-get install python3" in done.stderr


def test_the_readme_names_what_is_checked() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for package in ("make", "python3-venv", "libgomp1"):
        assert package in text


def test_the_build_machine_can_run_its_script() -> None:
    script = ROOT / ".ci" / "run"
    for program in (script, PREFLIGHT):
        assert program.stat().st_mode & stat.S_IXUSR
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_built_wheel_holds_every_file(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    shutil.copytree(SOURCE, tree / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.in", "requirements-spark.in"):
        shutil.copy(ROOT / name, tree)
    build = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=tree, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / done.stdout.splitlines()[-1]) as wheel:
        held = set(wheel.namelist())
        meta = next(name for name in held if name.endswith(".dist-info/METADATA"))
        needs = [line for line in wheel.read(meta).decode().splitlines() if line.startswith("Requires-Dist: ")]
    files = {
        path.relative_to(tree / "src").as_posix() for path in (tree / "src" / "leadline").rglob("*") if path.is_file()
    }
    assert files <= held, sorted(files - held)
    assert sorted(line.split(": ")[1] for line in needs if "extra ==" not in line) == sorted(_named("requirements.in"))
    extra = sorted(line.split(": ")[1].partition(";")[0] for line in needs if 'extra == "spark"' in line)
    assert extra == sorted(_named("requirements-spark.in"))


def _named(file: str) -> list[str]:
    """The requirements of a file."""
    return [line for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if line and line[0] not in "#-"]


def test_the_locks_are_what_the_makefile_makes() -> None:
    """Each named requirement is pinned in its lock, and the tests' lock pins the same versions as the run-time lock."""
    pins = {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pins[name] = {line.rstrip(" \\") for line in lines if "==" in line and not line.startswith((" ", "#"))}
    assert pins["requirements.txt"] <= pins["requirements-dev.txt"]
    locks = (
        ("requirements.in", "requirements.txt"),
        ("requirements-dev.in", "requirements-dev.txt"),
        ("requirements-spark.in", "requirements-dev.txt"),
    )
    for source, lock in locks:
        wanted = [re.split(r"[\[=<>~ ;]", line)[0] for line in _named(source)]
        locked = {pin.partition("==")[0] for pin in pins[lock]}
        assert set(wanted) <= locked


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == leadline.__version__
