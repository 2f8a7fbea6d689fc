"""The page in a real browser: no complaint, no sideways scroll, and a row's reasons open by hand and by key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leadline.web.report.page import write

from . import factory  # noqa: TID252  tests are imported by path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright, which drives chromium, is not installed")
    with driver.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    paths = {name: folder / f"{name}.html" for name in factory.CASES}
    for name, path in paths.items():
        write(factory.CASES[name](), path)
    return paths


def _open(browser: Browser, path: Path, width: int, complaints: list[str]) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("name", sorted(factory.CASES))
def test_no_complaint_and_no_sideways_scroll(browser: Browser, pages: dict[str, Path], name: str) -> None:
    complaints: list[str] = []
    page = _open(browser, pages[name], 1360, complaints)
    too_wide = {}
    for width in (1360, 1000, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            too_wide[width] = wide
    page.close()
    assert [c for c in complaints if not c.startswith("data:")] == []
    assert too_wide == {}


def test_the_answer_is_seen_without_scrolling_on_a_phone(browser: Browser, pages: dict[str, Path]) -> None:
    page = _open(browser, pages["full"], 360, [])
    box = page.locator(".answer p").first.bounding_box()
    page.close()
    assert box is not None
    assert box["y"] + box["height"] < 640


@pytest.mark.parametrize("width", [360, 1360])
def test_reasons_open_by_hand_and_by_key(browser: Browser, pages: dict[str, Path], width: int) -> None:
    page = _open(browser, pages["full"], width, [])
    row = page.locator("details.why").first
    full = row.locator(".full")
    assert not full.is_visible()
    row.locator("summary").click()
    assert full.is_visible()
    assert full.get_by_role("table").is_visible()
    row.locator("summary").press("Enter")
    assert not full.is_visible()
    page.close()


def test_marks_to_press_are_large_enough(browser: Browser, pages: dict[str, Path]) -> None:
    page = _open(browser, pages["prior"], 360, [])
    small = page.evaluate(
        "[...document.querySelectorAll('nav a, summary')].map(e => e.getBoundingClientRect())"
        ".filter(r => r.width && (r.height < 24 || r.width < 24)).length"
    )
    page.close()
    assert small == 0


def test_a_script_that_was_planted_does_not_run(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    planted = tmp_path / "planted.html"
    html = pages["one_row"].read_text(encoding="utf-8")
    planted.write_text(html.replace("</main>", "<script>document.title = 'ran'</script></main>"), encoding="utf-8")
    complaints: list[str] = []
    page = _open(browser, planted, 1360, complaints)
    title = page.title()
    page.close()
    assert title != "ran"
    assert any("Content Security Policy" in c for c in complaints)
