"""New plug-ins, and strangers': written, found by their entry points, and judged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.core.errors import CallError
from leadline.core.plugins import find, names

from .conftest import Run  # noqa: TID252

KINDS = (("connector", "desk_one"), ("recommender", "call_one"), ("page", "pulse_one"))


def leadline(*words: str | Path, path: Path | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which may have a stranger's package on its path."""
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {}), "COLUMNS": "200"}
    call = [sys.executable, "-m", "leadline", *map(str, words)]
    return subprocess.run(call, capture_output=True, text=True, check=False, env=environment, cwd=cwd)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_what_is_new_keeps_every_promise(run: Run, tmp_path: Path, kind: str, name: str) -> None:
    done = run("new", kind, name)
    assert done.status == 0, done.err
    folder = tmp_path / f"leadline-{name.replace('_', '-')}"
    checked = leadline("check", folder, "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert '"broken": 0' in checked.stdout
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder],
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert tested.returncode == 0, tested.stdout
    run("new", kind, name).failed(2, "is there already")


def test_names_that_cannot_be(run: Run) -> None:
    for wrong in ("Zen", "1st", "a", "../up", "class", "x" * 60, "a b"):
        run("new", "connector", wrong).failed(2, "cannot be a name")
    assert run("new", "widget", "desk").status == 2


def test_folders_and_names_that_hold_none(run: Run, tmp_path: Path) -> None:
    run("check", "no_such_package").failed(2, "names no plug-in")
    run("check", tmp_path).failed(2, "no pyproject.toml")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    run("check", tmp_path).failed(2, "names no plug-in")
    (tmp_path / "pyproject.toml").write_text("[project\n")
    run("check", tmp_path).failed(2, "cannot be read")
    (tmp_path / "pyproject.toml").write_text('[project.entry-points."leadline.connectors"]\nx = "no.such.module"\n')
    run("check", tmp_path).failed(2, "cannot be loaded")


# Each breaks one promise of the connector that `leadline new` writes; the words are of the verdict.
BREAKS: dict[str, tuple[Callable[[str], str], str]] = {
    "no docstring": (lambda text: text.replace('"""Reads Desk one with a token."""', ""), "its class has no docstring"),
    "reaches for tables": (lambda text: text + "\nimport django\n", "imports django"),
    "imports the spine": (
        lambda text: text + "\nif connector is None:\n    from leadline.store import ledger\n",
        "imports leadline.store.ledger",
    ),
    "imports a sibling": (
        lambda text: text + "\nfrom leadline.connectors.hubspot import acts\n",
        "imports leadline.connectors.hubspot.acts",
    ),
    "own client": (lambda text: text + "\nimport httpx\n", "use Egress"),
    "secret not marked": (lambda text: text.replace(", secret=True", ""), "not marked secret"),
    "silent setting": (lambda text: text.replace("an access token that may read tickets", "token"), "does not say"),
    "cursor that does not move": (
        lambda text: text.replace("yield Page(cursor,", 'yield Page("0",'),
        "stands where it stood",
    ),
    "cursor that goes too far": (
        lambda text: text.replace("yield Page(cursor,", "yield Page(str(int(cursor) + 1),"),
        "loses",
    ),
    "keys that change": (lambda text: text.replace('f"ticket:{number}"', 'f"{id(row)}:{id(rest)}"'), "differs in"),
    "times without a zone": (lambda text: text.replace("at,\n", "at.replace(tzinfo=None),\n", 1), "without a zone"),
    "payload that is no JSON": (lambda text: text.replace('payload={"subject"', 'payload={"at": at, "s"'), "TypeError"),
    "its own errors": (
        lambda text: text.replace("raise CallError(\"Desk one needs", "raise ValueError(\"Desk one needs"),
        "ValueError, not a LeadlineError",
    ),
    "secret in an error": (
        lambda text: text.replace("while True:", "while True:\n            raise CallError(token)", 1),
        "it raised",
    ),
    "keeps state": (lambda text: text.replace("rest = Rest(", "self.at = cursor\n        rest = Rest("), "changes the"),
    "goes past": (
        lambda text: text.replace(
            "while True:",
            'import socket\n        socket.socket().connect_ex(("192.0.2.1", 9))\n'
            '        try:\n            socket.create_connection(("192.0.2.1", 9), 0.1)\n        except OSError:\n'
            "            token = \"\"\n        while True:",
            1,
        ),
        "past its Egress",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_found(run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", sys.path[:])
    number = list(BREAKS).index(name)  # a module of its own for each, since all are loaded in this process
    assert run("new", "connector", f"desk_{number}").status == 0
    path = tmp_path / f"leadline-desk-{number}" / "src" / f"leadline_desk_{number}" / f"desk_{number}.py"
    change, words = BREAKS[name]
    text = path.read_text("utf-8").replace(f"Desk {number}", "Desk one")
    changed = change(text)
    assert changed != text
    path.write_text(changed, "utf-8")
    done = run("check", tmp_path / f"leadline-desk-{number}")
    assert done.status == 1, done.out + done.err
    assert words in " ".join(done.out.split()), done.out


def test_mail_is_not_read_without_consent(run: Run, tmp_path: Path) -> None:
    run("new", "connector", "desk_one")
    path = tmp_path / "leadline-desk-one" / "src" / "leadline_desk_one" / "desk_one.py"
    text = path.read_text("utf-8").replace("personal = False", "personal = True")
    path.write_text(text, "utf-8")
    said = leadline("check", tmp_path / "leadline-desk-one").stdout
    assert "without its owner's consent" in " ".join(said.split())
    guard = '        if not connection.scope:\n            raise CallError("Consent first")\n        while True:'
    text = text.replace("        while True:", guard, 1).replace(
        "example = Example(", "example = Example(scope={'a': 1},"
    )
    path.write_text(text, "utf-8")
    assert leadline("check", tmp_path / "leadline-desk-one").returncode == 0


# ---- a stranger's package, as pip would leave it ---------------------------------------------------------------------


@pytest.fixture
def stranger(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on sys.path with a package and its metadata."""
    run("new", "connector", "desk_two")
    site = tmp_path / "leadline-desk-two" / "src"
    info = site / "leadline_desk_two-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: leadline-desk-two\nVersion: 0.1.0\n")
    points = "[leadline.connectors]\ndesk_two = leadline_desk_two.desk_two\nbroken = leadline_desk_two.gone\n"
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(site))
    return site


def test_a_strangers_connector_is_found_by_name(stranger: Path) -> None:
    assert find("connectors", "desk_two").title == "Desk two"
    assert {"desk_two", "hubspot", "webhook"} <= set(names("connectors"))
    assert find("connectors", "hubspot").name == "hubspot"  # ours come first
    with pytest.raises(CallError, match="did you mean 'desk_two'"):
        find("connectors", "desk_too")
    for wrong in ("", "..", "os.path", "__init__", "a b"):
        with pytest.raises(CallError):
            find("connectors", wrong)


def test_a_strangers_package_is_checked_by_name(stranger: Path) -> None:
    done = leadline("check", "desk_two", path=stranger)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 12 promises are kept" in done.stdout
    broken = leadline("check", "leadline-desk-two", path=stranger, cwd=stranger)
    assert broken.returncode == 2
    assert "leadline_desk_two.gone cannot be loaded" in broken.stderr


def test_ours_are_checked_by_name(run: Run) -> None:
    for name in ("hubspot", "salesforce", "pipedrive", "webhook"):
        done = run("check", name)
        assert done.status == 0, done.out
        assert "exposes no example" in done.out
