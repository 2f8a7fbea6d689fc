"""The dialect of a delimited file: delimiter, quotes, escape and where the header lies, found from its first part.

Each candidate is judged by reading the sample with the standard library's csv module: the right one gives rows of one
width, the header's width.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import log2

DELIMITERS = ",;\t|"
NO_DELIMITER = "\x1f"  # a file of one column is read with a sign that no file holds
SAMPLE_ROWS = 300
_DATA_CELL = re.compile(
    r"^\s*(?:[-+]?[$€£]?\s?\d[\d.,]*[.,]\d+\s?[%€]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?:[ T].*)?"
    r"|[^@\s]+@[^@\s]+\.\w+)\s*$"
)
_NUMBER_CELL = re.compile(r"^\s*[-+]?\d[\d.,]*\s*$")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter` is '' for one column; `quote` and `escape` are '' for none. `header` is [] where there is none;
    `width` counts columns; `offset` is where the data start, in characters of the sample."""

    delimiter: str
    quote: str
    escape: str
    header: tuple[str, ...]
    width: int
    offset: int
    skipped: int

    def reader(self, lines: Iterator[str] | list[str], strict: bool = False) -> Iterator[list[str]]:
        """The standard library's reader of this dialect."""
        return _reader(lines, self.delimiter or NO_DELIMITER, self.quote, self.escape, strict)


@contextmanager
def long_fields() -> Iterator[None]:
    """The csv module refuses cells over 128 kB unless told."""
    before = csv.field_size_limit(1 << 30)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _reader(
    lines: Iterator[str] | list[str], delimiter: str, quote: str, escape: str, strict: bool = False
) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape or None,
        doublequote=True,
        strict=strict,
    )


def sniff(sample: str, whole: bool) -> Dialect:
    """The dialect of a text whose first part is `sample`; `whole` when that is all of it."""
    lines = list(io.StringIO(sample, newline=""))
    if not whole and len(lines) > 1:
        lines.pop()
    skipped = 0
    given = ""
    if lines and (found := re.match(r"^\"?sep=(.)\"?\s*$", lines[0], re.IGNORECASE)):
        given, skipped = found.group(1), 1
    body = lines[skipped:]
    with long_fields():
        delimiter, quote, escape = _best(body, given)
        return _laid_out(body, sum(map(len, lines[:skipped])), delimiter, quote, escape)


def _best(lines: list[str], given: str) -> tuple[str, str, str]:
    text = "".join(lines[:SAMPLE_ROWS])
    quotes = ['"'] if '"' in text else []
    if re.search(r"(?:^|[,;\t|])'[^']*'(?:[,;\t|]|\r?$)", text, re.MULTILINE):
        quotes.append("'")
    best, best_score = ("", '"', ""), 0.0
    for delimiter in given or DELIMITERS:
        if delimiter not in text:
            continue
        for quote in quotes or ['"']:
            for escape in ("", "\\") if "\\" + quote in text else ("",):
                score = _score(lines, delimiter, quote, escape)
                if score > best_score + 1e-9:
                    best, best_score = (delimiter, quote, escape), score
    if given and best_score == 0.0:
        return given, '"', ""
    return best


def _score(lines: list[str], delimiter: str, quote: str, escape: str) -> float:
    """0 where rows are not cut into columns of one width, else more the better and the more columns."""
    rows = [row for row in _some_rows(lines, delimiter, quote, escape) if row]
    if not rows:
        return 0.0
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if width < 2:
        return 0.0
    same = count / len(rows)
    if same < 0.5:  # rows of many widths: a header and most rows that can be cut at all will do
        cut = sum(len(row) > 1 for row in rows) / len(rows)
        return 0.01 * cut if len(rows[0]) > 1 and cut >= 0.7 else 0.0
    header_fits = len(rows[0]) == width
    left = sum(cell[:1] == quote or cell[-1:] == quote for row in rows for cell in row)
    clean = 1.0 - min(left / max(sum(map(len, rows)), 1), 0.5)
    return same * same * clean * (1.0 if header_fits else 0.7) * (1.0 + 0.1 * log2(width))


def _some_rows(lines: list[str], delimiter: str, quote: str, escape: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in _reader(lines, delimiter, quote, escape):
            rows.append(row)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        return []
    return rows


def _laid_out(lines: list[str], start: int, delimiter: str, quote: str, escape: str) -> Dialect:
    """Finds the header: the first row with two cells or more that is not much narrower than the rows below it."""
    reader = csv.reader(
        lines,
        delimiter=delimiter or NO_DELIMITER,
        quotechar=quote,
        escapechar=escape or None,
    )
    rows: list[list[str]] = []
    ends: list[int] = []
    for row in reader:
        rows.append(row)
        ends.append(reader.line_num)
        if len(rows) > SAMPLE_ROWS:
            break
    filled = [at for at, row in enumerate(rows) if any(cell.strip() for cell in row)]
    if not filled:
        return Dialect(delimiter, quote, escape, (), 1, start, 0)
    width = Counter(len(rows[at]) for at in filled).most_common(1)[0][0]
    least = min(2, width)
    place = next(
        (
            at
            for at in filled
            if len(rows[at]) >= max(least, (width + 1) // 2) and sum(bool(cell.strip()) for cell in rows[at]) >= least
        ),
        filled[0],
    )
    header = rows[place]
    below = [rows[at] for at in filled if at > place]
    headless = _is_data(header) and bool(below)
    body = [header, *below] if headless else below
    width = Counter(map(len, body)).most_common(1)[0][0] if body else len(header)
    first_line = ends[place - 1] if place else 0
    offset = start + sum(map(len, lines[: first_line if headless else ends[place]]))
    skipped = sum(1 for at in filled if at < place)
    if headless:
        return Dialect(delimiter, quote, escape, (), width, offset, skipped)
    missing = width - len(header)
    if missing == 1 and not all(row[-1].strip() == "" for row in body if len(row) == width):
        header = ["", *header] if _running(body) else [*header, ""]
    elif missing > 0:
        header = [*header, *[""] * missing]
    while len(header) > max(width, 1) and not header[-1].strip():
        header = header[:-1]
    return Dialect(delimiter, quote, escape, tuple(header), len(header), offset, skipped)


def _is_data(row: list[str]) -> bool:
    """A first row that holds a date, an address or a broken number, or mostly numbers, is no header. Whole years are
    names of columns often enough."""
    filled = [cell for cell in row if cell.strip()]
    if any(_DATA_CELL.match(cell) for cell in filled):
        return True
    numbers = [cell for cell in filled if _NUMBER_CELL.match(cell)]
    years = sum(re.fullmatch(r"\s*(?:19|20)\d\d\s*", cell) is not None for cell in numbers)
    return len(numbers) - years > len(filled) / 2


def _running(rows: list[list[str]]) -> bool:
    """Row names, as R writes them without a header: 1, 2, 3."""
    first = [row[0].strip() for row in rows[:20] if row]
    return first == [str(number) for number in range(1, len(first) + 1)]
