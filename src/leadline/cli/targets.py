"""Where results go, looked at before the work begins: a long run must not end with a file that cannot be written."""

from __future__ import annotations

import os
from pathlib import Path

from leadline.core.errors import CallError

TABLES = (".csv", ".csv.gz", ".parquet", ".xlsx")


def check(source: str, *, out: str = "", clusters: str = "", report: str = "", save: str = "") -> None:
    """Raises CallError with the first reason why one of the named places cannot be written. '' is not asked for."""
    asked = (("--out", out), ("--clusters", clusters), ("--report", report), ("--save", save))
    places = [(option, name) for option, name in asked if name]
    for option, name in places:
        path = Path(name)
        if name in ("-", "") or not path.name:
            raise CallError(f"{option} needs a name of its own, not '{name}'")
        if _same(path, Path(source)):
            raise CallError(f"{option} {name} is the file that is read; name another, so that nothing of it is lost")
        for other, taken in places:
            if other < option and _same(path, Path(taken)):
                raise CallError(f"{other} and {option} name the same place, {name}; name two")
        if option == "--save":
            _folder(path)
        else:
            _file(option, path)
    for option, name in asked[:2]:
        if name and not name.lower().endswith(TABLES):
            raise CallError(f"{option} {name} must end in {', '.join(TABLES[:-1])} or {TABLES[-1]}")


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _file(option: str, path: Path) -> None:
    if path.is_dir():
        raise CallError(f"{option} {path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise CallError(f"There is no folder {path.parent} for {option} {path.name}; make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise CallError(f"The folder {path.parent} may not be written; choose another place with {option}")


def _folder(path: Path) -> None:
    if path.is_file() or (path.is_dir() and not (path / "MANIFEST.json").is_file() and any(path.iterdir())):
        raise CallError(f"{path} is there and holds no model; name a new folder with --save")
    above = next((p for p in path.absolute().parents if p.exists()), Path("/"))
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise CallError(f"The folder {above} may not be written; choose another place with --save")
