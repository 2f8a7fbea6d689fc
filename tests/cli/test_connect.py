"""Connections from the command line: set up, read, refused, taken back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from leadline.cli.main import main
from leadline.store.models import Consent, Signal

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>Firm opens a plant</title><guid>n1</guid><link>https://firm.example/n1</link>
<pubDate>Tue, 03 Mar 2026 09:00:00 GMT</pubDate></item>
<item><title>Firm names a new head of purchasing</title><guid>n2</guid><link>https://firm.example/n2</link>
<pubDate>Wed, 04 Mar 2026 09:00:00 GMT</pubDate></item></channel></rss>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "news.xml").write_text(FEED)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("LEADLINE_EGRESS_ALLOW", "127.0.0.1")
    yield f"http://127.0.0.1:{server.server_port}/news.xml"
    server.shutdown()
    server.server_close()


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(list(words))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_feed_is_set_up_and_read(store: str, feed: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "connect", "feed", "--name", "news", "--set", f"feeds={feed} firm.example")
    assert status == 0, out
    assert "leadline pull news" in out
    status, out, _ = call(capsys, "pull", "--json")
    assert status == 0, out
    assert json.loads(out)["connections"][0]["added"] == 2
    assert {s.act for s in Signal.objects.all()} == {"news published"}
    assert all(s.account and s.account.domain == "firm.example" for s in Signal.objects.select_related("account"))
    status, out, _ = call(capsys, "pull", "news")
    assert "0 new" in out
    assert call(capsys, "connect")[1].count("news") == 1


def test_an_address_in_the_own_network_is_refused(
    store: str, feed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LEADLINE_EGRESS_ALLOW")
    call(capsys, "connect", "feed", "--set", f"feeds={feed} firm.example")
    status, out, _ = call(capsys, "pull")
    assert status == 1
    assert "stopped" in out
    assert Signal.objects.count() == 0


def test_mail_needs_an_owner_and_its_consent(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADLINE_ANNA_PASSWORD", "x")
    words = ["connect", "imap", "--name", "anna", "--set", "host=127.0.0.1", "--set", "user=anna"]
    assert "name whose it is" in call(capsys, *words)[2]
    status, out, _ = call(capsys, *words, "--owner", "anna@us.example")
    assert status == 0
    assert "until its owner consents" in " ".join(out.split())
    status, out, _ = call(capsys, "pull", "anna")
    assert status == 1
    assert "record the consent first" in " ".join(out.split())
    call(capsys, *words, "--owner", "anna@us.example", "--scope", "folders=INBOX, Sent", "--scope", "domains=a.example")
    assert Consent.objects.get().scope == {"folders": ["INBOX", "Sent"], "domains": ["a.example"]}
    status, out, _ = call(capsys, "connect", "--revoke", "anna")
    assert status == 0
    assert "imap, off" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["connect", "hubspo"], "did you mean 'hubspot'"),
        (["connect", "hubspot"], "--secret token=FILE"),
        (["connect", "hubspot", "--secret", "token=/nowhere"], "cannot be read"),
        (["connect", "hubspot", "--set", "token=abc"], "others can read a command line"),
        (["connect", "feed", "--set", "x"], "NAME=VALUE"),
        (["connect", "feed", "--set", "colour=red"], "no setting 'colour'"),
        (["pull", "nothing"], "no connection 'nothing'"),
        (["connect", "--revoke", "nothing"], "no connection 'nothing'"),
    ],
)
def test_wrong_calls_get_one_sentence(
    store: str, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = call(capsys, *words)
    assert status == 2
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
