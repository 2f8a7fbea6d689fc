"""Views on SQLite told times without their seconds: '%s' in them was taken for a place of a parameter."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from leadline.store.views import later_views, views

WITH_TIMES = ("accounts_v1", "people_v1", "deals_v1", "deal_changes_v1", "deals_v2", "roles_v1", "orders_v1")


def make(apps: Any, schema_editor: Any) -> None:
    """Creates them anew, as they were meant."""
    vendor = schema_editor.connection.vendor
    if vendor != "sqlite":
        return
    every = views(vendor) | later_views(vendor)
    for name in WITH_TIMES:
        schema_editor.execute(f"DROP VIEW IF EXISTS {name}", params=None)
        schema_editor.execute(f"CREATE VIEW {name} AS {every[name]}", params=None)


class Migration(migrations.Migration):
    """One way: the views are read by others."""

    dependencies: ClassVar = [("store", "0004_views_for_features")]
    operations: ClassVar = [migrations.RunPython(make, migrations.RunPython.noop)]
