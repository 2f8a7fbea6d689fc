"""Accounts and people as the record holds them: who is meant, what belongs to them, what was looked at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches

from django.db.models import Q, QuerySet

from leadline.core.clock import micros
from leadline.core.errors import CallError
from leadline.core.market import Kind
from leadline.core.profile import Evidence, ProfileField, Thing
from leadline.store import audit, naming
from leadline.store.models import Account, BuyingRole, Consent, Deal, ExternalKey, Order, OrderLine, Person
from leadline.store.profile_values import fields_of, histories_of, name_of, row_evidence
from leadline.store.transactions import together

MOST = 500  # people, deals or orders of one account that are shown
_SHOWN = 6
_SCANNED = 300_000  # names that are looked through for one that is spelt alike
_ALIKE, _CLEAR = 0.72, 0.08
_LEGAL = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|se|inc|llc|ltd|limited|corp|corporation|co|plc|sa|sas|sarl|bv|nv|oy|ab|as|aps|spa|srl)\b\.?"
)


def find_account(text: str) -> int:
    """The number of the account that `text` means: a number, domain, outside key, name, or a name spelt alike.

    Raises CallError where there is none, or several (it lists them).
    """
    wanted = text.strip()
    standing = Account.objects.filter(erased_at=None)
    domain = re.sub(r"^(?:https?://)?(?:www\.)?|/.*$", "", wanted.lower())
    space, _, key = wanted.rpartition(":")
    keyed = ExternalKey.objects.filter(kind="account", key__in=(wanted, key), space__contains=space if key else "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else None
    tries: tuple[QuerySet[Account], ...] = (
        standing.filter(pk=number) if number is not None else standing.none(),
        standing.filter(domain=domain) if "." in domain else standing.none(),
        standing.filter(pk__in=keyed.values("object_id")),
        standing.filter(name__iexact=wanted),
        standing.filter(name__istartswith=wanted) if wanted else standing.none(),
        standing.filter(name__icontains=wanted) if len(wanted) > 2 else standing.none(),
    )
    for found in tries:
        roots = {one.root_id or one.pk for one in found[:200]}
        if len(roots) == 1:
            return int(roots.pop())
        if roots:
            raise _several(wanted, sorted(roots))
    alike = _spelt_alike(wanted)
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise _several(wanted, alike)
    raise CallError(f"There is no account '{wanted}'; give its number, domain, outside key or name")


def find_person(text: str, account: int | None = None) -> int:
    """The number of the person that `text` means, under the row that stands for it. Raises CallError; with `account`
    also where the person belongs to another one."""
    found = naming.find(text)
    one = Person.objects.select_related("account").get(pk=found)
    if one.erased_at is not None:
        raise CallError(f"Person {found} was erased on {one.erased_at:%Y-%m-%d}; nothing about it is kept")
    root = one.root if one.root_id else one
    place = None if root.account is None else (root.account.root_id or root.account.pk)
    if account is not None and place != account:
        where = f"'{name_of(root.account)}'" if root.account else "no account"
        raise CallError(f"'{text}' belongs to {where}; leave the account out to see the person")
    return int(root.pk)


def named(kind: Kind, number: int) -> str:
    """What to call an account or person."""
    model = Account if kind is Kind.ACCOUNT else Person
    return name_of(model.objects.get(pk=number))


def people_of(account: int) -> tuple[dict[int, tuple[str, str]], int]:
    """Name and job title of the people of an account by number, and how many there are in all."""
    rows = Person.objects.filter(
        Q(account=account) | Q(account__root=account), erased_at=None, merged_into=None
    ).order_by("pk")
    return {one.pk: (name_of(one), one.title) for one in rows[:MOST]}, rows.count()


def names_of(numbers: Iterable[int]) -> dict[int, str]:
    """What to call people."""
    return {one.pk: name_of(one) for one in Person.objects.filter(pk__in=set(numbers), erased_at=None)}


def roles_of(people: Iterable[int]) -> Mapping[int, tuple[ProfileField, ...]]:
    """The roles of people in deals, confirmed ones first, by the row that stands for the person."""
    wanted = list(people)
    rows = BuyingRole.objects.filter(
        Q(person__in=wanted) | Q(person__root__in=wanted), batch__undone_at=None, deal__erased_at=None
    ).select_related("deal", "person", "batch")
    found: dict[int, list[ProfileField]] = defaultdict(list)
    for one in sorted(rows, key=lambda one: (one.confirmed_at is None, one.pk)):
        state = "confirmed" if one.confirmed_at else "proposed"
        at = micros(one.confirmed_at or one.proposed_at)
        own = Evidence("role", one.pk, f"{one.role} in {name_of(one.deal)}", at, quote=one.span)
        evidence = (own, *row_evidence(one.batch, one.row, one.span))
        value = f"{one.role} in {name_of(one.deal)}, {state}"
        found[one.person.root_id or one.person_id].append(ProfileField("role", value, one.source, at, evidence))
    return {number: tuple(roles) for number, roles in found.items()}


def consents_of(person: int) -> tuple[ProfileField, ...]:
    """What a person agreed to, in which words, and when it was taken back."""
    rows = Consent.objects.filter(Q(person=person) | Q(person__root=person)).order_by("given_at", "pk")
    made = []
    for one in rows:
        value = f"taken back on {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "given"
        at = micros(one.given_at)
        evidence = (Evidence("consent", one.pk, f"consent to {one.purpose}", at, quote=one.words),)
        made.append(ProfileField(f"consent to {one.purpose}", value, one.subject, at, evidence))
    return tuple(made)


def deals_of(kind: Kind, number: int) -> tuple[tuple[Thing, ...], int]:
    """The deals of an account, or those in which a person is the contact, open ones first; and how many in all."""
    rows = Deal.objects.filter(**_within(kind, number)).order_by("state", "-opened_at", "-pk")
    order = {"open": 0, "won": 1, "lost": 2}
    shown = sorted(rows[:MOST], key=lambda one: order.get(one.state, 3))
    fields = fields_of(Kind.DEAL, (one.pk for one in shown))
    changes = histories_of(Kind.DEAL, (one.pk for one in shown))
    things = (Thing("deal", one.pk, name_of(one), fields.get(one.pk, ()), changes.get(one.pk, ())) for one in shown)
    return tuple(things), rows.count()


def orders_of(kind: Kind, number: int) -> tuple[tuple[Thing, ...], int]:
    """The orders of an account or person with their lines, newest first; and how many in all."""
    rows = Order.objects.filter(**_within(kind, number)).select_related("batch").order_by("-ordered_at", "-pk")
    shown = list(rows[:MOST])
    fields = fields_of(Kind.ORDER, (one.pk for one in shown))
    lines: dict[int, list[ProfileField]] = defaultdict(list)
    of = {one.pk: one for one in shown}
    for line in OrderLine.objects.filter(order__in=of).select_related("product").order_by("order_id", "number"):
        order = of[line.order_id]
        price = "" if line.price is None else f" at {line.price:f}".rstrip("0").rstrip(".")
        quantity = f"{line.quantity:f}".rstrip("0").rstrip(".")
        own = Evidence("order", order.pk, f"order {name_of(order)}", micros(order.created_at))
        evidence = row_evidence(order.batch, order.row) or (own,)
        source = order.batch.source if order.batch else "the record"
        value = f"{quantity} × {name_of(line.product)}{price}"
        lines[order.pk].append(ProfileField(f"line {line.number}", value, source, micros(order.created_at), evidence))
    things = (Thing("order", one.pk, name_of(one), (*fields.get(one.pk, ()), *lines.get(one.pk, ()))) for one in shown)
    return tuple(things), rows.count()


def related_to(account: int) -> tuple[Thing, ...]:
    """The parent and the children of an account, each with the field that says so."""
    one = Account.objects.select_related("parent", "parent__root").get(pk=account)
    found: list[Thing] = []
    if one.parent is not None:
        parent = one.parent.root or one.parent
        said = [field for field in fields_of(Kind.ACCOUNT, [account])[account] if field.name == "parent"]
        found.append(Thing("parent", parent.pk, name_of(parent), tuple(said)))
    children = Account.objects.filter(
        Q(parent=account) | Q(parent__root=account), erased_at=None, merged_into=None
    ).order_by("name", "pk")[:MOST]
    said_of = fields_of(Kind.ACCOUNT, (child.pk for child in children))
    for child in children:
        said = [field for field in said_of.get(child.pk, ()) if field.name == "parent"]
        found.append(Thing("child", child.pk, name_of(child), tuple(said)))
    return tuple(found)


def looked(kind: Kind, number: int, by: str, what: str) -> None:
    """Notes in the trail that somebody looked at an account's or person's profile."""
    with together():
        audit.record("look at profile", actor=by, kind=kind.value, subject=number, payload={"what": what})


def _within(kind: Kind, number: int) -> dict[str, object]:
    name = kind.value
    tree = (Account if kind is Kind.ACCOUNT else Person).objects.filter(Q(pk=number) | Q(root=number)).values("pk")
    return {f"{name}__in": tree, "erased_at": None, "merged_into": None}


def _several(wanted: str, numbers: Iterable[int]) -> CallError:
    every = list(numbers)
    rows = Account.objects.in_bulk(every[:_SHOWN])
    shown = [
        f"{pk} ({', '.join(part for part in (name_of(rows[pk]), rows[pk].domain, rows[pk].city) if part)})"
        for pk in every[:_SHOWN]
        if pk in rows
    ]
    more = ["…"] if len(every) > _SHOWN else []
    return CallError(f"'{wanted}' may be {len(every)} accounts; say which by number: {', '.join([*shown, *more])}")


def _spelt_alike(wanted: str) -> list[int]:
    """Accounts whose names, without legal forms, are spelt nearly so; one where it is clearly the nearest."""
    aim = _bare(wanted)
    if not aim:
        return []
    by_name: dict[str, set[int]] = defaultdict(set)
    rows = Account.objects.filter(erased_at=None).values_list("pk", "root_id", "name")[:_SCANNED]
    for number, root, name in rows.iterator():
        by_name[_bare(name)].add(root or number)
    near = get_close_matches(aim, [name for name in by_name if name], n=_SHOWN, cutoff=_ALIKE)
    if not near:
        return []
    likeness = [SequenceMatcher(None, name, aim).ratio() for name in near]
    if len(near) == 1 or likeness[0] - likeness[1] >= _CLEAR:
        near = near[:1]
    return sorted({number for name in near for number in by_name[name]})


def _bare(name: str) -> str:
    words = re.sub(r"[^\w ]+", " ", _LEGAL.sub(" ", name.casefold()))
    return " ".join(words.split())
