"""What a column's name gives away: that it is written after the outcome, or by a seller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from leadline.learn.headers import words_of
from leadline.learn.leakage.lexicon import CONCEPTS, FILLERS

Need = Literal["none", "fill", "signal"]
Said = frozenset[str]

_LONG = 8  # letters of a word in which stems are also sought inside


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A name's charge. `need` is the proof that the cells must add: none, that being blank or zero tells the
    outcome ('fill'), or that the values do ('signal'). `span` marks times that run until the end of the deal."""

    kind: Literal["after", "answer", "seller"]
    words: str
    need: Need = "none"
    span: bool = False


@lru_cache(maxsize=1)
def _entries() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Whole words and stems, each with its meanings."""
    whole: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for concept, entries in CONCEPTS.items():
        for entry in entries.split():
            kind, key = (stems, entry[:-1]) if entry.endswith("~") else (whole, entry)
            kind.setdefault(key, set()).add(concept)
    return whole, stems


@lru_cache(maxsize=65536)
def concepts_of(word: str) -> Said:
    """The meanings of one word (lower case, no accents); a long word may hold several."""
    whole, stems = _entries()
    found = set(whole.get(word, ()))
    for end in range(3, len(word) + 1):
        found |= stems.get(word[:end], set())
    if len(word) >= _LONG:
        for cut in range(4, len(word) - 3):
            found |= whole.get(word[:cut], set()) | whole.get(word[cut:], set())
        for start in range(1, len(word) - 3):
            for end in range(start + 4, len(word) + 1):
                found |= stems.get(word[start:end], set())
    return frozenset(found)


def _only(words: tuple[str, ...], allowed: str) -> bool:
    """Whether each word is a filler, a number or has one of the `allowed` meanings."""
    wanted = set(allowed.split())
    return all(word in FILLERS or word.isdigit() or wanted & concepts_of(word) for word in words)


_MOOT_TIME = "web past terms customer pay invoice"


def suspicion(header: str) -> Suspicion | None:
    """The charge that the header alone brings, or None."""
    words = tuple(" ".join(words_of(header)).replace("prior to", "until").split())
    said: Said = frozenset[str]().union(*(concepts_of(word) for word in words)) if words else frozenset()
    if not said:
        return None

    def every(names: str) -> bool:
        return said.issuperset(names.split())

    def some(names: str) -> bool:
        return not said.isdisjoint(names.split())

    for judge in (_ends, _times, _judgements, _after_win):
        charge = judge(words, every, some)
        if charge:
            return charge
    return None


Test = Callable[[str], bool]


def _ends(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """How and when it ended, and what was touched last."""
    if every("close maker"):
        return None
    if (some("lost reject close") and some("why")) or every("competitor close"):
        return Suspicion("after", "its name says why or to whom the deal was lost or won")
    if some("close sign") and every("judge") and not some("web customer"):
        return Suspicion(
            "seller", "its name says that it is a seller's estimate of the win, moved until the deal closes"
        )
    if some("close sign reject") and some("date") and not some("web past days duration age span"):
        if some("expected"):
            return Suspicion(
                "seller", "its name says that it is the expected close, which sellers move until it closes"
            )
        return Suspicion("after", "its name says that it is the day on which the deal ended", span=True)
    ended = every("end date") and not some("web past contract customer terms expected invoice pay start plan")
    if ended and _only(words, "end date deal"):
        return Suspicion("after", "its name says that it is the day on which the deal ended", span=True)
    touched = some("last modify") and some("activity modify move stage") and not some("past money order web")
    bare = _only(words, "last modify activity move stage date deal rep")
    if touched and (bare or some("modify date days duration span")):
        return Suspicion("after", "its name says that it was last changed or touched, which goes on until the end")
    if every("result") and _only(words, "result deal close lost call"):
        return Suspicion("answer", "its name says that it is the result")
    if (
        some("close reject")
        and _only(words, "close lost reject deal count rep sign")
        and not some("share days age stage cycle")
    ):
        return Suspicion("answer", "its name says that the deal was won, lost or closed")
    if every("close") and some("money contract order invoice") and not some("web past customer count share"):
        return Suspicion("after", "its name says that it is an amount or paper written when the deal closed")
    return None


def _times(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """Durations, stage changes and shares of a whole cycle."""
    if some("maker") or (every("deal span") and len(words) >= 2 and " ".join(words[:2]) == "lead time"):
        return None
    timed = some("days duration span age")
    moot = some(_MOOT_TIME)
    if timed and some("close sign cycle stage") and not some("web past pay invoice"):
        return Suspicion("after", "its name says that it measures time until the deal ends", span=True)
    if timed and every("end until") and not moot and not some("contract plan start expected"):
        return Suspicion("after", "its name says that it measures time until the end", span=True)
    if every("cycle") and _only(words, "cycle deal total until stage count span") and not some("invoice pay"):
        return Suspicion("after", "its name says that it measures the whole cycle", span=True)
    if ((some("stage") and some("move count date")) or every("status move")) and not some("web customer past"):
        return Suspicion("after", "its name says that it counts or dates steps through the stages", span=True)
    if every("move count deal") and not moot:
        return Suspicion("after", "its name says that it counts changes of the deal until it ends", span=True)
    if some("days duration span") and every("stagename") and not some("web past pay invoice"):
        return Suspicion("after", "its name says that it measures time in a step of the sale", span=True)
    if every("share") and some("days duration stage stagename cycle") and not some("web past customer pay invoice"):
        return Suspicion(
            "after", "its name says that it is a share of the whole cycle, known only at its end", span=True
        )
    of_deal = some("total deal") and not moot and not some("contract start")
    if of_deal and (some("days duration age") or every("span total") or every("span until")):
        return Suspicion("after", "its name says that it measures the time that the deal took", span=True)
    if every("call") and some("duration days span") and not some("web past terms first customer"):
        return Suspicion("after", "its name says how long the talk took, which is known only after it", span=True)
    if every("duration") and _only(words, "duration days span total activity last"):
        return Suspicion("after", "its name says that it is how long the whole took", span=True)
    if some("days") and not moot and not some("contract start expected discount last"):
        return Suspicion(
            "after", "its name says that it counts time and its values tell the outcome", "signal", span=True
        )
    return None


def _judgements(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """What a seller says of a deal."""
    if some("stage status") and _only(words, "stage status deal rep date last count"):
        if every("status") and not some("stage deal"):
            return Suspicion("seller", "its name says that it is a status set by hand", "signal")
        return Suspicion("seller", "its name says that it is a stage or status that a seller sets")
    if every("judge") and (some("deal rep") or _only(words, "judge count share")) and not some("web customer past"):
        return Suspicion("seller", "its name says that it is a judgement of the deal")
    if every("next") and some("stage activity"):
        return Suspicion("seller", "its name says that it is a next step, kept up to date by the seller")
    return None


def _after_win(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """Papers, money and work that follow a win; most need proof from the cells."""
    if some("customer terms") or (some("past") and not every("contract")):
        return None
    if every("invoice") and some("date count money status total"):
        return Suspicion("after", "its name says that it is an invoice, which follows a win")
    if every("sign") and some("contract order deal"):
        return Suspicion("after", "its name says that it is a signature, which follows a win")
    if some("invoice pay") and some("plan date status money count"):
        return Suspicion("after", "its name says that it is payment or billing, agreed when a deal is won", "fill")
    valued = every("contract") or every("annual deal") or (every("annual money") and len(words) == 1)
    if valued and not every("web") and (some("annual deal money date count status start") or _only(words, "contract")):
        return Suspicion("after", "its name says that it is a contract or its value, agreed when a deal is won", "fill")
    if some("start order") and some("first date count status money days") and not some("last expected web"):
        return Suspicion("after", "its name says that it is an order, delivery or start, which follows a win", "fill")
    if some("discount"):
        return Suspicion("after", "its name says that it is a discount, agreed when a deal is won", "fill")
    if every("net money"):
        return Suspicion("after", "its name says that it is a final amount, known when a deal is won", "fill")
    if every("web money") and _only(words, "web money total"):
        return Suspicion("after", "its name says that it is a value computed from purchases", "fill")
    return None
