"""How easily people could be recognised in a table, measured; and what would make it harder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SmallClass:
    """Rows that share their values in all the quasi-identifiers: those values ('' blank), and how many rows."""

    values: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """What one quasi-identifier does: its values, rows that it makes unique alone, and what would be left without it:
    the smallest class and the rows that would still be unique."""

    column: str
    distinct: int
    unique_alone: int
    k_without: int
    unique_without: int


@dataclass(frozen=True, slots=True)
class Diversity:
    """How well a sensitive column is hidden (l-diversity; Machanavajjhala et al. 2007): `l` is the fewest different
    values in a class, `entropy_l` the smallest exp(entropy) of one, `told` the rows whose class has one value only, so
    that whoever knows the class knows the value. A blank counts as a value."""

    column: str
    l: int  # noqa: E741 - its name in the literature
    entropy_l: float
    told: int


@dataclass(frozen=True, slots=True)
class Population:
    """Rows that are unique in the file and in the population that it was drawn from, estimated; why not, where not."""

    size: int
    unique: float | None
    share: float | None
    alpha: float | None = None
    theta: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk that rows are recognised by the columns `quasi` together.

    `k` is the size of the smallest class of rows that share them (k-anonymity; Sweeney 2002), 0 for a table without
    rows. `sizes` are (rows in a class, classes of that size), by size. The risk of one row is 1 / the size of its
    class; its mean is classes / rows.
    """

    rows: int
    quasi: tuple[str, ...]
    k: int
    classes: int
    sizes: tuple[tuple[int, int], ...] = ()
    smallest: tuple[SmallClass, ...] = ()
    columns: tuple[ColumnPart, ...] = ()
    sensitive: tuple[Diversity, ...] = ()

    @property
    def unique(self) -> int:
        """Rows that nobody shares their values with."""
        return self.below(2)

    def below(self, k: int) -> int:
        """Rows in classes of fewer than `k` rows."""
        return sum(size * count for size, count in self.sizes if size < k)

    @property
    def mean_risk(self) -> float:
        """The mean chance of naming a row's person, for someone who knows that the person is in the file."""
        return self.classes / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Coarsening:
    """One change that makes rows alike: the column ('' where rows are left out), what becomes of its values ('year
    only', 'left out'), and what the whole table is with this change and those before it: its k, the rows in classes
    below the k that is wanted, and the share of the column's information that is kept (by entropy)."""

    column: str
    change: str
    k: int
    below: int
    kept: float
