"""Any untrusted table, parsed in the cell: the child reads it in whatever form it has and leaves Arrow, which the
parent reads in pieces. All cells stay text as they stood, so that what is refused can be given back unchanged."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from leadline.core.formats import ColumnFormat, SourceFacts
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.cell import Limits, run_in_cell
from leadline.warehouse.date_format import read_dates
from leadline.warehouse.number_format import normal
from leadline.warehouse.source import open_source
from leadline.warehouse.spool import spool_input
from leadline.warehouse.values import infer, parse, text_of

CHUNK = 20_000
JUDGED = 100_000  # evenly spaced rows from which a column's reading is decided
EXAMPLES = 200  # cells of a column that are shown to whoever maps it
EXAMPLE = 120
CELL = 1_000_000  # signs in one cell
_DISK = 8 << 30
_LOOKS = {
    "number": r"^[^\d]{0,6}\d[\d.,' \x{a0}\x{202f}\x{2019}]*[^\d]{0,6}$",
    "date": r"\d{1,4}[-/. ]+(?:\d{1,2}|\pL{3,10})[-/., ]+\d{1,4}|\pL{3,10}\.? \d{1,2},? \d{4}|^(?:19|20)\d{6}$",
}

Typed = Literal["number", "date"]


def extract_table(source: str, name: str, sheet: str, query: str, out: str) -> dict[str, Any]:
    """In the cell: writes the table to `out` as an Arrow file of text columns; returns facts, formats and examples."""
    with open_source(source, sheet=sheet, query=query) as table:
        table.name = name
        judged, _ = table.table(JUDGED)
        formats = infer(judged)
        schema = pa.schema([(column, pa.large_string()) for column in table.columns])
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.OSFile(out, "wb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
            for batch in table.raw_batches(CHUNK):
                cells = [pc.cast(text_of(batch.column(name)), pa.large_string()) for name in table.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=schema))
        facts = asdict(table.facts(formats))
        shown = {name: _examples(judged.column(name)) for name in table.columns} if judged.num_rows else {}
        return {"facts": facts, "columns": table.columns, "examples": shown}


def _examples(column: pa.ChunkedArray) -> list[str]:
    """Distinct filled cells, in their order."""
    head = text_of(column.slice(0, 20 * EXAMPLES))
    cells = pc.utf8_trim_whitespace(head).unique().drop_null()
    filled = cells.filter(pc.not_equal(cells, ""))
    return [str(cell)[:EXAMPLE] for cell in filled.slice(0, EXAMPLES).to_pylist()]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows `start` (0-based) and on: trimmed text by column, and cells that were read as numbers (float) or times
    (naive datetime, UTC where the cells name an offset); None where a cell does not fit or is blank."""

    start: int
    rows: int
    text: Mapping[str, list[str]]
    typed: Mapping[str, list[Any]]


