"""Opens the record for this process: Django set up once, the schema brought up to date on request."""

from __future__ import annotations

import os

from leadline.core.errors import StoreUnavailable
from leadline.store import address

_SETTINGS = "leadline.store.settings"


def open_store() -> None:
    """Sets up Django with our settings. May be called again; raises CallError for an address that cannot be one."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", _SETTINGS)
        django.setup()


def migrate() -> None:
    """Brings the schema up to date. Raises StoreUnavailable where the database cannot be reached or written."""
    open_store()
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise StoreUnavailable(f"The database {address.shown()} cannot be set up: {_first_line(error)}") from error


def pending() -> list[str]:
    """Names of migrations that are not applied yet, as 'store.0002_views'."""
    open_store()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
