"""Databases through ADBC: a real SQLite file, and PostgreSQL where a server is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from leadline.core.errors import CallError, UnreadableSource
from leadline.warehouse.database import checked_query, shown_url
from leadline.warehouse.source import open_source
from leadline.warehouse.values import infer, parse


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "my leads.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE leads (id INTEGER, company TEXT, amount REAL, created TEXT, note)")
        database.executemany(
            "INSERT INTO leads VALUES (?, ?, ?, ?, ?)",
            [
                (n, f"Firm {n % 7}", None if n % 5 == 0 else n / 4, f"2024-01-{n % 28 + 1:02}", None)
                for n in range(5000)
            ],
        )
    database.close()
    return path


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_query_comes_with_its_types(leads: Path) -> None:
    with open_source(
        url(leads), query="SELECT id, company, amount AS 'Amount', created FROM leads WHERE id < 4000;"
    ) as source:
        assert (source.columns, source.rows) == (["id", "company", "Amount", "created"], 4000)
        table, _ = source.table()
        assert table.schema.types == [pa.int64(), pa.string(), pa.float64(), pa.string()]
        assert [found.kind for found in infer(table)] == ["number", "text", "number", "date"]
        assert table.slice(0, 2).to_pylist()[1] == {
            "id": 1,
            "company": "Firm 1",
            "Amount": 0.25,
            "created": "2024-01-02",
        }
        assert source.facts().format == "sql"
        assert sum(batch.num_rows for batch in source.raw_batches(columns=["id"])) == 4000


def test_the_only_table_needs_no_query(leads: Path) -> None:
    with open_source(leads) as source:
        assert source.rows == 5000
        assert "table 'leads' was read" in source.facts().notes[0]
    with sqlite3.connect(leads) as database:
        database.execute("CREATE TABLE deals (id)")
    database.close()
    with pytest.raises(UnreadableSource, match="has 'deals', 'leads'; say what to read"):
        open_source(url(leads))


def test_types_that_change_late(leads: Path) -> None:
    with sqlite3.connect(leads) as database:
        database.execute("INSERT INTO leads VALUES ('late', 'x', 'n/k', '2024-02-01', 'note')")
    database.close()
    with open_source(url(leads), query="SELECT * FROM leads") as source:
        table, _ = source.table()
        assert source.rows == 5001
        assert table["id"][-1].as_py() == "late"
        parsed = parse(table, infer(table))
        assert parsed["amount"].to_pylist()[4] == 1.0
        assert parsed["amount"].to_pylist()[-1] is None


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM leads",
        "SELECT 1; DROP TABLE leads",
        "PRAGMA journal_mode=WAL",
        "ATTACH 'x' AS y",
        "WITH x AS (SELECT 1) DELETE FROM leads",
        "/* SELECT */ DROP TABLE leads",
        "",
        ";",
    ],
)
def test_only_one_select_is_run(leads: Path, query: str) -> None:
    before = leads.read_bytes()
    if query:
        with pytest.raises(CallError):
            open_source(url(leads), query=query)
    assert leads.read_bytes() == before
    assert [entry.name for entry in leads.parent.iterdir()] == [leads.name]


def test_semicolons_in_texts_are_no_statements() -> None:
    for query in (
        "SELECT ';' AS a",
        'SELECT 1 AS ";"',
        "SELECT 1 -- one; two",
        "WITH a AS (SELECT 'delete') SELECT * FROM a",
    ):
        assert checked_query(query) == query


def test_errors_are_one_sentence_without_the_password(leads: Path) -> None:
    with pytest.raises(UnreadableSource, match="no such column: nope"):
        open_source(url(leads), query="SELECT nope FROM leads")
    with pytest.raises(UnreadableSource, match="There is no file"):
        open_source(url(leads.with_name("none.db")))
    assert shown_url("postgresql://ada:secret@host:5432/crm?sslmode=require") == "postgresql://ada@host:5432/crm"
    with pytest.raises(UnreadableSource) as caught:
        open_source("postgresql://ada:secret@127.0.0.1:1/crm", query="SELECT 1")
    assert "secret" not in str(caught.value)


def test_nothing_is_left_behind(leads: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with open_source(url(leads)) as source:
        source.table()
    with pytest.raises(UnreadableSource):
        open_source(url(leads), query="SELECT nope")
    assert not any(scratch.iterdir())


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "none")]
    if not programs[-1].is_file():
        pytest.skip("no postgres server is installed")
    user = None
    if os.geteuid() == 0:  # the server refuses root
        names = [entry.pw_name for entry in pwd.getpwall()]
        user = next((name for name in ("postgres", "nobody") if name in names), None)
        if user is None:
            pytest.skip("postgres refuses root and there is no other user")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, user)
    folder.chmod(0o700)

    def run(*arguments: str) -> None:
        subprocess.run(
            arguments,
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        )

    program = programs[-1].parent
    data = str(folder / "data")
    try:
        run(str(program / "initdb"), "-D", data, "-U", "ada", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run(str(program / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://ada@/postgres?host={folder}"
        finally:
            run(str(program / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_postgresql_is_read_and_only_read(postgres: str) -> None:
    query = (
        "SELECT n AS id, 'Firm ' || n % 7 AS company, n::numeric / 4 AS amount, date '2024-01-01' + n AS created, "
        "timestamptz '2024-01-01 10:00+02' AS seen, n % 2 = 0 AS even FROM generate_series(1, 3000) AS n"
    )
    with open_source(postgres, query=query) as source:
        table, _ = source.table()
        formats = infer(table)
        assert (source.rows, [found.kind for found in formats]) == (
            3000,
            ["number", "text", "number", "date", "date", "text"],
        )
        first = parse(table, formats).slice(0, 1).to_pylist()[0]
        assert (first["amount"], first["seen"].isoformat(), first["even"]) == (0.25, "2024-01-01T08:00:00", "false")
    with open_source(postgres, query="SELECT current_setting('transaction_read_only') AS x") as source:
        assert source.table()[0].to_pydict() == {"x": ["on"]}
    with pytest.raises(UnreadableSource, match="nope"):
        open_source(postgres, query="SELECT nope")
