"""Signatures of webhooks, both ways. Source: Standard Webhooks 1.0.0 (HMAC-SHA256, symmetric, `v1`)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from leadline.core.errors import CallError, DataError

PREFIX = "whsec_"
TOLERANCE = 300  # seconds that the sender's clock may differ from ours
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class UnsignedWebhook(DataError):
    """What came in is not signed by whoever has the secret, or not just now."""


def new_secret() -> str:
    """A secret of 32 random bytes, as `whsec_…`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(given: Sequence[str], message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message, signed with each secret: two while one is being exchanged."""
    seconds = str(int(at.timestamp()))
    marks = " ".join(_mark(_key(secret), message, seconds, body) for secret in given)
    return {ID: message, TIMESTAMP: seconds, SIGNATURE: marks}


def verify(given: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, datetime]:
    """The id and the time of a message that one of our secrets signed within five minutes of `now`.

    Raises UnsignedWebhook with one sentence that repeats nothing of what came.
    """
    own = {name.casefold(): value for name, value in headers.items()}
    message, seconds, marks = (own.get(name, "").strip() for name in (ID, TIMESTAMP, SIGNATURE))
    if not (message and seconds and marks):
        raise UnsignedWebhook(f"The webhook lacks one of its headers {ID}, {TIMESTAMP} and {SIGNATURE}")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        raise UnsignedWebhook(f"The webhook's {TIMESTAMP} is not a number of seconds")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE:
        raise UnsignedWebhook(f"The webhook was signed over {TOLERANCE} seconds from now; check both clocks")
    good = [_mark(_key(secret), message, seconds, body).encode() for secret in given]
    came = [mark.encode() for mark in marks.split(" ")[:20]]
    # All are compared, so that the time it takes tells nothing.
    if not [True for one in good for other in came if hmac.compare_digest(one, other)]:
        raise UnsignedWebhook("The webhook is not signed with the secret of this connection; set the sender's secret")
    return message[:400], datetime.fromtimestamp(int(seconds), UTC)


def is_secret(words: str) -> bool:
    """Whether `words` can be a secret: base64, perhaps behind `whsec_`."""
    try:
        return bool(_key(words))
    except CallError:
        return False


def _mark(key: bytes, message: str, seconds: str, body: bytes) -> str:
    signed = b".".join((message.encode(), seconds.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    words = secret.strip().removeprefix(PREFIX)
    try:
        key = base64.b64decode(words + "=" * (-len(words) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CallError(f"The webhook's secret is not {PREFIX} and base64; copy it whole from the sender") from error
    if not key:
        raise CallError("The webhook's secret is empty; copy it whole from the sender")
    return key
