"""The splits are honest: no leak, no account on both sides, no time before the boundary among the held out."""

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks import sets

LEAKS = {
    "ibm_ordered": {"Elapsed Days In Sales Stage", "Sales Stage Change Count", "Opportunity Number"},
    "ibm_random": {"Total Days Identified Through Closing", "Ratio Days Qualified To Total Days"},
    "olist": {"mql_id", "won_date", "business_segment"},
    "bank_random": {"duration", "Cust_num"},
    "bank_time": {"duration", "Cust_num"},
    "metals": {"RowInFile", "Customer"},
    "software": {"Close Date", "Billing Plan", "ACV", "Discount Amount", "Net Amount", "ID", "Stage"},
    "tenders": {"bid_notice_id"},
}


@pytest.fixture(autouse=True)
def _here(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_DATA", str(data_dir))


@pytest.mark.parametrize("name", list(sets.SETS))
def test_both_sides_are_apart_and_free_of_leaks(name: str) -> None:
    whole = sets.load(name)
    assert not LEAKS[name] & set(whole.x.column_names)
    for seed in (0, 1):
        train, test = sets.split(name, seed, whole)
        assert 0 < train.y.mean() < 1
        assert 0.2 < len(test.y) / (len(train.y) + len(test.y)) < 0.4
        assert (len(test.y) >= 5_000) == sets.SETS[name].large or seed
        if train.group is not None and test.group is not None:
            assert not set(train.group.tolist()) & set(test.group.tolist())
        if sets.SETS[name].kind == "time":
            assert train.order is not None
            assert test.order is not None
            assert train.order.max() < test.order.min()


def test_a_split_repeats_itself_and_another_seed_gives_another() -> None:
    first, again, other = (sets.split("metals", seed)[1] for seed in (3, 3, 4))
    assert first.table().equals(again.table())
    assert not first.table().equals(other.table())


def test_retraining_tests_every_row_once_in_order() -> None:
    pairs = sets.prequential()
    whole = sets.load("bank_time")
    rows = pa.concat_tables([test.x for _, test in pairs])
    assert rows.equals(whole.x.slice(sets.PREQUENTIAL_START).combine_chunks()) or rows.to_pylist() == (
        whole.x.slice(sets.PREQUENTIAL_START).to_pylist()
    )
    assert [len(train.y) for train, _ in pairs][:2] == [sets.PREQUENTIAL_START, 16_500]
