"""Who is whom: visitors who identify themselves, and pairs that a person is to judge."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils import timezone

from leadline.core.clock import micros
from leadline.core.errors import CallError
from leadline.core.signal import Act, Signal
from leadline.store import audit, merging, resolving
from leadline.store.bulk import chunks, insert_new
from leadline.store.ledger import VISITOR_LENGTH, fitting
from leadline.store.models import MatchReview, User
from leadline.store.suppression import VISITOR, suppressed

Pair = tuple[int, int, float, Sequence[str]]  # numbers of two objects, probability, reasons


def link_visitors(signals: Sequence[Signal]) -> int:
    """Ties anonymous visitors to the persons as whom they identified themselves; the first time counts. Nothing else
    ever ties a visitor to a name. Gives how many are new; call it inside a transaction."""
    erased = suppressed()
    told = [
        s
        for s in signals
        if s.act in (Act.IDENTIFIED, Act.ALIASED)
        and s.visitor
        and s.person
        and not erased(s.visitor, VISITOR)
        and not erased(s.person.key, s.person.space)
    ]
    people = resolving.people({s.person for s in told if s.person})
    rows = [
        (fitting(s.visitor, VISITOR_LENGTH), people[s.person], s.key[:400], micros(s.at))
        for s in sorted(told, key=lambda s: s.at)
        if s.person in people
    ]
    return insert_new("store_visitor", ("visitor", "person_id", "signal_key", "at"), rows, "visitor")


def keep_for_review(kind: str, pairs: Sequence[Pair]) -> int:
    """Puts uncertain pairs in the review queue; those that are there keep their answers. Gives how many are new."""
    rows = [
        MatchReview(kind=kind, left_id=min(a, b), right_id=max(a, b), probability=probability, reasons=list(reasons))
        for a, b, probability, reasons in pairs
        if a != b
    ]
    before = MatchReview.objects.count()
    MatchReview.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return MatchReview.objects.count() - before


def judged_different(kind: str) -> set[tuple[int, int]]:
    """Pairs (smaller number first) that a person said are not one."""
    return set(MatchReview.objects.filter(kind=kind, answer="different").values_list("left_id", "right_id"))


def waiting(kind: str = "", most: int = 50) -> list[MatchReview]:
    """Pairs that wait for a person, the likeliest first."""
    rows = MatchReview.objects.filter(answer="")
    return list((rows.filter(kind=kind) if kind else rows).order_by("-probability", "pk")[:most])


def user(email: str) -> User | None:
    """The user with this mail address; None for ''. Raises CallError where there is none."""
    if not email:
        return None
    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise CallError(f"There is no user '{email}'")
    return found


def words(kind: str, numbers: Collection[int]) -> dict[int, str]:
    """What tells objects apart, in a line each: 'Anna Berg, anna@firm.example, Head of Purchasing (12)'."""
    columns = {
        "person": ("name", "given_name", "family_name", "email", "phone", "title", "account__name", "city"),
        "account": ("name", "domain", "phone", "city", "country"),
    }[kind]
    model = merging.MODELS[kind]
    found: dict[int, str] = {}
    for part in chunks(list(numbers)):
        for number, *values in model.objects.filter(pk__in=part).values_list("pk", *columns):
            told = dict(zip(columns, values, strict=True))
            if kind == "person":
                full = f"{told.pop('given_name')} {told.pop('family_name')}".strip()
                told["name"] = told["name"] or full
            found[number] = f"{', '.join(str(value) for value in told.values() if value)} ({number})"
    return found


def answer(number: int, same: bool, *, by: User | None = None) -> MatchReview:
    """A person's judgement of a pair; 'same' merges it. Call it inside a transaction.

    Raises CallError where there is no such pair, or it was judged before.
    """
    found = MatchReview.objects.filter(pk=number).first()
    if found is None:
        raise CallError(f"There is no pair {number} to judge")
    if found.answer:
        raise CallError(f"Pair {number} was judged before: {found.answer}")
    found.answer, found.by, found.answered_at = "same" if same else "different", by, timezone.now()
    found.save(update_fields=["answer", "by", "answered_at"])
    audit.record(
        "judge pair", actor=str(by.pk) if by else "system", kind=found.kind, subject=number, payload={"same": same}
    )
    if same:
        merging.merge(
            found.kind, found.left_id, found.right_id, probability=found.probability, reasons=found.reasons, by=by
        )
    return found
