"""The buying group of a deal: many people, many roles; a role counts once a person of ours has confirmed it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from leadline.core.errors import CallError
from leadline.core.market import BuyingRole as Role
from leadline.store import audit, models


@dataclass(frozen=True, slots=True)
class Member:
    """One person's role in a deal. `confirmed_by` is the number of the user who confirmed it, None while proposed."""

    number: int
    person: int
    name: str
    role: Role
    source: str
    span: str
    confirmed_by: int | None


def propose(
    deal: int, person: int, role: Role, *, source: str, span: str = "", batch: models.Batch | None = None, row: int = 0
) -> int:
    """Notes that a source says so, with the sentence that it rests on; gives the entry's number.

    A role that is there already keeps its first origin and its confirmation. Raises CallError for unknown numbers.
    """
    _must_be(models.Deal, "deal", deal)
    _must_be(models.Person, "person", person)
    made, _ = models.BuyingRole.objects.get_or_create(
        deal_id=deal,
        person_id=person,
        role=role.value,
        defaults={"source": source[:100], "span": span, "batch": batch, "row": row},
    )
    return int(made.pk)


def confirm(number: int, by: models.User) -> None:
    """A person confirms a proposed role. Inside a transaction; raises CallError where there is none."""
    changed = models.BuyingRole.objects.filter(pk=number).update(confirmed_by=by, confirmed_at=timezone.now())
    if not changed:
        raise CallError(f"There is no role {number} to confirm")
    audit.record("confirm role", actor=str(by.pk), kind="role", subject=number)


def reject(number: int, by: models.User) -> None:
    """A person says that it is not so: the entry goes. Inside a transaction; raises CallError where there is none."""
    found = models.BuyingRole.objects.filter(pk=number).first()
    if found is None:
        raise CallError(f"There is no role {number} to reject")
    audit.record(
        "reject role",
        actor=str(by.pk),
        kind="deal",
        subject=found.deal_id,
        payload={"person": found.person_id, "role": found.role, "source": found.source},
    )
    found.delete()


def members(deal: int, *, confirmed_only: bool = False) -> list[Member]:
    """Who is in the buying group of a deal, under the person that stands for each; the confirmed first."""
    rows = models.BuyingRole.objects.filter(deal_id=deal).select_related("person", "person__root")
    if confirmed_only:
        rows = rows.filter(confirmed_at__isnull=False)
    found: dict[tuple[int, str], Member] = {}
    for row in sorted(rows, key=lambda row: (row.confirmed_at is None, row.pk)):
        person = row.person.root or row.person
        name = person.name or f"{person.given_name} {person.family_name}".strip() or person.email
        member = Member(row.pk, person.pk, name, Role(row.role), row.source, row.span, row.confirmed_by_id)
        found.setdefault((person.pk, row.role), member)
    return list(found.values())


def _must_be(model: type[models.Deal | models.Person], kind: str, number: int) -> None:
    if not model.objects.filter(pk=number, erased_at__isnull=True).exists():
        raise CallError(f"There is no {kind} {number}")
