"""Write keys in memory: read anew while they are in use, so that a key made or taken back counts within seconds."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache

from leadline.core.errors import StoreUnavailable
from leadline.web.collect.ports import Keys, Ports
from leadline.web.collect.replies import Refusal

_STALE = 5.0  # seconds after which keys in use are read again, behind the requests
_UNKNOWN = 1.0  # seconds between two readings for the sake of a key that is not known


class WriteKeys:
    """The keys that this process knows."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._keys: Keys = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def source(self, key: str) -> tuple[str, Sequence[str]]:
        """The source and the origins of `key`. Raises a Refusal of 401 where there is none, StoreUnavailable where the
        keys cannot be read and none are known."""
        age = asyncio.get_running_loop().time() - self._read_at
        found = self._keys.get(key)
        if found is None:
            if not key:
                raise Refusal(401, "no_write_key", "Send a write key, as user of basic authorization or as writeKey.")
            if age > _UNKNOWN:
                await self._fresh()
                found = self._keys.get(key)
        elif age > _STALE:
            self._begin()
        if found is None:
            raise Refusal(401, "unknown_write_key", "The write key is not known; see leadline write-key.")
        return found

    async def some_key_allows(self, origin: str, host: str) -> bool:
        """Whether pages of `origin` may send with any of the keys."""
        if not self._keys:
            await self._fresh()
        return any(allowed(origin, host, origins) for _, origins in self._keys.values())

    async def _fresh(self) -> None:
        """Reads the keys; those who come meanwhile wait for the same reading."""
        await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        try:
            self._keys = await asyncio.to_thread(self._ports.write_keys)
        except StoreUnavailable:
            if not self._keys:  # keys that are known stay good while the database is away
                raise
        self._read_at = asyncio.get_running_loop().time()


def allowed(origin: str, host: str, origins: Sequence[str]) -> bool:
    """Whether pages of `origin` may use a key with these origins: any where none is named, and always our own pages."""
    return not origins or origin in origins or origin.partition("://")[2] == host


@lru_cache(maxsize=4_096)
def key_of(authorization: bytes) -> str:
    """The user of basic authorization, '' where there is none."""
    scheme, _, code = authorization.partition(b" ")
    if scheme.lower() != b"basic" or len(code) > 512:
        return ""
    try:
        return base64.b64decode(code.strip(), validate=True).partition(b":")[0].decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
