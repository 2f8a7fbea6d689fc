"""Our own connectors keep what every plug-in promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadline.core.ports import Connection
from leadline.testing.checks import judge

from . import test_hubspot, test_pipedrive, test_salesforce  # noqa: TID252
from .fake_hubspot import TOKEN, FakeHubSpot  # noqa: TID252
from .fake_pipedrive import TOKEN as PIPEDRIVE_TOKEN  # noqa: TID252
from .fake_pipedrive import FakePipedrive  # noqa: TID252
from .fake_salesforce import FakeSalesforce  # noqa: TID252

Connect = Callable[..., Connection]


@pytest.mark.parametrize(
    ("module", "fake", "settings"),
    [
        (test_hubspot, FakeHubSpot, {"token": TOKEN}),
        (test_salesforce, FakeSalesforce, test_salesforce.FORM),
        (test_pipedrive, FakePipedrive, {"token": PIPEDRIVE_TOKEN}),
    ],
    ids=["hubspot", "salesforce", "pipedrive"],
)
def test_ours_keep_their_promises(connect: Connect, module: object, fake: type, settings: dict[str, str]) -> None:
    with fake() as server:
        getattr(module, "small_org", getattr(module, "small_account", None))(server)
        if fake is FakeSalesforce:
            server.put("Task", "00T1", IsClosed=True, WhoId="0031", Subject="Call")
        given = {"address": server.url, **settings}
        found = judge(module.connector, connect=lambda: connect("crm", given))
    assert [verdict for verdict in found if verdict.why] == []
    assert len(found) == 12
