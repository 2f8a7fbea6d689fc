"""Duplicates: which rows of one table, or of two, are the same person, company or record."""

from leadline.warehouse.matching.engine import Matched, match
from leadline.warehouse.matching.entities import find_duplicate_accounts, find_duplicates

__all__ = ["Matched", "find_duplicate_accounts", "find_duplicates", "match"]
