"""Personal data in texts: found by kind, masked, and turned back only with the map."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError
from leadline.understand.masking import Masker, mask, restore
from leadline.understand.personal import find

TEXT = """Hi Anna, call me at +49 89 1234567 or (212) 555-0188.
IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111, from 192.168.1.44. SSN 536-90-4399, NIF 12345678Z,
born on 12.03.1981, Hauptstraße 12, 80331 München, or 221 Baker Street, London NW1 6XE. peter.pan@acme.example
Best regards,
Peter Novak"""


def kinds(text: str) -> list[str]:
    return [one.kind for one in find(text)]


def test_each_kind_is_found_where_it_stands() -> None:
    found = {(one.kind, TEXT[one.start : one.end]) for one in find(TEXT)}
    assert found == {
        ("name", "Anna"),
        ("phone", "+49 89 1234567"),
        ("phone", "(212) 555-0188"),
        ("IBAN", "DE89 3704 0044 0532 0130 00"),
        ("credit card", "4111 1111 1111 1111"),
        ("IP address", "192.168.1.44"),
        ("national number", "536-90-4399"),
        ("national number", "12345678Z"),
        ("date of birth", "12.03.1981"),
        ("address", "Hauptstraße 12, 80331 München"),
        ("address", "221 Baker Street, London NW1 6XE"),
        ("e-mail", "peter.pan@acme.example"),
        ("name", "Peter Novak"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Order 4711-2234-99 of 2026-03-05 over 1,250,000 pieces, invoice no 20260312001.",
        "The card 4111 1111 1111 1112 fails its check digit.",
        "IBAN DE89 3704 0044 0532 0130 01 is none.",
        "Version 3.11.2 of 12/2025, part number 0815-4711, room 12.",
        "Revenue was 12 345 678 in 2024 and 2025.",
        "Part 44051401359 of the file.",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert kinds(text) == []


def test_a_number_counts_where_it_is_called_what_it_is() -> None:
    assert kinds("PESEL 44051401359") == ["national number"]
    assert kinds("My mobile: 1712345678") == ["phone"]


@pytest.mark.parametrize("style", ["label", "pseudonym"])
def test_masked_text_holds_none_of_it_and_can_be_turned_back(style: str) -> None:
    masked = mask(TEXT, style)  # type: ignore[arg-type]
    for data in masked.kept.values():
        assert data not in masked.text
    assert masked.restored() == TEXT
    assert masked.kinds["phone"] == 2


def test_equal_data_has_an_equal_mark_in_all_texts() -> None:
    masker = Masker()
    one, two = masker.mask_all(["Mail a@b.example now", "Again a@b.example and c@d.example"])
    three = masker.mask("a@b.example")
    assert (one, two, three) == ("Mail [e-mail 1] now", "Again [e-mail 1] and [e-mail 2]", "[e-mail 1]")


def test_a_mark_that_stands_in_the_text_is_not_used() -> None:
    masked = mask("[e-mail 1] is no mark; a@b.example is one")
    assert masked.text == "[e-mail 1] is no mark; [e-mail 2] is one"
    assert masked.restored() == "[e-mail 1] is no mark; a@b.example is one"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from([*TEXT.split(" "), "[phone 1]", "1 Example Street", "Alex Muster", "\n", "[e-mail 2]"])),
    st.sampled_from(["label", "pseudonym"]),
)
def test_whatever_is_masked_can_be_turned_back(words: list[str], style: str) -> None:
    text = " ".join(words)
    masked = mask(text, style)  # type: ignore[arg-type]
    assert masked.restored() == text


def test_without_the_map_nothing_is_turned_back() -> None:
    assert restore("[e-mail 1]", {}) == "[e-mail 1]"


def test_there_are_two_styles() -> None:
    with pytest.raises(CallError, match="say label or pseudonym"):
        Masker("black")  # type: ignore[arg-type]
