"""The best by BM25 out of arrays: what counting everything gives, for any terms, masks and sizes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn.retrieval import postings
from leadline.learn.retrieval.postings import K1, B, Scorer

WORDS = [f"w{n}" for n in range(8)]
DOCS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=40)


def made(docs: list[list[str]], ids: list[int]) -> postings.Postings:
    said = sorted((word, number) for number, words in zip(ids, docs, strict=True) for word in words)
    rows = [(word, sum(1 for one, _ in said if one == word)) for word in sorted({word for word, _ in said})]
    return postings.from_words(rows, [(number,) for _, number in said], np.array(ids, np.int64))


def brute(docs: list[list[str]], terms: dict[str, float], average: float) -> list[float]:
    norm = [K1 * (1 - B + B * len(words) / average) for words in docs]
    return [
        sum(worth * words.count(term) * (K1 + 1) / (words.count(term) + norm[at]) for term, worth in terms.items())
        for at, words in enumerate(docs)
    ]


@settings(max_examples=200, deadline=None)
@given(
    DOCS,
    st.dictionaries(st.sampled_from([*WORDS, "never"]), st.floats(1e-6, 9), min_size=1),
    st.integers(1, 12),
    st.data(),
)
def test_the_best_are_those_that_counting_gives(
    docs: list[list[str]], terms: dict[str, float], k: int, data: st.DataObject
) -> None:
    average = max(sum(map(len, docs)) / len(docs), 1e-9)
    mask = data.draw(st.none() | st.lists(st.booleans(), min_size=len(docs), max_size=len(docs)))
    every = brute(docs, terms, average)
    told = made(docs, list(range(len(docs))))
    places, scores = Scorer(told, average).best(list(terms.items()), k, None if mask is None else np.array(mask, bool))
    holding = [any(word in terms for word in words) for words in docs]
    wanted = sorted((every[at] for at in range(len(docs)) if holding[at] and (mask is None or mask[at])), reverse=True)
    assert np.allclose(scores, wanted[:k], rtol=1e-4, atol=1e-5)
    assert np.allclose([every[at] for at in places], scores, rtol=1e-4, atol=1e-5)
    assert all(mask is None or mask[at] for at in places)
    assert len(set(places.tolist())) == len(places)


@settings(max_examples=60, deadline=None)
@given(DOCS, DOCS, st.data())
def test_two_become_one_without_what_is_gone(docs: list[list[str]], more: list[list[str]], data: st.DataObject) -> None:
    import tempfile

    ids = list(range(1, len(docs) + len(more) + 1))
    gone = data.draw(st.sets(st.sampled_from(ids)))
    old, new = made(docs, ids[: len(docs)]), made(more, ids[len(docs) :])
    kept = [(words, number) for words, number in zip([*docs, *more], ids, strict=True) if number not in gone]
    with tempfile.TemporaryDirectory() as folder:
        postings.together(old, new, np.array(sorted(gone), np.int64), Path(folder))
        found = postings.read(Path(folder))
        wanted = made([words for words, _ in kept], [number for _, number in kept])
        assert found.ids.tolist() == wanted.ids.tolist()
        assert found.lengths.tolist() == wanted.lengths.tolist()
        assert bytes(found.terms) == bytes(wanted.terms)
        for word in [*WORDS, "never"]:
            assert [part.tolist() for part in found.find(word)] == [part.tolist() for part in wanted.find(word)]
        del found
