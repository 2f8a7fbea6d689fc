"""A backup's file: a line that says what it is, a tar of its members (the manifest first), the SHA-256 of all that.

No byte of it can change unseen, and it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from leadline.core.errors import DataError, UnreadableSource

FIRST = b"leadline backup 1\n"
MANIFEST = "manifest.json"
NEEDED = {*("members record schema rows findings audit_head made_at installation secrets version".split())}
_TRAILER = 65  # 64 hexadecimal digits and a line's end
_BLOCK = 1 << 20


class _Hashed:
    """Writes on and hashes what it writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, block: bytes) -> int:
        self.digest.update(block)
        return self._file.write(block)


def write(target: Path, manifest: dict[str, Any], members: Mapping[str, Path]) -> str:
    """Writes the file aside, waits until it is on disk, and gives it its name; returns its SHA-256. `manifest` gets the
    members' sizes and digests."""
    manifest["members"] = {
        name: {"bytes": path.stat().st_size, "sha256": sha256(path)} for name, path in members.items()
    }
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            hashed = _Hashed(file)
            hashed.write(FIRST)
            with tarfile.open(fileobj=hashed, mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
                text = json.dumps(manifest, indent=1).encode()
                tar.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))
                for name, path in members.items():
                    with path.open("rb") as member:
                        tar.addfile(_entry(name, path.stat().st_size), member)
            digest = hashed.digest.hexdigest()
            file.write(f"{digest}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)
    return digest


def check(source: Path) -> str:
    """Reads the whole file and compares its SHA-256, which it gives. Raises UnreadableSource or DataError."""
    try:
        size = source.stat().st_size
        with source.open("rb") as file:
            if file.read(len(FIRST)) != FIRST:
                raise UnreadableSource(f"'{source}' is no backup of Leadline, or its first bytes were changed")
            digest = hashlib.sha256(FIRST)
            left = size - len(FIRST) - _TRAILER
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                digest.update(block)
                left -= len(block)
            told = file.read(_TRAILER)
    except OSError as error:
        raise UnreadableSource(f"'{source}' cannot be read: {(error.strerror or str(error)).lower()}") from error
    if told != f"{digest.hexdigest()}\n".encode():
        what = "was changed after it was written" if _is_digest(told) else "is cut short or was changed"
        raise DataError(f"The backup '{source}' {what} (its SHA-256 is another); take another backup")
    return digest.hexdigest()


def manifest_of(source: Path) -> dict[str, Any]:
    """What the backup says of itself; the file must have been checked."""
    told: Any = None
    try:
        with source.open("rb") as file:
            file.seek(len(FIRST))
            with tarfile.open(fileobj=file, mode="r|") as tar:
                first = tar.next()
                read = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
                told = json.loads(read.read()) if read else None
    except (tarfile.TarError, ValueError) as error:
        raise UnreadableSource(f"'{source}' has no manifest that can be read") from error
    if not isinstance(told, dict) or told.get("format") != 1 or not told.keys() >= NEEDED:
        raise UnreadableSource(f"'{source}' is of a form that this Leadline does not know; take a newer Leadline")
    found: dict[str, Any] = told
    return found


def extract(source: Path, folder: Path) -> dict[str, Path]:
    """Writes the members into `folder` under numbers, checks each against the manifest, and gives them by name."""
    members = manifest_of(source)["members"]
    found: dict[str, Path] = {}
    with source.open("rb") as file:
        file.seek(len(FIRST))
        with tarfile.open(fileobj=file, mode="r|") as tar:
            for entry in tar:
                read = tar.extractfile(entry)
                if entry.name not in members or read is None:
                    continue
                path = folder / f"member-{len(found)}"
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                    while block := read.read(_BLOCK):
                        out.write(block)
                    out.flush()
                    os.fsync(out.fileno())
                if sha256(path) != members[entry.name]["sha256"]:
                    raise DataError(f"'{entry.name}' within '{source}' was changed; take another backup")
                found[entry.name] = path
    if gone := members.keys() - found.keys():
        raise DataError(f"'{min(gone)}' is missing within '{source}'; take another backup")
    return found


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Waits until a folder's names are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _is_digest(told: bytes) -> bool:
    return len(told) == _TRAILER and told.endswith(b"\n") and all(sign in b"0123456789abcdef" for sign in told[:-1])
