"""The whole way, from a request to the ledger, in a server of its own: sent = added + known + refused, exactly."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest

from leadline.loop import intake
from leadline.store import models
from serving import Served, running


def _batch(*events: object) -> dict[str, object]:
    return {"batch": events, "sentAt": "2026-11-20T12:00:00Z"}


def _track(number: int) -> dict[str, object]:
    return {"type": "track", "event": "Asked", "userId": f"u{number % 7}", "messageId": f"m{number}"}


def test_all_that_was_sent_is_accounted_for(store: str) -> None:
    """Good, repeated and bad events, many at once; each request is answered with 200 and each event is somewhere."""
    dice = np.random.default_rng(5)
    good = [_track(number) for number in range(400)]
    bad = [{"type": "track", "userId": f"u{number}"} for number in range(40)]
    events: list[object] = [*good, *good[:100], *bad]
    dice.shuffle(events)
    batches = [events[start : start + 12] for start in range(0, len(events), 12)]
    with running() as served, served.client() as http, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda batch: http.post("/v1/batch", json=_batch(*batch)).status_code, batches))
        assert set(answers) == {200}
    intake.unpack_all()
    assert models.Journal.objects.count() == 0
    keys = list(models.Signal.objects.values_list("key", flat=True))
    assert sorted(keys) == sorted(f"m{number}" for number in range(400))
    assert models.Refused.objects.count() == len(bad)
    assert set(models.Refused.objects.values_list("reason", flat=True)) == {"A track call needs the name of its event."}


def test_what_was_refused_can_be_mended_and_sent_again(store: str) -> None:
    with running() as served:
        _post(served, _batch({"type": "track", "userId": "u1", "messageId": "m1"}, _track(2)))
    intake.unpack_all()
    body = json.loads(bytes(models.Refused.objects.get().body))
    body["batch"][0]["event"] = "Mended"
    with running() as served:
        _post(served, body)
    intake.unpack_all()
    assert sorted(models.Signal.objects.values_list("key", "act")) == [("m1", "Mended"), ("m2", "Asked")]


def _post(served: Served, body: object) -> None:
    with served.client() as http:
        assert http.post("/v1/batch", json=body).status_code == 200


def test_a_request_that_is_repeated_at_once_counts_once(store: str) -> None:
    event = {"userId": "u1", "event": "Asked"}
    with running() as served, served.client() as http, ThreadPoolExecutor(5) as pool:
        headers = {"idempotency-key": "order-17"}
        answers = list(pool.map(lambda _: http.post("/v1/track", json=event, headers=headers).text, range(5)))
    assert set(answers) == {'{"success": true}'}
    intake.unpack_all()
    assert models.Signal.objects.count() == 1


def test_keys_are_made_listed_and_taken_back(store: str) -> None:
    def leadline(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "leadline", "write-key", *words], capture_output=True, text=True, check=False
        )

    assert "There is no write key yet" in leadline().stdout
    key = leadline("web", "--origin", "https://www.example.com").stdout.strip()
    assert json.loads(leadline("--json").stdout) == {
        "keys": [{"key": key, "source": "collect:web", "origins": ["https://www.example.com"]}]
    }
    assert leadline("--retire", key).returncode == 0
    assert key not in leadline().stdout
    for wrong in (("web", "--origin", "www.example.com"), ("--origin", "https://a.example"), ("--retire", "x")):
        done = leadline(*wrong)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_is_said_in_one_sentence(store: str) -> None:
    with running() as served:
        port = served.url.rpartition(":")[2]
        command = [sys.executable, "-m", "leadline", "up", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "choose another with --host or --port" in done.stderr
    assert served.process.returncode == 0


@pytest.mark.slow
def test_a_disk_that_takes_no_more_is_never_a_success(store: str) -> None:
    """The process may not write on in its files, as on a full disk; what was not acknowledged is not there later."""
    if not store.startswith("sqlite"):
        pytest.skip("the files of PostgreSQL are those of another process")

    def send(number: int) -> httpx.Response:
        return http.post("/v1/track", json={"userId": "u", "event": "Asked", "messageId": f"m{number}"})

    with running() as served, served.client() as http:
        acknowledged = [number for number in range(3) if send(number).status_code == 200]
        _, most = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (4_096, most))
        full = [send(number) for number in range(3, 13)]
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (most, most))
        deadline = time.monotonic() + 30
        while (again := send(13)).status_code != 200 and time.monotonic() < deadline:
            assert again.status_code == 503
    assert acknowledged == [0, 1, 2]
    assert {answer.status_code for answer in full} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 and answer.json()["message"] for answer in full)
    intake.unpack_all()
    assert sorted(models.Signal.objects.values_list("key", flat=True)) == ["m0", "m1", "m13", "m2"]
