"""Child seeds by name: a table or column that is added later changes no draw of the others."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np


@dataclass(frozen=True, slots=True)
class Streams:
    """One world's source of randomness. Equal (world, seed, name) give equal draws, in any order of asking."""

    world: str
    seed: int

    def __call__(self, name: str) -> np.random.Generator:
        """A fresh generator for the table or column `name`."""
        world, table = crc32(self.world.encode()), crc32(name.encode())
        child = np.random.SeedSequence(entropy=(self.seed, world), spawn_key=(table,))
        return np.random.Generator(np.random.PCG64(child))
