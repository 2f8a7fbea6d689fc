"""Duplicates: which rows of one table, or of two, are the same person, company or record."""

from leadline.warehouse.matching.engine import Matched, match

__all__ = ["Matched", "match"]
