"""The one file of truth of an index: documents, their passages and vectors, and the words of those that are fresh.

SQLite keeps each change whole: after a crash it is there or it is not. What is derived (postings, IVF) lies in folders
beside it; their names stand in this file, so that a new one counts from the commit on that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.core.errors import DataError, StoreUnavailable
from leadline.core.retrieval import Document, Filters
from leadline.learn.retrieval.tokens import TOKENIZER
from leadline.store import driver

NAME = "passages.sqlite3"
FORMAT = "1"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS document (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, at INTEGER,
    account INTEGER, person INTEGER, deal INTEGER, who TEXT NOT NULL, digest BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS document_account ON document (account, at) WHERE account IS NOT NULL;
CREATE INDEX IF NOT EXISTS document_person ON document (person, at) WHERE person IS NOT NULL;
CREATE INDEX IF NOT EXISTS document_deal ON document (deal, at) WHERE deal IS NOT NULL;
CREATE INDEX IF NOT EXISTS document_at ON document (at);
CREATE TABLE IF NOT EXISTS passage (id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS passage_document ON passage (document);
CREATE TABLE IF NOT EXISTS vector (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS kind (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS gone (id INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE IF NOT EXISTS fresh USING fts5(text, content='passage', content_rowid='id',
    tokenize='{TOKENIZER}');
CREATE VIRTUAL TABLE IF NOT EXISTS fresh_term USING fts5vocab(fresh, row);
CREATE VIRTUAL TABLE IF NOT EXISTS fresh_said USING fts5vocab(fresh, instance);
"""
BUSY = 60.0  # seconds: a fold of a large index holds the file that long


@dataclass(frozen=True, slots=True)
class Cut:
    """A document with what is kept of it: a digest of its fields, its passages and their vectors (16-bit floats)."""

    document: Document
    digest: bytes
    spans: Sequence[tuple[int, int]]
    vectors: Sequence[bytes]


