"""Retrieval: passages of texts found by words and by meaning, each open to its source."""

from leadline.learn.retrieval.index import Added, Index

__all__ = ["Added", "Index"]
