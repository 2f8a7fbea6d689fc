"""PostgreSQL crashes under load: requests are refused meanwhile, then taken again; nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

import kills
import postgres
from leadline.store import write_keys
from leadline.store.journal import lag
from record import Template

CRASHES = 3


@pytest.mark.slow
@pytest.mark.record
def test_a_database_that_crashes_under_load_loses_nothing(
    template: Template, own_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not template.server:
        pytest.skip("SQLite lives in the server's own process")
    with postgres.running() as server:
        monkeypatch.setenv("LEADLINE_TEST_POSTGRES", server.url)
        own = Template(tmp_path)
        with own.copy(tmp_path) as url:
            monkeypatch.setenv("LEADLINE_DATABASE", url)
            own.use(url)
            told = asyncio.run(_crash(server, write_keys.make("web")))
            found = kills.in_ledger()
            assert told.verdict(found) == {"lost": 0, "doubled": 0, "strange": 0}
            assert told.sent == told.acknowledged == set(found)
            assert lag()[0] == 0
            own.close()
    template.use(template.url)
    assert told.answers[503] > CRASHES
    assert set(told.answers) <= {200, 429, 503}


async def _crash(server: postgres.Server, key: str) -> kills.Told:
    port = kills.free_port()
    async with kills.nursery(port) as servers:
        await servers.start()
        load = kills.Load(port, key, 3, 4)
        for _ in range(CRASHES):
            await load.progress()
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.stop, "immediate")
            await load.progress(503)
            await asyncio.to_thread(server.start)
            await load.progress()
        told = await load.stop()
        await servers.end(signal.SIGTERM)
    return told
