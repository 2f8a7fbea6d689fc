"""The error tree. Each message is one sentence that names the place and the mend.

LeadlineError
├── DataError            exit 1: the data cannot give an answer
│   ├── NotEnoughSignal  exit 1: a model was made and does not beat the base rate
│   ├── UnreachableAddress  exit 1: an address outside gave no usable reply
│   │   └── AskedToWait  it wants to be asked again later, and says when
│   └── StoreUnavailable exit 1: the database, or the disk under it, does not take what it is given
│       └── Overloaded   the queue before the database is full; try again later
└── CallError            exit 2: the call is wrong
    ├── ColumnNotFound   no such column, with 'did you mean'
    ├── UnreadableSource no such file, or not a table that can be read
    └── ForeignModel     not a model folder of ours, or one that was changed
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches


class LeadlineError(Exception):
    """Base of all errors that a user can mend; `exit_status` is what the CLI returns."""

    exit_status = 1


class DataError(LeadlineError):
    """The data cannot give an answer."""


class NotEnoughSignal(DataError):
    """A model was made and does not beat the base rate."""


class UnreachableAddress(DataError):
    """An address outside gave no usable reply, or may not be asked."""


class AskedToWait(UnreachableAddress):
    """An address outside wants to be asked again at `until` (aware), not before. What was read so far is good."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class StoreUnavailable(DataError):
    """The database, or the disk under it, does not take what it is given. Whether it was written may be unknown."""


class Overloaded(StoreUnavailable):
    """The queue before the database is full: nothing was written; try again later."""


class CallError(LeadlineError):
    """The call is wrong: an option, a name, a path."""

    exit_status = 2


class ColumnNotFound(CallError):
    """No such column in the file."""

    def __init__(self, column: str, columns: Iterable[str], where: str = "the file") -> None:
        names = list(columns)
        by_fold = {name.casefold(): name for name in names}
        near = [by_fold[m] for m in get_close_matches(column.casefold(), by_fold, n=1, cutoff=0.6)]
        if near:
            mend = f"did you mean '{near[0]}'?"
        else:
            shown = ", ".join(f"'{name}'" for name in names[:8])
            mend = f"it has {shown}{' …' if len(names) > 8 else ''}"
        super().__init__(f"There is no column '{column}' in {where}; {mend}")


class UnreadableSource(CallError):
    """The file or database cannot be read as a table."""


class ForeignModel(CallError):
    """The folder holds no model of ours, or one that was changed after it was saved."""
