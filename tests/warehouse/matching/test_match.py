"""Duplicates in plain tables: what is joined, what is asked, what is left alone, in any file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import DataError
from leadline.core.matching import JOIN, REVIEW
from leadline.testing.world import doubles
from leadline.warehouse.matching import Matched, match


def letters(count: int, size: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return ["".join(row) for row in random.choice(list("abcdefghijklmnop"), (count, size))]


def strangers(count: int, seed: int = 0) -> pa.Table:
    """People who have nothing in common but the town."""
    return pa.table(
        {
            "first_name": letters(count, 6, seed),
            "last_name": letters(count, 8, seed + 1),
            "email": [f"{word}@x.example" for word in letters(count, 8, seed + 2)],
            "city": [f"town {i % 30}" for i in range(count)],
        }
    )


def joined(found: Matched) -> set[tuple[int, int]]:
    pairs = found.pairs.to_pylist()
    return {(p["left"], p["right"]) for p in pairs if p["band"] == "join"}


def f1(found: Matched, person: np.ndarray) -> float:
    """Of the groups, pair by pair."""
    group = found.clusters["cluster"].to_numpy()
    both = np.unique(group * (person.max() + 1) + person, return_counts=True)[1]
    count = lambda sizes: int((sizes * (sizes - 1) // 2).sum())  # noqa: E731
    right, said, true = count(both), count(np.bincount(group)), count(np.bincount(person))
    return 2 * right / (said + true)


def test_simulated_people_are_found() -> None:
    table = doubles.people(11, 5_000)
    found = match(table.drop_columns(["person"]))
    person = table["person"].to_numpy()
    assert found.summary.kind == "people"
    assert f1(found, person) > 0.97
    pairs = found.pairs.to_pylist()
    sure = [p for p in pairs if p["band"] == "join"]
    assert np.mean([person[p["left"]] == person[p["right"]] for p in sure]) > 0.995


def test_strangers_are_left_alone() -> None:
    found = match(strangers(2_000))
    assert found.summary.joined == 0
    assert found.summary.for_review <= 2
    assert found.summary.clusters == 0


def test_each_row_twice() -> None:
    once = strangers(1_000)
    found = match(pa.concat_tables([once, once]))
    assert joined(found) == {(i, i + 1_000) for i in range(1_000)}
    assert found.summary.duplicates == 1_000


def test_ten_thousand_equal_rows_are_one_group_and_few_pairs() -> None:
    once = strangers(2)
    found = match(pa.concat_tables([once.slice(0, 1)] * 10_000 + [once.slice(1, 1)]))
    assert found.summary.clusters == 1
    assert found.summary.largest == 10_000
    assert found.summary.candidates < 60_000
    texts = match(pa.table({"company": ["Acme Ltd"] * 10_000 + ["Bolt GmbH"]}))
    assert texts.summary.largest == 10_000
    assert texts.summary.candidates < 60_000


def test_two_lists_of_the_same_people() -> None:
    table = strangers(600)
    found = match(table, other=table.take(pa.array(np.arange(599, -1, -1))))
    assert joined(found) == {(i, 599 - i) for i in range(600)}
    assert found.summary.one_to_one
    assert found.clusters.num_rows == 1_200
    assert found.clusters.filter(pa.array(found.clusters["table"].to_numpy() == 2)).num_rows == 600


def test_many_equal_rows_in_both_lists() -> None:
    one = strangers(1)
    found = match(pa.concat_tables([one] * 3_000), other=pa.concat_tables([one] * 3_000))
    assert found.summary.duplicates == 3_000
    assert found.summary.candidates < 30_000


def test_a_list_with_doubles_may_have_several_partners() -> None:
    table = strangers(400)
    found = match(table, other=pa.concat_tables([table, table]))
    assert not found.summary.one_to_one
    assert found.summary.joined == 800


def test_reasons_name_what_agrees_and_differs() -> None:
    table = pa.table(
        {
            "given_name": ["Anna", "Anna", *letters(50, 6, 1)],
            "surname": ["Berg", "Berg", *letters(50, 7, 2)],
            "email": [
                "anna.berg@alpen.example",
                "anna.berg@alpen.example",
                *[f"{w}@y.example" for w in letters(50, 8, 3)],
            ],
            "city": ["Bern", "Zürich", *letters(50, 5, 4)],
        }
    )
    found = match(table)
    assert joined(found) == {(0, 1)}
    pair = found.pair(0)
    assert set(pair.reasons) == {"same email", "same given_name", "same surname", "city differs"}
    beside = {a.field: (a.left, a.right, a.words) for a in pair.agreements}
    assert beside["city"] == ("bern", "zurich", "differs")


def test_a_chain_does_not_join_what_is_unlike() -> None:
    """A person's rows are joined through a row between them; two people are not, however many rows lie between."""
    table = doubles.people(5, 3_000)
    person = table["person"].to_numpy()
    found = match(table.drop_columns(["person"]), threshold=0.5)
    group = found.clusters["cluster"].to_numpy()
    people_in = [len(np.unique(person[group == g])) for g in np.flatnonzero(np.bincount(group) > 3)]
    assert max(people_in, default=1) <= 2


