"""What the acts around an act tell of it: at receipt from those before (`Recent`), later from all (`hindsight`)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

from leadline.core.origin import Evidence, Seen

BURST = 10.0  # seconds between links that count as fetched together
PLACES = 30.0  # seconds within which a mail's fetches from several addresses count together
# Seconds around the fetch of a hidden link in which fetches of the mail are of one hand: from one address, or where no
# address is known. An office's people and its scanner may share an address, so it tells nothing of the next hour.
TRAPPED, TRAPPED_UNKNOWN = 600.0, 60.0
LANDING = 60.0  # seconds after a click in which the page's script reports
REGULAR_FROM = 6  # acts from which on their spacing is judged
MINUTE = 60.0
VISIT = 1_800.0  # seconds within which pages of one visitor are one visit
_MOST_ROWS = 64  # acts of one mail, visitor or address that are remembered
_PAGE = "page viewed"
_STAY = "time on page"
_OPEN, _CLICK = "mail opened", "mail link clicked"
_FETCHES = frozenset({_OPEN, _CLICK})
_ENDS = frozenset({"form submitted", "file downloaded"})  # acts that come at some time after the page was opened


def _regularity(count: int, first: float, last: float, squares: float) -> float | None:
    """1 for acts spaced like clockwork, 0 for spacing as uneven as its mean is long, or more. `squares` of the gaps."""
    if count < REGULAR_FROM:
        return None
    mean = (last - first) / (count - 1)
    if mean <= 0:
        return 1.0
    return max(0.0, 1.0 - sqrt(max(0.0, squares / (count - 1) - mean * mean)) / mean)


class _Visit:
    """What is remembered of one visitor."""

    __slots__ = ("count", "first", "last", "minute", "pages", "squares", "trapped")

    def __init__(self, at: float) -> None:
        self.count, self.first, self.last, self.squares, self.trapped = 0, at, at, 0.0, False
        self.minute: deque[float] = deque(maxlen=_MOST_ROWS)
        self.pages: dict[str, float] = {}

    def add(self, seen: Seen) -> None:
        """Takes one act in."""
        gap = seen.at - self.last
        self.count, self.last, self.squares = self.count + 1, seen.at, self.squares + gap * gap
        self.trapped = self.trapped or seen.hidden
        self.minute.append(seen.at)
        while seen.at - self.minute[0] > MINUTE:
            self.minute.popleft()
        if seen.evidence.act == _PAGE and len(self.pages) < _MOST_ROWS:
            self.pages[seen.link] = seen.at


class Recent:
    """Remembers the last minutes in bounded memory and adds to each act what those before it tell. One per process.

    What it misses (another process, a restart, more acts than it holds) stays unknown or small until `rejudge`.
    """

    def __init__(self, most: int = 50_000) -> None:
        """Remembers at most `most` mails, as many visitors, and as many addresses of mailings."""
        self._most = most
        self._mails: OrderedDict[str, list[Seen]] = OrderedDict()
        self._places: OrderedDict[tuple[str, str], list[tuple[float, str]]] = OrderedDict()
        self._visitors: OrderedDict[str, _Visit] = OrderedDict()

    def _kept(self, table: OrderedDict[Any, Any], key: object, new: Callable[..., Any], *begin: object) -> Any:
        found = table.get(key)
        if found is None:
            found = table[key] = new(*begin)
            if len(table) > self._most:
                table.popitem(last=False)
        else:
            table.move_to_end(key)
        return found

    def see(self, seen: Seen) -> Evidence:
        """The act's evidence with what is known so far. Facts that the caller knows are kept."""
        found: dict[str, Any] = {}
        evidence = seen.evidence
        if evidence.act == _STAY:
            return evidence
        if seen.message:
            found |= self._mail(seen)
        if seen.visitor:
            found |= self._visits(seen)
        return _with(evidence, found)

    def _mail(self, seen: Seen) -> dict[str, Any]:
        before: list[Seen] = self._kept(self._mails, seen.message, list)
        if seen.evidence.act in _FETCHES:
            before.append(seen)
            if len(before) > _MOST_ROWS:
                del before[0]
        found = _of_fetches(seen, [other for other in before if seen.at - other.at <= PLACES])
        found["honeypot"] = True if any(_one_hand(seen, other) for other in before if other.hidden) else None
        if seen.evidence.act == _CLICK:
            found["opened"] = any(other.evidence.act == _OPEN for other in before)
        if seen.mailing and seen.place and seen.evidence.act in _FETCHES:
            rows: list[tuple[float, str]] = self._kept(self._places, (seen.mailing, seen.place), list)
            rows.append((seen.at, seen.message))
            if len(rows) > _MOST_ROWS:
                del rows[0]
            found["same_second"] = len({mail for at, mail in rows if int(at) == int(seen.at)})
            found["place_mails"] = len({mail for at, mail in rows if seen.at - at <= MINUTE / 2})
        return found

    def _visits(self, seen: Seen) -> dict[str, Any]:
        visit: _Visit = self._kept(self._visitors, seen.visitor, _Visit, seen.at)
        visit.add(seen)
        found: dict[str, Any] = {
            "per_minute": len(visit.minute),
            "regularity": _regularity(visit.count, visit.first, visit.last, visit.squares),
            "honeypot": visit.trapped or None,
        }
        if seen.evidence.act in _ENDS and seen.link in visit.pages:
            found["dwell"] = seen.at - visit.pages[seen.link]
        return found


