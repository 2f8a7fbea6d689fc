"""Trees that XGBoost grew, as LightGBM's text, which is what a model folder keeps and what scores rows everywhere.

XGBoost sends x < t to the left, LightGBM x <= t; features are float32, so the same split is at the next float32 below
t. Blanks go where XGBoost learned to send them. Sources: XGBoost's JSON model schema (3.x); LightGBM's text format v4.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from leadline.core.errors import DataError
from leadline.learn import tree_text

BLANKS = 8  # decision_type: blanks (NaN) have a side of their own
BLANKS_LEFT = 2
TINY = 1e-35  # LightGBM reads smaller numbers as 0, and 0 itself must stay to the right of x < 0
TO_ROWS = 4.0  # a row weighs p (1 - p) in XGBoost's cover, a quarter at most; a tree's text wants whole rows


def text_of(raw: bytes, features: int) -> str:
    """LightGBM's text of an XGBoost model of two classes (`Booster.save_raw("json")`) on `features` columns.

    The trees give log-odds above the model's base score. DataError where the model is of another kind.
    """
    try:
        learner = json.loads(raw)["learner"]
        grown = learner["gradient_booster"]["model"]["trees"]
        if learner["objective"]["name"] != "binary:logistic":
            raise ValueError("another objective")
        blocks = [_block(number, tree) for number, tree in enumerate(grown)]
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise DataError(f"XGBoost's trees are of a kind that this version cannot read ({error})") from None
    head = (
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
        f"max_feature_idx={features - 1}\nobjective=binary sigmoid:1\n"
        f"feature_names={' '.join(f'Column_{n}' for n in range(features))}\n"
        f"feature_infos={' '.join(['none'] * features)}\n"
        f"tree_sizes={' '.join(str(len(block)) for block in blocks)}\n\n"
    )
    text = head + "".join(blocks) + "end of trees\n\npandas_categorical:null\n"
    tree_text.check(text, features)
    return text


def _block(number: int, tree: dict[str, Any]) -> str:
    left, right = tree["left_children"], tree["right_children"]
    if any(tree.get("split_type", [])):
        raise ValueError("splits on categories")
    splits = [node for node in _in_order(left, right) if left[node] >= 0]
    leaves = [node for node in _in_order(left, right) if left[node] < 0]
    place = {node: at for at, node in enumerate(splits)} | {node: -at - 1 for at, node in enumerate(leaves)}
    cover, gain, weight = tree["sum_hessian"], tree["loss_changes"], tree["base_weights"]
    conditions = np.array(tree["split_conditions"], dtype=np.float32)
    below = np.nextafter(conditions, np.float32(-np.inf)).astype(np.float64)
    below[np.abs(below) < TINY] = -TINY
    fields: dict[str, list[Any]] = {
        "num_leaves": [len(leaves)],
        "num_cat": [0],
        "split_feature": [int(tree["split_indices"][n]) for n in splits],
        "split_gain": [_number(gain[n]) for n in splits],
        "threshold": [_number(below[n]) for n in splits],
        "decision_type": [BLANKS + BLANKS_LEFT * int(bool(tree["default_left"][n])) for n in splits],
        "left_child": [place[left[n]] for n in splits],
        "right_child": [place[right[n]] for n in splits],
        "leaf_value": [_number(conditions[n]) for n in leaves],
        "leaf_weight": [_number(cover[n]) for n in leaves],
        "leaf_count": [_rows(cover[n]) for n in leaves],
        "internal_value": [_number(weight[n]) for n in splits],
        "internal_weight": [_number(cover[n]) for n in splits],
        "internal_count": [_rows(cover[n]) for n in splits],
        "is_linear": [0],
        "shrinkage": [1],
    }
    lines = [f"Tree={number}", *(f"{name}={' '.join(map(str, cells))}" for name, cells in fields.items())]
    return "\n".join(lines) + "\n\n\n"


def _in_order(left: list[int], right: list[int]) -> list[int]:
    """Nodes so that each comes before its children; without recursion."""
    found, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if left[node] >= 0:
            waiting += [right[node], left[node]]
    return found


def _number(value: Any) -> str:
    return repr(float(value))


def _rows(cover: Any) -> int:
    return max(1, round(TO_ROWS * float(cover)))
