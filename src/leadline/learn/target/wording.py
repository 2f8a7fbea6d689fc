"""Plain words read as rules, by rules that can be read: numbers, places, jobs, negations, wishes; what is left is a
description that is matched by likeness. Each rule keeps the words that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from leadline.core.errors import CallError
from leadline.core.target import Rule, Target, Weight
from leadline.learn.target.amounts import amounts_in
from leadline.learn.target.catalogue import functions_in, places_in, seniorities_in

LONGEST = 2_000
_SIGNS = str.maketrans("–—’“”", '--\'""')
_CLAUSE = re.compile(r"[,;\n]|\.(?=\s|$)|\bbut\b(?! not only)|(?:\band )?(?=\b(?:preferably|ideally)\b)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_WISH = re.compile(
    r"\b(?:ideally|preferably|if possible|nice to have|would be nice|a plus|best with|should (?:have|be)|prefer)\b:?",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:but not|and not|not|except(?: for)?|excluding|excl\.|without|other than|outside(?: of)?|no(?=\s[a-z])|never|"
    r"avoid)\b",
    re.IGNORECASE,
)
_PLACE_NOT = ("outside", "except", "excluding", "excl", "other than")
_SCOPE_ENDS = re.compile(r"\s(?:in|from|at|with|based|located)\s", re.IGNORECASE)
_PLACE_ENDS = re.compile(r"\swith\s", re.IGNORECASE)
_ROLE = (
    "managers?|directors?|leads?|leaders?|officers?|heads?|buyers?|counsels?|supervisors?|executives?|chiefs?|engineers"
)
_SOMEONE = "someone|somebody|anyone|people|persons?|a contact|contacts?|(?:a )?decision[- ]makers?|a team"
_RANK = "heads?|directors?|s?vps?|vice[- ]presidents?|chiefs?|leads?|managers?"
_UNTIL = r"(?=\s(?:at|in|of|with|from|for|who)\b|$)"
_PEOPLE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:with |having )?(?:{_SOMEONE})(?: senior| experienced)?"
        rf" (?:in|from|of|working in|who works? in|responsible for|for|doing) (?P<job>[\w&/ -]+?){_UNTIL}",
        rf"\b(?:with )?(?:an? |the )?(?:{_RANK}) (?:of|for) (?P<job>[\w&/ -]+?){_UNTIL}",
        r"\b(?:with )?(?:an? |the )?(?P<job>chief [\w ]+? officers?|c[efimot]o'?s?|chro'?s?|ciso'?s?|cpo'?s?)\b",
        r"\b(?:with )?(?:an? |the )?(?P<job>managing directors?|general managers?|owners|founders|plant managers?)\b",
        rf"\b(?:with )?(?:an? |the )?(?P<job>(?:[\w&]+ (?:and|&) )?[\w&]+ (?:{_ROLE}))\b",
        r"\b(?:with )?(?:an? )?(?P<job>buyers?)\b(?= (?:at|in|of)\b|$)",
        r"\b(?P<job>directors|vice[- ]presidents|s?vps|executives|c-levels?)\b(?! (?:of|for)\b)",
    )
)
_OF = _PEOPLE[1]  # 'managers of airports' names no job
_RANKS = re.compile(rf"\b(?:{_RANK}|{_ROLE})\b", re.IGNORECASE)
_EDGE = (
    "a an the and or also of in from at for to by with that who which are is be have has having own their its "
    "based located please sell sells selling doing reach need companies company firms firm businesses business "
    "organisations organizations enterprises any all only do does looking we want our target group there some "
    "must where being located region countries area worldwide"
).split()
_IN = re.compile(r"\s(?:in|from|at|near|around|across)\s", re.IGNORECASE)


@dataclass(slots=True)
class _Piece:
    """A part of the words with one sense: text and whether it is wished, refused or demanded."""

    text: str
    kind: Weight


def read(words: str) -> Target:
    """The rules that `words` name. Raises CallError where there is nothing to match by."""
    text = " ".join(words.split())
    if not text or len(text) > LONGEST:
        raise CallError(
            f"Describe the target group in 1 to {LONGEST:,} signs, as in 'pump makers in Austria, 50+ employees'"
        )
    text = text.translate(_SIGNS)
    rules: list[Rule] = []
    described = False
    for piece in _pieces(text):
        rest = piece.text
        for reader in (_amounts, _people, _places):
            rest, found = reader(rest, piece.kind)
            rules += found
        for values, is_place in _described(rest):
            first = not described and piece.kind is Weight.MUST and not is_place
            described = described or first
            field = "industry" if first or (piece.kind is not Weight.MUST and not is_place) else "text"
            rules.append(Rule(field, values, kind=piece.kind, said=" or ".join(values)))
    rules = _joined(rules)
    if not rules:
        raise CallError(f"Nothing in '{text[:80]}' says whom you want; name an industry, country, size or job")
    return Target(tuple(rules), text)


def _pieces(text: str) -> Iterator[_Piece]:
    """The clauses, each cut where it begins to refuse or to wish."""
    for clause in _CLAUSE.split(_THOUSANDS.sub("", text)):
        if not clause.strip():
            continue
        kind = Weight.SHOULD if _WISH.search(clause) else Weight.MUST
        clause = _WISH.sub(" ", clause)  # noqa: PLW2901
        yield from _refused(clause, kind)


def _refused(clause: str, kind: Weight) -> Iterator[_Piece]:
    spared = [(one.start, one.end) for one in amounts_in(clause)]  # 'no more than 80' refuses nothing
    cut = next((one for one in _NOT.finditer(clause) if not any(a <= one.start() < b for a, b in spared)), None)
    if cut is None:
        yield _Piece(clause, kind)
        return
    yield _Piece(clause[: cut.start()], kind)
    rest = clause[cut.end() :]
    is_place = cut[0].lower().startswith(_PLACE_NOT)
    end = (_PLACE_ENDS if is_place else _SCOPE_ENDS).search(rest, 1)
    if end is not None and rest[: end.start()].strip():
        yield _Piece(rest[: end.start()], Weight.MUST_NOT)
        yield from _refused(rest[end.start() :], kind)
        return
    yield _Piece(rest, Weight.MUST_NOT)


def _amounts(text: str, kind: Weight) -> tuple[str, list[Rule]]:
    found = []
    for one in reversed(amounts_in(text)):
        said = text[one.start : one.end].strip()
        found.append(Rule(one.field, (), one.low, one.high, one.currency, kind, said=said))
        text = f"{text[: one.start]} {text[one.end :]}"
    return text, found[::-1]


def _people(text: str, kind: Weight) -> tuple[str, list[Rule]]:
    found: list[Rule] = []
    for pattern in _PEOPLE:
        for one in reversed(list(pattern.finditer(text))):
            job = re.sub(r"\b(c[a-z]{1,3}o|vp)'?s\b", r"\1", one["job"], flags=re.IGNORECASE)
            whole = re.sub(r"\b(c[a-z]{1,3}o|vp)'?s\b", r"\1", one[0], flags=re.IGNORECASE)
            functions, high = sorted(functions_in(job)), sorted(seniorities_in(whole))
            if re.search(r"\b(?:someone|somebody|anyone|people|persons?|contacts?)\b", whole, re.IGNORECASE):
                high = []
            if not functions and (not high or pattern is _OF):
                continue
            said = one[0].strip()
            if not functions and (title := _trimmed(_RANKS.sub(" ", job))):
                found.append(Rule("title", (title,), kind=kind, said=said))
            if functions:
                found.append(Rule("function", tuple(functions), kind=kind, said=said))
            if high and functions != ["management"]:
                found.append(Rule("seniority", tuple(high), kind=kind, said=said))
            text = f"{text[: one.start()]} {text[one.end() :]}"
    return text, _one_rank(found)


def _one_rank(rules: list[Rule]) -> list[Rule]:
    """The rules with those of seniority made one: a person has one rank, so 'directors and heads' means either."""
    ranks = [rule for rule in rules if rule.field == "seniority"]
    if len(ranks) < 2:
        return rules
    values = tuple(sorted({value for rule in ranks for value in rule.values}))
    one = replace(ranks[0], values=values, said=", ".join(rule.said for rule in ranks))
    return [rule for rule in rules if rule.field != "seniority"] + [one]


def _places(text: str, kind: Weight) -> tuple[str, list[Rule]]:
    spots = places_in(text)
    if not spots:
        return text, []
    codes = sorted({code for _, _, found in spots for code in found})
    said = text[spots[0][0] : spots[-1][1]]
    for start, end, _ in reversed(spots):
        text = f"{text[:start]} | {text[end:]}"
    text = re.sub(
        r"(?:\b(?:in|from|across|the|based|located|region|countries|and|or)\b[\s]*|[\s]*\|[\s]*(?:and|or)?[\s]*)*\|(?:[\s]*(?:and|or)?[\s]*\|)*",
        " | ",
        text,
    )
    return text, [Rule("country", tuple(codes), kind=kind, said=said)]


def _described(text: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """What is left as descriptions: alternatives, and whether they stand where a place would."""
    for part in text.split("|"):
        chunks = _IN.split(f" {part}")
        for number, chunk in enumerate(chunks):
            values = tuple(filter(None, (_trimmed(one) for one in re.split(r"\bor\b", chunk))))
            if values:
                yield values, number > 0 and all(value[:1].isupper() for value in values)


def _trimmed(text: str) -> str:
    """A description without words that say nothing at its edges."""
    words = re.sub(r"[\"():]", " ", text).split()
    while words and (words[0].lower() in _EDGE or not re.search(r"\w", words[0])):
        words.pop(0)
    while words and (words[-1].lower() in _EDGE or not re.search(r"\w", words[-1])):
        words.pop()
    return " ".join(words)


def _joined(rules: list[Rule]) -> list[Rule]:
    """Places of one sense are one rule: 'in Germany, Austria and Switzerland'."""
    found: list[Rule] = []
    for rule in rules:
        place = next(
            (at for at, one in enumerate(found) if one.field == rule.field == "country" and one.kind == rule.kind), None
        )
        if place is None:
            found.append(rule)
            continue
        one = found[place]
        values = tuple(sorted({*one.values, *rule.values}))
        found[place] = Rule("country", values, kind=one.kind, said=f"{one.said}, {rule.said}")
    return found
