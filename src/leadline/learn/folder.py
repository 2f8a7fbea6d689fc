"""Models on disk: a folder of data, never of code.

    MANIFEST.json   format, version, and the SHA-256 of every other file
    model.json      all records; `{"$": "Type", …}` is a record of a known type, `{"@": "key"}` an array
    arrays.npz      the arrays (NumPy, no pickle)
    trees-N.txt     trees in LightGBM's text format

Loading checks each hash, builds only the types named here, and sees that each field holds what it should, so a changed
or foreign folder is an error.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leadline.core import formats, qualification, roles
from leadline.core.errors import CallError, ForeignModel
from leadline.learn import (
    annotation,
    calibration,
    derive,
    encoding,
    ensemble,
    forest,
    model,
    priors,
    scorecard,
    terms,
    tree_text,
)

FORMAT = "leadline-model"
VERSION = 1
MANIFEST = "MANIFEST.json"
NAME = re.compile(r"model\.json|arrays\.npz|trees-\d{1,4}\.txt")
LARGEST = 2**30  # bytes of arrays unpacked
UNREADABLE = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, OSError, MemoryError,
    ArithmeticError, RuntimeError, zipfile.BadZipFile, zlib.error, pa.ArrowException,
)  # fmt: skip
RECORDS: dict[str, type] = {
    record.__name__: record
    for record in (
        calibration.Bounds,
        derive.Part,
        encoding.NumberCode,
        encoding.CategoryCode,
        encoding.Encoder,
        ensemble.Ensemble,
        formats.ColumnFormat,
        model.Model,
        model.Propensity,
        model.Reference,
        priors.Prior,
        priors.Rule,
        qualification.Decile,
        qualification.LeftOut,
        qualification.ModelCard,
        qualification.OutcomeReading,
        qualification.ReliabilityBin,
        qualification.TopK,
        qualification.Validation,
        roles.ColumnRole,
        scorecard.Scorecard,
        terms.Terms,
    )
}


def save(kept: model.Model, folder: str | Path) -> Path:
    """Write `kept` to `folder`, whole or not at all; an older model of ours there is replaced."""
    folder = Path(os.path.realpath(folder))
    _check_place(folder)
    writer = _Writer()
    body = json.dumps(writer.plain(kept), ensure_ascii=False, allow_nan=False, indent=1).encode()
    arrays = BytesIO()
    np.savez_compressed(arrays, allow_pickle=False, **writer.arrays)
    files = {"model.json": body, "arrays.npz": arrays.getvalue()}
    files.update({f"trees-{n}.txt": text.encode() for n, text in enumerate(writer.trees)})
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = {"format": FORMAT, "version": VERSION, "files": hashes}
    files[MANIFEST] = json.dumps(manifest, indent=1).encode()
    mark = secrets.token_hex(4)
    beside, older = (folder.with_name(f".{folder.name}.{mark}.{end}") for end in ("new", "old"))
    try:
        beside.mkdir(parents=True)
        for name, data in files.items():
            with (beside / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        _swap(folder, beside, older)
    except OSError as error:
        raise CallError(f"The model cannot be written to {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _check_place(folder: Path) -> None:
    """Only a new or empty folder, or one that holds a model of ours and nothing else, is written to."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        known = {MANIFEST, *_manifest(folder)}
    except ForeignModel:
        raise CallError(f"{folder} is there and holds no model; name a new folder for --save") from None
    others = sorted(path.name for path in folder.iterdir() if path.name not in known)
    if others:
        raise CallError(f"{folder} holds '{others[0]}' beside a model; name a new folder for --save")


def _swap(folder: Path, beside: Path, older: Path) -> None:
    """Put `beside` in the place of `folder`; what was there stays until the new one is in its place."""
    if not folder.exists():
        beside.rename(folder)
        return
    folder.rename(older)
    try:
        beside.rename(folder)
    except OSError:
        older.rename(folder)
        raise
    shutil.rmtree(older, ignore_errors=True)


