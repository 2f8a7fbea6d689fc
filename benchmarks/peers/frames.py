"""Tables as pandas frames, for the two libraries that want them: categories as such, dates as days and month."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from benchmarks.peers.encode import MISSING, numbers, words


def frame(x: pa.Table) -> pd.DataFrame:
    """Numbers as float64, text as the pandas category type."""
    out = pd.DataFrame(numbers(x))
    for name, values in words(x).items():
        out[name] = pd.Series([None if value == MISSING else value for value in values], dtype="category")
    return out
