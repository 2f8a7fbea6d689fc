"""The page of features says what the code counts."""

from __future__ import annotations

from feature_catalogue import TARGET, page


def test_the_page_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), "run python tools/feature_catalogue.py"
