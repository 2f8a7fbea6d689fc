"""What is known before anything is learned: who shares a mailbox, who shares a domain, which rows are the same.

The same e-mail address is the same person, unless several people read it (info@, or many surnames under one address).
The same domain is the same company, unless anyone may have it (free mail, a site that hosts others). Where names say
otherwise, a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leadline.core.mail_domains import is_free, is_shared
from leadline.warehouse.arrow import pc
from leadline.warehouse.matching.fields import Codes, Field, Fields
from leadline.warehouse.matching.levels import Levels
from leadline.warehouse.matching.naming import Sort

Floats = NDArray[np.float64]

EQUAL = 3  # fields: rows equal in so many, and different in none, are one
PEOPLE_A_MAILBOX, NAMES_A_DOMAIN = 3, 4  # that begin differently, from which an address is shared
SURE, DOUBTFUL = float(np.log(0.995 / 0.005)), float(np.log(0.75 / 0.25))  # log odds


def own(found: Fields) -> Fields:
    """Without the addresses that several people, or companies, share."""
    made = list(found.fields)
    for at, field in enumerate(made):
        if field.sort == "email" and found.kind == "people":
            named = _first(found, "surname")
            made[at] = _kept(field, named, [is_shared(w) for w in field.words.to_pylist()], PEOPLE_A_MAILBOX)
        elif field.sort == "domain" and found.kind == "accounts":
            named = _first(found, "company", "text", "name")
            made[at] = _kept(field, named, [is_free(w) for w in field.words.to_pylist()], NAMES_A_DOMAIN)
        elif field.sort == "domain":
            made[at] = _kept(field, None, [is_free(w) for w in field.words.to_pylist()], 0)
    return replace(found, fields=tuple(f for f in made if (f.codes >= 0).any()))


def known(found: Fields, left: Codes, right: Codes, levels: Levels, sizes: Sequence[int], log_odds: Floats) -> Floats:
    """The log odds, with what equal rows and an equal address say."""
    top = levels == np.asarray(sizes, dtype=np.uint8) - 1
    same = np.all(top | (levels == 0), axis=1) & (top.sum(axis=1) >= min(EQUAL, len(found.fields)))
    few = found.kind == "people" and len(found.fields) < EQUAL  # namesakes may be two people
    log_odds = np.where(same, np.maximum(log_odds, DOUBTFUL if few else SURE), log_odds)
    address: Sort = "email" if found.kind == "people" else "domain"
    at = next(iter(found.of(address)), -1)
    if found.kind == "records" or at < 0:
        return log_odds
    codes = found.fields[at].codes
    equal = (codes[left] == codes[right]) & (codes[left] >= 0)
    named = found.of("given", "surname") if found.kind == "people" else found.of("company", "text", "name")
    clash = equal & np.all(levels[:, named] == 1, axis=1) if named else np.zeros(len(left), dtype=bool)
    made = np.where(equal, np.maximum(log_odds, SURE), log_odds)
    return np.where(clash, np.clip(log_odds, DOUBTFUL, DOUBTFUL), made)


def _first(found: Fields, *sorts: Sort) -> Field | None:
    places = found.of(*sorts)
    return found.fields[places[0]] if places else None


def _kept(field: Field, named: Field | None, shared: list[bool], most: int) -> Field:
    """Blank where the word is shared, or where `most` names or more that begin differently are found under it."""
    gone = np.array(shared, dtype=bool)
    if named is not None and most:
        start = pc.utf8_slice_codeunits(named.words, 0, 3).dictionary_encode().indices
        begins = start.to_numpy(zero_copy_only=False).astype(np.int64)
        both = (field.codes >= 0) & (named.codes >= 0)
        pair = np.unique(field.codes[both] * (len(named.words) + 1) + begins[named.codes[both]])
        gone |= np.bincount(pair // (len(named.words) + 1), minlength=len(gone)) >= most
    return replace(field, codes=np.where((field.codes >= 0) & ~gone[field.codes], field.codes, -1))
