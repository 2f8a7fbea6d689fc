"""Why a row's score is what it is, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
    if model.ensemble is None:
        return [_sorted(reasons, count, "") for reasons in by_rule]
    chosen = _Chosen(model, batch, scores, rows, count)
    missing = chosen.missing().to_pylist()
    found = []
    for place, reasons in enumerate(by_rule):
        for way in (True, False):
            reasons.extend(chosen.reasons(place, way))
        found.append(_sorted(reasons, count, missing[place] or ""))
    return found


def sentences(model: Model, batch: pa.Table, scores: Scores, count: int = 3) -> tuple[pa.Array, pa.Array, pa.Array]:
    """For all rows at once: what raises the score, what lowers it (joined by '; '), and the missing fact."""
    rows = np.arange(batch.num_rows)
    if model.ensemble is None or model.prior_weight:
        whys = explain(model, batch, scores, rows, count)
        ups = ["; ".join(r.words for r in why.up) for why in whys]
        downs = ["; ".join(r.words for r in why.down) for why in whys]
        missing = [why.missing for why in whys]
        return pa.array(ups, pa.string()), pa.array(downs, pa.string()), pa.array(missing, pa.string())
    chosen = _Chosen(model, batch, scores, rows, count)
    return chosen.joined(True), chosen.joined(False), chosen.missing()


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


class _Chosen:
    """The strongest pushes of many rows each way, said in words; what is the same for many rows is said once."""

    def __init__(self, model: Model, batch: pa.Table, scores: Scores, rows: NDArray[np.int64], count: int) -> None:
        ensemble, reference = model.learned()
        self.model, self.batch, self.scores, self.rows = model, batch, scores, rows
        self.names = reference.columns
        self.terms: dict[str, Terms] = {t.column: t for t in ensemble.terms}
        encoder = ensemble.encoder
        starts = reversed(list(zip(encoder.codes, encoder.bin_starts, strict=True)))
        self.codes = {code.part.column: (code, at) for code, at in starts}
        self.push = pushes(model, scores, rows) * (1 - model.prior_weight)
        self.words: list[str] = []
        self.values: list[str] = []
        self.picked = {True: self._pick(count, 1.0), False: self._pick(count, -1.0)}
        self.said = {way: self._say(picked, way) for way, picked in self.picked.items()}

    def _pick(self, count: int, sign: float) -> NDArray[np.int64]:
        """(rows, count): the columns that push most one way, -1 where none does."""
        signed = sign * self.push
        count = min(count, signed.shape[1])
        if not count:
            return np.full((len(signed), 1), -1)
        best = np.argsort(-signed, axis=1, kind="stable")[:, :count]
        return np.where(np.take_along_axis(signed, best, axis=1) >= LEAST, best, -1)

    def _say(self, picked: NDArray[np.int64], up: bool) -> NDArray[np.int64]:
        """The number of each picked sentence in `words`, -1 where none is."""
        said = np.full(picked.shape, -1)
        for at, name in enumerate(self.names):
            where = np.nonzero(picked == at)
            if len(where[0]):
                said[where] = self._column(name, self.rows[where[0]], up)
        return said

    def _column(self, name: str, rows: NDArray[np.int64], up: bool) -> NDArray[np.int64]:
        cells = self.batch.column(name).take(pa.array(rows)).combine_chunks().dictionary_encode()
        if isinstance(cells, pa.ChunkedArray):
            cells = cells.combine_chunks()
        kinds = len(cells.dictionary)
        numbers = np.asarray(cells.indices.fill_null(kinds))
        first = np.zeros(kinds + 1, dtype=np.int64)
        first[numbers[::-1]] = rows[::-1]
        start = len(self.words)
        for cell, row in zip([*cells.dictionary.to_pylist(), None], first.tolist(), strict=True):
            value, sentence = self._text(name, cell, up) if name in self.terms else self._cell(name, cell, row)
            self.values.append(value)
            self.words.append(sentence)
        return start + numbers

    def _cell(self, name: str, cell: object, row: int) -> tuple[str, str]:
        code, at = self.codes[name]
        place = int(self.scores.encoded.bins[row, at])
        value = words.text(cell)
        if cell is None:
            return value, f"{name} is blank"
        if code.part.how == "mail_kind":
            value = words.bin_label(code, place)
            return value, f"{name} is of the kind {value}"
        if code.part.how == "host":
            return value, f"{name} is at {words.bin_label(code, place)}"
        if isinstance(cell, datetime):
            return value, f"{name} is {value}, a {cell:%A}"
        standing = words.standing(code, place) if isinstance(code, NumberCode) else ""
        return value, f"{name} is {value} ({standing})" if standing else f"{name} is {value}"

    def _text(self, name: str, cell: object, up: bool) -> tuple[str, str]:
        if not cell:
            return "blank", f"{name} is blank"
        term = self.terms[name].strongest(str(cell), up)
        return words.text(cell), f"{name} says “{term}”" if term else f"{name} says little that is known"

    def reasons(self, place: int, up: bool) -> list[Reason]:
        """The reasons of one of the rows."""
        found = []
        for at, number in zip(self.picked[up][place].tolist(), self.said[up][place].tolist(), strict=True):
            if at >= 0:
                effect = float(self.push[place, at])
                found.append(Reason(self.names[at], self.values[number], effect, self.words[number]))
        return found

    def joined(self, up: bool) -> pa.Array:
        """The sentences of all rows, joined."""
        # Not null_handling='skip': pyarrow 26 drops rows of which all parts are null.
        first = pa.array([*self.words, ""], pa.string())
        later = pa.array([*(f"; {sentence}" for sentence in self.words), ""], pa.string())
        columns = [(later if k else first).take(pa.array(said)) for k, said in enumerate(self.said[up].T % len(first))]
        return pc.binary_join_element_wise(*columns, "")

    def missing(self) -> pa.Array:
        """For each row the blank column whose value moves scores most, with how far; '' where none does by a point."""
        _, reference = self.model.learned()
        swing = dict(zip(reference.columns, reference.swing.tolist(), strict=True))
        said = np.full(len(self.rows), "", dtype=object)
        free = np.ones(len(self.rows), dtype=bool)
        z = self.scores.log_odds[self.rows]
        for name in sorted(swing, key=lambda n: -swing[n]):
            column = self.batch.column(name)
            if not column.null_count or swing[name] < LEAST:
                continue
            here = np.flatnonzero(np.asarray(column.is_null()).astype(bool)[self.rows] & free)
            if not len(here):
                continue
            free[here] = False
            move = swing[name] * (1 - self.model.prior_weight)
            points = np.round(50 * (ridge.sigmoid(z[here] + move) - ridge.sigmoid(z[here] - move))).astype(int)
            for size in np.unique(points[points >= 1]).tolist():
                said[here[points == size]] = f"{name} (about ±{size} points)"
        return pa.array(said, pa.string())