def _one_hand(seen: Seen, trapped: Seen) -> bool:
    """Whether who fetched the hidden link `trapped` of the same mail also did `seen`."""
    if seen.place and trapped.place:
        return seen.place == trapped.place and abs(seen.at - trapped.at) <= TRAPPED
    return abs(seen.at - trapped.at) <= TRAPPED_UNKNOWN


def _of_fetches(seen: Seen, near: Sequence[Seen]) -> dict[str, Any]:
    """From how many addresses and by how many links the mail was fetched around an act; `near` are fetches only."""
    links = {other.link for other in near if abs(other.at - seen.at) <= BURST and not other.hidden and other.link}
    if seen.evidence.act == _CLICK:
        links.add(seen.link)
    return {
        "burst_networks": len({other.place for other in near if other.place}) or None,
        "burst_links": len(links) or None if seen.evidence.act != _OPEN else None,
        "mail_links": max((other.evidence.mail_links or 0 for other in near), default=0) or None,
    }


def _with(evidence: Evidence, found: dict[str, Any]) -> Evidence:
    """The evidence with what was found; what is not known now leaves what was known before."""
    fresh = {name: value for name, value in found.items() if value is not None}
    return evidence._replace(**fresh) if fresh else evidence


def _evenness(times: Sequence[float]) -> float | None:
    squares = sum((later - earlier) ** 2 for earlier, later in pairwise(times))
    return _regularity(len(times), times[0], times[-1], squares) if times else None


class _Index:
    """A history by mail, by visitor and by address, each in order of time."""

    def __init__(self, history: Sequence[Seen]) -> None:
        self.mails: dict[str, list[Seen]] = defaultdict(list)
        self.visits: dict[str, list[Seen]] = defaultdict(list)
        self.places: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
        for seen in sorted(history, key=lambda seen: seen.at):
            if seen.message:
                self.mails[seen.message].append(seen)
            if seen.visitor:
                self.visits[seen.visitor].append(seen)
            if seen.mailing and seen.place and seen.evidence.act in _FETCHES:
                self.places[seen.mailing, seen.place].append((seen.at, seen.message))
        self.mail_times = {key: [seen.at for seen in rows] for key, rows in self.mails.items()}
        self.visit_times = {key: [s.at for s in rows if s.evidence.act != _STAY] for key, rows in self.visits.items()}
        self.trapped = {key for key, rows in self.visits.items() if any(seen.hidden for seen in rows)}
        self.traps = {key: [seen for seen in rows if seen.hidden] for key, rows in self.mails.items()}
        self.even = {key: _evenness(times) for key, times in self.visit_times.items()}

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
    if act == _STAY:
        return found
    if seen.message:
        found |= _of_mail(seen, index)
    if seen.visitor:
        found |= _of_visitor(seen, index)
    return found


def _of_mail(seen: Seen, index: _Index) -> dict[str, Any]:
    found = _of_fetches(seen, [o for o in index.mail(seen, PLACES, PLACES) if o.evidence.act in _FETCHES])
    found["honeypot"] = True if any(_one_hand(seen, trap) for trap in index.traps[seen.message]) else None
    if seen.evidence.act not in _FETCHES:
        return found
    if seen.mailing and seen.place:
        rows = index.places[seen.mailing, seen.place]
        near = rows[bisect_left(rows, (seen.at - MINUTE / 2,)) : bisect_right(rows, (seen.at + MINUTE / 2,))]
        found["same_second"] = len({mail for at, mail in near if int(at) == int(seen.at)})
        found["place_mails"] = len({mail for _, mail in near})
    if seen.evidence.act != _CLICK:
        return found
    found["opened"] = any(other.evidence.act == _OPEN and other.at <= seen.at for other in index.mails[seen.message])
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
    """What the page said last of the visitor's stay; where it said nothing, whether anything moved on the others."""
    rows = index.visits.get(view.visitor, ())
    found: dict[str, Any] = {"pointer": _moved(view, index) if rows else None}
    for other in rows:
        if other.evidence.act == _STAY and other.link == view.link and other.at >= view.at:
            late = other.evidence
            found |= {"dwell": late.dwell, "scrolled": late.scrolled}
            break
    return found


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
    elif seen.evidence.act in _ENDS:
        found["pointer"] = _moved(seen, index)
        views = [o for o in index.visits[seen.visitor] if o.evidence.act == _PAGE and o.link == seen.link and o.link]
        found["dwell"] = next((seen.at - o.at for o in reversed(views) if o.at <= seen.at), None)
    return found


def _moved(seen: Seen, index: _Index) -> bool | None:
    """Whether anything moved on the visitor's pages within half an hour; None where no page said."""
    rows = index.visits[seen.visitor]
    said = [o.evidence.pointer for o in rows if o.evidence.pointer is not None and abs(o.at - seen.at) <= VISIT]
    return any(said) if said else None
