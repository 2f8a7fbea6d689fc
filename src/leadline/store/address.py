"""Where the record is kept: LEADLINE_DATABASE, a URL; without it a SQLite file in Leadline's folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from leadline.core.errors import CallError
from leadline.core.settings import home

BUSY_SECONDS = 20  # SQLite's busy handler is unfair: under four writers waits of 3 s were seen


def url() -> str:
    """The database's URL as it was set: 'postgresql://…' or 'sqlite:///path'; the default is a file in `home()`."""
    return os.environ.get("LEADLINE_DATABASE", "").strip() or f"sqlite:///{home() / 'leadline.sqlite3'}"


def is_sqlite() -> bool:
    """Whether the record is a SQLite file."""
    return urlsplit(url()).scheme == "sqlite"


def sqlite_path() -> Path:
    """The SQLite file. Raises CallError where the record is not one."""
    parts = urlsplit(url())
    if parts.scheme != "sqlite" or not parts.path.strip("/"):
        raise CallError(f"LEADLINE_DATABASE is no SQLite file: {shown()}")
    return Path(unquote(parts.path.removeprefix("/")))  # sqlite:///a is beside you, sqlite:////a from the root


def shown() -> str:
    """The URL without its password, for people."""
    parts = urlsplit(url())
    if parts.password:
        return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":…@")).geturl()
    return url()


def django_database() -> dict[str, Any]:
    """The entry for Django's DATABASES. Raises CallError with one sentence for an address that cannot be one."""
    parts = urlsplit(url())
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(sqlite_path()),
            "CONN_MAX_AGE": None,  # to close the last connection is to write the log back: 10 ms
            "OPTIONS": {
                "timeout": BUSY_SECONDS,
                "transaction_mode": "IMMEDIATE",
                # FULL: with NORMAL a power cut took acknowledged rows in 293 of 300 trials. secure_delete: what is
                # erased leaves no bytes in free pages.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
            },
        }
    if parts.scheme in ("postgresql", "postgres"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")) or "leadline",
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise CallError(f"LEADLINE_DATABASE is '{shown()}'; it starts with postgresql:// or sqlite:///")
