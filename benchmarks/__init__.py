"""Leadline beside its peers, in one run: `make bench`. Nothing here is imported by the package."""

LABEL, GROUP, ORDER = "__y", "__group", "__order"  # columns that a split carries beside its features
