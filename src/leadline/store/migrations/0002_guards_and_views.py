"""Triggers that keep the ledger appended only, and the views of version 1."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from leadline.store.guards import REFUSE, guards
from leadline.store.views import views


def make(apps: Any, schema_editor: Any) -> None:
    """Creates triggers and views in the way of the database at hand."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(REFUSE)
    for statement in guards(vendor):
        schema_editor.execute(statement)
    for name, query in views(vendor).items():
        schema_editor.execute(f"CREATE VIEW {name} AS {query}")


class Migration(migrations.Migration):
    """One way: the views are read by others."""

    dependencies: ClassVar = [("store", "0001_record")]
    operations: ClassVar = [migrations.RunPython(make, migrations.RunPython.noop)]
