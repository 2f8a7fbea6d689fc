"""Passages begin and end where sentences do, hold every word, and overlap by a sentence."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leadline.learn.retrieval.passages import FEWEST, LONGEST, MOST, cut

TEXTS = st.text(alphabet="ab é中😀.!?\n\t -", max_size=3_000) | st.lists(
    st.sampled_from(["We deliver in May.", "Too late!", "Why so dear?", "x" * 30, "\n\n", "word " * 40]), max_size=60
).map(" ".join)


@given(TEXTS)
def test_every_word_is_in_a_passage_and_spans_rise(text: str) -> None:
    spans = cut(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert [start for start, _ in spans] == sorted({start for start, _ in spans})
    held = set()
    for start, end in spans:
        assert text[start:end] == text[start:end].strip()
        assert len(text[start:end].split()) <= MOST
        held.update(range(start, end))
    assert all(at in held for at, sign in enumerate(text) if not sign.isspace())


def test_sentences_stay_whole_and_the_last_begins_the_next() -> None:
    sentences = [f"This is sentence number {n} about the price of pumps." for n in range(60)]
    text = " ".join(sentences)
    parts = [text[start:end] for start, end in cut(text)]
    assert len(parts) > 3
    for before, after in pairwise(parts):
        assert before.endswith(".")
        assert after.startswith("This")
        assert before.rpartition("This")[2] == after.split(".")[0].removeprefix("This") + "."
    assert all(FEWEST <= len(part.split()) <= MOST for part in parts[:-1])


def test_a_text_without_blanks_is_cut_and_an_empty_one_has_none() -> None:
    spans = cut("x" * 5_000)
    assert [end - start for start, end in spans] == [LONGEST, LONGEST, 5_000 - 2 * LONGEST] or len(spans) == 1
    assert cut("") == cut(" \n ") == []


def test_a_short_rest_joins_what_came_before() -> None:
    text = "word " * 110 + "end. " + "Yes."
    assert len(cut(text)) == 1
