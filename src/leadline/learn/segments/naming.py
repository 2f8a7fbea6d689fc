"""A segment's name and traits: the shares of values in it against the rest, and words for the strongest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.learn.headers import words_of
from leadline.learn.segments.bands import Column
from leadline.learn.segments.mixture import Codes, Floats, Labels
from leadline.learn.segments.places import DEMONYMS, INDUSTRIES
from leadline.learn.segments.records import Trait
from leadline.learn.terms import tokens
from leadline.warehouse.values import text_of

LEAST_LIFT = 1.2  # the low end of its range
COMMON = 0.4  # of a segment's rows that a trait must hold for
TRAITS = 6
IN_NAME = 4
IN_TAIL = 2  # of them after the noun, unless names would be the same
READ = 4_000  # texts of each side
Z = 1.96

_SIZE = re.compile(r"^(?:employ|headcount|staff|mitarbeit|size|groesse|effectif|revenue|turnover|umsatz|annual)")
_COUNTRY = re.compile(r"^(?:country|land|nation|pays|pais|paese|hq|headquarter|location|office|region)")
_INDUSTRY = re.compile(r"^(?:industr|sector|branche|vertical|secteur|settore)")
_COUNTED = re.compile(
    r"^(?:downloads?|views?|visits?|orders?|clicks?|opens?|meetings?|calls?|mails?|emails?|replies|pages?|sessions?|"
    r"signals?|questions?|count|number|qty|quantity|items?|lines?|invoices?|returns?|products?|people|acts?)$"
)


def ratio(inside: float, n_in: float, outside: float, n_out: float) -> tuple[float, float, float]:
    """The ratio of two shares with its 95 % range (Katz and others 1978, half a row added to each count)."""
    a, b = (inside + 0.5) / (n_in + 1.0), (outside + 0.5) / (n_out + 1.0)
    error = np.sqrt(max(0.0, 1 / (inside + 0.5) - 1 / (n_in + 1.0) + 1 / (outside + 0.5) - 1 / (n_out + 1.0)))
    lift = a / b
    return float(lift), float(lift * np.exp(-Z * error)), float(lift * np.exp(Z * error))


class Describer:
    """Says what sets each segment of a table apart. `labels` is each row's segment, from 0."""

    def __init__(self, columns: Sequence[Column], codes: Codes, labels: Labels, table: pa.Table, noun: str) -> None:
        self.columns, self.codes, self.labels, self.table, self.noun = columns, codes, labels, table, noun
        self.number = int(labels.max()) + 1 if len(labels) else 0

    def traits(self, segment: int) -> tuple[tuple[Trait, ...], tuple[Trait, ...]]:
        """The strongest traits, one a column, and what the segment has least of."""
        here = self.labels == segment
        have: list[tuple[float, Trait]] = []
        lack: list[tuple[float, Trait]] = []
        at = 0
        for column in self.columns:
            if column.kind == "text":
                found = self._said(column, here)
            else:
                found = self._banded(column, self.codes[:, at], here)
            at += len(column.sizes)
            more = [(_weight(trait), trait) for trait in found if trait.low > LEAST_LIFT and trait.share >= 0.05]
            less = [(-_weight(trait), trait) for trait in found if trait.high < 1 / LEAST_LIFT and trait.rest >= 0.1]
            have += [max(more, key=lambda pair: pair[0])] if more else []
            lack += [max(less, key=lambda pair: pair[0])] if less else []
        have.sort(key=lambda pair: -pair[0])
        lack.sort(key=lambda pair: -pair[0])
        return tuple(trait for _, trait in have[:TRAITS]), tuple(trait for _, trait in lack[:3])

    def _banded(self, column: Column, codes: NDArray[np.int16], here: NDArray[np.bool_]) -> list[Trait]:
        size = column.sizes[0]
        filled = codes >= 0
        inside = np.bincount(codes[here & filled], minlength=size).astype(np.float64)
        outside = np.bincount(codes[~here & filled], minlength=size).astype(np.float64)
        n_in, n_out = inside.sum(), outside.sum()
        if not n_in or not n_out:
            return []
        runs = [(at, at + 1) for at in range(size)]
        if column.kind == "number":
            runs = [(low, high) for low in range(size) for high in range(low + 1, size + 1) if high - low < size]
        made = []
        for low, high in runs:
            a, b = float(inside[low:high].sum()), float(outside[low:high].sum())
            words = self._words(column, low, high)
            if words:
                made.append(Trait(column.name, words, a / n_in, b / n_out, *ratio(a, n_in, b, n_out)))
        return made

    def _words(self, column: Column, low: int, high: int) -> str:
        if column.kind == "category":
            return f"{column.name} is {column.values[low]}" if low < len(column.values) else ""
        edges = column.edges[0]
        if low == 0:
            return f"{column.name} under {figure(edges[high - 1])}"
        if high == len(edges) + 1:
            return f"{column.name} {figure(edges[low - 1])} or more"
        return f"{column.name} {figure(edges[low - 1])} to {figure(edges[high - 1])}"

    def _said(self, column: Column, here: NDArray[np.bool_]) -> list[Trait]:
        """Words that texts of the segment hold more or less often than the others'."""
        texts = text_of(self.table[column.name]).to_pylist()
        sides: list[list[set[str]]] = []
        for side in (here, ~here):
            places = [at for at in np.flatnonzero(side).tolist() if texts[at]]
            step = max(1, len(places) // READ)
            sides.append([set(tokens(texts[at])) for at in places[::step]])
        counts = [Counter(term for terms in side for term in terms) for side in sides]
        n_in, n_out = len(sides[0]), len(sides[1])
        if not n_in or not n_out:
            return []
        common = [t for t, n in (counts[0] + counts[1]).most_common(400) if " " not in t and n >= 5]
        return [
            Trait(
                column.name,
                f"{column.name} says “{term}”",
                counts[0][term] / n_in,
                counts[1][term] / n_out,
                *ratio(counts[0][term], n_in, counts[1][term], n_out),
            )
            for term in common
        ]

    def names(self, traits: Sequence[Sequence[Trait]]) -> list[str]:
        """A name for each segment from its traits; no two are the same."""
        taken: dict[str, int] = {}
        made = []
        for own in traits:
            telling = [trait for trait in own if trait.share >= COMMON] or list(own[:1])
            name = ""
            for count in range(IN_NAME, len(telling) + 1) if len(telling) > IN_NAME else (IN_NAME,):
                name = self._name(telling[:count], max(IN_TAIL, count - IN_TAIL))
                if name not in taken:
                    break
            taken[name] = taken.get(name, 0) + 1
            made.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
        return made

    def _name(self, traits: Sequence[Trait], tail: int) -> str:
        noun = "" if self.noun == "rows" else self.noun
        size = where = trade = ""
        rest: list[str] = []
        for trait in traits:
            column = next(one for one in self.columns if one.name == trait.column)
            words = words_of(trait.column)
            value = trait.words.partition(f"{trait.column} is ")[2]
            if column.kind == "number" and any(_SIZE.match(word) for word in words) and not size:
                size = _level(trait, ("small", "large", "mid-size"))
            elif value and any(_COUNTRY.match(word) for word in words) and value.casefold() in DEMONYMS and not where:
                where = DEMONYMS[value.casefold()]
            elif value and any(_INDUSTRY.match(word) for word in words) and not trade:
                trade = INDUSTRIES.get(value.casefold(), "") or f"{noun or 'accounts'} in {value}"
            elif value and any(_COUNTRY.match(word) for word in words):
                rest.append(f"from {value}")
            else:
                rest.append(_clause(trait, column, words))
        if not (size or where or trade or rest):
            return f"Other {noun or 'rows'}"
        head = " ".join(filter(None, (size, where, trade or noun or "rows")))
        after = f" {_joined(rest[:tail])}" if rest else ""
        return f"{head[:1].upper()}{head[1:]}{after}"


def _clause(trait: Trait, column: Column, words: Sequence[str]) -> str:
    """What follows the noun: 'with many downloads', 'with channel partner', 'that say “pump”'."""
    plain = " ".join(words) or trait.column
    if column.kind == "text":
        return f"that say {trait.words.partition(' says ')[2]}"
    value = trait.words.partition(f"{trait.column} is ")[2]
    if value:
        folded = value.strip().casefold()
        if folded in ("yes", "true", "1", "y"):
            return f"with {plain}"
        return f"without {plain}" if folded in ("no", "false", "0", "n") else f"with {plain} {value}"
    if any(_COUNTED.match(word) for word in words):
        if column.edges[0][0] <= 1 and trait.words == f"{trait.column} under {figure(column.edges[0][0])}":
            return f"without {plain}"
        return f"with {_level(trait, ('few', 'many', 'some'))} {plain}"
    return f"with {_level(trait, ('low', 'high', 'middling'))} {plain}"


def _level(trait: Trait, words: tuple[str, str, str]) -> str:
    said = trait.words[len(trait.column) + 1 :]
    return words[0] if said.startswith("under") else words[1] if said.endswith("or more") else words[2]


def _joined(clauses: Sequence[str]) -> str:
    """'with a, with b' as 'with a and b'."""
    made = clauses[0]
    for clause in clauses[1:]:
        head = clause.partition(" ")[0]
        same = head == clauses[0].partition(" ")[0]
        made += f" and {clause.partition(' ')[2] if same else clause}"
    return made


def _weight(trait: Trait) -> float:
    """How much of the difference between a segment and the rest a trait carries: its part of the divergence of the two,
    both ways (Jeffreys 1946)."""
    a, b = np.clip([trait.share, trait.rest], 1e-4, 1 - 1e-4)
    both = (a - b) * (np.log(a / (1 - a)) - np.log(b / (1 - b)))
    return float(both if a > b else -both)


def figure(x: float) -> str:
    """A band's edge as a reader wants it: '50', '1,200', '0.35', '4.2 m'."""
    size = abs(x)
    if size >= 1e6:
        return f"{x / 1e6:,.3g} m"
    if size >= 100:
        return f"{x:,.0f}"
    return f"{x:.3g}"


def typical(labels: Labels, segment: int, wide: NDArray[np.float32]) -> Labels:
    """Rows of a segment, those first that share most bands with all others of it (medoids by matching)."""
    here = np.flatnonzero(labels == segment)
    middle: Floats = wide[here].mean(axis=0)
    alike = wide[here] @ middle
    return np.asarray(here[np.argsort(-alike, kind="stable")])
