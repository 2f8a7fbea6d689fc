"""What the writer wants, by a trained model: label, probability, whether it is in scope, and why. NumPy only.

A kernel machine: a text is compared with every example that was learned from, through its vectors (Gaussian kernel)
and its n-grams (linear); the comparisons are weighted as training found (`leadline.learn.intents`) and turned into
probabilities. Source: Saunders, Gammerman, Vovk (1998), ridge regression in dual variables.

On disk a model is a folder of data, never of code:

    MANIFEST.json   format, version, the SHA-256 of the other files
    model.json      labels, views, scope, terms, examples
    arrays.npz      the arrays (NumPy, no pickle)
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from leadline.core.errors import CallError, ForeignModel
from leadline.understand.embedding import DIMENSIONS, Size, embed
from leadline.understand.ngrams import Ngrams

FORMAT, VERSION = "leadline-intents", 1
MANIFEST, BODY, ARRAYS = "MANIFEST.json", "model.json", "arrays.npz"
LARGEST = 2**29  # bytes of a file, and of the arrays unpacked
CHUNK = 1024


@dataclass(frozen=True, slots=True)
class View:
    """One kind of vectors: how much it counts and how fast likeness falls with distance (exp(gamma (cosine - 1)))."""

    kind: Size
    weight: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Scope:
    """When a text is out of scope.

    With examples of `none_label`: where weights · `scope_features` (the log odds of being out of scope) are at least
    `threshold`. Without: where the best score is under `floor`.
    """

    none_label: str = ""
    weights: tuple[float, ...] = ()
    threshold: float = 0.0
    floor: float = -1e9


@dataclass(frozen=True, slots=True)
class Predicted:
    """One line a text: the likeliest label, its probability, whether the text is one of those that the labels are for.

    Out of scope, the label is the model's `none_label` where it has one. `each` holds the probability of every label
    (texts x labels).
    """

    labels: tuple[str, ...]
    probabilities: np.ndarray
    in_scope: np.ndarray
    each: np.ndarray


@dataclass(frozen=True)
class IntentModel:
    """A trained model. `card` holds what is known of it: counts, cross-validated accuracy, how it was made.

    The last `named` of `examples` are the names of labels, which training takes as examples of them.
    """

    labels: tuple[str, ...]
    size: Size
    views: tuple[View, ...]
    ngrams: Ngrams
    terms: np.ndarray  # n-grams x labels, float16: weights of the linear part
    vectors: Mapping[str, np.ndarray]  # per view: examples x dimensions, float16
    alpha: np.ndarray  # examples x labels, float32
    examples: tuple[str, ...]
    truth: np.ndarray  # examples: place of the label
    named: int
    bias: np.ndarray
    sharpness: float
    scope: Scope = field(default_factory=Scope)
    card: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, texts: Sequence[str]) -> Predicted:
        """What the writers of `texts` want."""
        return self.judged(*self.scores(texts))

    def judged(self, scores: np.ndarray, likeness: np.ndarray) -> Predicted:
        """What `scores` and `likeness` (of the method `scores`) say."""
        each, out = judge(scores, likeness, self.labels, self.sharpness, self.scope)
        best = each.argmax(axis=1)
        if self.scope.none_label:
            none = self.labels.index(self.scope.none_label)
            wanted = each.copy()
            wanted[:, none] = -1
            best = np.where(out, none, wanted.argmax(axis=1))
        labels = tuple(self.labels[place] for place in best)
        return Predicted(labels, each[np.arange(len(best)), best], ~out, each)

    def scores(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Score of each label (texts x labels), and the likeness (0 to 1) to the nearest example."""
        scores, likeness = [np.zeros((0, len(self.labels)), np.float32)], [np.zeros(0, np.float32)]
        for start in range(0, len(texts), CHUNK):
            part = list(texts[start : start + CHUNK])
            total = self._kernel(part)
            scores.append(total @ self.alpha + self.ngrams.rows(part).times(self.terms) + self.bias)
            likeness.append(self._near(total).max(axis=1, initial=0))
        return np.concatenate(scores), np.concatenate(likeness)

    def nearest(self, texts: Sequence[str]) -> list[tuple[str, str, float]]:
        """For each text the example that is most like it, its label, and the likeness (0 to 1)."""
        found: list[tuple[str, str, float]] = []
        for start in range(0, len(texts), CHUNK):
            near = self._near(self._kernel(texts[start : start + CHUNK]))
            for row, place in enumerate(near.argmax(axis=1)):
                found.append((self.examples[place], self.labels[self.truth[place]], float(near[row, place])))
        return found

    def reasons(self, text: str, label: str, most: int = 3) -> tuple[str, ...]:
        """The words of `text` that speak most for `label` against the mean of all labels, strongest first.

        They are those of the linear part; what the vectors see has no single words.
        """
        place = self.labels.index(label)
        rows = self.ngrams.rows([text])
        weights = self.terms[rows.columns].astype(np.float32)
        pull = rows.values * (weights[:, place] - weights.mean(axis=1))
        found = [(float(p), self.ngrams.terms[at]) for at, p in zip(rows.columns, pull, strict=True) if p > 0]
        words = [(p, term) for p, term in found if term[0].isalnum()]
        chosen: list[str] = []
        for _, term in sorted(words, key=lambda one: (-one[0], one[1])):
            if not any(f" {term} " in f" {other} " or f" {other} " in f" {term} " for other in chosen):
                chosen.append(term)
        return tuple(chosen[:most])

    def _kernel(self, texts: Sequence[str]) -> np.ndarray:
        total = np.zeros((len(texts), len(self.examples)), np.float32)
        for view in self.views:
            cosine = embed(texts, view.kind) @ self._wide[view.kind].T
            cosine -= 1
            cosine *= view.gamma
            np.exp(cosine, out=cosine)
            cosine *= view.weight
            total += cosine
        return total

    def _near(self, total: np.ndarray) -> np.ndarray:
        shown: np.ndarray = total[:, : len(self.examples) - self.named] / sum(view.weight for view in self.views)
        return shown

    @cached_property
    def _wide(self) -> dict[str, np.ndarray]:
        return {kind: one.astype(np.float32) for kind, one in self.vectors.items()}

    def save(self, folder: str | Path) -> Path:
        """Write the model to `folder`, whole or not at all; an older one of ours there is replaced."""
        folder = Path(os.path.realpath(folder))
        _check_place(folder)
        body = {
            "labels": self.labels,
            "size": self.size,
            "views": [dataclasses.asdict(view) for view in self.views],
            "named": self.named,
            "sharpness": self.sharpness,
            "scope": dataclasses.asdict(self.scope),
            "card": dict(self.card),
            "terms": self.ngrams.terms,
            "examples": self.examples,
        }
        arrays = {"rarity": self.ngrams.rarity, "terms": self.terms, "alpha": self.alpha, "truth": self.truth}
        arrays |= {f"vectors_{kind}": one for kind, one in self.vectors.items()} | {"bias": self.bias}
        packed = BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **arrays)
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        files = {BODY: text.encode(), ARRAYS: packed.getvalue()}
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        files[MANIFEST] = json.dumps({"format": FORMAT, "version": VERSION, "files": hashes}, indent=1).encode()
        _write(folder, files)
        return folder

    @classmethod
    def load(cls, folder: str | Path) -> IntentModel:
        """Read a model; ForeignModel if the folder is not one of ours or was changed after it was saved."""
        folder = Path(folder)
        files = _read(folder)
        try:
            body = json.loads(files[BODY])
            arrays = _arrays(files[ARRAYS])
            made = cls(
                labels=tuple(str(label) for label in body["labels"]),
                size=body["size"],
                views=tuple(View(**view) for view in body["views"]),
                ngrams=Ngrams(tuple(str(term) for term in body["terms"]), arrays["rarity"]),
                terms=arrays["terms"],
                vectors={view["kind"]: arrays[f"vectors_{view['kind']}"] for view in body["views"]},
                alpha=arrays["alpha"],
                examples=tuple(str(text) for text in body["examples"]),
                truth=arrays["truth"],
                bias=arrays["bias"],
                sharpness=float(body["sharpness"]),
                named=int(body["named"]),
                scope=_scope(body["scope"]),
                card=body["card"],
            )
            made.check_shapes()
        except (ValueError, KeyError, TypeError, OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error):
            raise ForeignModel(f"{folder} is not a model that this version can read; save the model again") from None
        return made

    def check_shapes(self) -> None:
        """ValueError where the parts do not fit together."""
        labels, examples = len(self.labels), len(self.examples)
        wanted: dict[str, tuple[np.ndarray, tuple[int, ...]]] = {
            "terms": (self.terms, (len(self.ngrams.terms), labels)),
            "rarity": (self.ngrams.rarity, (len(self.ngrams.terms),)),
            "alpha": (self.alpha, (examples, labels)),
            "truth": (self.truth, (examples,)),
            "bias": (self.bias, (labels,)),
        }
        wanted |= {kind: (one, (examples, DIMENSIONS[_size(kind)])) for kind, one in self.vectors.items()}
        for name, (array, shape) in wanted.items():
            if array.shape != shape or not np.isfinite(array).all():
                raise ValueError(name)
        if len(self.truth) and not 0 <= int(self.truth.min()) <= int(self.truth.max()) < labels:
            raise ValueError("truth")
        if len(self.scope.weights) not in (0, SCOPE_FEATURES) or not 0 <= self.named < examples:
            raise ValueError("scope")
        if self.scope.none_label and self.scope.none_label not in self.labels:
            raise ValueError("none")


