"""The profile's page as text: nothing from data is markup, every value opens, all ids and labels hold together."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from leadline.core.errors import CallError
from leadline.web.profile import words
from leadline.web.profile.page import render, write

from . import factory  # noqa: TID252  tests are imported by path


@pytest.mark.parametrize("name", sorted(factory.CASES))
def test_nothing_from_data_is_markup(name: str) -> None:
    page = render(factory.CASES[name]())
    assert "<script" not in page
    assert "<img" not in page
    assert "onerror=alert(1)>" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'(?:href="#|aria-labelledby=")([^"]+)"', page):
        assert target in ids, target


def test_every_value_opens_to_its_evidence() -> None:
    made = factory.full()
    page = render(made)
    for one in made.every_field():
        for evidence in one.evidence:
            assert words.key(evidence) in page, one
    assert "“" in page
    assert "90</b> by another source, hubspot, 6 May 2026" in page
    assert "<code>batch 3, row 12</code>" in page
    assert "33 acts by 3 people in ninety days, the last on 20 Nov 2026. 1 deal is open, worth 184,000 EUR." in page


def test_empty_is_a_next_step() -> None:
    page = render(factory.bare())
    for said in (
        "No act is known yet.",
        "No text has been read yet.",
        "No source has said anything.",
        "Nobody is known",
    ):
        assert said in page
    assert "has acted yet" in page


def test_silence_is_said_and_not_drawn() -> None:
    made = factory.full()
    still = replace(made, weeks=tuple(replace(week, theirs=0, ours=0, signals=()) for week in made.weeks))
    assert "No act of theirs or ours in 26 weeks" in render(still)
    assert "No act of theirs or ours" not in render(made)


def test_a_person_shows_the_ground() -> None:
    page = render(factory.person())
    assert "Why it is kept" in page
    assert "ground: contract" in page
    assert "Buying group" not in page


def test_values_in_words() -> None:
    assert words.shown(1234567) == "1,234,567"
    assert words.shown(True) == "yes"
    assert words.shown("2026-03-01T00:00:00+00:00") == "1 Mar 2026"
    assert words.shown("2026-99-01 x") == "2026-99-01 x"
    assert words.shown(12.50) == "12.5"
    assert words.shown(None) == "–"


def test_the_page_is_written_or_refused_in_one_sentence(tmp_path: Path) -> None:
    write(factory.full(), tmp_path / "a.html")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    with pytest.raises(CallError, match=r"cannot be written .* choose another place with --html"):
        write(factory.full(), tmp_path / "no" / "a.html")


def test_colours_are_those_of_the_look() -> None:
    look, page = (
        files(f"leadline.web.{where}").joinpath(name).read_text(encoding="utf-8")
        for where, name in (("shell", "look.css"), ("profile", "page.css"))
    )
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\w*[.{ ])", page.replace("#words", ""))
    assert set(re.findall(r"var\(--([\w-]+)\)", page)) <= set(re.findall(r"--([\w-]+):", look))
