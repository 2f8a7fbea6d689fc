"""A PostgreSQL record in backups: dumped by pg_dump from one exported snapshot, put back in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from leadline.core.errors import CallError, StoreUnavailable
from leadline.store import address
from leadline.store.inspection import facts, findings

_PLAIN = ("--no-owner", "--no-privileges")
# Ours alone are in this database; what extensions brought stays.
_DROP = """SET lock_timeout = '20s';
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT format('%I.%I', 'public', c.relname) AS name, c.relkind AS kind FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))
  LOOP
    IF to_regclass(one.name) IS NOT NULL THEN
      EXECUTE format('DROP %s IF EXISTS %s CASCADE', CASE one.kind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN
        'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.name);
    END IF;
  END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP ROUTINE %s CASCADE', one.name); END LOOP;
END $$;
"""


class Postgres:
    """The PostgreSQL database that LEADLINE_DATABASE names. It is Leadline's alone."""

    record = "record.dump"

    def snapshot(self, target: Path) -> dict[str, Any]:
        """See keeping.Database. Counts, head and dump are of one snapshot."""
        try:
            with psycopg.connect(address.url()) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                cursor = connection.cursor()
                cursor.execute("SELECT pg_export_snapshot()")
                name = (cursor.fetchone() or ("",))[0]
                _run("pg_dump", "--format=custom", *_PLAIN, f"--snapshot={name}", f"--file={target}", *_at())
                told = facts(cursor)
                if "django_migrations" not in told["rows"] and not told["schema"]:
                    raise CallError(f"There is no record at {address.shown()}; nothing to back up")
                cursor.execute("SHOW server_version")
                version = f"PostgreSQL {(cursor.fetchone() or ('',))[0].split()[0]}"
                return told | {"version": version, "findings": findings(cursor)}
        except psycopg.Error as error:
            raise StoreUnavailable(f"The record {address.shown()} cannot be copied: {_first(error)}") from error

    def inspect(self, copy: Path, heads: Path | None) -> tuple[list[str], list[str]]:
        """See keeping.Database: in a database of its own, where this user may make one."""
        name = f"leadline_check_{os.getpid()}"
        with closing(psycopg.connect(address.url(), autocommit=True)) as connection:
            try:
                connection.execute(f'CREATE DATABASE "{name}"'.encode())
            except psycopg.errors.InsufficientPrivilege:
                _run("pg_restore", "--list", str(copy))
                return [], ["its record was not opened: that needs a database user who may create databases"]
            try:
                url = urlsplit(address.url())._replace(path=f"/{name}").geturl()
                _run("pg_restore", "--exit-on-error", *_PLAIN, str(copy), *_at(url))
                with closing(psycopg.connect(url)) as opened:
                    return findings(opened.cursor(), heads), []
            finally:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def place(self, copy: Path) -> list[str]:
        """See keeping.Database. All is dropped and made anew in one transaction."""
        from django.db import connections

        connections.close_all()
        drop, script = copy.with_name("drop.sql"), copy.with_name("record.sql")
        drop.write_text(_DROP, "utf-8")
        _run("pg_restore", *_PLAIN, f"--file={script}", str(copy))
        stop = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null")
        _run("psql", *stop, f"--file={drop}", f"--file={script}", *_at())
        return []

    def is_empty(self) -> bool:
        """See keeping.Database."""
        try:
            with closing(psycopg.connect(address.url())) as connection:
                return not any(facts(connection.cursor())["rows"].values())
        except psycopg.OperationalError as error:
            raise StoreUnavailable(f"The database {address.shown()} does not answer: {_first(error)}") from error


def tool(name: str) -> str:
    """The path of one of PostgreSQL's programs: the newest of Debian's, else the one on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise CallError(f"{name} is not installed; on Debian: apt-get install postgresql-client")
    return path


def _at(url: str = "") -> tuple[str, ...]:
    """The database without its password, which other users of this machine could see."""
    parts = urlsplit(url or address.url())
    if parts.password:
        parts = parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}")
    return (f"--dbname={parts.geturl()}",)


def _run(name: str, *arguments: str) -> None:
    password = urlsplit(address.url()).password
    env = {**os.environ, **({"PGPASSWORD": unquote(password)} if password else {})}
    done = subprocess.run(
        [tool(name), *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line.lower()), done.stderr.strip())
        raise StoreUnavailable(f"{name} failed and nothing was changed: {said.removeprefix(f'{name}: ')[:300]}")


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
