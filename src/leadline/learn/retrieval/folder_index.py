"""An index of a folder of plain files that is kept from call to call: only files that changed are read again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from leadline.core.errors import CallError
from leadline.core.progress import Progress, quiet
from leadline.core.settings import index as index_folder
from leadline.learn.retrieval.files import listed, readable
from leadline.learn.retrieval.index import MODELS, Index
from leadline.understand.embedding import Size


@dataclass(frozen=True, slots=True)
class Files:
    """What came of bringing it up to date: files in all, read anew, gone; sentences about those that were left out."""

    files: int
    read: int
    gone: int
    notes: tuple[str, ...] = ()


def open_index(place: Path, *, size: Size = "bulk", progress: Progress = quiet) -> tuple[Index, Files]:
    """The index of a folder or file, as its files are now; close it after use. Raises CallError where nothing there
    can be read."""
    found = listed(place)
    name = hashlib.blake2b(f"{place.resolve()}\n{MODELS[size]}".encode("utf-8", "surrogateescape"), digest_size=12)
    index = Index(index_folder() / f"files-{name.hexdigest()}", size=size)
    try:
        return index, _fresh(index, found, progress)
    except BaseException:
        index.close()
        raise


def _fresh(index: Index, found: dict[str, Path], progress: Progress) -> Files:
    told = json.loads(index.note("files") or "{}")
    now = {name: [path.stat().st_mtime_ns, path.stat().st_size] for name, path in found.items()}
    fresh = [name for name, state in now.items() if told.get(name, [None])[:2] != state]
    gone = [name for name in told if name not in now]
    if not fresh and not gone:
        return Files(len(found), 0, 0, _notes(told))
    by_file: dict[str, list[str]] = {}
    for key in index.known():
        by_file.setdefault(key.rpartition("#")[0] if key not in told and key not in now else key, []).append(key)
    stale = {key for name in (*fresh, *gone) for key in by_file.get(name, [])}
    left: dict[str, str] = {}
    for at, name in enumerate(fresh, 1):
        notes: list[str] = []
        texts = readable(name, found[name], notes)
        stale -= {one.key for one in texts}
        index.add(texts)
        left[name] = notes[0] if notes else ""
        progress("reading", at / len(fresh))
    kept = {name: [*state, left.get(name, told.get(name, [None] * 3)[2])] for name, state in now.items()}
    index.add((), remove=sorted(stale), notes={"files": json.dumps(kept)})
    if not len(index):
        raise CallError(f"None of {len(found):,} files holds a word that can be searched" + _because(_notes(kept)))
    return Files(len(found), len(fresh), len(gone), _notes(kept))


def _notes(told: dict[str, list[object]]) -> tuple[str, ...]:
    return tuple(str(state[2]) for state in told.values() if len(state) > 2 and state[2])


def _because(notes: tuple[str, ...]) -> str:
    return f": {notes[0]}" if notes else ""
