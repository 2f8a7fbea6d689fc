"""A body comes back from the journal as it came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadline.store.journal_body import FROM, packed, unpacked


@given(st.binary(max_size=300), st.integers(0, 40))
def test_a_round_trip_changes_nothing(piece: bytes, times: int) -> None:
    for body in (piece * times, b"\0" + piece, packed(piece * times)):
        assert unpacked(packed(body)) == body


def test_only_what_is_large_or_could_be_mistaken_is_deflated() -> None:
    assert packed(b"{" * (FROM - 1)) == b"{" * (FROM - 1)
    assert len(packed(b"{" * FROM)) < 100
    assert packed(b"\0") != b"\0"
