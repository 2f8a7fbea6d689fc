"""An index after any run of changes gives what looking at every passage gives; what was removed leaves no byte."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from leadline.core.errors import CallError, DataError
from leadline.core.retrieval import Document, Filters
from leadline.learn.retrieval import Index, searching
from leadline.learn.retrieval.fusion import fused
from leadline.learn.retrieval.index import MODELS
from leadline.understand.embedding import embed

# No stemmer and no folding changes these.
WORDS = "pump valve motor bolt gear lamp cord disk fork hook".split()
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
FILTERS = st.builds(
    Filters,
    accounts=st.sampled_from([(), (1,), (1, 2), (9,)]),
    kinds=st.sampled_from([(), ("mail",), ("call", "note")]),
    since=st.sampled_from([None, 3]),
    until=st.sampled_from([None, 6]),
)


def passes(one: Document, filters: Filters) -> bool:
    return (
        (not filters.accounts or one.account in filters.accounts)
        and (not filters.kinds or one.kind in filters.kinds)
        and (filters.since is None or (one.at is not None and one.at >= filters.since))
        and (filters.until is None or (one.at is not None and one.at < filters.until))
    )


class Changes(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="leadline-index-"))
        self.index = Index(self.folder)
        self.documents: dict[str, Document] = {}

    def teardown(self) -> None:
        self.index.close()
        shutil.rmtree(self.folder)

    @rule(
        texts=st.lists(
            st.builds(
                Document,
                key=st.sampled_from([f"d{n}" for n in range(12)]),
                text=TEXTS,
                kind=st.sampled_from(["mail", "call", "note"]),
                at=st.sampled_from([None, 1, 3, 5, 7]),
                account=st.sampled_from([None, 1, 2, 3]),
            ),
            min_size=1,
            max_size=6,
        )
    )
    def add(self, texts: list[Document]) -> None:
        self.index.add(texts)
        self.documents.update({one.key: one for one in texts})

    @rule(keys=st.sets(st.sampled_from([f"d{n}" for n in range(12)]), max_size=3))
    def delete(self, keys: set[str]) -> None:
        assert self.index.delete(keys) == len(keys & self.documents.keys())
        for key in keys:
            self.documents.pop(key, None)

    @rule()
    def fold(self) -> None:
        self.index.fold()

    @rule()
    def purge(self) -> None:
        self.index.purge()

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = Index(self.folder)

    @invariant()
    def holds_what_was_added(self) -> None:
        assert self.index.known() == sorted(self.documents)
        assert len(self.index) == len(self.documents)

    @precondition(lambda self: self.documents)
    @rule(query=TEXTS, filters=FILTERS)
    def search(self, query: str, filters: Filters) -> None:
        hits = self.index.search(query, 5, filters=filters)
        for hit in hits:
            one = self.documents[hit.key]
            assert one.text[hit.start : hit.end] == hit.text
            assert passes(one, filters)
            assert (hit.kind, hit.at, hit.account) == (one.kind, one.at, one.account)
            assert {hit.text[start:end] for start, end in hit.marks} == set(query.split()) & set(hit.text.split())
        self._matches_counting(query, filters)

    def _matches_counting(self, query: str, filters: Filters) -> None:
        index = self.index
        loaded = index._now()
        masks = loaded.masks(filters)
        numbers = dict(index._shelf.rows("SELECT p.id, d.key FROM passage p JOIN document d ON d.id = p.document"))
        terms, vector = index._tokens.terms(query), embed([query])[0]
        words = searching.by_words(index._shelf, loaded, terms, 100, masks)
        meaning = searching.by_meaning(loaded, vector, 100, masks)
        allowed = [one for one in self.documents.values() if passes(one, filters)]
        cosine = {
            one.key: float(embed([one.text]).astype(np.float16).astype(np.float32)[0] @ vector) for one in allowed
        }
        near = sorted((value for value in cosine.values() if value > 0), reverse=True)
        assert np.allclose([cosine[numbers[one]] for one in meaning], near, atol=1e-5)
        holding = [one for one in allowed if set(one.text.split()) & set(query.split())]
        assert {numbers[one] for one in words} == {one.key for one in holding}
        if loaded.folder is None or not len(index._shelf.rows("SELECT 1 FROM gone")):
            score = {one.key: self._bm25(one.text.split(), set(query.split())) for one in holding}
            assert np.allclose(
                [score[numbers[one]] for one in words], sorted(score.values(), reverse=True), rtol=1e-4, atol=1e-5
            )
        meaning = searching.by_meaning(loaded, vector, 100, masks, searching.FLOORS["bulk"])
        found = [numbers[one] for one, *_ in fused(words, meaning)][:5]
        assert [hit.key for hit in index.search(query, 5, filters=filters)] == found

    def _bm25(self, text: list[str], query: set[str]) -> float:
        every = [one.text.split() for one in self.documents.values()]
        average = sum(map(len, every)) / len(every)
        total = 0.0
        for word in query:
            holding = sum(word in one for one in every)
            worth = max(math.log((len(every) - holding + 0.5) / (holding + 0.5)), 1e-6)
            count = text.count(word)
            total += worth * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(text) / average))
        return total


TestChanges = pytest.mark.slow(Changes.TestCase)
TestChanges.settings = settings(
    max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


HOSTILE = [
    '"',
    '"" OR ""',
    "text:price NEAR(a b, 2)",
    "a AND NOT (b OR",
    "pri* ^first {x y}",
    "'; DROP TABLE passage; --",
    "NULL\0byte",
    "\ud800 half",
    "\ufdd0price\ufdd1",
    "ÀÉÎ straße İstanbul ﬁne 価格 цена",
    "-5 +5 ~5 %_ \\",
    "e\u0301le\u0300ve",
    "x" * 100_000,
    " ".join(f"w{n}" for n in range(5_000)),
    "👍🏽 👨‍👩‍👧",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("folded", [False, True])
def test_nothing_in_a_query_is_syntax(tmp_path: Path, query: str, folded: bool) -> None:
    with Index(tmp_path / "i") as index:
        index.add([Document("a", "The price of pumps is first."), Document("b", query[:500]), Document("c", "b or x")])
        if folded:
            index.fold()
        for hit in index.search(query):
            assert all(0 <= start < end <= len(hit.text) for start, end in hit.marks)
        assert index.known() == ["a", "b", "c"]


def test_words_are_folded_and_stemmed_and_marks_stand_where_they_do(tmp_path: Path) -> None:
    text = "Die Élèves asked: were DELIVERIES late? (deliver-y)"
    with Index(tmp_path / "i") as index:
        index.add([Document("a", text), Document("b", "nothing of it"), Document("c", "nor here")])
        hit = index.search("delivery eleves")[0]
    assert hit.key == "a"
    assert [text[start:end] for start, end in hit.marks] == ["Élèves", "DELIVERIES"]
    assert hit.words_rank == 1


def test_another_model_is_one_sentence(tmp_path: Path) -> None:
    Index(tmp_path / "i").close()
    with pytest.raises(CallError, match=f"made with the model '{MODELS['bulk']}'.*delete the folder"):
        Index(tmp_path / "i", size="best")


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "i").mkdir()
    (tmp_path / "i" / "passages.sqlite3").write_bytes(b"no database" * 1_000)
    with pytest.raises(DataError, match="is damaged"):
        Index(tmp_path / "i")


def test_the_same_again_costs_nothing_and_a_change_replaces(tmp_path: Path) -> None:
    with Index(tmp_path / "i") as index:
        first = [Document("a", "pump " * 300, account=1), Document("b", "valve")]
        assert index.add(first, notes={"last": "7"}).changed == 2
        generation = index._shelf.number("generation")
        assert (done := index.add(first)).same == 2
        assert done.changed == done.passages == 0
        assert index._shelf.number("generation") == generation + 1  # one commit that wrote nothing
        index.add([Document("a", "motor", account=2)])
        assert [hit.text for hit in index.search("pump", filters=Filters(accounts=(1,)))] == []
        assert index.search("motor", filters=Filters(accounts=(2,)))[0].words_rank == 1
        assert index.note("last") == "7"


@pytest.mark.parametrize("folded", [False, True])
def test_no_byte_of_what_was_removed_is_left(tmp_path: Path, folded: bool) -> None:
    def everything() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    with Index(tmp_path / "i") as index:
        index.add(Document(f"k{n}", f"Xanthippe{n} qwyjibo wrote about pump {n}.") for n in range(50))
        index.add(Document(f"o{n}", f"Others wrote about valve {n} too.") for n in range(50))
        if folded:
            index.fold()
        assert b"qwyjibo" in everything()
        assert index.delete(f"k{n}" for n in range(50)) == 50
        assert not [hit for hit in index.search("qwyjibo Xanthippe7") if hit.words_rank]
        index.purge()
        assert index.search("valve")[0].words_rank == 1
    left = everything().lower()
    assert b"qwyj" not in left
    assert b"xanthi" not in left
    assert b"valve 7" in left
