"""The report of a qualification: one self-contained page."""
