"""What a person is known by, and who is meant by what somebody types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import Q

from leadline.core.errors import CallError
from leadline.store.models import Account, Change, ExternalKey, Merge, Person, Seller, User, Visitor
from leadline.store.redaction import usable
from leadline.store.suppression import EMAIL, VISITOR

_CANDIDATES = 8
_LONG_KEY = 10  # shorter outside keys, and those of digits alone, mean other things elsewhere


@dataclass(frozen=True, slots=True)
class Known:
    """`keys` are (space, key) pairs that lead to the person, `emails` its addresses in lower case, `words` what names
    it in texts; what others bear too is left out of all three, and `notes` say so."""

    keys: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]
    words: tuple[str, ...]
    notes: tuple[str, ...]


def find(text: str) -> int:
    """The number of the person that `text` means: a number, a mail address, 'SPACE:KEY' or an outside key, or a name.

    Raises CallError where there is none, or several (it lists them).
    """
    wanted = text.strip()
    standing = Person.objects.filter(erased_at=None)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 and Person.objects.filter(pk=int(wanted)).exists():
        return int(wanted)
    space, _, key = wanted.rpartition(":")
    keyed = ExternalKey.objects.filter(kind="person", key__in=(wanted, key), space__contains=space if key else "")
    tries: Iterable[Any] = (
        standing.filter(email=wanted.lower()),
        standing.filter(pk__in=keyed.values("object_id")),
        standing.filter(Q(name__iexact=wanted) | _full_name(wanted)),
    )
    for found in tries:
        people = list(found.select_related("account")[:200])
        roots = {one.root_id or one.pk for one in people}
        if len(roots) == 1:
            return int(roots.pop())
        if roots:
            raise CallError(
                f"'{wanted}' may be {len(roots)} people; say which by number: {', '.join(_listed(people, roots))}"
            )
    raise CallError(f"There is no person '{wanted}'; give its number, mail address, outside key or full name")


def known_as(tree: Iterable[Person]) -> Known:
    """All that the rows of one person are or were known by."""
    people = list(tree)
    numbers = [one.pk for one in people]
    emails, phones, names = set[str](), set[str](), set[str]()
    before = _earlier(numbers)
    for one in people:
        emails |= {one.email, *(text for text in _texts(one.extra) if _is_address(text))}
        phones |= {one.phone, one.mobile}
        names |= {one.name, *_orders(one.given_name, one.family_name)}
    emails |= before["email"]
    phones |= before["phone"] | before["mobile"]
    names |= before["name"]
    emails = {email.strip().lower() for email in emails if email.strip()}
    phones = {phone.strip() for phone in phones if phone.strip()}
    names = {name.strip() for name in names if " " in name.strip()}
    notes = []
    for words, others, what in (
        (emails, _others_with_email, "mail address"),
        (phones, _others_with_phone, "telephone number"),
        (names, _others_with_name, "name"),
    ):
        for word in sorted(words):
            if bearer := others(word, numbers):
                words.discard(word)
                notes.append(f"its {what} is also that of {bearer}, so it stays where texts of others have it")
    visitors = list(Visitor.objects.filter(person__in=numbers).values_list("visitor", flat=True))
    outside = list(ExternalKey.objects.filter(kind="person", object_id__in=numbers).values_list("space", "key"))
    telling = [key for _, key in outside if len(key) >= _LONG_KEY and not key.isdigit()]
    digits = {"".join(filter(str.isdigit, phone)) for phone in phones}
    words_all = chain(emails, phones, (one for one in digits if len(one) >= 8), names, visitors, telling)
    keys = {*((EMAIL, email) for email in emails), *((VISITOR, visitor) for visitor in visitors), *outside}
    return Known(tuple(sorted(keys)), tuple(sorted(emails)), usable(set(words_all)), tuple(notes))


def _full_name(text: str) -> Q:
    given, _, family = text.partition(" ")
    return Q(given_name__iexact=given, family_name__iexact=family.strip()) if family.strip() else Q(pk__in=())


def _listed(people: list[Person], roots: set[int]) -> list[str]:
    shown = [
        f"{one.pk} ({' '.join(filter(None, (one.name or f'{one.given_name} {one.family_name}'.strip(), one.email)))}"
        f"{', ' + one.account.name if one.account and one.account.name else ''})"
        for one in sorted(people, key=lambda one: one.pk)
        if one.pk in roots
    ]
    return [*shown[:_CANDIDATES], *(["…"] if len(shown) > _CANDIDATES else [])]


def _orders(given: str, family: str) -> set[str]:
    return {f"{given} {family}", f"{family}, {given}", f"{family} {given}"} if given and family else set()


def _earlier(numbers: list[int]) -> dict[str, set[str]]:
    """Values that the person's fields had before, by field."""
    found: dict[str, set[str]] = {"email": set(), "phone": set(), "mobile": set(), "name": set()}
    changes = Change.objects.filter(kind="person", object_id__in=numbers, field__in=found)
    for name, *values in changes.values_list("field", "before", "after"):
        found[name] |= {value for value in values if isinstance(value, str)}
    for filled in Merge.objects.filter(kind="person", kept_id__in=numbers).values_list("filled", flat=True):
        for name, value in filled.items():
            if name in found and isinstance(value, str):
                found[name].add(value)
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _is_address(text: str) -> bool:
    name, _, domain = text.strip().partition("@")
    return bool(name) and "." in domain and " " not in text.strip() and "@" not in domain


def _others(numbers: list[int]) -> Any:
    return Person.objects.filter(erased_at=None).exclude(pk__in=numbers)


def _others_with_email(email: str, numbers: list[int]) -> str:
    if other := _others(numbers).filter(email=email).first():
        return f"person {other.pk}"
    if Seller.objects.filter(email__iexact=email).exists():
        return "a seller"
    return "a user" if User.objects.filter(email=email).exclude(role=User.Role.BUYER).exists() else ""


def _others_with_phone(phone: str, numbers: list[int]) -> str:
    if other := _others(numbers).filter(Q(phone=phone) | Q(mobile=phone)).first():
        return f"person {other.pk}"
    return "an account" if Account.objects.filter(phone=phone).exists() else ""


def _others_with_name(name: str, numbers: list[int]) -> str:
    if other := _others(numbers).filter(Q(name__iexact=name) | _full_name(name)).first():
        return f"person {other.pk}"
    if Seller.objects.filter(name__iexact=name).exists() or User.objects.filter(name__iexact=name).exists():
        return "one of your own people"
    return "an account" if Account.objects.filter(name__iexact=name).exists() else ""
