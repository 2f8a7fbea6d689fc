"""The lake: what the record holds, in Parquet, brought up to date in small steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from django.db import connection

from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.store import ledger
from leadline.store.transactions import together
from leadline.warehouse.lake import TABLES, export, files

T0 = datetime(2026, 3, 28, tzinfo=UTC)


def act(number: int, days: float, act: Act = Act.PAGE_VIEWED, **fields: object) -> Signal:
    given = {"actor": Actor.BUYER, "account": Ref("domain", "ruhr.example"), "human": 0.9, **fields}
    return Signal("segment:web", f"k{number}", act, T0 + timedelta(days=days), **given)  # type: ignore[arg-type]


def append(*signals: Signal) -> None:
    with together():
        ledger.append(signals)


def rows(folder: Path, table: str) -> list[dict[str, object]]:
    found = [row for path in files(folder, table) for row in pq.read_table(path, partitioning=None).to_pylist()]
    return sorted(found, key=lambda row: (row.get("id") or 0, str(row)))


def test_signals_lie_in_months_with_what_their_payloads_tell(store: str, tmp_path: Path) -> None:
    append(
        act(1, 0, payload={"page": {"path": "/pricing"}, "reader": {"seconds": 12.5}}),
        act(2, 5, Act.MAIL_RECEIVED, human=None, payload={"text": "Can we  talk?\n Soon"}),
        act(3, 5, Act.MAIL_OPENED, human=None, payload={"page": {"path": "/pricing"}}),
        act(4, 6, Act.MAIL_SENT, actor=Actor.SELLER, human=None),
    )
    lake = tmp_path / "lake"
    told = export(store, lake)
    assert (told.signals, told.written, told.renewed) == (4, 4, ("2026-03", "2026-04"))
    found = rows(lake, "signals")
    assert [set(row) for row in found] == [set(TABLES["signals"])] * 4
    assert [row["counts"] for row in found] == [True, True, False, True]
    assert [row["depth"] for row in found] == [12.5, None, None, None]
    assert [row["words"] for row in found] == [0, 4, 0, 0]
    assert found[0]["page"] == found[2]["page"] is not None
    assert found[1]["page"] is None
    assert [path.parent.name for path in files(lake, "signals")] == ["month=2026-03", "month=2026-04"]


def test_only_what_is_new_is_written(store: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    append(act(1, 0), act(2, 10))
    export(store, lake)
    first = {path: path.stat().st_mtime_ns for path in files(lake, "signals")}
    append(act(3, 11))
    told = export(store, lake)
    assert (told.signals, told.written, told.added, told.renewed) == (3, 1, ("2026-04",), ())
    assert {path: path.stat().st_mtime_ns for path in files(lake, "signals") if path in first} == first
    manifest = (lake / "manifest.json").read_bytes()
    told = export(store, lake)
    assert (told.written, told.added, told.renewed, told.tables) == (0, (), (), ())
    assert (lake / "manifest.json").read_bytes() == manifest
    assert connection.vendor in ("sqlite", "postgresql")
