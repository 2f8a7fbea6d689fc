"""A model on its way to the workers: the folder's files as bytes, read there as any model folder is, hashes and all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from leadline.learn import folder
from leadline.learn.model import Model

_READ: dict[str, Model] = {}  # in each Python process: a worker sees few models in its life


@dataclass(frozen=True, slots=True)
class Shipment:
    """What a task carries: the digest of the manifest, and Spark's broadcast of the files by name."""

    digest: str
    files: Any

    def model(self) -> Model:
        """The model, read once in each of the workers' Python processes."""
        found = _READ.get(self.digest)
        if found is None:
            found = _READ[self.digest] = _unpacked(self.files.value)
        return found


def packed(spark: Any, place: str | Path) -> Shipment:
    """The model folder `place`, sent to each worker once. ForeignModel where it is none of ours or was changed."""
    folder.load(place)
    files = {path.name: path.read_bytes() for path in sorted(Path(place).iterdir()) if path.is_file()}
    return Shipment(sha256(files[folder.MANIFEST]).hexdigest(), spark.sparkContext.broadcast(files))


def kept(spark: Any, model: Model) -> Shipment:
    """A model that lies in no folder yet."""
    with tempfile.TemporaryDirectory(prefix="leadline-model-") as scratch:
        return packed(spark, folder.save(model, Path(scratch) / "model"))


def _unpacked(files: Mapping[str, bytes]) -> Model:
    with tempfile.TemporaryDirectory(prefix="leadline-model-") as scratch:
        for name, data in files.items():
            (Path(scratch) / name).write_bytes(data)
        return folder.load(scratch)
