"""The views that features and profiles are counted from."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from leadline.store.views import later_views


def make(apps: Any, schema_editor: Any) -> None:
    """Creates the views in the way of the database at hand."""
    for name, query in later_views(schema_editor.connection.vendor).items():
        schema_editor.execute(f"CREATE VIEW {name} AS {query}")


class Migration(migrations.Migration):
    """One way: the views are read by others."""

    dependencies: ClassVar = [("store", "0003_endpoint_rest")]
    operations: ClassVar = [migrations.RunPython(make, migrations.RunPython.noop)]
