"""The accounts of the record as one table, and look-alikes from it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from leadline.app import Leadline
from leadline.cli.main import main
from leadline.core.clock import FixedClock
from leadline.core.errors import DataError
from leadline.learn.account_table import accounts
from leadline.testing.world.history import write_history


def test_an_empty_record_says_so(store: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no accounts"):
        accounts(store, tmp_path / "lake", 0)


@pytest.mark.slow
def test_accounts_with_what_they_are_and_did(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    truth = write_history(seed=3, accounts=80, years=1.0)
    app = Leadline(FixedClock(truth.ends_at + timedelta(days=1)))
    now = app.account_table(before_first_deal=True)
    assert now.num_rows == 80
    assert {"id", "name", "domain", "industry", "country", "employees", "pages in 90 days"} <= set(now.column_names)
    assert not [name for name in now.column_names if name.startswith(("seller", "outreach"))]
    assert set(now["customer"].to_pylist()) == {"yes", "no"}
    assert sum(now["pages in 90 days"].to_pylist()) > 0
    assert main(["lookalikes", "--from-store", "--columns", "industry", "employees", "--json"]) in (0, 1)
    told = json.loads(capsys.readouterr().out)
    assert told["winners"] == now["customer"].to_pylist().count("yes")
    assert dict(told["excluded"]).get("with an open deal", 0) <= now["worked"].to_pylist().count("yes")
    customers = {
        name for name, won in zip(now["name"].to_pylist(), now["customer"].to_pylist(), strict=True) if won == "yes"
    }
    assert not {one["name"] for one in told["top"]} & customers
