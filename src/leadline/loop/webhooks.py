"""Webhooks that leave: queued with what they tell, signed, sent, and sent again under the same id for three days.

An endpoint that fails rests ever longer and is then asked with one message; the others do not wait for it. Source:
Standard Webhooks 1.0.0, "Deliverability and reliability".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from leadline.core.clock import Clock, micros
from leadline.core.errors import CallError, UnreachableAddress
from leadline.core.ports import Egress, Reply
from leadline.core.webhook_signature import new_secret, sign
from leadline.store import webhooks as kept
from leadline.store.transactions import together

SECOND = 1_000_000
FIRST = 5 * SECOND
FACTOR = 3
LONGEST = 12 * 3600 * SECOND
RESTS_AT_MOST = 3600 * SECOND
GIVEN_UP_AFTER = 3 * 86_400 * SECOND
# Longer than a worker can take: ten messages, each cut by the client after half a minute at most.
LEASE = 600 * SECOND
EACH = 10

# Of the endpoint as a whole, not of one message.
_ITS_OWN = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a run: messages that arrived, are tried again later, and are given up."""

    arrived: int = 0
    again: int = 0
    given_up: int = 0

    def __add__(self, other: Sent) -> Sent:
        return Sent(self.arrived + other.arrived, self.again + other.again, self.given_up + other.given_up)


@dataclass(frozen=True, slots=True)
class _Try:
    """One message that was sent, or not any more: `reply` is None where none came."""

    due: kept.Due
    tried: bool
    reply: Reply | None = None


def add_endpoint(url: str, kinds: Sequence[str] = ()) -> tuple[int, str]:
    """Sets an endpoint up; gives its number and the secret to verify with. Raises CallError for what is no address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise CallError("The endpoint's address is not a URL; write it as https://host/path")
    secret = new_secret()
    with together():
        return kept.add(url, kinds, secret), secret


def tell(kind: str, key: str, data: Mapping[str, Any], clock: Clock) -> int:
    """Queues a message of `kind` ('deal.won'); gives for how many endpoints it was new. The same key, the same message.

    Call it inside the transaction of what it tells.
    """
    now = clock.now()
    body = {"type": kind, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": data}
    message = "msg_" + hashlib.sha256(f"{kind}\n{key}".encode()).hexdigest()[:32]
    return kept.queue(message, kind, json.dumps(body, ensure_ascii=False), micros(now))


def back_off(tries: int, key: str, longest: int = LONGEST) -> int:
    """Microseconds to wait after so many tries: 5 s, 15 s, 45 s … to `longest`, a fifth up or down by the key."""
    wait = min(FIRST * FACTOR ** min(tries - 1, 12), longest)
    share = int.from_bytes(hashlib.sha256(f"{key}\n{tries}".encode()).digest()[:4]) / 2**32
    return int(wait * (0.8 + 0.4 * share))


def send(egress: Egress, clock: Clock, *, workers: int = 8, most: int = 10_000) -> Sent:
    """Sends what is due, `most` messages at most, at `workers` endpoints at a time. Others may run beside it."""
    # Later than the last try, for which a resting endpoint may be late.
    total = Sent(given_up=kept.bury(micros(clock.now()) - GIVEN_UP_AFTER - 2 * RESTS_AT_MOST))
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        while done < most:
            now = micros(clock.now())
            claimed = kept.claim(now, now + LEASE, endpoints=workers, each=EACH)
            if not claimed:
                break
            # The database is asked by this thread alone; the others only send.
            for one, tries in zip(claimed, pool.map(lambda c: _send(egress, clock, c), claimed), strict=True):
                total += _settle(one, tries, micros(clock.now()))
                done += len(tries)
    return total


def _send(egress: Egress, clock: Clock, claimed: kept.Claimed) -> list[_Try]:
    """Sends one endpoint's messages in turn, until it fails as a whole."""
    tries: list[_Try] = []
    for due in claimed.due:
        if (tries and _fails(tries[-1])) or micros(clock.now()) > due.lease - LEASE // 10:
            tries.append(_Try(due, tried=False))
            continue
        body = due.body.encode()
        headers = {"content-type": "application/json", **sign(claimed.secrets, due.message, clock.now(), body)}
        try:
            reply = egress.send("POST", claimed.url, headers=headers, body=body, most=0, redirects=0)
        except UnreachableAddress:
            tries.append(_Try(due, tried=True))
        else:
            tries.append(_Try(due, tried=True, reply=reply))
    return tries


def _fails(one: _Try) -> bool:
    """Whether the endpoint as a whole fails, rather than not liking this message."""
    if not one.tried:
        return True
    return one.reply is None or one.reply.status >= 500 or one.reply.status in (*_ITS_OWN, 410)


def _settle(claimed: kept.Claimed, tries: Iterable[_Try], now: int) -> Sent:
    total, failures = Sent(), claimed.failures
    with together():
        for one in tries:
            due, status = one.due, one.reply.status if one.reply else None
            if not one.tried:
                kept.settle(due, kept.WAITING, next_at=due.due_at, status=None, tried=False)
            elif status is not None and 200 <= status < 300:
                kept.settle(due, kept.DONE, next_at=now, status=status)
                kept.works(claimed.endpoint)
                total, failures = total + Sent(arrived=1), 0
            elif status == 410:
                kept.settle(due, kept.DEAD, next_at=now, status=status)
                kept.disable(claimed.endpoint, "it answered 410, which says that it is gone for good")
                total += Sent(given_up=1)
            else:
                asked = _asked_to_wait(one.reply)
                if _fails(one):
                    failures += 1
                    rest = max(asked, back_off(failures, claimed.url, RESTS_AT_MOST))
                    kept.rests(claimed.endpoint, failures, now + rest, now)
                last = due.made_at + GIVEN_UP_AFTER
                if now >= last:
                    kept.settle(due, kept.DEAD, next_at=now, status=status)
                    total += Sent(given_up=1)
                else:
                    wait = max(asked, back_off(due.tries + 1, f"{due.message}\n{claimed.endpoint}"))
                    kept.settle(due, kept.WAITING, next_at=min(now + wait, last), status=status)
                    total += Sent(again=1)
    return total


def _asked_to_wait(reply: Reply | None) -> int:
    """What Retry-After says in seconds, half a day at most."""
    words = reply.headers.get("retry-after", "").strip() if reply else ""
    return min(int(words) * SECOND, LONGEST) if words.isascii() and words.isdigit() and len(words) < 8 else 0