class Parsed:
    """A table that the cell has parsed. Use as a context manager: its temporary folder goes when it closes."""

    def __init__(self, folder: Path, file: Path, answer: Mapping[str, Any]) -> None:
        facts = dict(answer["facts"])
        formats = tuple(ColumnFormat(**entry) for entry in facts.pop("formats"))
        self.facts = SourceFacts(**{**facts, "notes": tuple(facts["notes"]), "formats": formats})
        self.name = self.facts.name
        self.rows = self.facts.rows
        self.columns: list[str] = list(answer["columns"])
        self.formats = {entry.column: entry for entry in formats}
        self.examples: dict[str, list[str]] = dict(answer["examples"])
        self._folder = folder
        self._file = file

    def chunks(
        self, columns: Sequence[str] | None = None, typed: Mapping[str, ColumnFormat] | None = None
    ) -> Iterator[Chunk]:
        """All rows in their order, in pieces; `typed` names columns that are also to be read as numbers or times."""
        wanted = self.columns if columns is None else [name for name in self.columns if name in set(columns)]
        formats = dict(typed or {})
        start = 0
        with pa.memory_map(str(self._file)) as file:
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                text = {name: _trimmed(batch.column(name)) for name in wanted}
                read = {name: _listed(_read(batch.column(name), reading)) for name, reading in formats.items()}
                yield Chunk(start, batch.num_rows, text, read)
                start += batch.num_rows

    def raw(self, rows: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        """The cells of some rows (0-based, rising) as they stood, with the row's number."""
        at = start = 0
        with pa.memory_map(str(self._file)) as file:
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                here: list[int] = []
                while at < len(rows) and rows[at] < start + batch.num_rows:
                    here.append(rows[at] - start)
                    at += 1
                if here:
                    taken = batch.take(pa.array(here))
                    columns = [pc.fill_null(column, "").to_pylist() for column in taken.columns]
                    for place, cells in zip(here, zip(*columns, strict=True), strict=True):
                        yield start + place, list(cells)
                start += batch.num_rows

    def reading(self, column: str, kind: Typed) -> ColumnFormat | None:
        """How `column` is to be read as numbers or dates: as it was judged or, where too many cells do not fit, as
        those that look like one are judged; None where none does."""
        judged = self.formats.get(column)
        if judged is not None and judged.kind == kind:
            return judged
        cells = [
            pc.utf8_trim_whitespace(batch.column(column))
            for batch in self._batches()
            if pc.any(pc.match_substring_regex(batch.column(column), _LOOKS[kind])).as_py()
        ]
        if not cells:
            return None
        text = pc.cast(pa.chunked_array(cells).combine_chunks(), pa.string())
        fit = text.filter(pc.fill_null(pc.match_substring_regex(text, _LOOKS[kind]), False))
        # dates that begin with their year are read anyhow, so the others alone may say how the column is read
        others = fit.filter(pc.invert(pc.match_substring_regex(fit, r"^\d{4}-"))) if kind == "date" else fit
        for some in (fit, others, _possible(others) if kind == "date" else others):
            found = infer(pa.table({kind: some}))[0] if len(some) else None
            if found is not None and found.kind == kind:
                return replace(found, column=column)
        return None

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(self._file)) as file:
            reader = pa.ipc.open_file(file)
            for number in range(min(reader.num_record_batches, max(JUDGED // CHUNK, 1))):
                yield reader.get_batch(number)

    def close(self) -> None:
        """Removes the temporary folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def parsed(source: str | Path, *, sheet: str = "", query: str = "", limits: Limits | None = None) -> Parsed:
    """Parses a table in the cell; `source` as in `open_source`. The temporary files take at most half of what is free.

    Raises UnreadableSource or DataError with one sentence.
    """
    folder = Path(tempfile.mkdtemp(prefix="leadline-import-"))
    try:
        given, name = str(source), Path(str(source)).name or str(source)
        if given == "-":
            spooled = spool_input()
            given, name = str(spooled.rename(folder / "standard input")), "standard input"
        elif "://" in given:
            name = given.partition("://")[2].rpartition("@")[2]
        free = shutil.disk_usage(folder).free // 2
        out = folder / "table.arrow"
        order = {"source": given, "name": name, "sheet": sheet, "query": query, "out": str(out)}
        inner = folder / "child"
        inner.mkdir()
        bounds = limits or Limits(memory=6 << 30, processor=600, wall=900, written=min(_DISK, free))
        answer = run_in_cell("table", order, name, bounds, scratch=str(inner))
        shutil.rmtree(inner, ignore_errors=True)
        return Parsed(folder, out, answer)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _possible(cells: pa.Array) -> pa.Array:
    """Those of the cells that are dates in one order of day and month or the other."""
    text = normal(cells)
    good = pa.array([False] * len(text))
    for sign in "./-":
        for order in ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y"):
            good = pc.or_(good, pc.is_valid(read_dates(text, order.format(sign))))
    return cells.filter(good)


def _trimmed(column: pa.Array) -> list[str]:
    # by way of numpy: to_pylist makes a scalar of each cell first
    text = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    return list(text.to_numpy(zero_copy_only=False).tolist())


def _listed(read: pa.Array) -> list[Any]:
    if not pa.types.is_timestamp(read.type):
        return list(read.to_pylist())
    return list(read.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).tolist())


def _read(column: pa.Array, reading: ColumnFormat) -> pa.Array:
    text = pc.cast(column, pa.string())
    read = parse(pa.RecordBatch.from_arrays([text], names=[reading.column]), [reading]).column(0)
    if reading.kind != "date" or reading.pattern.startswith("%Y-%m-%d"):
        return read
    # whatever the column's own order, a date that begins with its year means one thing only
    return pc.coalesce(read, read_dates(normal(pc.utf8_trim_whitespace(text)), "%Y-%m-%d"))
