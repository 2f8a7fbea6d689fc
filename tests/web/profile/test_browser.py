"""The profile in a real browser: no complaint, no sideways scroll, values open by hand and by key, marks are large
enough to press, and text stands out in both themes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leadline.web.profile.page import write

from . import factory  # noqa: TID252  tests are imported by path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

# The contrast of each visible text with the ground under it, after WCAG 2.2; those below 4.5 are given.
FAINT = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$/.test(c)) return c } return 'rgb(255, 255, 255)' };
  const faint = [];
  for (const e of document.querySelectorAll('main *, nav *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.closest('svg') || !e.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push([e.tagName, e.className, ratio]);
  }
  return faint;
}"""  # noqa: E501
UNNAMED = """() => [...document.querySelectorAll('a, summary, svg[role=img], nav, aside')]
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright, which drives chromium, is not installed")
    with driver.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("profiles")
    paths = {name: folder / f"{name}.html" for name in factory.CASES}
    for name, path in paths.items():
        write(factory.CASES[name](), path)
    return paths


def _open(browser: Browser, path: Path, width: int, complaints: list[str], theme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
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
    for opened in (False, True):
        page.evaluate(f"document.querySelectorAll('details').forEach(d => d.open = {str(opened).lower()})")
        for width in (1360, 1000, 768, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                too_wide[width, opened] = wide
    page.close()
    assert [c for c in complaints if not c.startswith("data:")] == []
    assert too_wide == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["full", "person", "bare"])
def test_text_stands_out_and_everything_has_a_name(
    browser: Browser, pages: dict[str, Path], name: str, theme: str
) -> None:
    page = _open(browser, pages[name], 1360, [], theme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    faint, unnamed = page.evaluate(FAINT), page.evaluate(UNNAMED)
    page.close()
    assert faint == []
    assert unnamed == []


def test_a_value_opens_to_its_row_by_hand_and_by_key(browser: Browser, pages: dict[str, Path]) -> None:
    page = _open(browser, pages["full"], 1360, [])
    one = page.locator("#known details.field").filter(has_text="employees")
    opened = one.locator(".opened").first
    assert not opened.is_visible()
    one.locator("summary").click()
    assert opened.is_visible()
    assert "register-export.csv, row 12" in opened.inner_text()
    assert "90 by another source, hubspot" in " ".join(opened.inner_text().split())
    one.locator("summary").press("Enter")
    assert not opened.is_visible()
    page.close()


def test_the_answer_is_seen_at_once_on_a_phone(browser: Browser, pages: dict[str, Path]) -> None:
    page = _open(browser, pages["full"], 360, [])
    box = page.locator(".lede").bounding_box()
    small = page.evaluate(
        "[...document.querySelectorAll('nav a, summary')].map(e => e.getBoundingClientRect())"
        ".filter(r => r.width && (r.height < 24 || r.width < 24)).length"
    )
    page.close()
    assert box is not None
    assert box["y"] + box["height"] < 640
    assert small == 0
