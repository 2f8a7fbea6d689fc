"""How a body lies in the journal: large ones deflated, in the writer's thread, which leaves the requests' thread alone.

A batch shrinks to a tenth or less, and with it what is written to the log, synced, and written again at a checkpoint.
"""

from __future__ import annotations

import zlib

FROM = 4_096  # bytes; smaller ones share pages of the table as they are
_MARK = b"\0"  # no JSON begins so; what does is deflated at any size, so that the mark is never mistaken


def packed(body: bytes) -> bytes:
    """What is stored for a body."""
    if len(body) < FROM and not body.startswith(_MARK):
        return body
    return _MARK + zlib.compress(body, 1)


def unpacked(stored: bytes) -> bytes:
    """The body of what is stored."""
    return zlib.decompress(stored[1:]) if stored.startswith(_MARK) else stored
