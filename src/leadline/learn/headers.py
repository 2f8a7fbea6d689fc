"""What a column's header says: its words, without accents, case or joined spelling."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "đ": "d", "ı": "i"})
_ROW_COUNTER = re.compile(r"^(?:row|index|idx|line|unnamed|zeile|ligne|fila|riga|linha|rij|rad|rivi|wiersz|record|obs)")
_NEUTRAL = re.compile(r"^(?:x|v|c|f|col|column|var|variable|field|feature|feat|attr|attribute|spalte|colonne|columna)$")


def plain(text: str) -> str:
    """The text without accents, in the case it had."""
    folded = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


@lru_cache(maxsize=65536)
def words_of(header: str) -> tuple[str, ...]:
    """The header's words in lower case: `lastModifiedDate` and `LAST_MODIFIED date` are the same three."""
    spaced = _BOUNDARY.sub(" ", plain(header).replace("#", " no "))
    return tuple(re.findall(r"[a-z0-9]+", spaced.lower()))


def is_neutral(header: str) -> bool:
    """Whether the header says nothing, as `x7`, `col_12` or `Unnamed: 3` do."""
    words = [word for word in words_of(header) if not word.isdigit()]
    return not words or words == ["unnamed"] or (len(words) == 1 and bool(_NEUTRAL.match(words[0])))


def is_row_counter(header: str) -> bool:
    """Whether the name says that it numbers the file's rows, which is no identity of a record."""
    return any(_ROW_COUNTER.match(word) for word in words_of(header)) or not header.strip()
