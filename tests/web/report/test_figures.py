"""Numbers as a reader sees them, and the sentences made of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.web.report import curves, figures, marks, verdict

from . import factory  # noqa: TID252  tests are imported by path


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.31, "31 %"),
        (0.021, "2.1 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (-0.004, "−0.4 %"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_percent(share: float | None, shown: str) -> None:
    assert figures.percent(share).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (1_240_000.0, "1.24 m"),
        (84_200.0, "84,200"),
        (3.2e9, "3.20 bn"),
        (-2.5e6, "−2.50 m"),
        (None, "–"),
        (2e15, "2,000 tn"),
    ],
)
def test_money(amount: float | None, shown: str) -> None:
    assert figures.money(amount).replace("\u00a0", " ") == shown


def test_odds_are_factors() -> None:
    assert figures.odds(0.5878).replace("\u00a0", " ") == "× 1.8"
    assert figures.odds(-0.8755).replace("\u00a0", " ") == "÷ 2.4"


@given(st.text(max_size=400), st.integers(2, 200))
def test_clip_never_runs_long_and_is_printable(text: str, length: int) -> None:
    shown = figures.clip(text, length)
    assert len(shown) <= length
    assert shown.isprintable()


@given(st.floats(0, 1))
def test_an_axis_ends_at_or_above_what_it_shows(share: float) -> None:
    assert share <= figures.nice_top(share) <= 1


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(), st.floats())
def test_a_band_never_leaves_its_frame(score: float, low: float, high: float) -> None:
    drawn = str(marks.band(score, low, high, 0.5, 0.2))
    assert "nan" not in drawn.split("aria-label")[0]
    for word in ("x=", "cx=", "x1="):
        for part in drawn.split(f' {word}"')[1:]:
            assert 0 <= float(part.split('"')[0]) <= 132


@pytest.mark.parametrize(
    ("capacity", "fits", "words"),
    [
        ("50/week", 50, "this week’s capacity"),
        ("5/day", 5, "a day’s capacity"),
        ("1,000 per month", 412, "this month’s capacity"),
        ("", 50, "grade A"),
        ("120", 120, "the capacity you gave"),
    ],
)
def test_capacity_is_read(capacity: str, fits: int, words: str) -> None:
    result = replace(factory.full(), capacity=capacity)
    assert verdict.fitting(result) == fits
    assert verdict.capacity_words(result) == words


def test_like_them_is_what_held_out_rows_with_such_scores_did() -> None:
    bins = factory.validation().reliability
    rows = factory.full().ranking
    best = replace(rows[0], score=0.7)
    worst = replace(rows[0], score=0.0)
    assert verdict.like_them([best, worst], bins) == pytest.approx((0.79 + 0.04) / 2)
    assert verdict.like_them([], bins) is None
    assert verdict.like_them([best], ()) is None


def test_beating_the_base_rate_needs_both_measures() -> None:
    v = factory.validation()
    assert verdict.beats_base(v)
    assert not verdict.beats_base(replace(v, auc_low=0.5))
    assert not verdict.beats_base(replace(v, brier_skill=0.0))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(0, 60))
def test_the_spread_counts_every_row_once(scores: list[float], fits: int) -> None:
    best_first = sorted(scores, reverse=True)
    table = curves.spread_table(best_first, fits, figures.nice_top(max(scores)))
    assert sum(rows for _, _, rows, _ in table) == len(scores)
    assert sum(fit for _, _, _, fit in table) == min(fits, len(scores))


def test_empty_pictures_are_empty() -> None:
    assert curves.reliability(()) == ""
    assert curves.gain(()) == ""
    assert curves.spread([], 3, 0.3, 1.0) == ""
