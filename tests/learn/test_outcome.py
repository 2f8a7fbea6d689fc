"""Won, lost and open read from values in several languages, and the errors when they cannot be."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError, ColumnNotFound
from leadline.learn.outcome import meaning, read_outcome, split_spec


def _read(values, spec, **options):
    return read_outcome(pa.table({"Stage": values}), spec, **options)


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("Closed Won", "won"), ("ClosedWon", "won"), ("closed-won - paid", "won"), ("Yes", "won"), ("TRUE", "won"),
        ("Accepted", "won"), ("Gewonnen", "won"), ("Gagné", "won"), ("Ganado", "won"), ("Vinto", "won"),
        ("Ganho", "won"), ("Wygrana", "won"), ("1", "won"), ("Converted", "won"), ("Abgeschlossen (gewonnen)", "won"),
        ("Closed Lost", "lost"), ("Loss", "lost"), ("Dead", "lost"), ("Disqualified", "lost"), ("not won", "lost"),
        ("nicht gewonnen", "lost"), ("Not Converted", "lost"), ("Verloren", "lost"), ("Perdu", "lost"), ("no", "lost"),
        ("Perdido", "lost"), ("Perso", "lost"), ("Przegrana", "lost"), ("Hävitty", "lost"), ("Rejected", "lost"),
        ("Closed Lost - Not Renewing", "lost"), ("0", "lost"), ("non", "lost"),
        ("Prospecting", "open"), ("Negotiation/Review", "open"), ("In Bearbeitung", "open"), ("", "open"),
        ("Ouvert", "open"), ("Qualified", "open"), ("Closed", ""), ("Blue", ""),
    ],
)  # fmt: skip
def test_meaning(value, means):
    assert meaning(value) == means


def test_named_values_by_case_number_and_star():
    assert _read(["won", "Lost", None], "Stage=Won")[1].tolist() == [1, 0, -1]
    assert _read([1.0, 0.0, None], "Stage=1")[1].tolist() == [1, 0, -1]
    assert _read(["True", "False"], "Stage=1")[1].tolist() == [1, 0]
    assert _read(["True", "False"], "Stage=yes")[1].tolist() == [1, 0]
    values = ["Closed Won - Paid", "Closed Won", "Closed Lost", "Open"]
    assert _read(values, "Stage=Closed Won*")[1].tolist() == [1, 1, 0, -1]
    assert _read(["A", "B", "C"], "Stage=A|B")[1].tolist() == [1, 1, 0]
    assert _read(["a", "A"], "Stage=A")[1].tolist() == [0, 1]


def test_proposal_of_more_than_two_values():
    reading, labels = _read(["Won", "Lost", "Engaging", "Prospecting", None], "Stage")
    assert (reading.won, reading.lost, reading.open) == (("Won",), ("Lost",), ("Engaging", "Prospecting"))
    assert reading.proposed
    assert "blank is open" in reading.reason
    assert labels.tolist() == [1, 0, -1, -1, -1]
    assert labels.dtype == np.int8


def test_two_values_need_no_words():
    reading, labels = _read(["blue", "red", "blue"], "Stage=blue")
    assert (reading.won, reading.lost, reading.proposed) == (("blue",), ("red",), False)
    assert labels.tolist() == [1, 0, 1]


def test_open_is_not_lost():
    assert _read(["Won", "Open", "Won"], "Stage=Won")[1].tolist() == [1, -1, 1]
    assert _read(["Won", "Open", "Lost"], "Stage=Won")[1].tolist() == [1, -1, 0]
    assert _read(["Won", "Open", "Won"], "Stage=Won", lost=["Open"])[1].tolist() == [1, 0, 1]


def test_given_lost_and_open():
    values = ["Won", "Lost", "Dead", "New"]
    assert _read(values, "Stage=Won", lost=["Lost"])[1].tolist() == [1, 0, -1, -1]
    assert _read(values, "Stage=Won", open_=["new"])[1].tolist() == [1, 0, 0, -1]
    assert _read(values, "Stage=Won", lost=["Lost", "Dead"], open_=["New"])[0].proposed is False


def test_unknown_words_are_lost_only_where_nothing_is_open():
    assert _read(["Won", "Blue", "Red"], "Stage=Won")[1].tolist() == [1, 0, 0]
    assert _read(["Won", "Blue", "Lost", "Open"], "Stage=Won")[1].tolist() == [1, -1, 0, -1]


def test_errors_name_the_values():
    with pytest.raises(CallError, match=r"'Closed Wn' never occurs .* did you mean 'Closed Won'"):
        _read(["Closed Won", "Closed Lost"], "Stage=Closed Wn")
    with pytest.raises(CallError, match="it has 'a', 'b'"):
        _read(["a", "b"], "Stage=zzzzzz")
    with pytest.raises(ColumnNotFound, match="did you mean 'Stage'"):
        _read(["a", "b"], "Stge=a")
    with pytest.raises(CallError, match="reads as won"):
        _read(["a", "b"], "Stage")
    with pytest.raises(CallError, match="blank in every row"):
        _read(pa.nulls(3, pa.string()), "Stage")
    with pytest.raises(CallError, match="named twice"):
        _read(["a", "b"], "Stage=a", lost=["a"])
    with pytest.raises(CallError, match="300 values"):
        _read([f"v{at}" for at in range(300)], "Stage")


def test_column_names_with_equals_signs():
    assert split_spec("a=b=Won", ["a=b", "c"]) == ("a=b", ("Won",))
    assert split_spec("stage=Won", ["Stage"]) == ("Stage", ("Won",))
    assert split_spec("a=b", ["a=b"]) == ("a=b", ())


@pytest.mark.parametrize("name", ["ibm", "crm", "olist", "bank", "metals", "software", "web", "tender"])
def test_real_sets(real, real_sets, name):
    rate = {"ibm": 0.226, "crm": 0.632, "olist": 0.099, "bank": 0.117, "metals": 0.409, "software": 0.365, "web": 0.153,
            "tender": 0.241}  # fmt: skip
    reading, labels = read_outcome(real(name), real_sets[name].outcome)
    proposed, same = read_outcome(real(name), reading.column)
    assert labels[labels >= 0].mean() == pytest.approx(rate[name], abs=0.002)
    assert np.array_equal(labels, same)
    assert proposed.proposed
    assert (labels == -1).any() == (name == "crm")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["Won", "Lost", "Open", None, "??", " "]), min_size=1, max_size=30), st.randoms())
def test_labels_follow_values_not_rows(values, random):
    if "Won" not in values:
        return
    shuffled = list(enumerate(values))
    random.shuffle(shuffled)
    labels = _read(values, "Stage=Won", lost=["Lost"] if "Lost" in values else [])[1]
    again = _read([value for _, value in shuffled], "Stage=Won", lost=["Lost"] if "Lost" in values else [])[1]
    assert [labels[at] for at, _ in shuffled] == again.tolist()
    assert all(label == -1 for label, value in zip(labels, values, strict=True) if value in (None, " "))