def judge(
    scores: np.ndarray, likeness: np.ndarray, labels: Sequence[str], sharpness: float, scope: Scope
) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each label, and which rows are out of scope."""
    if not scope.weights:
        return softmax(sharpness * scores), scores.max(axis=1, initial=-np.inf) < scope.floor
    none = labels.index(scope.none_label)
    odds = scope_features(scores, likeness, none) @ np.array(scope.weights)
    outside = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    lowered = sharpness * scores
    lowered[:, none] = -np.inf
    each = softmax(lowered) * (1 - outside)[:, None]
    each[:, none] = outside
    return each, odds >= scope.threshold


SCOPE_FEATURES = 6


def scope_features(scores: np.ndarray, likeness: np.ndarray, none: int) -> np.ndarray:
    """What tells whether a text is out of scope: the best score of a label in scope, its lead over the next, the score
    of `none`, its lead over the best, likeness to the nearest example, and 1."""
    inside = np.sort(np.delete(scores, none, axis=1), axis=1)
    best = inside[:, -1]
    lead = best - inside[:, -2] if inside.shape[1] > 1 else best
    return np.stack([best, lead, scores[:, none], scores[:, none] - best, likeness, np.ones(len(scores))], axis=1)


def _scope(body: Mapping[str, Any]) -> Scope:
    weights = tuple(float(weight) for weight in body["weights"])
    return Scope(str(body["none_label"]), weights, float(body["threshold"]), float(body["floor"]))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows that sum to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    shares: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _size(kind: str) -> Size:
    for size in DIMENSIONS:
        if size == kind:
            return size
    raise ValueError(kind)


def _check_place(folder: Path) -> None:
    """Only a new or empty folder, or one that holds a model of ours and nothing else, is written to."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} != {MANIFEST, BODY, ARRAYS}:
        raise CallError(f"{folder} is there and is no model of messages; name a new folder for --save")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    mark = secrets.token_hex(4)
    beside, older = (folder.with_name(f".{folder.name}.{mark}.{end}") for end in ("new", "old"))
    try:
        beside.mkdir(parents=True)
        for name, data in files.items():
            with (beside / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            folder.rename(older)
        beside.rename(folder)
    except OSError as error:
        raise CallError(f"The model cannot be written to {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if older.exists() and not folder.exists():
            older.rename(folder)
        shutil.rmtree(older, ignore_errors=True)


def _read(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise ForeignModel(f"There is no model folder {folder}")
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        made, hashes = (manifest["format"], manifest["version"]), dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise ForeignModel(f"{folder} holds no model of messages: {MANIFEST} is missing or not readable") from None
    if made != (FORMAT, VERSION) or set(hashes) != {BODY, ARRAYS}:
        raise ForeignModel(f"{folder} is of format {made[0]} {made[1]}; this program reads {FORMAT} {VERSION}")
    files: dict[str, bytes] = {}
    for name, digest in hashes.items():
        try:
            if (folder / name).stat().st_size > LARGEST:
                raise ForeignModel(f"{name} in {folder} is larger than any model; save the model again")
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise ForeignModel(f"{name} is missing in {folder}; save the model again") from None
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ForeignModel(f"{name} in {folder} was changed after the model was saved; save the model again")
    return files


def _arrays(data: bytes) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(BytesIO(data)) as packed:
        if sum(one.file_size for one in packed.infolist()) > LARGEST:
            raise ValueError("too large")
    with np.load(BytesIO(data), allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}
