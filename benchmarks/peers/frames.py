"""Tables as pandas frames, for the two libraries that want them: categories as such, dates as days and month."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.peers.encode import MISSING, numbers, words


def framer(x: pa.Table) -> Callable[[pa.Table], pd.DataFrame]:
    """From the training rows, what makes a frame of any rows with the same categories.

    Some of FLAML's learners use a category's place in its list, so that the list must not change with the rows; an
    unknown value is missing, as those libraries make it too.
    """
    kinds = {
        name: pd.CategoricalDtype(sorted(set(np.unique(values.astype(str)).tolist()) - {MISSING}))
        for name, values in words(x).items()
    }

    def frame(rows: pa.Table) -> pd.DataFrame:
        out = pd.DataFrame(numbers(rows))
        for name, values in words(rows).items():
            out[name] = pd.Categorical(values, dtype=kinds[name])
        return out

    return frame