def test_thresholds_make_bands() -> None:
    table = doubles.people(7, 3_000).drop_columns(["person"])
    strict, usual = match(table, threshold=0.999), match(table)
    for found, from_ in ((strict, 0.999), (usual, JOIN)):
        for pair in found.pairs.to_pylist():
            assert pair["probability"] >= REVIEW
            assert pair["band"] == "review" or pair["probability"] >= from_ - 1e-6
    assert joined(strict) <= joined(usual)


def test_it_is_the_same_every_time() -> None:
    table = doubles.people(2, 2_000).drop_columns(["person"])
    one, two = match(table), match(table)
    assert one.pairs.equals(two.pairs)
    assert one.clusters.equals(two.clusters)


@pytest.mark.parametrize(
    "table", [pa.table({}), pa.table({"name": pa.array([], pa.string())}), pa.table({"name": ["Anna"]})]
)
def test_too_few_rows_have_no_duplicates(table: pa.Table) -> None:
    found = match(table)
    assert found.pairs.num_rows == 0
    assert found.clusters.num_rows == table.num_rows


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(DataError, match="No column can be compared"):
        match(pa.table({"id": ["1", "2", "3"], "note": ["", "", ""]}))
    with pytest.raises(DataError, match="no column of the same name"):
        match(strangers(3), other=pa.table({"other": ["a"]}))


def test_a_column_that_numbers_rows_is_not_compared() -> None:
    table = strangers(300).append_column("rec_id", pa.array([f"rec-{i}" for i in range(300)]))
    found = match(table)
    assert "rec_id" not in found.summary.columns
    assert any(words.startswith("rec_id") for words in found.summary.unused)


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "Anna", "ANNA", "a@b.example", "-", "1", "0", "é", "\x00", "🙂"]),
    st.text(max_size=12),
)
NAMES = ("name", "email", "phone", "Zip", "birth date", "company", "website", "price", "x")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_table_is_taken(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    count = data.draw(st.integers(0, 12))
    table = pa.table(
        {n: pa.array(data.draw(st.lists(CELLS, min_size=count, max_size=count)), pa.string()) for n in names}
    )
    other = data.draw(st.sampled_from([None, table]))
    try:
        found = match(table, other=other)
    except DataError:
        return
    assert found.clusters.num_rows == count * (1 if other is None else 2)
    for pair in found.pairs.to_pylist():
        assert REVIEW <= pair["probability"] <= 1
        assert other is not None or pair["left"] < pair["right"]
    for place in range(min(3, found.pairs.num_rows)):
        assert found.pair(place).reasons
