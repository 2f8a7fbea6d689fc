"""What a column's name gives away: that it is written after the outcome, or by a seller."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from leadline.learn.leakage.lexicon import CONCEPTS, FILLERS
from leadline.learn.leakage.systems import spelled

Need = Literal["none", "fill", "signal"]
Said = frozenset[str]

_LONG = 8  # letters of a word in which stems are also sought inside
_SHORT = 4  # letters of a word that may stand in a longer one by chance
_SHORTEST = 3  # letters of the first part of a compound
_ENDING = 3  # letters of an ending


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
    longest = 0
    for end in range(3, len(word) + 1):
        if word[:end] in stems:
            found |= stems[word[:end]]
            longest = end
    # A word that is known, or a known stem with an ending, is no compound: `oportunidad|e` holds no `idade`.
    if len(word) >= _LONG and word not in whole and len(word) - longest > _ENDING:
        for cut in range(4, len(word) - 3):
            # Short words turn up by chance (`haus|kr|edit`), so the rest must be known as well.
            for part, rest in ((word[:cut], word[cut:]), (word[cut:], word[:cut])):
                if part in whole and (len(part) > _SHORT or _begins(rest)):
                    found |= whole[part]
        for start in range(_SHORTEST, len(word) - 3):
            for end in range(start + 4, len(word) + 1):
                found |= stems.get(word[start:end], set())
    return frozenset(found)


def _begins(rest: str) -> bool:
    """Whether the rest of a compound is known, or begins or ends with what is known."""
    whole, stems = _entries()
    bare = rest.rstrip("sn") if len(rest) > _SHORT else rest
    if rest in whole or bare in whole or rest in FILLERS:
        return True
    return any(rest[:end] in stems for end in range(3, len(rest) + 1)) or any(
        rest[cut:] in whole or rest[cut:] in stems or rest[:cut] in whole for cut in range(3, len(rest) - 2)
    )


def _only(words: tuple[str, ...], allowed: str) -> bool:
    """Whether each word is a filler, a number or has one of the `allowed` meanings."""
    wanted = set(allowed.split())
    return all(word in FILLERS or word.isdigit() or wanted & concepts_of(word) for word in words)


_MOOT_TIME = "web past terms customer pay invoice"


_BOOKED = frozenset("booked bookings booking gebucht gebuchter reserve geboekt bokad".split())
_SINCE = frozenset("since seit depuis desde dal dalla sinds sedan od ago".split())
_TO = frozenset("to until till bis jusqu hasta fino ate tot till do".split())
_AT = frozenset("at on upon as bei beim zum a al alla au en bij vid przy".split())
_DATING = frozenset("on at when".split())


def meanings_of(words: tuple[str, ...]) -> Said:
    """What the words of a header mean together. `on` and `at` speak of a day where they end it: `closed on`."""
    content = [word for word in words if word not in FILLERS]
    said: set[str] = set()
    for at, word in enumerate(words):
        if word not in _DATING or word == (content or [""])[-1] or at == 0:
            said |= concepts_of(word)
    if "firma" in words and not said & {"date", "days", "until", "contract"}:
        said = (said - {"sign"}) | {"customer"}  # a company in German, Dutch and Polish, a signature elsewhere
    return frozenset(said)


def _at_outset(words: tuple[str, ...]) -> bool:
    """Whether the name says that it was noted when the deal began: `score at entry`."""
    bare = [word for word in words if word not in FILLERS or word in _AT]
    return any(
        word in _AT and concepts_of(later) & {"first", "outset"} and not concepts_of(later) & {"close"}
        for word, later in itertools.pairwise(bare)
    )


def suspicion(header: str) -> Suspicion | None:
    """The charge that the header alone brings, or None."""
    words = spelled(header)
    if _at_outset(words):
        return None
    said = meanings_of(words)
    if not said:
        return None

    def every(names: str) -> bool:
        return said.issuperset(names.split())

    def some(names: str) -> bool:
        return not said.isdisjoint(names.split())

    for judge in (_ends, _times, _counts, _judgements, _after_win):
        charge = judge(words, every, some)
        if charge:
            return charge
    return None


Test = Callable[[str], bool]


def _ends(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """How and when it ended, and what was touched last."""
    if every("close maker"):
        return None
    told = some("lost reject close") and (
        some("why") or (some("remark") and _only(words, "lost reject close remark deal"))
    )
    if told or every("competitor close"):
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
    bare = _only(words, "last modify activity move stage date deal rep first")
    if touched and (bare or some("modify date days duration span")):
        return Suspicion("after", "its name says that it was last changed or touched, which goes on until the end")
    if every("result") and not some("share") and _only(words, "result deal close lost call"):
        return Suspicion("answer", "its name says that it is the result")
    if (
        some("close reject")
        and _only(words, "close lost reject deal count rep sign")
        and not some("share days age stage cycle")
    ):
        return Suspicion("answer", "its name says that the deal was won, lost or closed")
    if some("close agree") and some("money contract order invoice") and not some("web past customer count share"):
        # A word that means nothing here may be what was closed or lost: `cost of lost load`.
        sure = every("close") and all(concepts_of(word) or word in FILLERS or word.isdigit() for word in words)
        need: Need = "none" if sure or every("agree net") else "fill"
        return Suspicion("after", "its name says that it is an amount or paper written when the deal closed", need)
    return None


def _times(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """Durations, stage changes and shares of a whole cycle."""
    if some("maker") or (every("deal span") and len(words) >= 2 and " ".join(words[:2]) == "lead time"):
        return None
    timed = some("days duration span age")
    moot = some(_MOOT_TIME)
    if timed and every("last") and not some("stage move modify activity close cycle sign"):
        return None  # days since the last order, quote or visit
    at_end = some("close sign cycle") and not some("past")
    if timed and (at_end or some("stage")) and not some("web pay invoice planned"):
        return Suspicion("after", "its name says that it measures time until the deal ends", span=True)
    if timed and every("end until") and not moot and not some("contract plan start expected"):
        return Suspicion("after", "its name says that it measures time until the end", span=True)
    if every("cycle") and _only(words, "cycle deal total until stage count span") and not some("invoice pay"):
        return Suspicion("after", "its name says that it measures the whole cycle", span=True)
    if some("days duration span") and every("stagename") and not some("web past pay invoice"):
        return Suspicion("after", "its name says that it measures time in a step of the sale", span=True)
    if every("share") and some("days duration stage stagename cycle") and not some("web past customer pay invoice"):
        return Suspicion(
            "after", "its name says that it is a share of the whole cycle, known only at its end", span=True
        )
    of_deal = some("total deal") and not moot and not some("contract start planned theirs")
    if of_deal and (some("days duration age") or every("span total") or every("span until")):
        return Suspicion("after", "its name says that it measures the time that the deal took", span=True)
    if every("call") and some("duration days span") and not some("web past terms first customer"):
        return Suspicion("after", "its name says how long the talk took, which is known only after it", span=True)
    if every("duration") and _only(words, "duration days span total activity last"):
        return Suspicion("after", "its name says that it is how long the whole took", span=True)
    if timed and _to_paper(words):
        return Suspicion("after", "its name says that it measures time until the contract or order", span=True)
    since = not _SINCE.isdisjoint(words) and not some("deal stage stagename activity")
    counts_time = some("days") and len(words) > 1 and not moot and not since
    if counts_time and not some("contract start expected discount last planned theirs outset"):
        return Suspicion(
            "after", "its name says that it counts time and its values tell the outcome", "signal", span=True
        )
    return None


def _to_paper(words: tuple[str, ...]) -> bool:
    """Whether the name speaks of the way to a contract, order or invoice, and not of when that ends or is due."""
    bare = [word for word in words if word not in FILLERS]
    ends = {"contract", "order", "sign", "invoice"}
    return any(
        word in _TO and later == bare[-1] and concepts_of(later) & ends and not concepts_of(later) & {"planned"}
        for word, later in itertools.pairwise(bare)
    )


def _counts(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """Counts of steps, changes and contacts."""
    steps = (some("stage") and some("move count date")) or every("status move")
    if steps and not some("web customer past theirs planned"):
        return Suspicion("after", "its name says that it counts or dates steps through the stages", span=True)
    if every("count activity") and _only(words, "count activity deal total call move end"):
        return Suspicion("after", "its name says that it counts contacts, which goes on until the end", "signal")
    if every("move count deal") and not some(_MOOT_TIME):
        return Suspicion("after", "its name says that it counts changes of the deal until it ends", span=True)
    return None


def _judgements(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """What a seller says of a deal."""
    if some("stage status") and _only(words, "stage status deal rep date last count"):
        if every("status") and not some("stage deal"):
            return Suspicion("seller", "its name says that it is a status set by hand", "signal")
        return Suspicion("seller", "its name says that it is a stage or status that a seller sets")
    of_deal = some("deal rep") or _only(words, "judge count share")
    known = some("web customer past outset first") or (every("money") and not every("expected"))
    if every("judge") and of_deal and not known:
        return Suspicion("seller", "its name says that it is a judgement of the deal")
    if every("next") and some("stage activity"):
        return Suspicion("seller", "its name says that it is a next step, kept up to date by the seller")
    return None


def _after_win(words: tuple[str, ...], every: Test, some: Test) -> Suspicion | None:
    """Papers, money and work that follow a win; most need proof from the cells."""
    if some("customer terms theirs") or (some("past") and not every("contract")):
        return None
    bought = "purchase" in words and "order" in words
    if (bought and some("date count")) or (every("order confirm") and not some("last count")):
        return Suspicion("after", "its name says that it is the buyer's order, which follows a win")
    if every("invoice") and some("date count money status total"):
        return Suspicion("after", "its name says that it is an invoice, which follows a win")
    if every("sign") and some("contract order deal"):
        return Suspicion("after", "its name says that it is a signature, which follows a win")
    if some("invoice pay") and some("plan date status money count"):
        return Suspicion("after", "its name says that it is payment or billing, agreed when a deal is won", "fill")
    if _BOOKED & set(words) and some("money contract annual"):
        return Suspicion("after", "its name says that it is what was booked, which follows a win")
    valued = every("contract") or every("annual deal") or (every("annual money") and len(words) == 1)
    if valued and not every("web") and (some("annual deal money date count status start") or _only(words, "contract")):
        return Suspicion("after", "its name says that it is a contract or its value, agreed when a deal is won", "fill")
    if some("start order") and some("first date count status money days") and not some("last expected web"):
        return Suspicion("after", "its name says that it is an order, delivery or start, which follows a win", "fill")
    if some("discount"):
        need: Need = "none" if some("agree") else "fill"
        return Suspicion("after", "its name says that it is a discount, agreed when a deal is won", need)
    if every("net money"):
        return Suspicion("after", "its name says that it is a final amount, known when a deal is won", "fill")
    if every("web money") and _only(words, "web money total"):
        return Suspicion("after", "its name says that it is a value computed from purchases", "fill")
    return None
