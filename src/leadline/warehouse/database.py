"""Databases by URL through ADBC, in the parser cell: one SELECT, read only.

In the cell because a second SQLite library in one process can break the first one's locks, and because a driver's
memory and time are then bounded.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from leadline.core.errors import CallError, UnreadableSource
from leadline.warehouse.arrow import pa
from leadline.warehouse.cell import Limits, run_in_cell
from leadline.warehouse.headers import unique_names
from leadline.warehouse.nesting import flat_names, flattened
from leadline.warehouse.source import Source

_SCHEMES = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
LIMITS = Limits(memory=4 << 30, processor=900, wall=1800, written=64 << 30)


class DatabaseSource(Source):
    """The rows of one query, as the database types them. They are spooled to a temporary file once."""

    format = "sql"

    def __init__(self, url: str, query: str) -> None:
        scheme = _SCHEMES.get(urlsplit(url).scheme.lower())
        name = shown_url(url)
        if scheme is None:
            raise CallError(f"{name} names no database that can be read; use sqlite:///PATH or postgresql://HOST/NAME")
        if scheme == "sqlite":
            _must_be_sqlite(sqlite_path(url), name)
        query = checked_query(query) if query.strip() else ""
        folder = Path(tempfile.mkdtemp(prefix="leadline-"))
        super().__init__(name, [])
        self._scratch.append(folder)
        self._spooled = folder / "rows.arrow"
        try:
            order = {"url": url, "kind": scheme, "query": query, "name": name, "out": str(self._spooled)}
            answer = run_in_cell("database", order, name, LIMITS)
            self._total = int(answer["rows"])
            self.notes += answer["notes"]
            with pa.OSFile(str(self._spooled)) as file, pa.ipc.open_stream(file) as reader:
                self.columns = unique_names(flat_names(reader.schema))
        except BaseException:
            self.close()
            raise

    def _count(self) -> int:
        return self._total

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with pa.OSFile(str(self._spooled)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                yield flattened(batch).rename_columns(self.columns).select(list(columns))


@contextmanager
def several(url: str, queries: Mapping[str, str]) -> Iterator[Mapping[str, Path]]:
    """The rows of several SELECTs, read by one child over one connection: Arrow streams in files by the same names,
    which are gone afterwards. Raises CallError and UnreadableSource with one sentence."""
    scheme = _SCHEMES.get(urlsplit(url).scheme.lower())
    name = shown_url(url)
    if scheme is None:
        raise CallError(f"{name} names no database that can be read; use sqlite:///PATH or postgresql://HOST/NAME")
    if scheme == "sqlite":
        _must_be_sqlite(sqlite_path(url), name)
    with tempfile.TemporaryDirectory(prefix="leadline-") as folder:
        places = {one: Path(folder) / f"{number}.arrow" for number, one in enumerate(queries)}
        first, *others = [(checked_query(query), str(places[one])) for one, query in queries.items()]
        order = {"url": url, "kind": scheme, "query": first[0], "name": name, "out": first[1], "others": others}
        run_in_cell("database", order, name, LIMITS)
        yield places


def shown_url(url: str) -> str:
    """The URL without its password and parameters."""
    parts = urlsplit(url)
    place = parts.netloc
    if "@" in place:
        user, host = place.rsplit("@", 1)
        place = f"{user.split(':', 1)[0]}@{host}"
    return urlunsplit((parts.scheme, place, parts.path, "", "")) if place else url.split("?", 1)[0]


def sqlite_path(url: str) -> Path:
    """sqlite:///leads.db is beside you, sqlite:////srv/leads.db is from the root."""
    path = unquote(url.split("://", 1)[1].split("?", 1)[0])
    return Path(path.removeprefix("/"))


def _must_be_sqlite(path: Path, name: str) -> None:
    if not path.is_file():
        raise UnreadableSource(f"There is no file {path} (from {name})")
    with path.open("rb") as file:
        head = file.read(16)
    if head != b"SQLite format 3\0":
        raise UnreadableSource(f"{path} is not a SQLite database")


