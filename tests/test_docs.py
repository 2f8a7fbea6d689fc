"""The docs, held to what they say: examples run, options exist, links lead somewhere, the schema is current."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imports import ROOT
from leadline.core.qualification import Qualification, Validation
from pages import DOCS, Example, anchors, commands, examples, links, missing_line, pages
from schema import TARGET, schema

BIN = Path(sys.executable).parent
PAGES = {str(path.relative_to(ROOT)): path for path in pages()}
RUNNING = [name for name, path in PAGES.items() if examples(path.read_text(encoding="utf-8"))]
COMMANDS = tuple(
    "qualify score train renew explain compare import undo match sample up write-key connect pull merge "
    "doctor backup restore erase new check webhook export features profile match-target risk segments lookalikes "
    "understand mask search intents".split()
)


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "LEADLINE_HOME": str(folder / ".leadline"),
        "OMP_NUM_THREADS": "1",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "PYTHONIOENCODING": "utf-8",
    }


def leadline(*arguments: str) -> str:
    """What the command prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-m", "leadline", *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNNING)
def test_examples_run(name: str, tmp_path: Path) -> None:
    for example in examples(PAGES[name].read_text(encoding="utf-8")):
        if example.name:
            (tmp_path / example.name).write_text(example.body, encoding="utf-8")
        elif example.kind == "python":
            script = [sys.executable, "-W", "error", "-c", example.body]
            done = subprocess.run(
                script, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{name}:\n{example.body}\n{done.stderr}"
        else:
            for command in commands(example):
                shell = ["sh", "-c", command.line]
                done = subprocess.run(
                    shell, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False
                )
                printed = done.stdout + done.stderr
                assert done.returncode == command.exit, f"{name}: {command.line}\n{printed}"
                assert "Traceback" not in printed, printed
                gone = missing_line(printed, command.expected)
                assert gone is None, f"{name}: {command.line} does not print: {gone}\n{printed}"


def test_the_main_pages_run() -> None:
    """An example that loses its mark is no longer tested, and nobody would see that."""
    assert {"README.md", "docs/start/tutorial.md"} <= set(RUNNING)
    assert len(RUNNING) >= 6


def test_a_broken_example_is_noticed() -> None:
    text = "<!-- runs exit=1 -->\n```console\n$ echo one \\\n  two\none … two\n$ false\n```\n"
    (example,) = examples(text)
    assert [(c.line.split(), c.expected, c.exit) for c in commands(example)] == [
        (["echo", "one", "two"], ("one … two",), 0),
        (["false"], (), 1),
    ]
    assert missing_line("rank 1\nAUC  .71 of 3\n", ("rank", "AUC … of 3")) is None
    assert missing_line("AUC .71\nrank 1\n", ("rank", "AUC …")) == "AUC …"
    assert examples("```console\n$ false\n```\n") == []
    assert examples("<!-- file a.toml -->\n```toml\nx = 1\n```\n") == [Example("toml", "x = 1\n", "a.toml")]


def options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - {"--help"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str) -> None:
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    found = re.search(rf"^## `?leadline {command}\b.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"docs/reference/cli.md has no section for leadline {command}"
    helped = options(leadline(command, "--help"))
    rows = set(re.findall(r"^\| `(--[a-z-]+)", found[0], re.MULTILINE)) - {"--help"}
    assert rows == helped, f"not documented: {sorted(helped - rows)}; not there: {sorted(rows - helped)}"


def test_every_command_is_documented() -> None:
    listed = re.search(r"\{([a-z,-]+)\}", leadline("--help"))
    assert listed, "the help names no commands"
    assert set(listed[1].split(",")) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_lead_somewhere(name: str) -> None:
    path = PAGES[name]
    for link in links(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        goal = (path.parent / target).resolve() if target else path
        assert goal.exists(), f"{name} points to {link}"
        if anchor:
            assert anchor in anchors(goal.read_text(encoding="utf-8")), f"{name} points to {link}"


def test_every_page_is_reached() -> None:
    """From docs/README.md by links alone: a page that nobody points to is not read."""
    seen, waiting = set(), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for link in links(page.read_text(encoding="utf-8")):
            goal = (page.parent / link.partition("#")[0]).resolve()
            if goal.suffix == ".md" and goal.is_file():
                waiting.append(goal)
    lost = [str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md") if path not in seen]
    assert not lost, lost


def test_decisions_are_numbered_indexed_and_whole() -> None:
    folder = DOCS / "decisions"
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        text = path.read_text(encoding="utf-8")
        title = re.match(r"# (\d+)\. (.+)\n", text)
        assert title, path.name
        assert int(title[1]) == int(path.name[:4])
        assert f"[{title[2]}]({path.name})" in index, f"{path.name} is not in the index by its title"
        for heading in ("Context", "Decision", "Consequences", "Alternatives"):
            assert re.search(rf"^## {heading}$", text, re.MULTILINE), f"{path.name} has no {heading}"
        assert len(text.splitlines()) <= 60, f"{path.name} is over a page"


def test_the_schema_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == schema(), "run: make schema"


def test_every_key_of_the_json_is_explained() -> None:
    page = (DOCS / "reference" / "qualify-json.md").read_text(encoding="utf-8")
    fields = [*Qualification.__dataclass_fields__, *Validation.__dataclass_fields__]
    gone = [name for name in fields if f"`{name}`" not in page]
    assert not gone, gone


def test_contributing_names_real_targets() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = PAGES[name].read_text(encoding="utf-8")
        fences = "".join(re.findall(r"```.*?```", text, re.DOTALL))
        named = {target for line in fences.splitlines() for target in re.findall(r"^\$? ?make ([a-z-]+)", line)}
        named |= set(re.findall(r"`make ([a-z-]+)`", text))
        assert named <= targets, f"{name}: {sorted(named - targets)}"


def test_news_fragments_have_a_kind() -> None:
    fragments = [path.name for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    wrong = [name for name in fragments if not re.fullmatch(r"\+[\w-]+\.(added|changed|fixed|removed)\.md", name)]
    assert not wrong, wrong
