"""Webhooks that leave: endpoints, and the queue of deliveries with its leases. Times are microseconds in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from leadline.core.clock import from_micros
from leadline.store import audit, connections
from leadline.store.models import Delivery, Endpoint

WAITING, SENDING, DONE, DEAD = "waiting", "sending", "done", "dead"


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery that is ours until `lease`; `tries` were made before."""

    id: int
    message: str
    body: str
    tries: int
    made_at: int
    due_at: int
    lease: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is due at one endpoint, oldest first. `failures` came one after the other up to now."""

    endpoint: int
    url: str
    failures: int
    secrets: tuple[str, ...]
    due: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class EndpointState:
    """One endpoint as it stands."""

    id: int
    url: str
    kinds: tuple[str, ...]
    active: bool
    failing: bool
    waiting: int
    dead: int


def add(url: str, kinds: Sequence[str], secret: str) -> int:
    """A new endpoint for messages of these kinds, of all where there are none. Call it inside a transaction."""
    made = Endpoint.objects.create(url=url, kinds=list(kinds))
    connections.keep_secrets(_name(made.pk), {"secret": secret})
    audit.record("endpoint added", kind="endpoint", subject=made.pk, payload={"kinds": list(kinds)})
    return int(made.pk)


def exchange(endpoint: int, secret: str) -> None:
    """A new secret; the one before signs too until the next exchange. Call it inside a transaction."""
    before = connections.secrets(_name(endpoint)).get("secret", "")
    connections.keep_secrets(_name(endpoint), {"secret": secret, **({"previous": before} if before else {})})
    audit.record("endpoint secret exchanged", kind="endpoint", subject=endpoint)


def secrets_of(endpoint: int) -> tuple[str, ...]:
    """What signs for an endpoint, the present one first."""
    kept = connections.secrets(_name(endpoint))
    return tuple(kept[name] for name in ("secret", "previous") if kept.get(name))


def states() -> list[EndpointState]:
    """All endpoints, with what waits and what is given up."""
    return [
        EndpointState(
            one.pk,
            one.url,
            tuple(one.kinds),
            one.active,
            one.failing_since is not None,
            one.deliveries.filter(state__in=(WAITING, SENDING)).count(),
            one.deliveries.filter(state=DEAD).count(),
        )
        for one in Endpoint.objects.order_by("pk")
    ]


def wanted() -> frozenset[str] | None:
    """The kinds that active endpoints want; empty where one wants all, None where there is no endpoint."""
    lists = list(Endpoint.objects.filter(active=True).values_list("kinds", flat=True))
    if not lists:
        return None
    return frozenset() if any(not kinds for kinds in lists) else frozenset(kind for kinds in lists for kind in kinds)


def remove(endpoint: int) -> bool:
    """Tells an endpoint no more; False where there is none that is told. Inside a transaction."""
    if not Endpoint.objects.filter(pk=endpoint, active=True).update(active=False):
        return False
    audit.record("endpoint removed", kind="endpoint", subject=endpoint)
    return True


def queue(message: str, kind: str, body: str, now: int) -> int:
    """Queues a message for each active endpoint that wants its kind; gives for how many it was new.

    Call it inside the transaction of what it tells, so that both are there or neither.
    """
    wanted = [one.pk for one in Endpoint.objects.filter(active=True) if not one.kinds or kind in one.kinds]
    there = set(Delivery.objects.filter(message=message).values_list("endpoint_id", flat=True))
    fresh = [
        Delivery(endpoint_id=one, message=message, body=body, next_at=now, made_at=now)
        for one in wanted
        if one not in there
    ]
    Delivery.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def claim(now: int, lease: int, *, endpoints: int, each: int) -> list[Claimed]:
    """Takes what is due at up to `endpoints` endpoints, `each` at most, and keeps others from it until `lease`.

    An endpoint that rests, or that another sender is busy with, is passed over. Call it outside a transaction: each row
    is taken by a comparison with what it was.
    """
    busy = Delivery.objects.filter(endpoint=OuterRef("pk"), state=SENDING, next_at__gt=now)
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), state__in=(WAITING, SENDING), next_at__lte=now)
    free = Endpoint.objects.filter(~Exists(busy), Exists(due), active=True, resting_until__lte=now)
    found = []
    for one in free.order_by("resting_until", "pk")[:endpoints]:
        rows = one.deliveries.filter(state__in=(WAITING, SENDING), next_at__lte=now).order_by("next_at", "pk")
        taken = []
        # One where the endpoint failed last: it is asked whether it is back, with no more than one message.
        for row in rows[: 1 if one.failures else each]:
            same = Delivery.objects.filter(pk=row.pk, state=row.state, next_at=row.next_at)
            if same.update(state=SENDING, next_at=lease):
                taken.append(Due(row.pk, row.message, row.body, row.tries, row.made_at, row.next_at, lease))
        if taken:
            found.append(Claimed(one.pk, one.url, one.failures, secrets_of(one.pk), tuple(taken)))
    return found


def settle(due: Due, state: str, *, next_at: int, status: int | None, tried: bool = True) -> bool:
    """Writes what came of a delivery, unless its lease passed to another; gives whether it was still ours."""
    ours = Delivery.objects.filter(pk=due.id, state=SENDING, next_at=due.lease)
    return bool(ours.update(state=state, next_at=next_at, status=status, tries=due.tries + (1 if tried else 0)))


def works(endpoint: int) -> None:
    """The endpoint took a message."""
    failing = Endpoint.objects.filter(Q(failures__gt=0) | Q(failing_since__isnull=False), pk=endpoint)
    failing.update(failures=0, failing_since=None, resting_until=0)


def rests(endpoint: int, failures: int, until: int, now: int) -> None:
    """The endpoint failed: it is left alone until `until`."""
    Endpoint.objects.filter(pk=endpoint).update(failures=failures, resting_until=until)
    Endpoint.objects.filter(pk=endpoint, failing_since__isnull=True).update(failing_since=from_micros(now))


def disable(endpoint: int, why: str) -> None:
    """Nothing is sent there any more; what waits is given up. Call it inside a transaction."""
    Endpoint.objects.filter(pk=endpoint).update(active=False)
    Delivery.objects.filter(endpoint=endpoint, state=WAITING).update(state=DEAD)
    audit.record("endpoint disabled", kind="endpoint", subject=endpoint, payload={"why": why})


def bury(before: int) -> int:
    """Gives up what was made before and waits for endpoints that have failed since then; gives how much."""
    late = Delivery.objects.filter(state=WAITING, made_at__lte=before, endpoint__failing_since__lte=from_micros(before))
    return int(late.update(state=DEAD))


def revive(endpoint: int, now: int) -> int:
    """Sends what was given up once more, under the same ids; gives how much. Call it inside a transaction."""
    Endpoint.objects.filter(pk=endpoint).update(active=True, failures=0, resting_until=0, failing_since=None)
    dead = Delivery.objects.filter(endpoint=endpoint, state=DEAD)
    return int(dead.update(state=WAITING, next_at=now, made_at=now, tries=0))


def _name(endpoint: int) -> str:
    return f"endpoint:{endpoint}"
