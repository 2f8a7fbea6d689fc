"""What is derived from the shelf, made anew and put in place: the words and vectors of all passages as arrays.

A folder is written whole and synced, then the commit that names it makes it count, then what it replaces is removed. A
crash at any point leaves the old one or the new one in force, and at worst a folder that the next fold removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leadline.learn.retrieval import postings, subjects, vectors
from leadline.learn.retrieval.shelf import Shelf

NOTE, LAST = "folded", "folded last"
_CHUNK = 50_000


def fold(shelf: Shelf) -> None:
    """Moves what is fresh into a new folder, with what the old one holds less what was removed; inside `changing`."""
    width = shelf.number("width")
    ids = np.array([row[0] for row in shelf.rows("SELECT id FROM vector ORDER BY id")], np.int64)
    gone = removed(shelf)
    folder = shelf.path.parent / f"{NOTE}-{shelf.number('folders') + 1}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        postings.together(folded(shelf), fresh_words(shelf, ids), gone, folder)
        if len(np.load(folder / "ids.npy", allow_pickle=False)):
            vectors.write(_vectors(shelf, gone, width), width, folder)
            subjects.write(_subjects(shelf, gone), folder)
            _sync(folder)
        else:  # nothing is left: no folder says so
            shutil.rmtree(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shelf.set_note("folders", folder.name.rpartition("-")[2])
    shelf.set_note(NOTE, folder.name if folder.exists() else "")
    shelf.set_note(LAST, str(max(shelf.number(LAST), int(ids[-1]) if len(ids) else 0)))
    shelf.file.execute("INSERT INTO fresh(fresh) VALUES ('delete-all')")
    shelf.file.execute("DELETE FROM vector")
    shelf.file.execute("DELETE FROM gone")


def sweep(shelf: Shelf) -> None:
    """Removes folders that no longer count; after the commit. Readers that have one mapped keep what they mapped."""
    for path in shelf.path.parent.glob(f"{NOTE}-*"):
        if path.name != shelf.note(NOTE):
            shutil.rmtree(path, ignore_errors=True)


def folder_of(shelf: Shelf) -> Path | None:
    """The folder that counts; None where there is none."""
    name = shelf.note(NOTE)
    return shelf.path.parent / name if name else None


def folded(shelf: Shelf) -> postings.Postings:
    """The postings that count."""
    folder = folder_of(shelf)
    return postings.read(folder) if folder else postings.nothing()


def fresh_words(shelf: Shelf, ids: np.ndarray) -> postings.Postings:
    """The postings of what was not folded yet: the passages `ids`."""
    run = shelf.file.execute
    return postings.from_words(run("SELECT term, cnt FROM fresh_term"), run("SELECT doc FROM fresh_said"), ids)


def fresh_vectors(shelf: Shelf) -> Iterator[vectors.Chunk]:
    """(ids, 16-bit vectors) of what was not folded yet, some thousand at a time."""
    after, width = -1, shelf.number("width")
    while rows := shelf.rows("SELECT id, value FROM vector WHERE id > ? ORDER BY id LIMIT ?", after, _CHUNK):
        after = rows[-1][0]
        yield np.array([row[0] for row in rows], np.int64), vectors.unpacked([row[1] for row in rows], width)


def removed(shelf: Shelf) -> np.ndarray:
    """The folded passages that were removed since, rising."""
    return np.array([row[0] for row in shelf.rows("SELECT id FROM gone ORDER BY id")], np.int64)


def _vectors(shelf: Shelf, gone: np.ndarray, width: int) -> Iterator[np.ndarray]:
    folder = folder_of(shelf)
    if folder:
        old = vectors.mapped(folder, width)
        keep = ~np.isin(np.load(folder / "ids.npy", allow_pickle=False), gone)
        for at in range(0, len(old), _CHUNK):
            yield old[at : at + _CHUNK][keep[at : at + _CHUNK]]
    for _, part in fresh_vectors(shelf):
        yield part


def _subjects(shelf: Shelf, gone: np.ndarray) -> np.ndarray:
    folder = folder_of(shelf)
    shelf.file.execute("INSERT OR IGNORE INTO kind (name) SELECT DISTINCT kind FROM document")
    fresh = shelf.rows(
        "SELECT d.at, d.account, d.person, d.deal, k.id FROM vector v JOIN passage p ON p.id = v.id "
        "JOIN document d ON d.id = p.document JOIN kind k ON k.name = d.kind ORDER BY v.id"
    )
    old = subjects.mapped(folder)
    keep = ~np.isin(np.load(folder / "ids.npy", allow_pickle=False), gone) if folder else np.zeros(0, bool)
    return np.concatenate([old[keep], subjects.as_rows(fresh)])


def _sync(folder: Path) -> None:
    for path in [*folder.iterdir(), folder, folder.parent]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
