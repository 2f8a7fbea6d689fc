"""What the acts around an act tell of it: at receipt from those before (`Recent`), later from all (`hindsight`)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

from leadline.core.origin import Evidence, Seen

BURST = 10.0  # seconds between links that count as fetched together
PLACES = 30.0  # seconds within which a mail's fetches from several addresses count together
TRAPPED = 60.0  # seconds around the fetch of a hidden link in which all fetches of the mail are of one hand
LANDING = 60.0  # seconds after a click in which the page's script reports
REGULAR_FROM = 6  # acts from which on their spacing is judged
MINUTE = 60.0
_PAGE = "page viewed"
_STAY = "time on page"
_FETCHES = frozenset({"mail opened", "mail link clicked"})


def _regularity(times: Sequence[float]) -> float | None:
    """1 for acts spaced like clockwork, 0 for spacing as uneven as its mean is long, or more."""
    if len(times) < REGULAR_FROM:
        return None
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = fmean(gaps)
    return max(0.0, 1.0 - pstdev(gaps) / mean) if mean > 0 else 1.0


class Recent:
    """Remembers the last minutes in bounded memory and adds to each act what those before it tell. One per process.

    What it misses (another process, a restart, more acts than it holds) stays unknown or small until `rejudge`.
    """

    def __init__(self, most: int = 50_000) -> None:
        """Remembers at most `most` mails, as many visitors, and as many seconds of mailings."""
        self._most = most
        self._mails: OrderedDict[str, list[Seen]] = OrderedDict()
        self._seconds: OrderedDict[tuple[str, str, int], set[str]] = OrderedDict()
        self._visitors: OrderedDict[str, list[float]] = OrderedDict()
        self._trapped: OrderedDict[str, None] = OrderedDict()

    def _kept(self, table: OrderedDict[Any, Any], key: object, default: Any) -> Any:
        found = table.get(key)
        if found is None:
            found = table[key] = default
            if len(table) > self._most:
                table.popitem(last=False)
        else:
            table.move_to_end(key)
        return found

    def see(self, seen: Seen) -> Evidence:
        """The act's evidence with what is known so far. Facts that the caller knows are kept."""
        found: dict[str, Any] = {}
        evidence = seen.evidence
        if seen.message and evidence.act in _FETCHES:
            found |= self._mail(seen)
        if seen.visitor and evidence.act != _STAY:
            found |= self._visits(seen)
        return _with(evidence, found)

    def _mail(self, seen: Seen) -> dict[str, Any]:
        before: list[Seen] = self._kept(self._mails, seen.message, [])
        before.append(seen)
        if len(before) > 64:
            del before[0]
        near = [other for other in before if seen.at - other.at <= BURST and other.hidden is False and other.link]
        found: dict[str, Any] = {
            "burst_networks": len({o.place for o in before if seen.at - o.at <= PLACES and o.place}) or None,
            "honeypot": True if any(_one_hand(seen, other) for other in before if other.hidden) else None,
        }
        if seen.evidence.act == "mail link clicked":
            found["burst_links"] = len({other.link for other in near} | {seen.link})
            found["opened"] = any(other.evidence.act == "mail opened" for other in before)
        if seen.mailing and seen.place:
            messages = self._kept(self._seconds, (seen.mailing, seen.place, int(seen.at)), set())
            messages.add(seen.message)
            found["same_second"] = len(messages)
        return found

    def _visits(self, seen: Seen) -> dict[str, Any]:
        times: list[float] = self._kept(self._visitors, seen.visitor, [])
        times.append(seen.at)
        if len(times) > 64:
            del times[0]
        if seen.hidden:
            self._kept(self._trapped, seen.visitor, True)
        return {
            "per_minute": sum(1 for at in times if seen.at - at <= MINUTE),
            "regularity": _regularity(times),
            "honeypot": True if seen.visitor in self._trapped else None,
        }


def _one_hand(seen: Seen, trapped: Seen) -> bool:
    """Whether who fetched the hidden link `trapped` of the same mail also did `seen`: one address, or one minute."""
    same_place = bool(seen.place) and seen.place == trapped.place
    return same_place or (abs(seen.at - trapped.at) <= TRAPPED and not (seen.place and trapped.place))


def _with(evidence: Evidence, found: dict[str, Any]) -> Evidence:
    """The evidence with what was found; what is not known now leaves what was known before."""
    fresh = {name: value for name, value in found.items() if value is not None}
    return evidence._replace(**fresh) if fresh else evidence


