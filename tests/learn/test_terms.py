"""Words: chosen without outcomes, weighed with them, named in reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import terms

NOTES = ["Budget approved by the board", "No budget this year", "Waiting for the board", None, ""] * 40
WON = np.array([1, 0, 1, 0, 0] * 40, dtype=np.int8)


def learned() -> terms.Terms:
    chosen = terms.choose(NOTES, "Note")
    return terms.fit(chosen, chosen.matrix(NOTES), WON, np.full(len(WON), -0.4))


def test_words_that_win_weigh_more_and_are_named() -> None:
    found = learned()
    weight = dict(zip(found.vocabulary, found.weights, strict=True))
    assert weight["approved"] > 0 > weight["year"]
    assert found.strongest("The board approved it", up=True) in ("approved", "board", "board approved")
    assert found.strongest("this year", up=False) in ("year", "this", "this year")
    assert found.strongest("nothing known here", up=True) == ""


def test_blank_cells_add_nothing() -> None:
    assert learned().margin([None, "", "…", "zzz"]).tolist() == [0, 0, 0, 0]


def test_the_margin_is_the_matrix_times_the_weights() -> None:
    found = learned()
    assert found.margin(NOTES) == pytest.approx(found.matrix(NOTES) @ found.weights)


def test_numbers_and_stop_words_are_no_terms() -> None:
    assert terms.tokens("The 12 boards of 2024 and A1") == ["boards"]
    assert terms.tokens("Größe zählt") == ["grösse", "zählt", "grösse zählt"]


def test_rare_and_common_words_are_left_out() -> None:
    chosen = terms.choose([*["always there"] * 98, "seldom", "seldom"], "Note")
    assert chosen.vocabulary == ()
    assert terms.fit(chosen, None, WON, np.zeros(len(WON))) is chosen
    assert chosen.margin(["always"]).tolist() == [0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=15))
def test_any_text_is_read(cells: list[str | None]) -> None:
    chosen = terms.choose(cells * 4, "Note")
    lengths = np.sqrt(np.asarray(chosen.matrix(cells).multiply(chosen.matrix(cells)).sum(axis=1))).ravel()
    assert all(length == pytest.approx(1) or length == 0 for length in lengths)
    assert np.isfinite(learned().margin(cells)).all()


def test_the_order_of_rows_chooses_nothing() -> None:
    assert terms.choose(NOTES[::-1], "Note").vocabulary == terms.choose(NOTES, "Note").vocabulary
