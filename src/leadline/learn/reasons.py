"""Why a row's score is what it is, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.qualification import Reason
from leadline.learn import ridge, words
from leadline.learn.encoding import NumberCode
from leadline.learn.model import Model
from leadline.learn.scoring import Scores, pushes
from leadline.learn.terms import Terms

Floats = NDArray[np.float64]
LEAST = 0.05  # log-odds below which a push is no reason


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of one row: at most the asked number each way, and the blank that would move the score most."""

    up: tuple[Reason, ...]
    down: tuple[Reason, ...]
    missing: str


def explain(model: Model, batch: pa.Table, scores: Scores, rows: NDArray[np.int64], count: int = 3) -> list[Why]:
    """The reasons of the given row positions of `batch`."""
    by_rule = _rule_reasons(model, batch, rows)
    if model.ensemble is None or model.reference is None:
        return [_sorted(reasons, count, "") for reasons in by_rule]
    push = pushes(model, scores, rows)
    names = model.reference.columns
    speaker = _Speaker(model, batch, scores)
    order = np.argsort(-np.abs(push), axis=1, kind="stable")
    missing = _missing(model, batch, scores, rows)
    result = []
    for place, row in enumerate(rows.tolist()):
        reasons = by_rule[place]
        ups = downs = 0
        for at in order[place].tolist():
            effect = float(push[place, at])
            if abs(effect) < LEAST or (ups >= count and downs >= count):
                break
            if (effect > 0 and ups >= count) or (effect < 0 and downs >= count):
                continue
            ups, downs = ups + (effect > 0), downs + (effect < 0)
            value, said = speaker.say(names[at], row, effect > 0)
            reasons.append(Reason(names[at], value, effect * (1 - model.prior_weight), said))
        result.append(_sorted(reasons, count, missing[place]))
    return result


def _sorted(reasons: list[Reason], count: int, missing: str) -> Why:
    up = sorted((r for r in reasons if r.effect > 0), key=lambda r: -r.effect)[:count]
    down = sorted((r for r in reasons if r.effect < 0), key=lambda r: r.effect)[:count]
    return Why(tuple(up), tuple(down), missing)


def _rule_reasons(model: Model, batch: pa.Table, rows: NDArray[np.int64]) -> list[list[Reason]]:
    if model.prior is None or not model.prior_weight:
        return [[] for _ in rows]
    holds = model.prior.holds(batch)[rows]
    found: list[list[Reason]] = []
    for place, row in enumerate(rows.tolist()):
        reasons = []
        for at in np.flatnonzero(holds[place]).tolist():
            rule = model.prior.rules[at]
            value = words.text(batch.column(rule.column)[row].as_py())
            said = f"{rule.column} is {value}: {rule.why or 'as the questionnaire says'}"
            reasons.append(Reason(rule.column, value, float(np.log(rule.odds)) * model.prior_weight, said))
        found.append(reasons)
    return found


class _Speaker:
    """Says a column's value of a row in words; what is the same for many rows is said once."""

    def __init__(self, model: Model, batch: pa.Table, scores: Scores) -> None:
        ensemble, _ = model.learned()
        encoder = ensemble.encoder
        self.columns: dict[str, list[object]] = {}
        self.batch = batch
        self.terms: dict[str, Terms] = {t.column: t for t in ensemble.terms}
        self.codes = {
            c.part.column: (c, b) for c, b in reversed(list(zip(encoder.codes, encoder.bin_starts, strict=True)))
        }
        self.bins = scores.encoded.bins
        self.said: dict[tuple[str, object, int], tuple[str, str]] = {}

    def say(self, column: str, row: int, up: bool) -> tuple[str, str]:
        if column not in self.columns:
            self.columns[column] = self.batch.column(column).to_pylist()
        cell = self.columns[column][row]
        if column in self.terms:
            return self._text(column, cell, up)
        code, at = self.codes[column]
        place = int(self.bins[row, at])
        key = (column, cell, place)
        if key not in self.said:
            value = words.text(cell)
            said = f"{column} is {value}"
            if code.part.how == "mail_kind":
                value = words.bin_label(code, place)
                said = f"{column} is of the kind {value}" if cell is not None else f"{column} is blank"
            elif code.part.how == "host":
                said = f"{column} is at {words.bin_label(code, place)}" if cell is not None else f"{column} is blank"
            elif code.part.how == "weekday" and isinstance(cell, datetime):
                said = f"{column} is {value}, a {cell:%A}"
            elif isinstance(code, NumberCode) and code.part.how == "value":
                standing = words.standing(code, place)
                said += f" ({standing})" if standing else ""
            self.said[key] = value, said
        return self.said[key]

    def _text(self, column: str, cell: object, up: bool) -> tuple[str, str]:
        if not cell:
            return "blank", f"{column} is blank"
        term = self.terms[column].strongest(str(cell), up)
        said = f"{column} says “{term}”" if term else f"{column} says little that is known"
        return words.text(cell), said


def _missing(model: Model, batch: pa.Table, scores: Scores, rows: NDArray[np.int64]) -> list[str]:
    """For each row the blank column whose value moves scores most, with how far."""
    _, reference = model.learned()
    swing = dict(zip(reference.columns, reference.swing.tolist(), strict=True))
    blanks = {
        name: np.asarray(batch.column(name).is_null()).astype(bool)
        for name in sorted(swing, key=lambda n: -swing[n])
        if batch.column(name).null_count and swing[name] >= LEAST
    }
    found = []
    for row in rows.tolist():
        name = next((n for n, blank in blanks.items() if blank[row]), "")
        if name:
            z = scores.log_odds[row : row + 1]
            move = swing[name] * (1 - model.prior_weight)
            points = 50 * float((ridge.sigmoid(z + move) - ridge.sigmoid(z - move))[0])
            name = f"{name} (about ±{points:.0f} points)" if points >= 1 else ""
        found.append(name)
    return found
