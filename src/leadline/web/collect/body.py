"""Reads a request's body within bounds of size, inflated size and time."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from leadline.web.collect.replies import Refusal

Receive = Callable[[], Awaitable[Any]]


class Gone(Exception):
    """The client left before its body was here."""


async def read(receive: Receive, headers: Mapping[bytes, bytes], most: int) -> bytes:
    """The body, inflated where it is gzip. Raises a Refusal of 400, 413 or 415, or `Gone`."""
    length = headers.get(b"content-length", b"")
    if length and not (length.isdigit() and len(length) < 16):
        raise Refusal(400, "bad_request", "The content-length is not a number.")
    if length and int(length) > most:
        raise too_large(most)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body") or message["type"] != "http.request":
        body = await _rest(receive, message, body, most)
    if len(body) > most:
        raise too_large(most)
    encoding = headers.get(b"content-encoding")
    return _inflated(body, encoding.strip().lower(), most) if encoding else body


async def _rest(receive: Receive, message: Any, first: bytes, most: int) -> bytes:
    parts, size = [first], len(first)
    while True:
        if message["type"] != "http.request":
            raise Gone
        if size > most:
            raise too_large(most)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])


def _inflated(body: bytes, encoding: bytes, most: int) -> bytes:
    if encoding in {b"", b"identity"}:
        return body
    if encoding != b"gzip":
        raise Refusal(415, "unknown_encoding", "The content-encoding is not known; send gzip, or none.")
    inflate = zlib.decompressobj(wbits=31)
    try:
        plain = inflate.decompress(body, most + 1)
    except zlib.error:
        raise Refusal(400, "invalid_gzip", "The body is not gzip, though content-encoding says so.") from None
    if len(plain) > most:
        raise too_large(most)
    if not inflate.eof:
        raise Refusal(400, "invalid_gzip", "The gzip body is cut off.")
    return plain


def too_large(most: int) -> Refusal:
    """413 with the bound."""
    return Refusal(413, "too_large", f"The body is larger than {most // 1024} kB; send fewer events at once.")
