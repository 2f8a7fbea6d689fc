"""The guard before names and tables that it was not written for (strangers.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import ndtri

from leadline.learn.task import Options, prepare

ATTACK = tomllib.loads((Path(__file__).parent / "strangers.toml").read_text(encoding="utf-8"))
LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "pl", "sv")
ROWS = 5_000  # of a real set, where only names differ
DAY = 86_400_000_000
EPOCH = 17_000  # days; openings spread over three years from here
WORDS = (
    "need offer line plant two three machine for our site please call about delivery parts new old test unit".split()
)


@dataclass(frozen=True)
class Verdict:
    """What the guard said of one table: leaks that got through, honest columns that were blamed."""

    leaks: frozenset[str]
    missed: frozenset[str]
    blamed: frozenset[str]


def judge(
    table: pa.Table, outcome: str, leaks: frozenset[str], either: frozenset[str] = frozenset(), real: bool = False
) -> Verdict:
    task = prepare(table, (), Options(outcome))
    features = {role.column for role in task.features}
    blamed = {item.column for item in task.left_out if item.kind != "repeat"} - leaks - either
    # In a real set a name or number of a row is no feature by right; made-up tables have none.
    named = {item.column for item in task.left_out if item.kind in {"identifier", "order"}}
    return Verdict(leaks, frozenset(leaks & features), frozenset(blamed - named if real else blamed))


def sample(table: pa.Table, rows: int = ROWS) -> pa.Table:
    if table.num_rows <= rows:
        return table
    return table.take(np.sort(np.random.default_rng(5).choice(table.num_rows, rows, replace=False)))


def renamed(table: pa.Table, names: Mapping[str, str]) -> pa.Table:
    return table.rename_columns([names.get(name, name) for name in table.column_names])


# ---- cells of made-up tables -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """The rows of a made-up table: won or not, open or not, when opened."""

    won: np.ndarray
    open: np.ndarray
    opened: np.ndarray
    rng: np.random.Generator

    def tilt(self, auc: float) -> np.ndarray:
        """Standard normal scores that separate won from lost with `auc`."""
        return self.rng.normal(size=len(self.won)) + self.won * np.sqrt(2) * ndtri(auc)

    def ranks(self, auc: float) -> np.ndarray:
        tilt = self.tilt(auc)
        return (np.argsort(np.argsort(tilt)) + 0.5) / len(tilt)


def make_rows(rows: int, base: float, opened: float, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    won = np.zeros(rows, dtype=bool)
    won[rng.choice(rows, round(rows * base), replace=False)] = True
    return Rows(won, rng.random(rows) < opened, np.sort(EPOCH + rng.integers(0, 1_100, rows)), rng)


def as_dates(days: np.ndarray) -> pa.Array:
    blank = np.isnan(days)
    whole = np.where(blank, 0, days).astype(np.int64) * DAY
    return pa.array(whole, pa.int64(), mask=blank).cast(pa.timestamp("us"))


def as_numbers(values: np.ndarray) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def cells(kind: str, auc: float, rows: Rows) -> pa.Array:
    rng, n = rows.rng, len(rows.won)
    rank = rows.ranks(auc)
    normal = ndtri(rank)
    blank = rng.random(n) < np.where(rows.won, 0.2, 0.4) if kind.endswith("*") else np.zeros(n, dtype=bool)
    kind = kind.rstrip("*")
    if kind in {"open", "date", "due", "post"}:
        away = np.floor(np.exp(3.6 + 0.7 * normal)) + 1
        days = rows.opened + {"open": 0, "date": -1, "due": 1, "post": 1}[kind] * away
        return as_dates(np.where(blank, np.nan, days))
    numbers = {
        "count": np.floor(np.exp(1.3 + 0.8 * normal)),
        "days": np.floor(np.exp(3.6 + 0.8 * normal)),
        "years": np.floor(np.exp(2 + 0.7 * normal)),
        "money": np.round(np.exp(9 + 1.1 * normal), -2),
        "number": np.round(20 + 6 * normal, 2),
        "rate": np.round(rank, 3),
    }
    if kind in numbers:
        return as_numbers(np.where(blank, np.nan, numbers[kind]))
    if kind == "code":
        return pa.array([f"K{rng.integers(10**7)}" if rng.random() < 0.7 else None for _ in range(n)], pa.string())
    if kind == "text":
        said = [" ".join(rng.choice(WORDS, 6)) + (" urgent" if r > rng.random() + 0.3 else "") for r in rank]
        return pa.array(said, pa.string(), mask=blank)
    size = 2 if kind == "flag" else 6
    labels = ["no", "yes"] if kind == "flag" else ["Alpha", "Bravo", "Coral", "Delta", "Ember", "Fjord"]
    codes = np.minimum((rank * size).astype(int), size - 1)
    return pa.array([labels[c] for c in codes], pa.string(), mask=blank)


def outcome_of(rows: Rows) -> pa.Array:
    return pa.array(["open" if o else "won" if w else "lost" for o, w in zip(rows.open, rows.won, strict=True)])


def clean_table(spec: Mapping[str, Any], extra: tuple[str, ...] = ()) -> pa.Table:
    rows = make_rows(spec["rows"], spec["base"], spec["open"], crc32(spec["name"].encode()))
    columns: dict[str, pa.Array] = {}
    for text in (*spec["columns"], *extra):
        name, kind, auc = f"{text}|.6".split("|")[:3]
        columns[name] = cells(kind, float(auc), rows)
    return pa.table(columns | {"Outcome": outcome_of(rows)})


# ---- plants under neutral headers ------------------------------------------------------------------------------------


def planted(n: int, base: float, opened: float, seed: int) -> tuple[pa.Table, dict[str, str]]:
    """A table of c1…cN and which of them is which plant ('' for an honest one)."""
    rows = make_rows(n, base, opened, seed)
    rng, won = rows.rng, rows.won
    cycle = np.floor(np.exp(4 + 0.6 * ndtri(rows.ranks(0.35)))) + 3
    shares = rng.dirichlet((1.5, 1.0, 0.8), n)
    days = np.floor(shares * cycle[:, None])
    days[:, 2] = cycle - days[:, 0] - days[:, 1]
    late = np.where(rows.open, np.nan, rows.opened + cycle)
    told = rng.random(n) < np.where(won & ~rows.open, 0.95, 0.03)
    flipped = won ^ (rng.random(n) < 0.01)
    hidden: list[tuple[str, pa.Array]] = [
        ("near", as_numbers(np.round(np.where(rows.open, rng.normal(1.5, 2, n), won * 6.0 + rng.normal(size=n)), 2))),
        ("mirror", pa.array(np.where(rows.open, "p", np.where(flipped, "k", "m")).tolist(), pa.string())),
        ("filled", as_numbers(np.where(told, np.round(np.exp(8 + rng.normal(size=n))), np.nan))),
        ("late date", as_dates(late)),
        ("cycle", as_numbers(cycle)),
        ("twin", as_numbers(np.round(cycle / 7 + rng.normal(0, 0.1, n), 1))),
        ("scaled sum", as_numbers(2.5 * (days[:, 0] + days[:, 1]))),
        *((f"days {i}", as_numbers(days[:, i])) for i in range(3)),
        *((f"share {i}", as_numbers(np.round(days[:, i] / cycle, 5))) for i in range(3)),
    ]
    honest = "open number|.9 number|.8 money|.7 money|.6 category|.7 days*|.7 count|.75 due date flag|.65 rate text"
    for text in honest.split():
        kind, _, auc = text.partition("|")
        hidden.append(("", cells(kind, float(auc or 0.6), rows)))
    order = rng.permutation(len(hidden))
    columns = {f"c{at + 1}": hidden[i][1] for at, i in enumerate(order)}
    return pa.table(columns | {"y": outcome_of(rows)}), {f"c{at + 1}": hidden[i][0] for at, i in enumerate(order)}


PLANTS = [(n, base, opened) for n in (300, 2_000, 20_000) for base in (0.05, 0.25, 0.6) for opened in (0.0, 0.25)]


# ---- runs ------------------------------------------------------------------------------------------------------------

Read = Callable[[str], pa.Table]


def by_synonym(real: Read, sets: Mapping[str, Any]) -> Iterator[tuple[str, Verdict]]:
    for name, leaks in ATTACK["synonyms"].items():
        table = sample(real(name))
        for turn in range(4):
            names = {true: others[turn] for true, others in leaks.items()}
            known = sets[name]
            either = known.either | (known.leaks - set(leaks))
            yield (
                f"{name} {turn}",
                judge(renamed(table, names), known.outcome, frozenset(names.values()), either, real=True),
            )


def by_language(real: Read, sets: Mapping[str, Any]) -> Iterator[tuple[str, Verdict]]:
    for name, headers in ATTACK["languages"].items():
        table, known = sample(real(name)), sets[name]
        for turn, language in enumerate(LANGUAGES):
            names = {true: others[turn] for true, others in headers.items()}
            column, _, value = known.outcome.partition("=")
            leaks = frozenset(names[leak] for leak in known.leaks if leak in names)
            either = known.either | (known.leaks - set(names))
            outcome = f"{names.get(column, column)}={value}"
            yield f"{name} {language}", judge(renamed(table, names), outcome, leaks, either, real=True)


def by_plant() -> Iterator[tuple[str, Verdict, dict[str, str]]]:
    for n, base, opened in PLANTS:
        table, plants = planted(n, base, opened, seed=n + round(100 * base))
        leaks = frozenset(name for name, plant in plants.items() if plant)
        yield f"{n} rows, {base:.0%} won, {opened:.0%} open", judge(table, "y=won", leaks), plants


def by_clean() -> Iterator[tuple[str, Verdict]]:
    for spec in ATTACK["clean"]:
        yield spec["name"], judge(clean_table(spec), "Outcome=won", frozenset())


def by_name_alone() -> Verdict:
    spec = ATTACK["clean"][0] | {"open": 0.0}
    leaks = frozenset(text.split("|")[0] for text in ATTACK["alone"]["leaks"])
    return judge(clean_table(spec, tuple(ATTACK["alone"]["leaks"])), "Outcome=won", leaks)


def by_fresh_name(names: str) -> Verdict:
    spec, fresh = ATTACK["clean"][0] | {"open": 0.0}, ATTACK[names]
    leaks = frozenset(text.split("|")[0] for text in fresh["leaks"])
    return judge(clean_table(spec, (*fresh["leaks"], *fresh["honest"])), "Outcome=won", leaks)


def recall(verdicts: list[Verdict]) -> float:
    return 1 - sum(len(v.missed) for v in verdicts) / sum(len(v.leaks) for v in verdicts)


@pytest.mark.slow
def test_synonyms(real: Read, real_sets: Mapping[str, Any]) -> None:
    found = dict(by_synonym(real, real_sets))
    assert recall(list(found.values())) >= 0.9, {k: sorted(v.missed) for k, v in found.items() if v.missed}
    assert max(len(v.blamed) for v in found.values()) <= 1, {k: sorted(v.blamed) for k, v in found.items() if v.blamed}


@pytest.mark.slow
def test_languages(real: Read, real_sets: Mapping[str, Any]) -> None:
    found = dict(by_language(real, real_sets))
    assert recall(list(found.values())) >= 0.9, {k: sorted(v.missed) for k, v in found.items() if v.missed}
    assert max(len(v.blamed) for v in found.values()) <= 1, {k: sorted(v.blamed) for k, v in found.items() if v.blamed}


@pytest.mark.slow
def test_plants() -> None:
    missed = {}
    for words, verdict, plants in by_plant():
        missed[words] = sorted(plants[name] for name in verdict.missed)
        assert len(verdict.blamed) <= 1, (words, verdict.blamed)
    assert not any(missed.values()), missed


# Plants that corroborate each other, with all others taken away.
FEWER = (
    ("near",),
    ("mirror",),
    ("filled",),
    ("late date",),
    ("late date", "cycle"),
    ("late date", "cycle", "twin"),
    ("late date", "cycle", "share 0", "share 1", "share 2"),
    ("late date", "cycle", "days 0", "days 1", "days 2", "scaled sum"),
)


@pytest.mark.parametrize("kinds", FEWER)
def test_plants_by_few(kinds: tuple[str, ...]) -> None:
    for n, base in ((300, 0.05), (300, 0.6), (2_000, 0.25)):
        table, plants = planted(n, base, 0.0, seed=n + round(100 * base))
        away = [name for name, plant in plants.items() if plant and plant not in kinds]
        leaks = frozenset(name for name, plant in plants.items() if plant in kinds)
        verdict = judge(table.drop_columns(away), "y=won", leaks)
        assert not verdict.missed, (n, base, [plants[name] for name in verdict.missed])
        assert len(verdict.blamed) <= 1


@pytest.mark.slow
def test_clean_tables() -> None:
    blamed = {name: sorted(verdict.blamed) for name, verdict in by_clean()}
    assert max(map(len, blamed.values())) <= 1, blamed


def test_names_alone() -> None:
    verdict = by_name_alone()
    assert recall([verdict]) >= 0.9, sorted(verdict.missed)
    assert len(verdict.blamed) <= 1, sorted(verdict.blamed)


@pytest.mark.parametrize(("names", "least"), [("fresh", 0.9), ("last", 0.55)])
def test_fresh_names(names: str, least: float) -> None:
    """Names alone, cells that say little. On first sight 9 of 20 and 11 of 20; only the first list was mended for."""
    verdict = by_fresh_name(names)
    assert recall([verdict]) >= least, sorted(verdict.missed)
    assert len(verdict.blamed) <= 1, sorted(verdict.blamed)
