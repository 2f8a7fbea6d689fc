"""The docs as data: pages, their links and headings, and the examples that run.

An example runs when `<!-- runs -->` stands in the line above its fence:

- ```console: each line that starts with `$ ` is a command for a shell, the lines below it must appear in what it
  prints, in that order; `…` stands for anything. `<!-- runs exit=1 -->` says how the last command ends.
- ```python: a script.
- `<!-- file NAME -->` above any fence writes that block to a file first.

All examples of a page run in one empty folder, from top to bottom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

FENCE = re.compile(
    r"^<!-- (?:runs|file)(?: exit=(?P<exit>\d))?(?: (?P<name>[\w.-]+))? -->\n+```(?P<kind>\w*)\n(?P<body>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<picture>[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Example:
    """One fence: a file to write (`name`), a Python script, or commands with what they print and how they end."""

    kind: str
    body: str
    name: str = ""
    exit: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """One command line, the lines that it must print (patterns, in order), its exit status."""

    line: str
    expected: tuple[str, ...]
    exit: int


def pages() -> list[Path]:
    """Every page: those of docs/ and those at the top."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


def examples(text: str) -> list[Example]:
    """The fences of a page that are marked to run or to be written, in order."""
    found = []
    for fence in FENCE.finditer(text):
        name = fence["name"] or ""
        found.append(Example(fence["kind"], fence["body"], name, int(fence["exit"] or 0)))
    return found


def commands(example: Example) -> Iterator[Command]:
    """The commands of a console example. Only the last may end with another status than 0."""
    parts = re.split(r"^\$ ", example.body, flags=re.MULTILINE)[1:]
    for number, part in enumerate(parts, 1):
        line, _, rest = part.replace("\\\n", " ").partition("\n")
        expected = tuple(want.strip() for want in rest.splitlines() if want.strip() not in {"", "…"})
        yield Command(line.strip(), expected, example.exit if number == len(parts) else 0)


def missing_line(printed: str, expected: tuple[str, ...]) -> str | None:
    """The first expected line that `printed` does not hold in its place, None when all are there."""
    lines = iter([" ".join(line.split()) for line in printed.splitlines()])
    for want in expected:
        pattern = re.compile(".*".join(re.escape(" ".join(part.split())) for part in want.split("…")))
        if not any(pattern.search(line) for line in lines):
            return want
    return None


def links(text: str) -> list[str]:
    """Where a page points, pictures too, fences left out."""
    bare = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    bare = re.sub(r"`[^`\n]*`", "", bare)
    return [match["target"] or match["picture"] for match in LINK.finditer(bare)]


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a page make."""
    bare = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = set()
    for heading in re.findall(r"^#+ (.+)$", bare, re.MULTILINE):
        plain = re.sub(r"[`*]", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found
