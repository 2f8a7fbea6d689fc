"""What a request for access gets: all that an erasure would take, and nothing of somebody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from leadline.core.clock import FixedClock
from leadline.store.erasure import erase
from leadline.store.profile_export import everything

from .planted import Planted  # noqa: TID252  tests are imported by path

CLOCK = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


def test_it_holds_all_that_an_erasure_would_take(store: str) -> None:
    anna, bert = Planted("anna"), Planted("bert")
    told = everything(anna.person.pk, CLOCK)
    gone = erase(anna.person.pk, apply=False)
    missing = {
        table: (rows, len(told.tables.get(table.removeprefix("store_"), ())))
        for table, rows in gone.rows.items()
        if len(told.tables.get(table.removeprefix("store_"), ())) < rows
    }
    assert missing == {}
    assert set(gone.files) <= set(told.files)
    text = json.dumps(dict(told.tables), default=str, ensure_ascii=False)
    quoted = json.dumps(dict(told.tables), default=str)
    unsaid = [mark for mark in anna.markers if mark not in text and mark not in quoted]
    kept_in_files = [mark for mark in unsaid if mark in _files()]
    assert sorted(unsaid) == sorted(kept_in_files)  # in files, which are named
    assert not [mark for mark in bert.markers if mark in text]


def _files() -> str:
    from leadline.store import home_files

    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in home_files.files())
