"""Segment's three public clients against a running server, with nothing set but their hosts."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from leadline.loop import intake
from leadline.store import models
from serving import running, site

HERE = Path(__file__).parent
SEGMENT = HERE / "node_modules" / "@segment"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_NODE = "node and the packages of tests/sdk are not installed (npm ci --prefix tests/sdk)"
needs_node = pytest.mark.skipif(shutil.which("node") is None or not SEGMENT.is_dir(), reason=NO_NODE)
pytestmark = [pytest.mark.slow]


def signals() -> list[models.Signal]:
    """What lies in the ledger once the journal is empty, oldest first."""
    intake.unpack_all()
    assert models.Journal.objects.count() == 0
    refused = list(models.Refused.objects.values_list("reason", "body"))
    assert not refused
    return list(models.Signal.objects.select_related("source", "person", "account").order_by("pk"))


def payload(found: list[models.Signal], act: str) -> dict[str, Any]:
    (one,) = [signal for signal in found if signal.act == act]
    told: dict[str, Any] = json.loads(one.payload)
    return told


def check(found: list[models.Signal], name: str) -> None:
    """What each client sends alike: who, which account, what."""
    assert {signal.source.name for signal in found} == {"collect:web"}
    acts = [signal.act for signal in found]
    for act in ("identified", "joined account", "form submitted", "Trial Started", "aliased"):
        assert acts.count(act) == 1, acts
    assert acts.count("page viewed") >= 1
    by_act = {signal.act: signal for signal in found}
    person = by_act["identified"].person
    assert person is not None
    assert (person.email, person.given_name) == (f"{name.lower()}@acme.example", name)
    assert by_act["form submitted"].person == person
    account = by_act["joined account"].account
    assert account is not None
    assert (account.name, account.industry) == ("Acme", "Metal")
    assert by_act["form submitted"].account == account
    assert payload(found, "form submitted")["properties"] == {"form": "demo"}
    pages = [json.loads(signal.payload) for signal in found if signal.act == "page viewed"]
    assert "secret" not in json.dumps(pages)
    assert any(told.get("campaign", {}).get("source") == "mail" for told in pages), pages
    assert all(len(signal.key) >= 20 for signal in found)
    assert len({signal.key for signal in found}) == len(found)


def test_the_python_client(store: str) -> None:
    from segment.analytics.client import Client

    failed: list[object] = []
    with running() as served:
        client = Client(served.key, host=served.url, gzip=True, on_error=lambda error, batch: failed.append(error))
        client.identify("py-1", {"email": "Nora@Acme.example", "firstName": "Nora"}, anonymous_id="py-visitor")
        client.group("py-1", "acme", {"name": "Acme", "industry": "Metal"})
        client.track("py-1", "Form Submitted", {"form": "demo"}, context={"groupId": "acme", "ip": "198.51.100.7"})
        client.track("py-1", "Trial Started", message_id="a-key-of-the-caller-1")
        client.track("py-1", "Trial Started", message_id="a-key-of-the-caller-1")
        address = "https://acme.example/pricing?utm_source=mail&secret=1"
        client.page("py-1", "Docs", "Pricing", {"path": "/pricing", "url": address})
        client.screen(anonymous_id="py-visitor", name="Home")
        client.alias("py-1", "py-2")
        client.shutdown()
    assert not failed
    found = signals()
    check(found, "Nora")
    assert len(found) == 7
    assert "198.51.100.7" not in json.dumps(list(models.Signal.objects.values_list("payload", flat=True)))


@needs_node
def test_the_node_client(store: str) -> None:
    with running() as served:
        command = ["node", str(HERE / "node.mjs"), served.url, served.key]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = signals()
    check(found, "Nora")
    assert len(found) == 7
    by_act = {signal.act: signal for signal in found}
    earlier = by_act["form submitted"].at - by_act["Trial Started"].at
    assert abs(earlier - 3_600_000_000) < 2_000_000


LOAD = """async ([key, cdn, host, strategy]) => {
  const segment = {apiHost: host, protocol: 'http'};
  if (strategy) segment.deliveryStrategy = {strategy: 'batching', config: {size: 20, timeout: 200}};
  const analytics = AnalyticsNext.AnalyticsBrowser.load(
    {writeKey: key, cdnURL: cdn}, {integrations: {'Segment.io': host ? segment : {}}});
  await analytics.page('Pricing');
  await analytics.identify('web-1', {email: 'Nora@Acme.example', firstName: 'Nora'});
  await analytics.group('acme', {name: 'Acme', industry: 'Metal'});
  await analytics.track('Form Submitted', {form: 'demo'}, {context: {groupId: 'acme'}});
  await analytics.track('Trial Started');
  await analytics.alias('web-2');
}"""


@needs_node
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("strategy", ["one by one", "batching", "cdn only"])
def test_the_browser_client(store: str, tmp_path: Path, strategy: str) -> None:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright, which drives chromium, is not installed")
    folder = tmp_path / "site"
    shutil.copytree(SEGMENT / "analytics-next" / "dist" / "umd", folder)
    shutil.copy(HERE / "page.html", folder)
    hosts: set[str] = set()
    complaints: list[str] = []
    with site(folder) as origin, running([origin]) as served, driver.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(f"{origin}/page.html?utm_source=mail&secret=1")
        host = served.url.removeprefix("http://")
        api = "" if strategy == "cdn only" else f"{host}/v1"
        sent = 6
        with page.expect_response(lambda answer: "/v1/" in answer.url and answer.request.method == "POST"):
            page.evaluate(LOAD, [served.key, served.url, api, strategy == "batching"])
        page.wait_for_load_state("networkidle")
        chromium.close()
    assert not complaints
    assert hosts == {origin.removeprefix("http://"), host}
    found = signals()
    assert len(found) == sent, [signal.act for signal in found]
    check(found, "Nora")
    assert len({signal.visitor for signal in found}) == 1
    assert all(signal.human is not None for signal in found)
