"""CloudEvents 1.0 over HTTP: structured, in batches, and binary, which is made structured before it is kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from leadline.web.collect.ports import Limits
from leadline.web.collect.replies import Refusal

PATHS = frozenset({"/v1/events", "/v1/events/"})
_STRUCTURED, _BATCH = b"application/cloudevents+json", b"application/cloudevents-batch+json"
_REQUIRED = ("id", "source", "specversion", "type")


class _Event(msgspec.Struct):
    id: str
    source: str
    type: str
    specversion: str


_one = msgspec.json.Decoder(_Event).decode
_many = msgspec.json.Decoder(list[msgspec.Raw]).decode
_raw = msgspec.json.Decoder(msgspec.Raw).decode


def taken(body: bytes, headers: Mapping[bytes, bytes], limits: Limits) -> bytes:
    """The body as it is kept: one event or a list of them in JSON. Raises a Refusal of 400, 413 or 415.

    A single event is refused here where an attribute is missing; in a batch it is refused alone, when it is unpacked.
    """
    media, _, _ = headers.get(b"content-type", b"").partition(b";")
    media = media.strip().lower()
    if media == _BATCH:
        events = _decoded(_many, body)
        if len(events) > limits.events:
            raise Refusal(413, "too_many", f"A batch holds at most {limits.events} events; send fewer at once.")
        return body
    if media.startswith(b"application/cloudevents") and media != _STRUCTURED:
        raise Refusal(415, "unknown_format", "Events are taken as application/cloudevents+json, alone or in a batch.")
    event = body if media == _STRUCTURED else _binary(body, media, headers)
    if len(event) > limits.message:
        raise Refusal(413, "too_large", f"An event holds at most {limits.message // 1024} kB.")
    _decoded(_one, event)
    return event


def _decoded(decode: object, body: bytes) -> list[object]:
    try:
        found: list[object] = decode(body)  # type: ignore[operator]  # a method of one of the decoders above
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "invalid_event", f"The body is no CloudEvent: {error}.") from None
    except RecursionError:
        raise Refusal(400, "invalid_event", "The body is nested too deeply.") from None
    return found


def _binary(body: bytes, media: bytes, headers: Mapping[bytes, bytes]) -> bytes:
    """Binary mode: attributes in headers named ce-…, the data as body (HTTP Protocol Binding 1.0.2, section 3.1)."""
    event: dict[str, object] = {}
    for name, value in headers.items():
        if name.startswith(b"ce-"):
            event[name[3:].decode("latin-1")] = unquote(value.decode("utf-8", "replace"), errors="replace")
    missing = [f"ce-{name}" for name in _REQUIRED if name not in event]
    if missing:
        raise Refusal(400, "invalid_event", f"The header {missing[0]} is missing.")
    if media:
        event["datacontenttype"] = media.decode("latin-1")
    if body and (media in {b"", b"application/json", b"text/json"} or media.endswith(b"+json")):
        event["data"] = _decoded(_raw, body)
    elif body and media.startswith(b"text/"):
        event["data"] = body.decode("utf-8", "replace")
    elif body:
        event["data_base64"] = base64.b64encode(body).decode()
    return msgspec.json.encode(event)
