"""Who is meant: numbers of people, accounts and deals for the keys by which signals name them.

Keys that the market does not know become new people and accounts, with the batch as their origin. Deals are never made
this way: a deal is a claim that somebody must make.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F

from leadline.core.mail_domains import domain_of, is_free
from leadline.core.signal import Ref
from leadline.store.bulk import chunks
from leadline.store.models import Account, Batch, Deal, ExternalKey, Person

Found = dict[Ref, int]


def people(refs: Collection[Ref], batch: Batch | None = None) -> Found:
    """Numbers of the people that `refs` name; new ones are made for the rest, their accounts by mail domain."""
    wanted = {_plain(ref) for ref in refs}
    found = _known("person", wanted)
    found |= _by_column(Person, "email", [ref for ref in wanted if ref.space == "email" and ref not in found])
    new = sorted((ref for ref in wanted if ref not in found and ref.space != "id"), key=_order)
    homes = {ref: Ref("domain", domain_of(ref.key)) for ref in new if ref.space == "email"}
    homes = {ref: home for ref, home in homes.items() if home.key and not is_free(home.key)}
    account_ids = accounts(set(homes.values()), batch)
    made = Person.objects.bulk_create(
        [
            Person(
                email=ref.key[:320] if ref.space == "email" else "",
                account_id=account_ids.get(homes[ref]) if ref in homes else None,
                batch=batch,
            )
            for ref in new
        ]
    )
    return _as_asked(refs, found | _named("person", new, made))


def accounts(refs: Collection[Ref], batch: Batch | None = None) -> Found:
    """Numbers of the accounts that `refs` name; new ones are made for the rest."""
    wanted = {_plain(ref) for ref in refs}
    found = _known("account", wanted)
    found |= _by_column(Account, "domain", [ref for ref in wanted if ref.space == "domain" and ref not in found])
    new = sorted((ref for ref in wanted if ref not in found and ref.space != "id"), key=_order)
    made = Account.objects.bulk_create(
        [
            Account(
                domain=ref.key[:253] if ref.space == "domain" else "",
                name=ref.key[:500] if ref.space == "name" else "",
                batch=batch,
            )
            for ref in new
        ]
    )
    return _as_asked(refs, found | _named("account", new, made))


def known(kind: str, refs: Collection[Ref]) -> Found:
    """Numbers of the people or accounts ('person', 'account') that are known among `refs`; none is made."""
    wanted = {_plain(ref) for ref in refs}
    found = _known(kind, wanted)
    model, column, space = (Person, "email", "email") if kind == "person" else (Account, "domain", "domain")
    found |= _by_column(model, column, [ref for ref in wanted if ref.space == space and ref not in found])
    return _as_asked(refs, found)


def deals(refs: Collection[Ref]) -> Found:
    """Numbers of the deals that are known among `refs`."""
    return _known("deal", refs)


def _plain(ref: Ref) -> Ref:
    """Addresses and domains mean the same in any case."""
    return Ref(ref.space, ref.key.strip().lower()) if ref.space in ("email", "domain") else ref


def _order(ref: Ref) -> tuple[str, str]:
    return ref.space, ref.key


def _as_asked(refs: Iterable[Ref], found: Found) -> Found:
    return {ref: found[_plain(ref)] for ref in refs if _plain(ref) in found}


def _known(kind: str, refs: Collection[Ref]) -> Found:
    """Those with an external key, and Leadline's own numbers where such an object is."""
    found: Found = {}
    by_space: dict[str, list[Ref]] = {}
    for ref in refs:
        by_space.setdefault(ref.space, []).append(ref)
    for space, here in by_space.items():
        if space == "id":
            found |= _own_numbers(kind, here)
            continue
        for part in chunks(here):
            rows = ExternalKey.objects.filter(kind=kind, space=space, key__in=[ref.key for ref in part])
            found |= {Ref(space, key): number for key, number in rows.values_list("key", "object_id")}
    return found


def _own_numbers(kind: str, refs: Iterable[Ref]) -> Found:
    numbers = {int(ref.key): ref for ref in refs if ref.key.isdecimal()}
    model = {"person": Person, "account": Account, "deal": Deal}[kind]
    found: Found = {}
    for part in chunks(list(numbers)):
        found |= {numbers[number]: number for number in model.objects.filter(pk__in=part).values_list("pk", flat=True)}
    return found


def _by_column(model: type[Person | Account], column: str, refs: Collection[Ref]) -> Found:
    """Those known by a column of their own. Of several with the same value the standing one counts, then the oldest."""
    found: Found = {}
    wanted = {ref.key: ref for ref in refs if ref.key}
    for part in chunks(list(wanted)):
        rows = model.objects.filter(erased_at__isnull=True, **{f"{column}__in": part})
        for number, value in rows.order_by(F("merged_into_id").desc(nulls_last=True), "-pk").values_list("pk", column):
            found[wanted[value]] = number
    return found


def _named(kind: str, refs: Collection[Ref], made: Collection[Person] | Collection[Account]) -> Found:
    """Gives new objects their external keys; an e-mail address or domain stands in its own column."""
    numbers = {ref: int(one.pk) for ref, one in zip(refs, made, strict=True)}
    ExternalKey.objects.bulk_create(
        [
            ExternalKey(kind=kind, space=ref.space, key=ref.key, object_id=number)
            for ref, number in numbers.items()
            if ref.space not in ("email", "domain", "name")
        ]
    )
    return numbers