def _manifest(folder: Path) -> dict[str, str]:
    """The files of a model of ours with their hashes."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        hashes = {name: str(digest) for name, digest in manifest["files"].items()}
        made = manifest["format"], manifest["version"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ForeignModel(f"{folder} holds no model of ours: {MANIFEST} is missing or not readable") from None
    if made != (FORMAT, VERSION):
        raise ForeignModel(f"{folder} is of format {made[0]} {made[1]}; this program reads {FORMAT} {VERSION}")
    for name in hashes:
        if not NAME.fullmatch(name):
            raise ForeignModel(f"The manifest of {folder} names a file that no model has: {name!r}")
    return hashes


def load(folder: str | Path) -> model.Model:
    """Read a model; ForeignModel if the folder is not one of ours or was changed after it was saved."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ForeignModel(f"There is no model folder {folder}")
    files: dict[str, bytes] = {}
    for name, digest in _manifest(folder).items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise ForeignModel(f"{name} is missing in {folder}; save the model again") from None
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ForeignModel(f"{name} in {folder} was changed after the model was saved; save the model again")
    try:
        found = _Reader(_arrays(files["arrays.npz"]), files).record(json.loads(files["model.json"]))
        if not isinstance(found, model.Model):
            raise TypeError("not a model")
        _check_shapes(found)
    except UNREADABLE:
        raise ForeignModel(f"{folder} is not a model that this version can read; save the model again") from None
    return found


def _check_shapes(found: model.Model) -> None:
    """Parts that do not fit together are an error now, not when rows are scored."""
    kept, known = found.ensemble, found.reference
    if (kept is None) != (known is None) or (kept is None and found.prior is None):
        raise ValueError("parts are missing")
    if kept is None or known is None:
        return
    sizes = list(kept.encoder.cardinalities)
    if not all([len(p) for p in points] == sizes for points in (kept.card.points, kept.evidence, known.shares)):
        raise ValueError("bins differ")
    if len(kept.weights) != 2 + (kept.forest is not None) + len(kept.terms):
        raise ValueError("members differ")
    if not len(known.columns) == len(known.middle) == len(known.swing):
        raise ValueError("columns differ")
    if any(not len(t.vocabulary) == len(t.idf) == len(t.weights) for t in kept.terms):
        raise ValueError("terms differ")
    features = len(kept.encoder.tree_sources)
    if kept.forest is not None and kept.forest.features != features:
        raise ValueError("features differ")


def _arrays(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(BytesIO(data)) as packed:
        if sum(item.file_size for item in packed.infolist()) > LARGEST:
            raise ValueError("too large unpacked")
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return dict(arrays)


class _Writer:
    def __init__(self) -> None:
        self.arrays: dict[str, Any] = {}
        self.trees: list[str] = []

    def plain(self, value: Any) -> Any:
        """JSON for any value of ours; arrays and trees are put aside."""
        if value is None or isinstance(value, bool | str):
            return str(value) if isinstance(value, str) else value
        if isinstance(value, np.ndarray):
            key = f"a{len(self.arrays)}"
            self.arrays[key] = value
            return {"@": key}
        if isinstance(value, pa.Array):
            return {"strings": value.to_pylist()}
        if isinstance(value, forest.Forest):
            self.trees.append(value.text)
            return {"trees": len(self.trees) - 1}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: self.plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return {"$": type(value).__name__, **fields}
        if isinstance(value, tuple | list):
            return [self.plain(item) for item in value]
        if isinstance(value, int | np.integer):
            return int(value)
        number = float(value)
        return number if math.isfinite(number) else {"number": repr(number)}


class _Reader:
    def __init__(self, arrays: dict[str, Any], files: dict[str, bytes]) -> None:
        self.arrays = arrays
        self.files = files
        self.makers: dict[str, Callable[[Any], Any]] = {
            "@": lambda key: self.arrays[key],
            "strings": lambda items: pa.array([str(item) for item in items], pa.string()),
            "trees": self.forest,
            "number": lambda text: {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[text],
        }

    def forest(self, number: Any) -> forest.Forest:
        """Trees, looked at before LightGBM is given them."""
        text = self.files[f"trees-{int(number)}.txt"].decode()
        tree_text.check(text, 1 + int(text.partition("max_feature_idx=")[2].partition("\n")[0]))
        return forest.Forest(text)

    def record(self, value: Any) -> Any:
        """The value that `_Writer.plain` was given."""
        if isinstance(value, list):
            return tuple(self.record(item) for item in value)
        if not isinstance(value, dict):
            return value
        if "$" not in value:
            ((kind, inner),) = value.items()
            return self.makers[kind](inner)
        record = RECORDS[value["$"]]
        names = {f.name for f in dataclasses.fields(record)}
        given = {name: self.record(inner) for name, inner in value.items() if name != "$"}
        if set(given) != names:
            raise ValueError("the fields of a record differ")
        if record is roles.ColumnRole:
            given["role"] = roles.Role(given["role"])
        if not all(annotation.fits(inner, annotation.of(record)[name]) for name, inner in given.items()):
            raise TypeError("a field of a record holds something else")
        return record(**given)
