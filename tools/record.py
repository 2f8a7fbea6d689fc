"""Records for tests: a template that is migrated once, and a copy of it for each test, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit


class Template:
    """An empty record, migrated once for each test process."""

    def __init__(self, folder: Path) -> None:
        self.server = os.environ.get("LEADLINE_TEST_POSTGRES", "")
        self._numbers = count(1)
        os.environ["LEADLINE_HOME"] = str(folder)
        if self.server:
            self._name = f"leadline_{os.getpid()}"
            self._run(f'CREATE DATABASE "{self._name}"')
            self.url = self._url(self._name)
        else:
            self.url = f"sqlite:///{folder / 'template.sqlite3'}"
        os.environ["LEADLINE_DATABASE"] = self.url

        from leadline.store.opening import migrate

        self.use(self.url)
        migrate()
        self.close()

    def use(self, url: str) -> None:
        """Points this process at the record at `url`; Django is set up once for a process, so its entry is changed."""
        from django.db import connections

        from leadline.store.address import django_database

        os.environ["LEADLINE_DATABASE"] = url
        self.close()
        connections.settings["default"].update({"USER": "", "PASSWORD": "", "HOST": "", "PORT": ""} | django_database())
        connections["default"].close()  # asked for, so that there is one to take away: its class may be another's
        del connections["default"]

    def close(self) -> None:
        """Ends this thread's connection."""
        from django.db import connections

        connections.close_all()

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """A copy of the template, gone afterwards; gives its URL."""
        if not self.server:
            source = Path(urlsplit(self.url).path[1:])
            target = folder / "record.sqlite3"
            shutil.copyfile(source, target)
            yield f"sqlite:///{target}"
            return
        name = f"{self._name}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._name}"')
        try:
            yield self._url(name)
        finally:
            self.close()
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _url(self, name: str) -> str:
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())
