"""Which facts are missing in a profile, why they matter, and whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leadline.core.clock import from_micros
from leadline.core.market import BuyingRole
from leadline.core.profile import Gap, Member, Profile
from leadline.core.understanding import FactKind, Intent
from leadline.store.profile_acts import FactRow

_DAY = 86_400_000_000
_SILENT_DAYS = 60
_ACCOUNT = (
    ("industry", "what it makes decides which use cases fit"),
    ("employees", "size decides who decides and what it costs"),
    ("country", "law, language and delivery depend on it"),
    ("domain", "mails and visits are joined to the account by it"),
)
_PERSON = (
    ("mail address", "without it nothing that the person writes is joined to it"),
    ("job title", "it tells what the person can decide"),
    ("account", "acts of the person count for no account"),
)
_ROLES = (
    (BuyingRole.ECONOMIC_BUYER, "who frees the money has not been seen in the open deals"),
    (BuyingRole.CHAMPION, "nobody is known to speak for you when you are not there"),
)


def filled_in(made: Profile, read: Sequence[FactRow]) -> Profile:
    """The profile with its gaps, the most pressing first."""
    gaps = _Gaps(made, read)
    found = [*gaps.open_questions(), *gaps.roles(), *gaps.silence(), *gaps.fields(), *gaps.deals()]
    return replace(made, gaps=tuple(found))


def _day(at: int) -> str:
    when = from_micros(at)
    return f"{when.day} {when:%b %Y}"


class _Gaps:
    def __init__(self, made: Profile, read: Sequence[FactRow]) -> None:
        self._made = made
        self._read = read

    def fields(self) -> list[Gap]:
        there = {field.name for field in self._made.fields}
        wanted = _ACCOUNT if self._made.kind == "account" else _PERSON
        ask = self._whom()
        gaps = [Gap(f"{name} is not known", why, ask) for name, why in wanted if name not in there]
        for field in self._made.fields:
            if field.disputed:
                other = next(one for one in field.others if one.why != "earlier")
                what = f"{field.name} is {field.value} by {field.source} and {other.value} by {other.source}"
                gaps.append(Gap(what, "one of the two is wrong", self._whom()))
        return gaps

    def roles(self) -> list[Gap]:
        if self._made.kind != "account" or not any(deal.value("state") == "open" for deal in self._made.deals):
            return []
        known = {str(role.value).partition(" in ")[0] for member in self._made.people for role in member.roles}
        champion = next((m.name for m in self._made.people for r in m.roles if str(r.value).startswith("champion")), "")
        ask = f"ask {champion}, the champion" if champion else self._whom()
        return [Gap(f"no {role.value} is known", why, ask) for role, why in _ROLES if role.value not in known]

    def silence(self) -> list[Gap]:
        if self._made.kind != "account" or not any(deal.value("state") == "open" for deal in self._made.deals):
            return []
        last = next((field for field in self._made.numbers if field.name == "last act of theirs"), None)
        if last is None or last.when is None:
            return [Gap("nobody there has acted yet", "a deal is open on our word alone", self._whom())]
        days = (self._made.made_at - last.when) // _DAY
        if days < _SILENT_DAYS:
            return []
        what = f"nobody there has acted for {days} days"
        return [Gap(what, f"the last was {last.value}, {_day(last.when)}", self._whom())]

    def open_questions(self) -> list[Gap]:
        """Questions and objections of theirs after which we did nothing."""
        ours = max((act.at for act in self._made.story if act.actor == "seller"), default=0)
        acts = {act.number: act for act in self._made.story}
        gaps = []
        for fact in self._read:
            wish = fact.value.get("intent") if isinstance(fact.value, dict) else None
            act = acts.get(fact.signal) if fact.signal is not None else None
            if fact.kind != FactKind.INTENT or act is None or act.actor != "buyer" or act.at <= ours:
                continue
            if wish in (Intent.QUESTION, Intent.OBJECTION, Intent.PRICE, Intent.MEETING) and fact.quote:
                who = act.name or "the writer"
                when = _day(act.at)
                gaps.append(Gap(f"“{fact.quote[:160]}” is not answered", f"{wish}, {act.act}, {when}", f"answer {who}"))
        return gaps[:10]

    def deals(self) -> list[Gap]:
        lost = [deal for deal in self._made.deals if deal.value("state") == "lost" and not deal.value("reason lost")]
        why = "the same may lose the next one"
        return [Gap(f"why {deal.name} was lost is not known", why, self._whom()) for deal in lost[:3]]

    def _whom(self) -> str:
        """Whom to ask: who acted last of theirs, else the owner of the account."""
        if self._made.kind == "account":
            lively: Member | None = next((one for one in self._made.people if one.last), None)
            if lively is not None:
                return f"ask {lively.name}"
        owner = next((field.value for field in self._made.fields if field.name == "owner"), "")
        return f"ask {owner}, who owns it" if owner else "ask whoever met them last"
