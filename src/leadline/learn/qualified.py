"""What qualifying a table gives inside the program: the record, the model, and what each row got."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.core.qualification import Qualification
from leadline.learn.model import Model
from leadline.learn.scoring import Scores
from leadline.learn.task import Task

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Qualified:
    """The record, the model, and what each row of the table got (in file order)."""

    result: Qualification
    model: Model
    task: Task
    scores: Scores
    grade: NDArray[np.str_]
    value: Floats | None
    enough: bool
    judged: Floats | None = None  # log-odds of the rows that were held out to judge the model, NaN for the others
