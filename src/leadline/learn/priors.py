"""What people believe before there is data: a small questionnaire, read from TOML.

[base]
win_rate = 0.2      # share of deals like these that are won
strength = 20       # how many closed deals this belief is worth

[[rule]]
column = "Lead Source"
is = ["Referral", "Partner"]   # or at_least = 10, at_most = 3, contains = "budget", filled = true
odds = 2.0                     # such a deal is twice as likely, in odds
why = "referrals know us"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.core.errors import CallError, ColumnNotFound
from leadline.learn import derive

Floats = NDArray[np.float64]

TESTS = ("is", "at_least", "at_most", "contains", "filled")
DOUBT = 0.5  # log-odds: how far a rule of thumb may be off (one standard deviation)


@dataclass(frozen=True, slots=True)
class Rule:
    """One belief: rows whose `column` passes `test` against `values` have their odds multiplied by `odds`."""

    column: str
    test: str
    values: tuple[str | float | bool, ...]
    odds: float
    why: str


@dataclass(frozen=True, slots=True)
class Prior:
    """The questionnaire: `win_rate` before rules, worth `strength` closed deals."""

    win_rate: float
    strength: float
    rules: tuple[Rule, ...]

    def share(self, closed: int) -> float:
        """The weight of this belief beside a model of `closed` rows."""
        return self.strength / (self.strength + closed)

    def holds(self, table: pa.Table | pa.RecordBatch) -> NDArray[np.bool_]:
        """Which rules hold for which rows: (rows, rules)."""
        if not self.rules:
            return np.zeros((table.num_rows, 0), dtype=bool)
        return np.column_stack([_holds(rule, table) for rule in self.rules])

    def log_odds(self, holds: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """The believed log-odds of each row and their standard deviation."""
        effects = np.log([rule.odds for rule in self.rules]) if self.rules else np.zeros(0)
        base = np.log(self.win_rate / (1 - self.win_rate))
        variance = 1.0 / (self.strength * self.win_rate * (1 - self.win_rate)) + DOUBT**2 * holds.sum(axis=1)
        return np.asarray(base + holds @ effects), np.sqrt(variance)


def read(path: str | Path) -> Prior:
    """Read a questionnaire; every mistake in it is one sentence that names the rule."""
    try:
        data = tomllib.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise CallError(f"There is no questionnaire {path}") from None
    except OSError as error:
        raise CallError(f"The questionnaire {path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CallError(f"The questionnaire {path} is not TOML: {error}") from None
    _known(data, ("base", "rule"), f"The questionnaire {path}")
    base = data.get("base")
    if not isinstance(base, dict):
        raise CallError(f"The questionnaire {path} needs a part [base] with win_rate, such as 0.2")
    _known(base, ("win_rate", "strength"), f"The part [base] of {path}")
    rate = _number(base.get("win_rate"), f"win_rate in [base] of {path}", 0.001, 0.999)
    strength = _number(base.get("strength", 20), f"strength in [base] of {path}", 1, 100_000)
    rules = data.get("rule", [])
    if not isinstance(rules, list):
        raise CallError(f"Rules in {path} are written as [[rule]], each with column, a test and odds")
    return Prior(rate, strength, tuple(_rule(r, f"rule {n} of {path}") for n, r in enumerate(rules, 1)))


def check(prior: Prior, columns: list[str]) -> None:
    """Every rule's column is in the file, or ColumnNotFound."""
    for rule in prior.rules:
        if rule.column not in columns:
            raise ColumnNotFound(rule.column, columns)


def _known(data: dict[str, object], words: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(data) - set(words))
    if unknown:
        raise CallError(f"{where} has a word that is not known: '{unknown[0]}'; it takes {', '.join(words)}")


def _number(value: object, where: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise CallError(f"{where} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _rule(data: object, where: str) -> Rule:
    if not isinstance(data, dict) or not isinstance(data.get("column"), str):
        raise CallError(f'The {where} names no column; write column = "NAME"')
    _known(data, ("column", *TESTS, "odds", "why"), f"The {where}")
    tests = [name for name in TESTS if name in data]
    if len(tests) != 1:
        raise CallError(f"The {where} needs exactly one test of {', '.join(TESTS)}")
    values = _values(tests[0], data[tests[0]], f"{tests[0]} in the {where}")
    odds = _number(data.get("odds"), f"odds in the {where}", 0.01, 100)
    why = data.get("why", "")
    if not isinstance(why, str):
        raise CallError(f"why in the {where} must be text, not {why!r}")
    return Rule(data["column"], tests[0], values, odds, why)


def _values(test: str, value: object, where: str) -> tuple[str | float | bool, ...]:
    """What a test compares with: one number, true or false, or one or more texts."""
    if test in ("at_least", "at_most"):
        return (_number(value, where, -1e15, 1e15),)
    if test == "filled":
        if not isinstance(value, bool):
            raise CallError(f"{where} must be true or false, not {value!r}")
        return (value,)
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(one, str | int | float) and str(one).strip() for one in given):
        raise CallError(f"{where} must be a text or a list of texts, not {value!r}")
    return tuple(given)


def _holds(rule: Rule, table: pa.Table | pa.RecordBatch) -> NDArray[np.bool_]:
    column = table.column(rule.column)
    if rule.test == "filled":
        found = pc.is_valid(column) if rule.values[0] else pc.is_null(column)
    elif rule.test in ("at_least", "at_most"):
        if not pa.types.is_floating(column.type):
            raise CallError(f"The rule '{rule.test}' needs numbers, and column '{rule.column}' holds text or dates")
        compare = pc.greater_equal if rule.test == "at_least" else pc.less_equal
        found = compare(column, float(rule.values[0]))
    else:
        lower = pc.utf8_lower(derive.texts(derive.whole(column)))
        # the same small letters on both sides: Python's casefold writes ß as ss
        wanted = pc.utf8_lower(pa.array([f"{v:g}" if isinstance(v, float) else str(v) for v in rule.values]))
        if rule.test == "is":
            found = pc.is_in(lower, value_set=wanted)
        else:
            found = pc.match_substring(lower, wanted[0].as_py())
            for word in wanted[1:].to_pylist():
                found = pc.or_(found, pc.match_substring(lower, word))
    return np.asarray(pc.fill_null(found, False)).astype(bool)