class _Index:
    """A history by mail, by visitor and by second, each in order of time."""

    def __init__(self, history: Sequence[Seen]) -> None:
        self.mails: dict[str, list[Seen]] = defaultdict(list)
        self.visits: dict[str, list[Seen]] = defaultdict(list)
        self.seconds: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        for seen in sorted(history, key=lambda seen: seen.at):
            if seen.message:
                self.mails[seen.message].append(seen)
            if seen.visitor:
                self.visits[seen.visitor].append(seen)
            if seen.mailing and seen.place and seen.evidence.act in _FETCHES:
                self.seconds[seen.mailing, seen.place, int(seen.at)].add(seen.message)
        self.mail_times = {key: [seen.at for seen in rows] for key, rows in self.mails.items()}
        self.visit_times = {key: [s.at for s in rows if s.evidence.act != _STAY] for key, rows in self.visits.items()}
        self.trapped = {key for key, rows in self.visits.items() if any(seen.hidden for seen in rows)}
        self.traps = {key: [seen for seen in rows if seen.hidden] for key, rows in self.mails.items()}
        self.even = {key: _regularity(times) for key, times in self.visit_times.items()}

    def mail(self, seen: Seen, before: float, after: float) -> list[Seen]:
        """Acts of the same mail from `before` seconds earlier to `after` seconds later, this one among them."""
        times = self.mail_times[seen.message]
        return self.mails[seen.message][bisect_left(times, seen.at - before) : bisect_right(times, seen.at + after)]


def hindsight(history: Sequence[Seen]) -> list[Evidence]:
    """The evidence of each act of a history, in its order, with what all acts before and after it tell."""
    index = _Index(history)
    return [_with(seen.evidence, _look_back(seen, index)) for seen in history]


def _look_back(seen: Seen, index: _Index) -> dict[str, Any]:
    found: dict[str, Any] = {}
    act = seen.evidence.act
    if seen.message and act in _FETCHES:
        found |= _of_mail(seen, index)
    if seen.visitor:
        found |= _of_visitor(seen, index)
    return found


def _of_mail(seen: Seen, index: _Index) -> dict[str, Any]:
    fetched = [other for other in index.mail(seen, PLACES, PLACES) if other.evidence.act in _FETCHES]
    found: dict[str, Any] = {
        "burst_networks": len({other.place for other in fetched if other.place}) or None,
        "honeypot": True if any(_one_hand(seen, trap) for trap in index.traps[seen.message]) else None,
    }
    if seen.mailing and seen.place:
        found["same_second"] = len(index.seconds[seen.mailing, seen.place, int(seen.at)])
    if seen.evidence.act != "mail link clicked":
        return found
    near = {other.link for other in fetched if abs(other.at - seen.at) <= BURST and not other.hidden and other.link}
    found["burst_links"] = len(near | {seen.link})
    found["opened"] = any(
        other.evidence.act == "mail opened" and other.at <= seen.at for other in index.mails[seen.message]
    )
    if seen.tracked:
        found |= _landed(seen, index)
    return found


def _landed(seen: Seen, index: _Index) -> dict[str, Any]:
    """Whether the page behind a link reported soon after the click, and what its reader did there."""
    for other in index.mail(seen, 0.0, LANDING):
        same = not (seen.place and other.place) or seen.place == other.place
        if other.evidence.act == _PAGE and same:
            return {"javascript": True, **_stayed(other, index)}
    return {"javascript": False}


def _stayed(view: Seen, index: _Index) -> dict[str, Any]:
    """What the page said last of the visitor's stay."""
    for other in index.visits.get(view.visitor, ()):
        if other.evidence.act == _STAY and other.link == view.link and other.at >= view.at:
            late = other.evidence
            return {"dwell": late.dwell, "scrolled": late.scrolled, "pointer": late.pointer}
    return {}


def _of_visitor(seen: Seen, index: _Index) -> dict[str, Any]:
    times = index.visit_times[seen.visitor]
    near = bisect_right(times, seen.at + MINUTE / 2) - bisect_left(times, seen.at - MINUTE / 2)
    found: dict[str, Any] = {
        "per_minute": max(1, near),
        "regularity": index.even[seen.visitor],
        "honeypot": True if seen.visitor in index.trapped else None,
    }
    if seen.evidence.act == _PAGE:
        found |= _stayed(seen, index)
    elif seen.evidence.act in {"form submitted", "file downloaded"}:
        found["pointer"] = _moved(seen, index)
    return found


def _moved(seen: Seen, index: _Index) -> bool | None:
    """Whether anything moved on the visitor's pages around a form or a file; None where no page said."""
    said = [o.evidence.pointer for o in index.visits[seen.visitor] if o.evidence.pointer is not None]
    return any(said) if said else None
