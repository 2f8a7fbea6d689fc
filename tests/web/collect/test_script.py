"""The script for one's own pages, in a real browser: consent first, and then what it tells arrives in the record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leadline.loop import intake
from leadline.store import models
from serving import Served, running, site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]

PAGE = """<!doctype html><title>{title}</title>
<script defer src="{url}/leadline.js" data-key="{key}"></script>
<h1 style="margin-bottom:3000px">{title}</h1>
<form id="demo" action="thanks.html" {mark}>
  <input name="email" type="email" value="Nora@Acme.example"><input name="company" value="Secret Ltd">
  <input name="token" type="hidden" value="hidden-token"><button>Send</button></form>
<a id="brief" href="brief.pdf?secret=1" download>Brief</a> <a id="next" href="next.html">Next</a>
"""
STORED = """async () => ({
  local: Object.entries(localStorage), session: Object.entries(sessionStorage), cookies: document.cookie,
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length})"""
NOTHING = {"local": [], "session": [], "cookies": "", "databases": 0, "caches": 0}


class Visit:
    """A browser on a site of two pages that carry the script, beside a running server."""

    def __init__(self, folder: Path, rest: ExitStack, mark: str = "") -> None:
        from playwright.sync_api import sync_playwright

        self._rest = rest
        self.origin = rest.enter_context(site(folder))
        self.served: Served = rest.enter_context(running([self.origin]))
        for name in ("index", "next", "thanks"):
            text = PAGE.format(title=name, url=self.served.url, key=self.served.key, mark=mark)
            (folder / f"{name}.html").write_text(text, encoding="utf-8")
        (folder / "brief.pdf").write_bytes(b"%PDF-1.4")
        play = rest.enter_context(sync_playwright())
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        rest.callback(chromium.close)
        self.context: BrowserContext = chromium.new_context()
        self.page: Page = self.context.new_page()
        self.asked: list[tuple[str, str]] = []
        self.complaints: list[str] = []
        self.context.on("request", self._see)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _see(self, request: Any) -> None:
        if request.url.startswith(self.served.url):
            self.asked.append((request.url.removeprefix(self.served.url), request.post_data or ""))

    def open(self, path: str = "index.html") -> None:
        self.page.goto(f"{self.origin}/{path}")

    def act(self) -> None:
        """What a visitor does: moves, scrolls, downloads, sends the form, leaves."""
        self.page.mouse.move(100, 100)
        self.page.mouse.wheel(0, 500)
        self.page.wait_for_function("window.scrollY > 0")
        with self.page.expect_download():
            self.page.click("#brief")
        self.page.click("#demo button")
        self.page.wait_for_url("**/thanks.html*")

    def sent(self) -> list[tuple[str, str]]:
        return [request for request in self.asked if request[0] != "/leadline.js"]

    def end(self) -> list[models.Signal]:
        """Closes all; then what lies in the ledger."""
        self.page.wait_for_load_state("networkidle")
        assert not self.complaints
        self._rest.close()
        intake.unpack_all()
        assert not list(models.Refused.objects.values_list("reason", flat=True))
        return list(models.Signal.objects.select_related("person").order_by("pk"))


@pytest.fixture
def visit(store: str, tmp_path: Path) -> Iterator[Visit]:
    pytest.importorskip("playwright.sync_api", reason="playwright, which drives chromium, is not installed")
    folder = tmp_path / "site"
    folder.mkdir()
    with ExitStack() as rest:
        yield Visit(folder, rest, "data-leadline-identify")


def test_before_consent_nothing_is_stored_and_nothing_is_sent(visit: Visit) -> None:
    visit.open("index.html?utm_source=mail")
    visit.act()
    visit.page.evaluate("leadline.track('Asked Early', {a: 1}); leadline.identify('u1', {email: 'a@b.example'})")
    visit.page.evaluate("leadline.consent(false)")
    assert visit.page.evaluate(STORED) == NOTHING
    assert visit.context.cookies() == []
    visit.open("next.html")
    assert visit.page.evaluate(STORED) == NOTHING
    assert visit.sent() == []
    assert visit.end() == []


@pytest.mark.parametrize("signal", ["globalPrivacyControl: true", "doNotTrack: '1'"])
def test_privacy_signals_outweigh_consent(visit: Visit, signal: str) -> None:
    name, _, value = signal.partition(": ")
    visit.page.add_init_script(f"Object.defineProperty(navigator, '{name}', {{get: () => {value}}})")
    visit.open()
    visit.page.evaluate("leadline.consent(true)")
    visit.act()
    visit.page.evaluate("leadline.consent(true)")
    assert visit.page.evaluate(STORED) == NOTHING
    assert visit.sent() == []
    assert visit.end() == []


def test_after_consent_all_of_it_arrives(visit: Visit) -> None:
    visit.open("index.html?utm_source=mail&utm_campaign=spring&secret=1")
    visit.page.evaluate("leadline.consent(true)")
    visit.act()
    stored = visit.page.evaluate(STORED)
    assert sorted(name for name, _ in stored["local"]) == ["leadline.consent", "leadline.id"]
    assert (stored["session"], stored["cookies"], stored["databases"]) == ([], "", 0)
    assert visit.context.cookies() == []
    wire = json.dumps(visit.sent())
    for secret in ("Secret Ltd", "hidden-token", "secret=1"):
        assert secret not in wire
    found = visit.end()
    acts = [signal.act for signal in found]
    for act in ("page viewed", "time on page", "file downloaded", "form submitted", "identified"):
        assert act in acts, acts
    assert acts.count("page viewed") == 2  # index, and thanks, where the consent is remembered
    assert len({signal.visitor for signal in found}) == 1
    assert {signal.consent for signal in found} == {"given"}
    assert all(signal.human is not None for signal in found)
    told = {signal.act: json.loads(signal.payload) for signal in reversed(found)}
    assert told["form submitted"]["properties"] == {"form": "demo", "fields": ["email", "company"]}
    assert told["file downloaded"]["properties"]["file"] == "brief.pdf"
    assert 0 <= told["time on page"]["properties"]["seconds"] < 60
    assert told["page viewed"]["page"]["path"] == "/index.html"
    assert told["page viewed"]["campaign"] == {"source": "mail", "name": "spring"}
    (person,) = {signal.person for signal in found if signal.act == "identified"}
    assert person.email == "nora@acme.example"


def test_consent_can_be_taken_back(visit: Visit) -> None:
    visit.open()
    visit.page.evaluate("leadline.consent(true)")
    visit.page.wait_for_load_state("networkidle")
    before = len(visit.sent())
    assert before
    visit.page.evaluate("leadline.consent(false)")
    assert visit.page.evaluate(STORED) == NOTHING
    visit.act()
    visit.open("next.html")
    assert len(visit.sent()) == before
    visit.page.evaluate("leadline.consent(true)")
    assert len({signal.visitor for signal in visit.end()}) == 2  # a new visitor: the old id is gone


def test_pages_that_change_without_loading_are_pages(visit: Visit) -> None:
    visit.open()
    visit.page.evaluate("leadline.consent(true)")
    visit.page.evaluate("history.pushState({}, '', '/pricing'); history.pushState({}, '', '/pricing?tab=2')")
    paths = [json.loads(signal.payload)["page"]["path"] for signal in visit.end() if signal.act == "page viewed"]
    assert paths == ["/index.html", "/pricing"]


def test_what_was_not_taken_is_sent_again(visit: Visit) -> None:
    """While the server is away events wait in memory; each arrives once."""
    visit.open()
    visit.context.route("**/v1/b", lambda route: route.abort())
    visit.page.evaluate("leadline.consent(true); leadline.track('Asked')")
    visit.page.wait_for_timeout(300)
    visit.context.unroute("**/v1/b")
    with visit.page.expect_response("**/v1/b"):
        pass
    found = sorted(signal.act for signal in visit.end())
    assert [act for act in found if act != "time on page"] == ["Asked", "page viewed"]
