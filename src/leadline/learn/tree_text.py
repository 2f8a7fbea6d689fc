"""Whether a text is trees as we write them: LightGBM's own reader ends the whole process at a text that is not.

Format: LightGBM's text model, version v4, as `leadline.learn.trees` makes it: one class, splits on numbers and on sets
of categories, constant leaves.
"""

from __future__ import annotations

import itertools
import math
import re

HEADER = re.compile(
    r"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=(\d{1,7})\n"
    r"objective=binary sigmoid:1\nfeature_names=([^\n]*)\nfeature_infos=([^\n]*)\ntree_sizes=([\d ]+)\n\n"
)
INFO = re.compile(r"none|\[[-+.\de]{1,40}:[-+.\de]{1,40}\]|-?\d{1,9}(?::-?\d{1,9})*")
NUMBER = re.compile(r"[-+]?\d{1,20}(?:\.\d{1,40})?(?:e[-+]?\d{1,3})?")
WHOLE = re.compile(r"-?\d{1,9}")
ONE_A_SPLIT = {"split_feature", "left_child", "right_child", "decision_type", "internal_count"}
ENDLESS = ("inf", "-inf")  # thresholds that part blanks from the rest
MEASURES = ("split_gain", "internal_value", "internal_weight")
KEYS = (
    "num_leaves num_cat split_feature split_gain threshold decision_type left_child right_child leaf_value leaf_weight "
    "leaf_count internal_value internal_weight internal_count is_linear shrinkage"
).split()
SETS = "cat_boundaries cat_threshold".split()  # where each set of categories begins, and its bits, 32 a word
BITS = re.compile(r"\d{1,10}")
MOST_LEAVES = 10_000
TAIL = 1_000_000  # characters after the trees, which nobody reads


def check(text: str, features: int) -> None:
    """ValueError where `text` is not trees on this many features."""
    head = HEADER.match(text)
    if head is None or int(head[1]) != features - 1:
        raise ValueError("the header of the trees differs")
    infos = head[3].split(" ")
    if len(head[2].split(" ")) != features or len(infos) != features or not all(map(INFO.fullmatch, infos)):
        raise ValueError("the features of the trees differ")
    at = head.end()
    for number, size in enumerate(head[4].split()):
        block = text[at : at + int(size)]
        _check_tree(block, number, features)
        at += int(size)
    if not text.startswith("end of trees\n", at) or len(text) - at > TAIL or "\nTree=" in text[at:]:
        raise ValueError("the trees end otherwise")


def _check_tree(block: str, number: int, features: int) -> None:
    lines = block.rstrip("\n").split("\n")
    if lines[0] != f"Tree={number}" or not block.endswith("\n\n"):
        raise ValueError("a tree begins or ends otherwise")
    pairs = [line.partition("=") for line in lines[1:]]
    field = {key: value.split() for key, _, value in pairs}
    sets = field.get("num_cat", ["0"]) != ["0"]
    if [key for key, _, _ in pairs] != (KEYS[:-2] + SETS + KEYS[-2:] if sets else KEYS):
        raise ValueError("a tree has other fields")
    leaves = _whole(field["num_leaves"], 1)[0]
    if not 1 <= leaves <= MOST_LEAVES or field["is_linear"] != ["0"]:
        raise ValueError("a tree is of another kind")
    splits = leaves - 1
    _numbers(field["shrinkage"], 1)
    _numbers(field["leaf_value"], leaves)
    _numbers(field["leaf_weight"], leaves if splits else len(field["leaf_weight"]))
    _whole(field["leaf_count"], leaves)
    for key in MEASURES:
        _numbers(field[key], splits)
    _numbers([n for n in field["threshold"] if n not in ENDLESS], splits - sum(map(field["threshold"].count, ENDLESS)))
    whole = {key: _whole(field[key], splits) for key in ONE_A_SPLIT}
    if not all(0 <= n < features for n in whole["split_feature"]):
        raise ValueError("a tree splits on a feature that is not there")
    if not all(0 <= n < 16 for n in whole["decision_type"]):
        raise ValueError("a tree splits otherwise")
    _check_sets(field, [at for at, n in enumerate(whole["decision_type"]) if n & 1])
    _check_paths(whole["left_child"], whole["right_child"], leaves)


def _check_sets(field: dict[str, list[str]], nodes: list[int]) -> None:
    """Each split on categories names a set of its tree, and each set lies within the bits that are there."""
    count = _whole(field["num_cat"], 1)[0]
    chosen = _whole([field["threshold"][at] for at in nodes], count)
    if sorted(chosen) != list(range(count)):
        raise ValueError("a tree splits on sets that are not there")
    if not count:
        return
    bits = field["cat_threshold"]
    edges = _whole(field["cat_boundaries"], count + 1)
    rising = all(a < b for a, b in itertools.pairwise(edges))
    if edges[0] != 0 or edges[-1] != len(bits) or not rising:
        raise ValueError("a tree's sets of categories differ")
    if not all(BITS.fullmatch(cell) and int(cell) < 2**32 for cell in bits):
        raise ValueError("a field of a tree holds something else")


def _check_paths(left: list[int], right: list[int], leaves: int) -> None:
    """Each leaf and each split but the root hangs from one split that comes before it."""
    below = [*left, *right]
    splits = leaves - 1
    if splits and sorted(below) != [*range(-leaves, 0), *range(1, splits)]:
        raise ValueError("a tree's paths differ")
    if any(0 <= child <= node for side in (left, right) for node, child in enumerate(side)):
        raise ValueError("a tree's paths turn back")


def _whole(cells: list[str], count: int) -> list[int]:
    if len(cells) != count or not all(map(WHOLE.fullmatch, cells)):
        raise ValueError("a field of a tree holds something else")
    return [int(cell) for cell in cells]


def _numbers(cells: list[str], count: int) -> None:
    if len(cells) != count or not all(NUMBER.fullmatch(cell) and math.isfinite(float(cell)) for cell in cells):
        raise ValueError("a field of a tree holds something else")
