"""Webhooks both ways, on a running server: a signed message comes in, becomes a signal, and is told to others."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leadline.app import Leadline
from leadline.cli.main import main
from leadline.core.webhook_signature import new_secret, sign, verify
from leadline.loop import connections
from leadline.store.models import Delivery, Signal
from serving import running

BODY = {
    "type": "form.submitted",
    "timestamp": "2026-03-02T08:00:00Z",
    "data": {"email": "ann@customer.example", "actor": "buyer"},
}


@pytest.mark.slow
def test_in_and_out(store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LEADLINE_EGRESS_ALLOW", "127.0.0.1")
    came: list[tuple[dict[str, str], bytes]] = []
    arrived = threading.Event()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: object) -> None:
            return

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{listener.server_port}/told"
    assert main(["webhook", url, "--kind", "signal.form_submitted", "--json"]) == 0
    secret = json.loads(capsys.readouterr().out)["secret"]

    shop = new_secret()
    connections.set_up("shop", "webhook", {"secret": shop})
    body = json.dumps(BODY).encode()
    headers = sign([shop], "msg_1", datetime.now(UTC), body)
    with running() as served, served.client() as client:
        for _ in range(2):
            assert client.post("/v1/webhooks/shop", content=body, headers=headers).status_code == 204
        forged = {**headers, "webhook-signature": "v1,AAAA"}
        assert client.post("/v1/webhooks/shop", content=body, headers=forged).status_code == 401
        assert client.post("/v1/webhooks/nothing", content=body, headers=headers).status_code == 404
        assert client.post("/v1/webhooks/shop", content=b"x" * 2_000_000, headers=headers).status_code == 413
        assert client.get("/v1/webhooks/shop").status_code == 405
        assert Signal.objects.count() == 1
        assert arrived.wait(60)
    listener.shutdown()
    listener.server_close()
    (told, raw) = came[0]
    verify([secret], told, raw, datetime.now(UTC))
    assert json.loads(raw)["type"] == "signal.form_submitted"
    assert json.loads(raw)["data"]["person"] == {"email": "ann@customer.example"}
    assert Delivery.objects.count() == 1


def test_addresses_are_listed_and_removed(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["webhook", "https://hooks.us.example/x"]) == 0
    assert "whsec_" in capsys.readouterr().out
    assert main(["webhook"]) == 0
    out = capsys.readouterr().out
    assert "hooks.us.example" in out
    assert "whsec_" not in out
    (one,) = Leadline.open().webhooks.listed()
    assert main(["webhook", "--remove", str(one.id)]) == 0
    assert "off" in capsys.readouterr().out
    assert main(["webhook", "--remove", str(one.id)]) == 2
    assert main(["webhook", "no-url"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
