"""Segments: groups of rows found without supervision, or the answer that there are none."""
