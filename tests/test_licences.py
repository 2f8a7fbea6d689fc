"""Whoever runs Leadline takes on no licence that forbids: every package of the run-time lock is permissive."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest

from imports import ROOT

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",  # that of Python 1.6, approved by the OSI: keep the notice, nothing more
    "HPND",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
# Used as they come, never changed and never copied in: what the LGPL and the MPL ask of a user of a library.
UNMODIFIED = {"LGPL-3.0-only", "LGPL-3.0-or-later", "LGPL-2.1-or-later", "MPL-2.0"}

# What authors wrote where the SPDX expression should stand, before that field existed.
WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "PSFL": "PSF-2.0",
}
# These name none in their metadata; their licence's file was read, and must still hold these words.
READ = {
    "pysqlite3": ("Zlib", "This software is provided 'as-is', without any express or implied warranty"),
    "wordllama": ("MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"),
}
LOCKED = re.findall(r"^([a-zA-Z0-9._-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)


def licence(package: Distribution) -> str:
    """The SPDX expression, else the short licence field, else the classifiers."""
    meta = package.metadata
    expression = meta["License-Expression"]
    if expression:
        return str(expression)
    short = (meta["License"] or "").strip()
    if short and "\n" not in short:
        return WORDS.get(short, short)
    ends = [line.rpartition(" :: ")[2] for line in meta.get_all("Classifier") or () if line.startswith("License")]
    return " AND ".join(WORDS.get(end, end) for end in ends if end != "OSI Approved")


def refused(expression: str, allowed: set[str]) -> set[str]:
    """The licences that stand in the way: each side of AND must be allowed, one side of OR is enough."""
    found = set()
    for part in re.split(r"\s+AND\s+", expression.replace("(", "").replace(")", "")):
        choices = {re.sub(r"\s+WITH\s+.*", "", choice).strip() for choice in re.split(r"\s+OR\s+", part)}
        if not choices & allowed:
            found |= choices
    return found


@pytest.mark.parametrize("name", sorted(set(LOCKED)))
def test_licence_is_permissive(name: str) -> None:
    try:
        package = distribution(name)
    except PackageNotFoundError:
        assert f"{name}==" in _only_elsewhere(), f"{name} is in the lock and not installed: run make install"
        return
    expression = licence(package)
    if not expression and name in READ:
        expression, words = READ[name]
        texts = [path.read_text() for path in package.files or () if path.name == "LICENSE"]
        assert any(words in " ".join(text.split()) for text in texts), f"{name} has another licence now"
    assert expression, f"{name} names no licence"
    assert not refused(expression, PERMISSIVE | UNMODIFIED), f"{name}: {expression}"


def _only_elsewhere() -> str:
    """The lines of the lock that other systems or Pythons alone install."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if " ; " in line)


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("MIT", set()),
        ("BSD-3-Clause AND (MIT OR GPL-2.0-only)", set()),
        ("GPL-3.0-or-later", {"GPL-3.0-or-later"}),
        ("MIT AND AGPL-3.0-only", {"AGPL-3.0-only"}),
        ("", {""}),
    ],
)
def test_the_rule_itself(expression: str, answer: set[str]) -> None:
    assert refused(expression, PERMISSIVE) == answer


def test_the_lock_names_no_address() -> None:
    for name, least in (("requirements.txt", 20), ("requirements-dev.txt", 40), ("requirements-build.txt", 2)):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        assert "--index" not in text, name
        assert "--find-links" not in text, name
        pinned = re.findall(r"^[a-zA-Z0-9._-]+==", text, re.MULTILINE)
        assert len(pinned) >= least, name
        assert text.count("--hash=sha256:") >= len(pinned), name
