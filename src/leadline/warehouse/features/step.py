"""What a step is: a name, the features that it counts, the tables that it needs, and how it counts them.

A step is written once, in Ibis, and runs alike on DuckDB and Spark, to the last integer. So it keeps to what both do
alike: times are whole microseconds, sums are cast to int64, fractions are divided once at the end, ties are broken by
id, nothing is approximate and nothing hangs on the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis

Subject = Literal["account", "person", "deal"]
SUBJECTS: tuple[Subject, ...] = ("account", "person", "deal")
KEYS = ["subject_id", "cutoff"]

SECOND = 1_000_000
DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Feature:
    """A column: its name, what it means in a few words, its unit, its Arrow type, and what it is where nothing is known
    (0 for counts, else null)."""

    name: str
    meaning: str
    unit: str
    type: Literal["int64", "float64", "string"] = "int64"
    blank: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a step counts for: tables by name, the subject, the (subject_id, cutoff) pairs, whether only what was
    recorded by the cutoff counts, and the first and last cutoff where they are known."""

    tables: Mapping[str, ibis.Table]
    subject: Subject
    cutoffs: ibis.Table
    as_recorded: bool = False
    first: int | None = None
    last: int | None = None

    def known(self, table: ibis.Table, columns: Sequence[str], days: int = 0, at: str = "at") -> ibis.Table:
        """Rows of a table that has a `subject_id`, joined to the cutoffs at which they were known.

        `days` leaves out what is that old at the cutoff. The columns that remain: subject_id, cutoff, at and `columns`.
        """
        when = table[at]
        if self.last is not None:
            table = table.filter(when <= self.last)
        if days and self.first is not None:
            table = table.filter(table[at] > self.first - days * DAY)
        kept = dict.fromkeys(["subject_id", at, *columns, *(["recorded_at"] if self.as_recorded else [])])
        rows = table.select(*kept)
        pairs = self.cutoffs.select(pair_id=self.cutoffs.subject_id, cutoff=self.cutoffs.cutoff)
        conditions = [rows.subject_id == pairs.pair_id, rows[at] <= pairs.cutoff]
        if days:
            conditions.append(rows[at] > pairs.cutoff - days * DAY)
        if self.as_recorded:
            conditions.append(rows.recorded_at <= pairs.cutoff)
        joined = rows.inner_join(pairs, conditions)
        return joined.select("subject_id", "cutoff", *dict.fromkeys([at, *columns]))

    def signals(self, columns: Sequence[str], days: int = 0, where: Callable[[Any], Any] | None = None) -> ibis.Table:
        """Signals of the subjects that were known at their cutoffs."""
        table = self.tables["signals"]
        table = table.filter(table[f"{self.subject}_id"].notnull())
        if where is not None:
            table = table.filter(where(table))
        return self.known(table.mutate(subject_id=table[f"{self.subject}_id"]), columns, days)


@dataclass(frozen=True, slots=True)
class Step:
    """Some features of some subjects that are counted together."""

    name: str
    features: tuple[Feature, ...]
    needs: tuple[str, ...]
    count: Callable[[Scope], ibis.Table]
    subjects: tuple[Subject, ...] = SUBJECTS

    def expression(self, scope: Scope) -> ibis.Table:
        """subject_id, cutoff and the features, one row for each pair of which anything is known."""
        return self.count(scope).select(*KEYS, *(feature.name for feature in self.features))


def counted(name: str, meaning: str, unit: str) -> Feature:
    """A feature that is 0 where nothing is known."""
    return Feature(name, meaning, unit, "int64", 0)


def days_since(then: Any, cutoff: Any) -> Any:
    """Whole days from then to the cutoff."""
    return (cutoff - then) // DAY


def hundredths(value: Any) -> Any:
    """Money, or seconds, as whole hundredths, so that their sum hangs on no order."""
    return (value * 100 + 0.5).floor().cast("int64")


def share(part: Any, of: Any) -> Any:
    """A fraction of two whole numbers; null where the second is 0."""
    return part.cast("float64") / of.nullif(0).cast("float64")


def number_of(text: Any) -> Any:
    """The number that a text writes plainly, else null. Engines read '1_000', '1.5d' or 'NaN' each in its own way."""
    plain = text.re_search(r"^[-+]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][-+]?[0-9]{1,2})?\z")
    return plain.ifelse(text, ibis.null("string")).try_cast("float64")