class Shelf:
    """The file in `folder`. One writer at a time; readers see whole changes only."""

    def __init__(self, folder: Path) -> None:
        driver.install()
        import sqlite3

        self._error = sqlite3.Error
        self.path = folder / NAME
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._sentences():
            self.file: Any = sqlite3.connect(self.path, timeout=BUSY, isolation_level=None, check_same_thread=False)
            self.path.chmod(0o600)
            self._inode = self.path.stat().st_ino
            self.file.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; "
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=1073741824; "
                "PRAGMA journal_size_limit=67108864;"
            )
            if not self.file.execute("SELECT 1 FROM sqlite_master WHERE name = 'fresh_said'").fetchone():
                with self.changing():
                    for statement in _SCHEMA.split(";\n"):
                        self.file.execute(statement)
                    self.file.execute("INSERT INTO fresh(fresh, rank) VALUES ('secure-delete', 1)")
                    self.set_note("format", FORMAT)

    def close(self) -> None:
        """Ends it; the last one to do so writes the log back."""
        self.file.close()

    def is_here(self) -> bool:
        """Whether the file at this path is still the one that is open."""
        return self.path.exists() and self.path.stat().st_ino == self._inode

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            if "malformed" in words or "not a database" in words:
                raise DataError(
                    f"The index {self.path.parent} is damaged ({words}); delete it, it is made anew"
                ) from error
            raise StoreUnavailable(f"The index {self.path.parent} cannot be used: {words}") from error

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All that is written inside, or nothing."""
        with self._sentences():
            self.file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.set_note("generation", str(int(self.note("generation") or 0) + 1))
                self.file.execute("COMMIT")
            except BaseException:
                if self.file.in_transaction:
                    self.file.execute("ROLLBACK")
                raise

    def note(self, name: str) -> str:
        """What was noted under a name; '' where nothing was."""
        with self._sentences():
            row = self.file.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set_note(self, name: str, value: str) -> None:
        """Notes something, inside `changing`."""
        self.file.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def number(self, name: str) -> int:
        """A note that is a number; 0 where there is none."""
        return int(self.note(name) or 0)

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """All rows of a question."""
        with self._sentences():
            found: list[Any] = self.file.execute(sql, values).fetchall()
        return found

    def digests(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The digests of those of the documents that are here."""
        found: dict[str, bytes] = {}
        for at in range(0, len(keys), 500):
            part = keys[at : at + 500]
            marks = ",".join("?" * len(part))
            found.update(self.rows(f"SELECT key, digest FROM document WHERE key IN ({marks})", *part))  # noqa: S608  marks
        return found

    # ---- writing, inside `changing` ----------------------------------------------------------------------------------

    def put(self, cuts: Iterable[Cut]) -> int:
        """Writes documents whose keys are not here; gives how many passages."""
        # Numbers are never used twice, so that what was removed can be told by number.
        row = self.file.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
        first = number = (row[0] if row else 0) + 1
        passages, vectors, words = [], [], []
        for one in cuts:
            d = one.document
            document = self.file.execute(
                "INSERT INTO document (key, kind, at, account, person, deal, who, digest) VALUES (?,?,?,?,?,?,?,?)",
                (d.key, d.kind, d.at, d.account, d.person, d.deal, d.who, one.digest),
            ).lastrowid
            for (start, stop), vector in zip(one.spans, one.vectors, strict=True):
                text = d.text[start:stop]
                passages.append((number, document, start, stop, text))
                vectors.append((number, vector))
                words.append((number, text))
                number += 1
        self.file.executemany("INSERT INTO passage (id, document, start, stop, text) VALUES (?,?,?,?,?)", passages)
        self.file.executemany("INSERT INTO vector VALUES (?,?)", vectors)
        self.file.executemany("INSERT INTO fresh(rowid, text) VALUES (?,?)", words)
        return number - first

    def take_away(self, keys: Iterable[str]) -> int:
        """Removes documents; gives how many were here."""
        count = 0
        last = self.number("folded last")
        for key in keys:
            row = self.file.execute("SELECT id FROM document WHERE key = ?", (key,)).fetchone()
            if row is None:
                continue
            count += 1
            for number, text in self.file.execute("SELECT id, text FROM passage WHERE document = ?", row).fetchall():
                if number <= last:
                    self.file.execute("INSERT INTO gone VALUES (?)", (number,))
                else:
                    self.file.execute("INSERT INTO fresh(fresh, rowid, text) VALUES ('delete', ?, ?)", (number, text))
                    self.file.execute("DELETE FROM vector WHERE id = ?", (number,))
            self.file.execute("DELETE FROM passage WHERE document = ?", row)
            self.file.execute("DELETE FROM document WHERE id = ?", row)
        return count

    def rewrite(self) -> None:
        """Leaves no byte of what was removed in the file or its log; nobody else may use it meanwhile."""
        with self._sentences():
            # 'optimize' leaves one segment, so that no key of a removed word is left in an older one
            self.file.execute("INSERT INTO fresh(fresh) VALUES ('optimize')")
            self.file.execute("PRAGMA temp_store = FILE")
            self.file.execute("VACUUM")
            self.file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.file.execute("PRAGMA temp_store = MEMORY")

    # ---- choosing ----------------------------------------------------------------------------------------------------

    def passing(self, filters: Filters) -> list[int]:
        """The numbers of the fresh passages that filters let through."""
        where, values = condition(filters)
        sql = (
            "SELECT v.id FROM vector v JOIN passage p ON p.id = v.id "  # noqa: S608  our own columns
            f"JOIN document d ON d.id = p.document WHERE {where} ORDER BY v.id"
        )
        return [row[0] for row in self.rows(sql, *values)]

    def kinds(self, names: Sequence[str]) -> list[int]:
        """The numbers of kinds by name."""
        return [row[0] for name in names for row in self.rows("SELECT id FROM kind WHERE name = ?", name)]


def condition(filters: Filters) -> tuple[str, list[Any]]:
    """SQL and its values for what a document must be."""
    parts: list[str] = []
    values: list[Any] = []
    for column, among in (
        ("account", filters.accounts),
        ("person", filters.people),
        ("deal", filters.deals),
        ("kind", filters.kinds),
    ):
        if among:
            parts.append(f"d.{column} IN ({','.join('?' * len(among))})")
            values += among
    if filters.since is not None:
        parts.append("d.at >= ?")
        values.append(filters.since)
    if filters.until is not None:
        parts.append("d.at < ?")
        values.append(filters.until)
    return " AND ".join(parts) or "1", values
