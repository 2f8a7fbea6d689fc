"""Boosted trees: what is trained can be read back, to the last bit, with sets of categories and blanks."""

from __future__ import annotations

import re

import numpy as np
import pytest

from leadline.learn import ridge, tree_text, trees
from leadline.learn.forest import Forest


def rows(count: int = 1500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A number with blanks and a category of which the odd codes win."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.normal(0, 1, count), rng.integers(0, 12, count)]).astype(np.float32)
    features[rng.random(count) < 0.1, 0] = np.nan
    z = np.where(features[:, 1] % 2 == 1, 1.0, -1.0) + np.nan_to_num(features[:, 0])
    return features, (rng.random(count) < ridge.sigmoid(z)).astype(np.int8)


def trained(native: tuple[int, ...] = (1,), count: int = 30, seed: int = 0) -> tuple[Forest, np.ndarray, np.ndarray]:
    features, y = rows()
    text = trees.train(features, y, np.zeros(len(y)), trees.SHALLOW, count, seed, native)
    return Forest(text), features, y


def test_sets_of_categories_are_found_where_codes_have_no_order() -> None:
    forest, features, y = trained()
    ordered, _, _ = trained(())
    fresh, outcome = rows(seed=1)
    loss = ridge.log_loss(outcome, forest.margin(fresh))
    assert loss < ridge.log_loss(outcome, ordered.margin(fresh)) - 0.02
    assert ridge.log_loss(y, forest.margin(features)) < loss


@pytest.mark.parametrize("native", [(), (1,)])
def test_what_is_written_is_allowed_to_be_read(native: tuple[int, ...]) -> None:
    forest, _, _ = trained(native)
    tree_text.check(forest.text, 2)
    assert ("\ncat_threshold=" in forest.text) == bool(native)
    assert forest.trees == 30


def test_new_and_blank_codes_are_safe() -> None:
    forest, _, _ = trained()
    strange = np.array([[0, np.nan], [np.nan, np.nan], [0, 99], [0, 1e9], [1e30, 3]], dtype=np.float32)
    assert np.isfinite(forest.margin(strange)).all()
    assert forest.margin(strange)[0] == forest.margin(strange)[2]  # both are in no set


TAMPERED = {
    "a set that is not there": (r"\nthreshold=\S+", "\nthreshold=77"),
    "sets beyond the bits": (r"\ncat_boundaries=0 1", "\ncat_boundaries=0 9"),
    "sets that begin later": (r"\ncat_boundaries=0", "\ncat_boundaries=1"),
    "more sets than said": (r"\nnum_cat=\d+", "\nnum_cat=0"),
    "bits too wide for a word": (r"\ncat_threshold=\d+", "\ncat_threshold=4294967296"),
    "bits below nought": (r"\ncat_threshold=\d+", "\ncat_threshold=-1"),
    "sets fewer than splits": (r"\ndecision_type=\d+", "\ndecision_type=2"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampered_sets_are_refused(what: str) -> None:
    features, y = rows()
    text = trees.train(features[:, 1:], y, np.zeros(len(y)), trees.SHALLOW, 1, 0, (0,))
    tree_text.check(text, 1)
    head, mark, tail = text.partition("\nTree=0\n")
    changed, times = re.subn(*TAMPERED[what], tail, count=1)
    assert times == 1
    size = int(re.search(r"tree_sizes=(\d+)", head)[1]) + len(changed) - len(tail)  # type: ignore[index]
    forged = re.sub(r"tree_sizes=\d+", f"tree_sizes={size}", head) + mark + changed
    with pytest.raises(ValueError, match="tree"):
        tree_text.check(forged, 1)


def test_the_curve_ends_where_training_does() -> None:
    features, y = rows()
    fresh, outcome = rows(seed=1)
    shape = trees.Shape(4, 0.1, 30)
    zeros = np.zeros(len(y))
    losses, margins = trees.curve(features, y, zeros, shape, (fresh, outcome, zeros), 0, (1,))
    forest = Forest(trees.train(features, y, zeros, shape, 30, 0, (1,)))
    assert len(losses) == 30 // trees.STEP
    assert margins[-1] == pytest.approx(forest.margin(fresh))
    assert losses[-1] == pytest.approx(ridge.log_loss(outcome, margins[-1]))


def test_a_seed_gives_the_same_trees() -> None:
    assert trained()[0].text == trained()[0].text


@pytest.mark.parametrize("features", [np.ones((30, 1)), np.full((30, 1), np.nan), np.zeros((1, 1))])
def test_constant_empty_and_single_rows_do(features: np.ndarray) -> None:
    features = features.astype(np.float32)
    y = (np.arange(len(features)) % 2).astype(np.int8)
    forest = Forest(trees.train(features, y, np.zeros(len(y)), trees.DEEP, 10, 0))
    assert np.isfinite(forest.margin(features)).all()
