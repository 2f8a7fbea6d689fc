"""The hunt for leakage: columns written after the outcome, repeated rows, identifiers that carry time."""
