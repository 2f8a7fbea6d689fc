"""The page stands alone, says everything, and takes text from files for text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError
from leadline.core.qualification import Qualification
from leadline.web.report.page import LIMITS, ROWS_SHOWN, render, write

from . import factory  # noqa: TID252  tests are imported by path

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}
SECTIONS = ("first", "trust", "drivers", "left-out", "drift", "data", "model", "limits")


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in its turn; keeps what the tests ask for."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.open, f"<{tag}/> closes itself outside a picture"
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> was never opened"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module", params=sorted(factory.CASES))
def case(request: pytest.FixtureRequest) -> tuple[str, str, Page]:
    html = render(factory.CASES[request.param]())
    return request.param, html, Page(html)


def test_every_section_is_there_and_headings_go_in_order(case: tuple[str, str, Page]) -> None:
    _, html, page = case
    assert html.startswith("<!doctype html>")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if i in SECTIONS] == list(SECTIONS)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    links = [str(a["href"])[1:] for a in page.named("a")]
    assert set(links) <= set(ids)


def test_it_stands_alone(case: tuple[str, str, Page]) -> None:
    _, html, page = case
    policy = [a["content"] for a in page.named("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policy) == 1
    assert str(policy[0]).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "form", "img", "base"}
    for tag, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on")], tag
        for name in ("href", "src", "action", "xlink:href", "srcset"):
            assert str(attrs.get(name) or "#").startswith(("#", "data:,")), (tag, attrs)
        assert "http" not in str(attrs.get("style", ""))
    style = html[html.index("<style>") : html.index("</style>")]
    assert "http" not in style
    assert "url(" not in style
    assert "@import" not in style
    assert len(html.encode()) < 1_500_000


def test_pictures_and_tables_speak(case: tuple[str, str, Page]) -> None:
    _, _, page = case
    for svg in page.named("svg"):
        assert svg.get("aria-hidden") == "true" or svg.get("aria-label") or svg.get("viewbox") == "0 0 34 14"
    assert len(page.named("caption")) == len(page.named("table"))
    assert all(th.get("scope") in {"col", "row"} for th in page.named("th"))
    assert not re.search(r"\b(nan|inf|None|Undefined)\b", page.text)
    assert "!" not in page.text.replace(factory.HOSTILE, "")


def test_hostile_text_stays_text() -> None:
    html = render(factory.hostile())
    page = Page(html)
    assert "<script" not in html.lower()
    assert html.count("</style>") == 1
    assert "&lt;script&gt;" in html
    assert "{{7*7}}" in page.text
    assert "</script>49" not in page.text
    assert "=HYPERLINK(" in page.text


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_text_from_a_file_keeps_the_page_whole(words: str) -> None:
    base = factory.one_row()
    row = replace(base.ranking[0], name=words, missing=words, up=(replace(base.ranking[0].up[0], words=words),))
    driver = replace(base.drivers[0], column=words, words=words)
    html = render(
        replace(base, ranking=(row,), drivers=(driver,), warnings=(words,), source=replace(base.source, name=words))
    )
    page = Page(html)
    assert page.named("main")
    html.encode("utf-8", "strict")


def test_a_full_record_answers_at_the_top() -> None:
    page = Page(render(factory.full()))
    for said in (
        "Of 412 open deals, 50 fit this week’s capacity; 70 % of deals scored like them were won.",
        "On 1,200 rows the model never saw, the best tenth won 2.5 times as often as all.",
        "Trust it less than that: ‘Lead source’ looks different in the open deals.",
        "0.78–0.84; 0.5 is chance",
        "42 of the best 50 (chance: 16)",
        "By time on ‘Created’: learned before 14 March 2025, tested after.",
        "412 held-out rows had values that never occurred together in training; on those the AUC is 0.79",
        "Written after the outcome",
        "kept by you",
        "decimal comma, thousands point, unit €",
        "3, such as ‘tbd’ in row 118",
        "semicolon",
        "cp1252",
    ):
        assert said in page.text.replace("\u00a0", " "), said


def test_reasons_open_and_name_the_missing_fact() -> None:
    page = Page(render(factory.full()))
    folded = [a for a in page.named("details") if a.get("class") == "why"]
    assert len(folded) == ROWS_SHOWN
    assert "Would move it most if known: Budget holder" in page.text
    assert "the best 50 of 412" in page.text


def test_not_known_yet() -> None:
    page = Page(render(factory.prior()))
    assert "not measured yet" in page.text
    assert "We do not know yet: 14 closed rows, 3 of them won." in page.text
    assert "14 closed deals, 40 needed" in page.text
    assert "assumed, not measured" in page.text


def test_not_enough_signal() -> None:
    text = Page(render(factory.weak())).text
    assert "Not enough signal" in text
    assert "Do not order your work by this list." in text
    assert "the error is 0.4" in text
    assert "This order was no better than chance" in text


def test_nothing_open() -> None:
    text = Page(render(factory.nothing_open())).text
    assert "There is no open deal to rank: all 2,392 rows are closed." in text
    assert "Nothing to rank yet." in text


def test_long_lists_are_cut_and_say_so() -> None:
    text = Page(render(factory.ten_thousand())).text
    assert "the best 50 of 10,000" in text
    assert f"{5000 - LIMITS['columns_kept']:,} more are not shown here." in text
    assert f"{2000 - LIMITS['findings_kept']:,} more are not shown here." in text


def test_a_bare_record_has_a_page() -> None:
    base = factory.full()
    bare = replace(
        factory.prior(), rows=0, closed=0, won=0, open=0, base_rate=float("nan"), roles=(), ranking=(), capacity="",
        source=replace(base.source, formats=(), notes=(), encoding="", delimiter="", quote="", rows=0, columns=0),
        outcome=replace(base.outcome, column="", won=(), lost=(), open=(), reason=""),
    )  # fmt: skip
    page = Page(render(bare))
    assert "nan" not in page.text


def test_unusable_numbers_draw_nothing_wrong() -> None:
    base = factory.full()
    broken = tuple(
        replace(r, score=float("nan"), low=float("nan"), high=float("inf"), value=None) for r in base.ranking[:3]
    )
    assert "nan" not in render(replace(base, ranking=broken)).casefold().replace("finance", "")


def test_the_same_record_gives_the_same_page() -> None:
    assert render(factory.full()) == render(factory.full())


def test_write_leaves_one_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    write(factory.one_row(), target)
    assert target.read_text(encoding="utf-8") == render(factory.one_row())
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_write_says_where_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"cannot be written .*choose another place"):
        write(factory.one_row(), tmp_path / "no" / "report.html")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CallError):
        write(factory.one_row(), tmp_path / "folder")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_leads_are_called_leads() -> None:
    base: Qualification = factory.full()
    named = replace(base, source=replace(base.source, name="leads.csv"))
    assert "Of 412 open leads" in Page(render(named)).text
