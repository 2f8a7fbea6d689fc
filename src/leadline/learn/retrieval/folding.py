"""What is derived from the shelf, made anew and put in place: postings of words and the inverted file of vectors.

A folder is written whole and synced, then the commit that names it makes it count, then what it replaces is removed. A
crash at any point leaves the old ones or the new ones in force, and at worst a folder that the next fold removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leadline.learn.retrieval import postings, vectors
from leadline.learn.retrieval.shelf import Shelf

_CHUNK = 50_000
WORDS, VECTORS = "words", "vectors"


def fold_words(shelf: Shelf) -> None:
    """Puts the words of fresh passages to the postings, and takes those of removed passages out; inside `changing`."""
    ids = np.array([row[0] for row in shelf.rows("SELECT id FROM fresh_docsize ORDER BY id")], np.int64)
    gone = _gone(shelf)
    new = postings.from_words(
        shelf.file.execute("SELECT term, cnt FROM fresh_term"), shelf.file.execute("SELECT doc FROM fresh_said"), ids
    )
    with _Fresh(shelf, WORDS) as folder:
        postings.together(old_words(shelf), new, gone, folder)
    shelf.set_note("words last", str(max(shelf.number("words last"), int(ids[-1]) if len(ids) else 0)))
    # 'delete-all' is refused for secure tables of outside content in some versions; a new table leaves nothing behind
    shelf.file.execute("INSERT INTO fresh(fresh) VALUES ('delete-all')")


def fold_vectors(shelf: Shelf) -> None:
    """Makes the inverted file hold every passage: trained anew where it has doubled since; inside `changing`."""
    last = shelf.number("vectors last")
    count = shelf.rows("SELECT count(*) FROM vector")[0][0]
    top = shelf.rows("SELECT coalesce(max(id), 0) FROM vector")[0][0]
    trained = shelf.number("vectors trained")
    old = folder_of(shelf, VECTORS)
    with _Fresh(shelf, VECTORS) as folder:
        if old is not None and trained / 2 <= count <= trained * 2:
            vectors.extended(old / vectors.FILE, _gone(shelf), lambda: chunks(shelf, last), folder / vectors.FILE)
        elif count:
            width = shelf.number("width")
            vectors.build(lambda: chunks(shelf, 0), count, width, folder / vectors.FILE)
            shelf.set_note("vectors trained", str(count))
    shelf.set_note("vectors last", str(max(last, top)))


def forget_gone(shelf: Shelf) -> None:
    """Once both were folded, nothing that was removed is in either; inside `changing`."""
    shelf.file.execute("DELETE FROM gone")


def sweep(folder: Path, shelf: Shelf) -> None:
    """Removes folders that no longer count; after the commit."""
    named = {folder_of(shelf, WORDS), folder_of(shelf, VECTORS)}
    for path in folder.iterdir():
        if path.is_dir() and path.name.split("-")[0] in (WORDS, VECTORS) and path not in named:
            shutil.rmtree(path, ignore_errors=True)


def folder_of(shelf: Shelf, kind: str) -> Path | None:
    """The folder of a kind that counts; None where there is none yet."""
    name = shelf.note(kind)
    return shelf.path.parent / name if name else None


def old_words(shelf: Shelf) -> postings.Postings:
    """The postings that count."""
    folder = folder_of(shelf, WORDS)
    return postings.read(folder) if folder else postings.nothing()


def chunks(shelf: Shelf, after: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(ids, vectors as float32) of the passages whose number is above `after`, some thousand at a time."""
    while True:
        rows = shelf.rows("SELECT id, value FROM vector WHERE id > ? ORDER BY id LIMIT ?", after, _CHUNK)
        if not rows:
            return
        after = rows[-1][0]
        yield np.array([row[0] for row in rows], np.int64), unpacked([row[1] for row in rows])


def unpacked(values: list[bytes]) -> np.ndarray:
    """Vectors as float32 from how the shelf keeps them."""
    found: np.ndarray = np.frombuffer(b"".join(values), np.float16).reshape(len(values), -1).astype(np.float32)
    return found


def _gone(shelf: Shelf) -> np.ndarray:
    return np.array([row[0] for row in shelf.rows("SELECT id FROM gone ORDER BY id")], np.int64)


class _Fresh:
    """A new folder of a kind: synced when all is in it, and named in the shelf."""

    def __init__(self, shelf: Shelf, kind: str) -> None:
        self._shelf = shelf
        self._name = f"{kind}-{shelf.number('folders') + 1}"
        self._kind = kind
        self.path = shelf.path.parent / self._name

    def __enter__(self) -> Path:
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700)
        return self.path

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            return
        for path in [*self.path.iterdir(), self.path, self.path.parent]:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._shelf.set_note("folders", self._name.rpartition("-")[2])
        self._shelf.set_note(self._kind, self._name)
