"""Values and bins in the reader's words."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import encoding, words
from leadline.learn.derive import Part

FOLDS = np.arange(200) % 2


def code(values: object, how: str = "value", kind: str = "number", against: str = "") -> encoding.Code:
    """The code of one column of 200 cells."""
    if how == "days_before":
        values = np.asarray(values).astype("datetime64[us]")
    column = pa.array(values, pa.string() if kind == "category" else None)
    part = Part("x", "x", kind, how, against, 19_875.0)  # type: ignore[arg-type]
    table = pa.table({"x": column, "Created": pa.array([datetime(2024, 6, 1)] * 200, pa.timestamp("us"))})
    y = (np.arange(200) % 3 == 0).astype(np.int8)
    return encoding.fit(table, [part], y, FOLDS)[0].codes[0]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (12.5, "12.5"),
        (12.0, "12"),
        (999.999, "1,000"),
        (0.03124, "0.0312"),
        (-2500.4, "-2,500"),
        (math.nan, "blank"),
        (math.inf, "blank"),
        (-math.inf, "blank"),
    ],
)
def test_numbers_show_as_many_digits_as_tell(value: float, said: str) -> None:
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0 %"), (0.004, "0.4 %"), (0.0999, "10 %"), (0.125, "12 %"), (1.0, "100 %")]
)
def test_percent(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_cells_of_any_kind() -> None:
    assert words.text(None) == "blank"
    assert words.text(datetime(2024, 3, 5, 14, 30)) == "2024-03-05"
    assert words.text(True) == "True"
    assert words.name(1234567.0) == "1234567"
    assert words.name(12.5) == "12.5"
    assert words.name("OPP-1") == "OPP-1"
    assert words.name(math.inf) == words.name(math.nan) == "blank"


def test_hostile_text_is_one_short_line() -> None:
    said = words.text("\x1b[31mred\x1b[0m\n\tname\u202etxt.exe\x00 " + "x" * 5_000_000)
    assert len(said) <= words.LONGEST
    assert said.startswith("[31mred[0m nametxt.exe xxx")
    assert said.endswith("…")
    assert words.text("<script>alert(1)</script>") == "<script>alert(1)</script>"  # shown escaped where it is shown


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200) | st.floats() | st.datetimes() | st.none() | st.integers())
def test_any_cell_is_one_printable_line(value: object) -> None:
    for said in (words.text(value), words.name(value)):
        assert len(said.splitlines()) <= 1
        assert not words.HIDDEN.search(said)
        assert len(said) <= max(words.LONGEST, 420)  # a float of 10^300 is long


def test_labels_of_edges() -> None:
    many = code(np.arange(200.0) * 10)
    assert words.bin_label(many, 0) == "blank"
    assert words.bin_label(many, 2).startswith("under ")
    assert words.bin_label(many, len(many.edges) + 2).endswith(" or more")
    assert words.bin_label(many, 3) == f"{words.number(many.edges[0])} to {words.number(many.edges[1])}"
    few = code(np.arange(200.0) % 4)
    assert [words.bin_label(few, n) for n in range(2, 6)] == ["0", "1", "2", "3"]
    assert words.bin_label(few, 1) == "other"


def test_labels_of_categories() -> None:
    kinds = code(["Referral" if n % 2 else "Web" for n in range(199)] + ["once"], kind="category")
    assert words.bin_label(kinds, 0) == "blank"
    assert words.bin_label(kinds, 1) == "rare or new"
    assert {words.bin_label(kinds, 2), words.bin_label(kinds, 3)} == {"Referral", "Web"}


def test_labels_say_each_bin_of_a_number_apart() -> None:
    for values in (np.arange(200.0), np.arange(200.0) / 7, np.linspace(-5, 5, 200), np.exp(np.linspace(0, 12, 200))):
        found = code(values)
        labels = [words.part_label(found, n) for n in range(2, 3 + len(found.edges))]
        assert len(set(labels)) == len(labels)


def test_labels_of_days() -> None:
    start = np.datetime64("2024-06-01")
    after = code(start + np.arange(1, 201).astype("timedelta64[D]"), "days_before", against="Created")
    assert words.part_label(after, 2).endswith("days or more after Created")
    assert words.part_label(after, 4).endswith(" days after Created")
    assert "-" not in words.part_label(after, 4)
    before = code(start - np.arange(1, 201).astype("timedelta64[D]"), "days_before")
    assert words.part_label(before, len(before.edges) + 2).endswith(" or more before the last row learned from")
    both = code(start + np.arange(-100, 100).astype("timedelta64[D]"), "days_before", against="Created")
    said = [words.part_label(both, n) for n in range(2, 3 + len(both.edges))]
    assert any(" before Created" in label for label in said)
    assert any(" after Created" in label for label in said)
    few = code(start + (np.arange(200) % 3 - 1).astype("timedelta64[D]"), "days_before", against="Created")
    assert [words.part_label(few, n) for n in (2, 3, 4)] == [
        "1 days after Created",
        "the day of Created",
        "1 days before Created",
    ]


def test_standing_among_the_rows_learned_from() -> None:
    many = code(np.arange(200.0))
    assert words.standing(many, 2) == "among the lowest"
    assert words.standing(many, len(many.edges) + 2) == "among the highest"
    assert words.standing(many, len(many.edges)) == "high"
    assert words.standing(many, 6) == ""
    assert words.standing(many, 0) == ""  # blank stands nowhere
    assert words.standing(code(np.arange(200.0) % 4), 2) == ""
