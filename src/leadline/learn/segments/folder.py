"""Segments on disk: a folder of data, never of code. MANIFEST.json has the SHA-256 of segments.json and arrays.npz.

Who was in which segment is kept as salted digests of what rows are called by, so that a folder names nobody.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from leadline.core.errors import CallError, ForeignModel
from leadline.learn.segments.bands import Column
from leadline.learn.segments.find import Model
from leadline.learn.segments.mixture import Mixture

FORMAT = "leadline-segments"
VERSION = 1
MANIFEST, BODY, ARRAYS = "MANIFEST.json", "segments.json", "arrays.npz"
LARGEST = 2**30  # bytes of arrays unpacked


def save(model: Model, folder: str | Path) -> Path:
    """Write the segments to `folder`, whole or not at all; older segments of ours there are replaced."""
    folder = Path(os.path.realpath(folder))
    if folder.exists() and any(folder.iterdir()):
        try:
            _manifest(folder)
        except ForeignModel:
            raise CallError(f"{folder} is there and holds no segments; name a new folder for --save") from None
    arrays: dict[str, Any] = {
        "log_share": model.mixture.log_share,
        "log_theta": model.mixture.log_theta,
        "used": model.mixture.used,
        "starts": model.mixture.starts,
        "marks": model.marks,
        "homes": model.homes,
    }
    columns = []
    for at, column in enumerate(model.columns):
        columns.append(
            {
                "name": column.name,
                "kind": column.kind,
                "edges": column.edges,
                "values": column.values,
                "others": column.others,
            }
        )
        if column.middle is not None and column.axes is not None:
            arrays[f"middle{at}"], arrays[f"axes{at}"] = column.middle, column.axes
    body = {
        "columns": columns,
        "ids": model.ids,
        "names": model.names,
        "next_id": model.next_id,
        "noun": model.noun,
        "called": model.called,
        "salt": model.salt,
    }
    packed = BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    files = {BODY: json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1).encode(), ARRAYS: packed.getvalue()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files[MANIFEST] = json.dumps({"format": FORMAT, "version": VERSION, "files": hashes}, indent=1).encode()
    mark = secrets.token_hex(4)
    beside, older = (folder.with_name(f".{folder.name}.{mark}.{end}") for end in ("new", "old"))
    try:
        beside.mkdir(parents=True)
        for name, data in files.items():
            (beside / name).write_bytes(data)
        if folder.exists():
            folder.rename(older)
        beside.rename(folder)
    except OSError as error:
        if older.exists() and not folder.exists():
            older.rename(folder)
        raise CallError(f"The segments cannot be written to {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(older, ignore_errors=True)
    return folder


def _manifest(folder: Path) -> dict[str, str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise ForeignModel(f"{folder} holds no segments that this program reads")
        return {BODY: str(manifest["files"][BODY]), ARRAYS: str(manifest["files"][ARRAYS])}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise ForeignModel(f"{folder} holds no segments; name a folder that leadline segments --save wrote") from None


def load(folder: str | Path) -> Model:
    """Read segments; ForeignModel if the folder is not one of ours or was changed after it was saved."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ForeignModel(f"There is no folder {folder} with segments; name one that leadline segments --save wrote")
    files: dict[str, bytes] = {}
    for name, digest in _manifest(folder).items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise ForeignModel(f"{name} is missing in {folder}; save the segments again") from None
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ForeignModel(f"{name} in {folder} was changed after it was saved; save the segments again")
    try:
        return _checked(json.loads(files[BODY]), _arrays(files[ARRAYS]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, OSError, RecursionError,
            zipfile.BadZipFile, zlib.error):  # fmt: skip
        raise ForeignModel(f"{folder} is not readable by this version; save the segments again") from None


def _arrays(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(BytesIO(data)) as packed:
        if sum(item.file_size for item in packed.infolist()) > LARGEST:
            raise ValueError("too large unpacked")
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return dict(arrays)


def _checked(body: dict[str, Any], arrays: dict[str, Any]) -> Model:
    """The model, if its parts fit together."""
    columns = tuple(
        Column(
            str(one["name"]),
            str(one["kind"]),
            tuple(tuple(float(edge) for edge in edges) for edges in one["edges"]),
            tuple(str(value) for value in one["values"]),
            bool(one["others"]),
            arrays.get(f"middle{at}"),
            arrays.get(f"axes{at}"),
        )
        for at, one in enumerate(body["columns"])
    )
    for column in columns:
        if column.kind == "text" and (
            column.middle is None or column.axes is None or column.axes.shape != (len(column.edges), len(column.middle))
        ):
            raise ValueError("directions of texts are missing")
    sizes = [size for column in columns for size in column.sizes]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    mixture = Mixture(arrays["log_share"], arrays["log_theta"], arrays["used"], starts)
    ids, names = tuple(int(one) for one in body["ids"]), tuple(str(one) for one in body["names"])
    number = len(ids)
    shapes = (mixture.log_share.shape, mixture.log_theta.shape, mixture.used.shape)
    if shapes != ((number,), (int(starts[-1]), number), (len(sizes),)) or len(names) != number:
        raise ValueError("parts differ in size")
    if not (np.isfinite(mixture.log_share).all() and np.isfinite(mixture.log_theta).all()):
        raise ValueError("a share is no number")
    marks, homes = np.asarray(arrays["marks"], np.uint64), np.asarray(arrays["homes"], np.int64)
    if marks.shape != homes.shape or marks.ndim != 1:
        raise ValueError("marks and homes differ")
    return Model(
        columns,
        mixture,
        ids,
        names,
        int(body["next_id"]),
        str(body["noun"]),
        str(body["called"]),
        str(body["salt"]),
        marks,
        homes,
    )
