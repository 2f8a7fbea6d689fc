"""Models on disk: a folder of data, never of code.

    MANIFEST.json   format, version, and the SHA-256 of every other file
    model.json      all records; `{"$": "Type", …}` is a record of a known type, `{"@": "key"}` an array
    arrays.npz      the arrays (NumPy, no pickle)
    trees-N.txt     trees in LightGBM's text format

Loading checks each hash and builds only the types named here, so a changed or foreign folder is an error.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leadline.core import formats, qualification, roles
from leadline.core.errors import CallError, ForeignModel
from leadline.learn import calibration, derive, encoding, ensemble, forest, model, priors, scorecard, terms

FORMAT = "leadline-model"
VERSION = 1
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
    folder = Path(folder)
    if folder.exists() and not (folder / "MANIFEST.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise CallError(f"{folder} is there and holds no model; name a new folder for --save")
    writer = _Writer()
    body = json.dumps(writer.plain(kept), ensure_ascii=False, allow_nan=False, indent=1).encode()
    arrays = BytesIO()
    np.savez_compressed(arrays, allow_pickle=False, **writer.arrays)
    files = {"model.json": body, "arrays.npz": arrays.getvalue()}
    files.update({f"trees-{n}.txt": text.encode() for n, text in enumerate(writer.trees)})
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = {"format": FORMAT, "version": VERSION, "files": hashes}
    files["MANIFEST.json"] = json.dumps(manifest, indent=1).encode()
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    try:
        beside.mkdir(parents=True)
        for name, data in files.items():
            (beside / name).write_bytes(data)
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    except OSError as error:
        raise CallError(f"The model cannot be written to {folder}: {error.strerror}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def load(folder: str | Path) -> model.Model:
    """Read a model; ForeignModel if the folder is not one of ours or was changed after it was saved."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ForeignModel(f"There is no model folder {folder}")
    try:
        manifest = json.loads((folder / "MANIFEST.json").read_bytes())
        hashes = dict(manifest["files"])
        known = manifest["format"] == FORMAT
        version = manifest["version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ForeignModel(f"{folder} holds no model of ours: MANIFEST.json is missing or not readable") from None
    if not known or version != VERSION:
        raise ForeignModel(
            f"{folder} is of format {manifest.get('format')} {version}; this program reads {FORMAT} {VERSION}"
        )
    files: dict[str, bytes] = {}
    for name, digest in hashes.items():
        if Path(name).name != name:
            raise ForeignModel(f"The manifest of {folder} names a file outside it: {name}")
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise ForeignModel(f"{name} is missing in {folder}; save the model again") from None
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ForeignModel(f"{name} in {folder} was changed after the model was saved; save the model again")
    try:
        with np.load(BytesIO(files["arrays.npz"]), allow_pickle=False) as arrays:
            reader = _Reader(dict(arrays), files)
        found = reader.record(json.loads(files["model.json"]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, zipfile.BadZipFile):
        raise ForeignModel(f"{folder} is not a model that this version can read; save the model again") from None
    if not isinstance(found, model.Model):
        raise ForeignModel(f"{folder} holds no model of ours")
    return found


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
            "trees": lambda number: forest.Forest(self.files[f"trees-{int(number)}.txt"].decode()),
            "number": lambda text: {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[text],
        }

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
        return record(**given)
