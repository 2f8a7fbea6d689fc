"""An index of passages in a folder: documents are added, replaced and removed, and found by words and by meaning."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np

from leadline.core.errors import CallError
from leadline.core.progress import Progress, quiet
from leadline.core.retrieval import Document, Filters, Hit
from leadline.learn.retrieval import folding
from leadline.learn.retrieval.loaded import Loaded
from leadline.learn.retrieval.passages import cut
from leadline.learn.retrieval.searching import FLOORS, found
from leadline.learn.retrieval.shelf import Cut, Shelf
from leadline.learn.retrieval.tokens import Tokens, without_marks
from leadline.understand.embedding import DIMENSIONS, Size, embed

MODELS: dict[Size, str] = {"bulk": "WordLlama l2_supercat 256", "best": "all-MiniLM-L6-v2 int8"}
FLAT = 20_000
"""Passages up to which FTS5 and an exact product answer alone."""
_AT_ONCE = 2_000  # documents that are cut, embedded and committed together
_BULK = 200_000  # fresh passages that a long run of additions may gather


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding: documents new or changed, documents that were the same, passages written."""

    changed: int = 0
    same: int = 0
    passages: int = 0


class Index:
    """The index in `folder`, made where there is none. `size` is the model of its vectors: 'bulk' or 'best'.

    Raises CallError where it was made with another model.
    """

    def __init__(self, folder: Path, *, size: Size = "bulk") -> None:
        self.folder = folder
        self._size = size
        self._shelf = Shelf(folder)
        self._tokens = Tokens()
        self._loaded: Loaded | None = None
        made = self._shelf.note("model")
        if not made:
            with self._shelf.changing():
                self._shelf.set_note("model", MODELS[size])
                self._shelf.set_note("width", str(DIMENSIONS[size]))
        elif made != MODELS[size]:
            self.close()
            raise CallError(
                f"The index {folder} was made with the model '{made}', asked is '{MODELS[size]}'; delete the folder "
                "and it is made anew"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends it."""
        self._tokens.close()
        self._shelf.close()

    def __len__(self) -> int:
        """How many passages there are."""
        return int(self._shelf.rows("SELECT count(*) FROM passage")[0][0])

    def known(self) -> list[str]:
        """The keys of all documents, in order."""
        return [row[0] for row in self._shelf.rows("SELECT key FROM document ORDER BY key")]

    def is_here(self) -> bool:
        """Whether the folder still holds what this has open: somebody may have removed it."""
        return self._shelf.is_here()

    def drop(self) -> None:
        """Ends it and removes the folder with all that is in it."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def note(self, name: str) -> str:
        """What a caller noted with a change; '' where nothing was."""
        return self._shelf.note(f"caller {name}")

    def add(
        self,
        documents: Iterable[Document],
        *,
        remove: Sequence[str] = (),
        notes: dict[str, str] | None = None,
        expected: int = 0,
        progress: Progress = quiet,
    ) -> Added:
        """Adds documents, in place of those with the same keys where anything differs; `remove` goes before.

        Long runs are committed part by part; `notes` are written with the last part, so that who reads them knows that
        all was added. `expected` is how many documents come, where that is known.
        """
        total = Added()
        stream = iter(documents)
        if remove:
            self.delete(remove)
        while part := list(islice(stream, _AT_ONCE)):
            done = self._added(part)
            total = Added(*(a + b for a, b in zip(astuple(total), astuple(done), strict=True)))
            progress("indexing", min(1.0, (total.changed + total.same) / expected) if expected else 0.0)
            if self._fresh() > _BULK:
                self.fold()
        if notes:
            with self._shelf.changing():
                for name, value in notes.items():
                    self._shelf.set_note(f"caller {name}", value)
        if self._fresh() > FLAT:
            self.fold()
        return total

    def delete(self, keys: Iterable[str]) -> int:
        """Removes documents; gives how many were there. Bytes that count no more may hold their words until `purge`."""
        with self._shelf.changing():
            return self._shelf.take_away(keys)

    def fold(self) -> None:
        """Makes what is derived anew, so that it holds all passages."""
        with self._shelf.changing():
            folding.fold(self._shelf)
        folding.sweep(self._shelf)

    def purge(self) -> None:
        """Leaves no byte of what was removed: everything derived is made anew, the file rewritten, its log emptied."""
        self._loaded = None
        if self._shelf.note(folding.NOTE):
            self.fold()
        self._shelf.rewrite()

    def search(self, query: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        """The `k` best passages for a query, by words and by meaning; fewer where no more have anything to do with it.

        Nothing in the query is syntax.
        """
        if k < 1:
            raise CallError(f"At least one passage must be asked for, not {k}")
        loaded = self._now()
        terms = self._tokens.terms(query)
        vector = embed([without_marks(query)], self._size)[0]
        hits = found(self._shelf, loaded, terms, vector, k, filters or Filters(), FLOORS[self._size])
        marks = self._tokens.marks([hit.text for hit in hits], terms)
        return [replace(hit, marks=spans) for hit, spans in zip(hits, marks, strict=True)]

    def _now(self) -> Loaded:
        generation = self._shelf.number("generation")
        if self._loaded is None or self._loaded.generation != generation:
            self._loaded = Loaded(self._shelf, self._loaded)
        return self._loaded

    def _fresh(self) -> int:
        return int(self._shelf.rows("SELECT count(*) FROM vector")[0][0])

    def _added(self, part: Sequence[Document]) -> Added:
        clean = {one.key: replace(one, text=without_marks(one.text)) for one in part}
        digests = {key: _digest(one) for key, one in clean.items()}
        known = self._shelf.digests(list(clean))
        fresh = [one for key, one in clean.items() if known.get(key) != digests[key]]
        spans = [cut(one.text) for one in fresh]
        flat = [one.text[start:end] for one, some in zip(fresh, spans, strict=True) for start, end in some]
        vectors: Iterator[bytes] = (row.tobytes() for row in embed(flat, self._size).astype(np.float16))
        cuts = [
            Cut(one, digests[one.key], some, list(islice(vectors, len(some))))
            for one, some in zip(fresh, spans, strict=True)
        ]
        with self._shelf.changing():
            self._shelf.take_away(one.key for one in fresh if one.key in known)
            passages = self._shelf.put(cuts)
        return Added(len(fresh), len(clean) - len(fresh), passages)


def _digest(document: Document) -> bytes:
    d = document
    told = json.dumps((d.key, d.text, d.kind, d.at, d.account, d.person, d.deal, d.who))
    return hashlib.blake2b(told.encode(), digest_size=16).digest()
