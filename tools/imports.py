"""What each module of the package imports, read from its text: also inside functions and under TYPE_CHECKING."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"


@dataclass(frozen=True, slots=True)
class Import:
    """`module` imports `name` (dotted, as written) at `line` of its file."""

    module: str
    name: str
    line: int

    @property
    def package(self) -> str:
        """The first part of the imported name."""
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        """The sentence for a failed test."""
        return f"{self.module}:{self.line} imports {self.name}"


def modules(folder: Path = SOURCE) -> dict[str, Path]:
    """All modules below `folder` by dotted name; a package goes by its own name."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module: str, text: str) -> Iterator[Import]:
    """Every import statement in `text`. `from a import b` counts as `a.b`, since `b` may be a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield Import(module, f"{node.module}.{alias.name}", node.lineno)


def all_imports(folder: Path = SOURCE) -> list[Import]:
    """The imports of every module below `folder`."""
    return [
        found for module, path in modules(folder).items() for found in imports(module, path.read_text(encoding="utf-8"))
    ]


def is_third_party(package: str) -> bool:
    """Neither the standard library nor ours."""
    return package not in sys.stdlib_module_names and package != "leadline"


def within(name: str, places: tuple[str, ...]) -> bool:
    """Whether the dotted `name` is one of `places` or lies inside one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)
