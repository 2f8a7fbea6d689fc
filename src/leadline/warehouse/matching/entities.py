"""Duplicates among the people and the accounts of the record, by its own column names."""

from __future__ import annotations

from leadline.core.errors import ColumnNotFound
from leadline.core.matching import JOIN, Kind
from leadline.core.progress import Progress, quiet
from leadline.warehouse.arrow import pa
from leadline.warehouse.matching.engine import Matched, match

PERSON = ("id", "given_name", "family_name", "email", "phone", "title", "company", "domain", "city", "country")
ACCOUNT = ("id", "name", "domain", "website", "phone", "city", "country")


def find_duplicates(people: pa.Table, *, threshold: float = JOIN, progress: Progress = quiet) -> Matched:
    """People who are in the table more than once. Columns: those of PERSON, of which `id` must be there; `left` and
    `right` of the pairs are rows of the table."""
    return _found(people, "people", PERSON, threshold, progress)


def find_duplicate_accounts(accounts: pa.Table, *, threshold: float = JOIN, progress: Progress = quiet) -> Matched:
    """Accounts that are in the table more than once. Columns: those of ACCOUNT, of which `id` must be there."""
    return _found(accounts, "accounts", ACCOUNT, threshold, progress)


def _found(table: pa.Table, kind: Kind, columns: tuple[str, ...], threshold: float, progress: Progress) -> Matched:
    if "id" not in table.column_names:
        raise ColumnNotFound("id", table.column_names, f"the table of {kind}")
    compared = [name for name in columns if name in table.column_names and name != "id"]
    return match(table.select(compared), kind=kind, threshold=threshold, progress=progress)
