"""What the tests of connectors share: connections to servers on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from leadline.core.clock import FixedClock
from leadline.core.ports import Connection
from leadline.warehouse.egress import AllowList, Client

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def connect() -> Callable[..., Connection]:
    """Makes a connection that may ask this machine."""

    def make(name: str, settings: Mapping[str, str], **more: Any) -> Connection:
        return Connection(name, settings, Client(AllowList.read("127.0.0.1"), limit=20), FixedClock(NOW), **more)

    return make