def checked_query(query: str) -> str:
    """The query without a last semicolon. Raises CallError unless it is one SELECT (or WITH, VALUES, TABLE)."""
    bare = _without_texts(query).strip()
    bare = bare.rstrip("; \t\r\n")
    if ";" in bare:
        raise CallError("The query holds more than one statement; give one SELECT")
    word = re.match(r"\(*\s*([a-z]+)", bare, re.IGNORECASE)
    if word is None or word.group(1).lower() not in ("select", "with", "values", "table"):
        raise CallError("The query must be a SELECT; nothing is written to a database")
    if re.search(r"\b(?:insert|update|delete|merge)\b", bare, re.IGNORECASE) and word.group(1).lower() == "with":
        raise CallError("The query writes to the database; give a SELECT only")
    return query.strip().rstrip("; \t\r\n") if query.strip().endswith(";") else query.strip()


def _without_texts(query: str) -> str:
    """The query with comments, texts and quoted names blanked out."""
    return re.sub(
        r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$", " x ", query, flags=re.DOTALL
    ).replace(" x ", " ", 1 if query.lstrip().startswith(("--", "/*")) else 0)


def extract_query(
    url: str, kind: str, query: str, name: str, out: str, others: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """In the cell: runs the query and writes its rows to `out` as an Arrow stream; returns their count and notes.
    So with each query and file of `others`."""
    import adbc_driver_manager as adbc

    try:
        if kind == "sqlite":
            import adbc_driver_sqlite

            database = adbc_driver_sqlite.connect(f"{sqlite_path(url).resolve().as_uri()}?mode=ro")
        else:
            import adbc_driver_postgresql

            database = adbc_driver_postgresql.connect(_read_only(url))
        with database, adbc.AdbcConnection(database) as connection:
            notes = []
            if not query:
                query, table = _only_table(connection, adbc, kind, name)
                notes.append(f"No query was given; table '{table}' was read.")
            rows = _spool(connection, adbc, kind, query, out)
            for another, place in others:
                _spool(connection, adbc, kind, another, place)
            return {"rows": rows, "notes": notes}
    except adbc.Error as error:
        words = re.sub(r"\s+", " ", str(error)).strip()
        words = re.sub(r"^[A-Z_]+: ", "", words).split(" SQLSTATE")[0]
        raise UnreadableSource(f"{name} refused: {words[:300].rstrip('.')}") from error


def _read_only(url: str) -> str:
    """PostgreSQL's own switch: every transaction of this session is read only, and long ones end."""
    separator = "&" if urlsplit(url).query else "?"
    return f"{url}{separator}options=-c%20default_transaction_read_only%3Don%20-c%20statement_timeout%3D1500000"


@contextmanager
def _rows(connection: Any, adbc: Any, query: str) -> Iterator[pa.RecordBatchReader]:
    with adbc.AdbcStatement(connection) as statement:
        statement.set_sql_query(query)
        handle, _ = statement.execute_query()
        with pa.RecordBatchReader.from_stream(handle) as reader:
            yield reader


def _spool(connection: Any, adbc: Any, kind: str, query: str, out: str) -> int:
    try:
        with _rows(connection, adbc, query) as reader:
            return _written(reader, out)
    except (adbc.Error, pa.ArrowException, OSError) as error:
        if kind != "sqlite" or "mismatch" not in str(error).lower():
            raise
    # SQLite columns may change their type from row to row: then all of them are read as text.
    with _rows(connection, adbc, f"SELECT * FROM ({query}) LIMIT 0") as reader:  # noqa: S608 - checked to be one SELECT
        names = [name.replace('"', '""') for name in reader.schema.names]
    # '' for null: the driver takes a column whose first rows are null for one of numbers
    cast = ", ".join(f'COALESCE(CAST("{name}" AS TEXT), \'\') AS "{name}"' for name in names)
    with _rows(connection, adbc, f"SELECT {cast} FROM ({query})") as reader:  # noqa: S608 - as above
        return _written(reader, out)


def _written(reader: pa.RecordBatchReader, out: str) -> int:
    rows = 0
    with pa.OSFile(out, "wb") as file, pa.ipc.new_stream(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _only_table(connection: Any, adbc: Any, kind: str, name: str) -> tuple[str, str]:
    """A database of one table needs no query."""
    listing = (
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        if kind == "sqlite"
        else "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    )
    with _rows(connection, adbc, listing) as reader:
        tables = [str(table) for table in reader.read_all().column(0).to_pylist()]
    if len(tables) != 1:
        shown = ", ".join(f"'{table}'" for table in tables[:8]) or "no tables"
        raise UnreadableSource(f"{name} has {shown}; say what to read with --query and one SELECT")
    quoted = tables[0].replace('"', '""')
    return f'SELECT * FROM "{quoted}"', tables[0]  # noqa: S608 - a quoted name from the database's own list
