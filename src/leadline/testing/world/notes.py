"""The seller's free-text note: some phrases say something about the deal, most words do not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Bools, signed
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

_OPENINGS = (
    "Spoke with the contact.",
    "First call done.",
    "Came in through the usual route.",
    "Short call, will send an overview.",
    "Notes from the intro meeting:",
    "Logged after our exchange by mail.",
    "",
)
_ENDINGS = (
    "Next step agreed.",
    "To follow up.",
    "Sent deck.",
    "Demo to be arranged, see calendar.",
    "Asked about delivery times; replied.",
    'Contact says "keep us posted".',
    "",
)


def draw(parameters: Parameters, streams: Streams, deals: pa.Table) -> pa.Table:
    """One row per deal: `text` (null where blank) and `says` (the list of phrase numbers that it holds)."""
    p, n = parameters, len(deals)
    serious = deals["serious"].to_numpy()
    blank = signed(streams("notes.blank"), serious, p.note_blank)
    said: Bools = np.empty((n, len(p.phrases)), dtype=np.bool_)
    for i, phrase in enumerate(p.phrases):
        said[:, i] = signed(streams(f"notes.phrase.{i}"), serious, phrase.sign) & ~blank
    rng = streams("notes.wording")
    start, end = rng.integers(len(_OPENINGS), size=n).tolist(), rng.integers(len(_ENDINGS), size=n).tolist()
    wording = rng.integers(1 << 16, size=n).tolist()
    says = [np.flatnonzero(row).tolist() for row in said]
    text = [
        None if b else _write(p, s, e, w, spoken)
        for b, s, e, w, spoken in zip(blank.tolist(), start, end, wording, says, strict=True)
    ]
    return pa.table({"text": pa.array(text, pa.string()), "says": pa.array(says, pa.list_(pa.int64()))})


def _write(p: Parameters, start: int, end: int, wording: int, spoken: list[int]) -> str:
    parts = [p.phrases[i].wordings[wording % len(p.phrases[i].wordings)] for i in spoken]
    middle = ", ".join(parts)
    middle = middle[:1].upper() + middle[1:] + "." if middle else ""
    return " ".join(part for part in (_OPENINGS[start], middle, _ENDINGS[end]) if part) or "No comment."
