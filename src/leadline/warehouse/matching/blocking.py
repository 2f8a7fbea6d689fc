"""Which pairs are worth comparing. A pair that no rule proposes is never found, so rules are many and each is cheap.

A rule is one key, or two together, that both rows of a pair must share: a whole value, the beginning of a name, a rare
word. Rules are taken by how few pairs they propose, up to a budget per row; what is common to too many rows proposes
only neighbours in sorted order, so that time grows with rows and never with their square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.matching.fields import Codes, Field, as_key

BLOCK = 40  # rows that share a key, beyond which only neighbours are proposed
NEAR = 2  # neighbours in such a block
SINGLE = 4.0  # pairs a row, up to which one key alone is a rule
BUDGET_SMALL, BUDGET_LARGE = 24.0, 6.0  # pairs a row in all, up to 20,000 rows and from a million
SAMPLE = 100_000  # rows on which rules are weighed
START = 3  # letters of a name's beginning


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that rows may share: the field it is of, and a code for each row (-1 none)."""

    field: int
    codes: Codes


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows there are, and where the second list begins (`count` where there is one list)."""

    count: int
    second: int

    @property
    def two(self) -> bool:
        """Whether there are two lists."""
        return self.second < self.count

    @property
    def pairs(self) -> float:
        """All pairs that there could be."""
        if self.two:
            return float(self.second) * (self.count - self.second)
        return self.count * (self.count - 1) / 2


def keys(fields: Sequence[Field]) -> list[Key]:
    """What rows may share, from the sort of each field."""
    made: list[Key] = []
    for at, field in enumerate(fields):
        if field.sort != "number" or len(field.words) > 50:
            made.append(Key(at, field.codes))
        if field.sort in ("given", "surname", "name", "city", "street", "company", "person", "text"):
            made.append(Key(at, _beginnings(field)))
        if field.sort == "email":
            local = pc.replace_substring_regex(field.words, r"@.*$", "")
            made.append(Key(at, _mapped(field, local)))
        if field.sort in ("text", "company", "street"):
            made += [Key(at, codes) for codes in rare_words(field)]
    given = next((f for f in fields if f.sort == "given"), None)
    surname = next((f for f in fields if f.sort == "surname"), None)
    if given is not None and surname is not None:
        made.append(Key(fields.index(surname), _swapped(given, surname)))
    return made


def _mapped(field: Field, words: pa.Array) -> Codes:
    codes = words.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(field.codes >= 0, codes[field.codes], -1)


def _beginnings(field: Field) -> Codes:
    return _mapped(field, pc.utf8_slice_codeunits(pc.replace_substring(field.words, " ", ""), 0, START))


def _swapped(given: Field, surname: Field) -> Codes:
    """One code for 'anna berg' and 'berg anna'."""
    both = pa.concat_arrays([given.words, surname.words]).dictionary_encode().indices
    of = both.to_numpy(zero_copy_only=False).astype(np.int64)
    a = np.where(given.codes >= 0, of[given.codes], -1)
    b = np.where(surname.codes >= 0, of[len(given.words) + surname.codes], -1)
    return as_key(np.where(b < 0, -1, np.minimum(a, b)), np.maximum(a, b))


def rare_words(field: Field, most: int = 2) -> list[Codes]:
    """The rarest words of each text, as codes: rows that share one are worth a look."""
    lists = pc.split_pattern(field.words, " ")
    owner = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    encoded = pc.list_flatten(lists).dictionary_encode()
    word = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(field.codes[field.codes >= 0], minlength=len(field.words))
    frequency = np.bincount(word, weights=counts[owner], minlength=len(encoded.dictionary))
    long_enough = np.asarray(pc.greater(pc.utf8_length(encoded.dictionary), 2))[word]
    owner, word = owner[long_enough], word[long_enough]
    order = np.lexsort((word, frequency[word], owner))
    owner, word = owner[order], word[order]
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else np.zeros(0, np.int64)
    rank = np.arange(len(owner)) - np.repeat(first, np.diff(np.r_[first, len(owner)]))
    made: list[Codes] = []
    for place in range(most):
        of_word = np.full(len(field.words), -1, dtype=np.int64)
        chosen = rank == place
        of_word[owner[chosen]] = word[chosen]
        made.append(np.where(field.codes >= 0, of_word[field.codes], -1))
    return made


def equal(codes: Codes, rows: Rows) -> Codes:
    """Pairs of rows with one code; where there are many such rows, enough to chain them."""
    return _pairs(codes, rows)


def propose(made: Sequence[Key], rows: Rows, tell: Callable[[float], None] = lambda _share: None) -> Codes:
    """Pairs to compare, each as left * rows + right with left < right, sorted and without repeats."""
    per_row = float(np.interp(np.log10(max(rows.count, 1)), [4.3, 6.0], [BUDGET_SMALL, BUDGET_LARGE]))
    budget = per_row * rows.count + 1000
    found: list[Codes] = []
    for done, codes in enumerate(_chosen(made, rows, budget)):
        found.append(_pairs(codes, rows))
        tell(min(0.9, done / 20))
        if len(found) > 8:
            found = [np.unique(np.concatenate(found))]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _chosen(made: Sequence[Key], rows: Rows, budget: float) -> Iterator[Codes]:
    """The rules in order of how few pairs they propose, while the budget lasts."""
    every = np.arange(rows.count)
    if rows.count > SAMPLE:
        every = np.random.default_rng(0).choice(rows.count, SAMPLE, replace=False)
    scale = (rows.count / len(every)) ** 2 if len(every) else 1.0
    single: list[tuple[float, Key]] = []
    coarse: list[tuple[float, Key]] = []
    for key in made:
        pairs = _count(key.codes[every]) * scale
        (single if pairs <= SINGLE * rows.count else coarse).append((pairs, key))
    rules: list[tuple[float, tuple[Key, ...]]] = [(pairs, (key,)) for pairs, key in single]
    for (_, a), (_, b) in combinations(coarse, 2):
        if a.field == b.field:
            continue
        pairs = _count(as_key(a.codes[every], b.codes[every])) * scale
        if pairs <= SINGLE * rows.count:
            rules.append((pairs, (a, b)))
        else:
            rules.append((SINGLE * rows.count + pairs / 1e6, (a, b)))
    if not rules:
        rules = [(pairs, (key,)) for pairs, key in coarse]
    rules.sort(key=lambda rule: rule[0])
    spent = 0.0
    for pairs, rule in rules:
        cost = min(pairs, NEAR * rows.count) if pairs > SINGLE * rows.count else pairs
        if spent + cost > budget and spent > 0:
            return
        spent += cost
        yield as_key(*(key.codes for key in rule))


def _count(codes: Codes) -> float:
    """Pairs that share a code."""
    known = codes[codes >= 0]
    if len(known) == 0:
        return 0.0
    sizes = np.unique(known, return_counts=True)[1].astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)


def _pairs(codes: Codes, rows: Rows) -> Codes:
    """All pairs of rows that share a code; in large blocks only those near each other."""
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]  # rows of one list stay in order, the second after the first
    sorted_codes = codes[order]
    if len(order) < 2:
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, sorted_codes[1:] != sorted_codes[:-1]])
    sizes = np.diff(np.r_[starts, len(order)])
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    size = np.repeat(sizes, sizes)
    if rows.two:
        return _across(order, starts, sizes, rows)
    later = np.minimum(size - place - 1, np.where(size > BLOCK, NEAR, size))
    return _expanded(order, np.arange(len(order)) + 1, later, rows.count)


def _across(order: Codes, starts: Codes, sizes: Codes, rows: Rows) -> Codes:
    """Pairs of a row of the first list with one of the second, within blocks."""
    from_first = order < rows.second
    ahead = np.r_[0, np.cumsum(from_first)]
    firsts = ahead[starts + sizes] - ahead[starts]  # rows of the first list in each block
    seconds = sizes - firsts
    begin = np.repeat(starts + firsts, sizes)  # where the second list's rows of the block begin
    many = np.repeat(seconds, sizes)
    large = np.repeat(firsts * seconds > BLOCK * BLOCK, sizes)
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    offset = np.where(large & (many > 0), place % np.maximum(many, 1), 0)
    take = np.where(large, np.minimum(NEAR, many - offset), many)
    take = np.where(from_first, take, 0)
    return _expanded(order, begin + offset, take, rows.count)


def _expanded(order: Codes, begin: Codes, take: Codes, count: int) -> Codes:
    """For each place of `order` the pairs with `take` places from `begin` on."""
    total = int(take.sum())
    left = np.repeat(order, take)
    offset = np.arange(total) - np.repeat(np.cumsum(take) - take, take)
    right = order[np.repeat(begin, take) + offset]
    return np.asarray(np.minimum(left, right) * count + np.maximum(left, right), dtype=np.int64)
