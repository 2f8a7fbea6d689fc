"""What a body in Segment's form must be to be taken. Whether its events can be used is told when it is unpacked."""

from __future__ import annotations

import msgspec

from leadline.web.collect.ports import Limits
from leadline.web.collect.replies import Refusal

# Segment's paths, and the short ones that its browser library uses.
KINDS = {
    "/v1/track": "track",
    "/v1/identify": "identify",
    "/v1/page": "page",
    "/v1/screen": "screen",
    "/v1/group": "group",
    "/v1/alias": "alias",
    "/v1/batch": "batch",
    "/v1/import": "batch",
    "/v1/t": "track",
    "/v1/i": "identify",
    "/v1/p": "page",
    "/v1/s": "screen",
    "/v1/g": "group",
    "/v1/a": "alias",
    "/v1/b": "batch",
}
KINDS |= {f"{path}/": kind for path, kind in KINDS.items()}


class _Single(msgspec.Struct):
    write_key: str | None = msgspec.field(default=None, name="writeKey")


class _Batch(msgspec.Struct):
    # Raw: the events are checked as JSON and stay as they came.
    batch: list[msgspec.Raw]
    write_key: str | None = msgspec.field(default=None, name="writeKey")
    sent_at: str | float | None = msgspec.field(default=None, name="sentAt")
    context: dict[str, msgspec.Raw] | None = None


_single = msgspec.json.Decoder(_Single).decode
_batch = msgspec.json.Decoder(_Batch).decode


def write_key(kind: str, body: bytes, limits: Limits) -> str:
    """The write key that the body holds, '' where it holds none. Raises a Refusal of 400 or 413."""
    try:
        if kind != "batch":
            return _single(body).write_key or ""
        decoded = _batch(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "invalid_json", f"The body is not what is expected: {error}.") from None
    except RecursionError:
        raise Refusal(400, "invalid_json", "The body is nested too deeply.") from None
    if len(decoded.batch) > limits.events:
        raise Refusal(413, "too_many", f"A batch holds at most {limits.events} events; send fewer at once.")
    return decoded.write_key or ""
