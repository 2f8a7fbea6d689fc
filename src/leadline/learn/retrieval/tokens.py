"""The words of a text as SQLite's FTS5 sees them: folded, without accents, stemmed (Porter 1980), and where they stand.

FTS5 itself is asked, in memory, so that queries, marks and postings agree with the index to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from leadline.store import driver

TOKENIZER = "porter unicode61 remove_diacritics 2"
MOST_TERMS = 64  # different words of a query that are looked for
MOST_QUERY = 10_000  # characters of a query that are read
OPENS, CLOSES = "\ufdd0", "\ufdd1"  # Unicode keeps them for inside use; documents are rid of them when they are added

_PIECE = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


def without_marks(text: str) -> str:
    """The text with blanks where it has the signs that stand for marks here, and half characters replaced."""
    if text.isascii():
        return text.replace("\0", " ")
    text = text.replace(OPENS, " ").replace(CLOSES, " ").replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8") if _LONE.search(text) else text


_LONE = re.compile("[\ud800-\udfff]")


class Tokens:
    """Asks FTS5 about small texts. For one thread."""

    def __init__(self) -> None:
        driver.install()
        import sqlite3

        self._memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._memory.execute(f"CREATE VIRTUAL TABLE small USING fts5(text, tokenize='{TOKENIZER}')")
        self._memory.execute("CREATE VIRTUAL TABLE said USING fts5vocab(small, instance)")

    def close(self) -> None:
        """Ends it."""
        self._memory.close()

    def terms(self, query: str) -> dict[str, str]:
        """The terms of a query, each once, with the words to ask FTS5 for it. Nothing in a query is syntax."""
        pieces = list(dict.fromkeys(_PIECE.findall(without_marks(query[:MOST_QUERY]))))
        self._fill(pieces)
        by_piece: dict[int, list[str]] = {}
        for term, row in self._memory.execute("SELECT term, doc FROM said ORDER BY doc, offset"):
            by_piece.setdefault(row, []).append(term)
        found: dict[str, str] = {}
        for row, piece in enumerate(pieces):
            terms = by_piece.get(row, [])
            for term in terms:
                found.setdefault(term, piece if len(terms) == 1 else term)
        return dict(list(found.items())[:MOST_TERMS])

    def marks(self, texts: Sequence[str], terms: dict[str, str]) -> list[tuple[tuple[int, int], ...]]:
        """For each text the spans of the words that match a term."""
        self._fill(texts)
        found: list[tuple[tuple[int, int], ...]] = [() for _ in texts]
        if terms:
            asked = f"SELECT rowid, highlight(small, 0, '{OPENS}', '{CLOSES}') FROM small WHERE small MATCH ?"  # noqa: S608  constants
            for row, text in self._memory.execute(asked, (matching(terms),)):
                found[row] = _spans(text)
        return found

    def _fill(self, texts: Sequence[str]) -> None:
        self._memory.execute("DELETE FROM small")
        self._memory.executemany("INSERT INTO small(rowid, text) VALUES (?, ?)", list(enumerate(texts)))


def matching(terms: dict[str, str]) -> str:
    """FTS5's expression for texts that hold any of the terms."""
    return " OR ".join(f'"{word}"' for word in terms.values())


def _spans(marked: str) -> tuple[tuple[int, int], ...]:
    found = []
    start = at = 0
    for sign in marked:
        if sign == OPENS:
            start = at
        elif sign == CLOSES:
            found.append((start, at))
        else:
            at += 1
    return tuple(found)
