"""`leadline export` and `leadline features`, on the record and on a plain folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from feature_worlds import NOW, write
from leadline.cli.main import main
from leadline.core.settings import lake
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.store import ledger
from leadline.store.models import Account
from leadline.store.transactions import together

Out = pytest.CaptureFixture[str]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    signal = {"id": 1, "at": NOW - 1, "recorded_at": NOW, "act": "page viewed", "actor": "buyer", "account_id": 4}
    write(tmp_path / "lake", {"signals": [{**signal, "person_id": 2, "counts": True, "words": 0, "page": 3}]})
    return tmp_path / "lake"


def test_a_plain_folder_and_a_file_of_cutoffs(plain: Path, tmp_path: Path, capsys: Out) -> None:
    pairs = tmp_path / "cutoffs.csv"
    pairs.write_text(f"subject_id,cutoff\n4,2026-03-01\n4,{NOW - 2}\n5,2026-03-01T00:00:00+00:00\n")
    out = tmp_path / "features.parquet"
    call = ["features", "account", str(pairs), "--lake", str(plain), "--step", "recent", "--out", str(out), "--json"]
    assert main(call) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    found = pq.read_table(out).to_pylist()
    assert [(row["subject_id"], row["cutoff"], row["pages_7d"]) for row in found] == [
        (4, NOW - 2, 0),
        (4, NOW, 1),
        (5, NOW, 0),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["features"], "Say of what"),
        (["features", "firm"], "Say of what"),
        (["features", "account", "--at", "soon"], "'soon' is no date"),
        (["features", "account", "--step", "speed"], "no step 'speed'"),
        (["features", "account", "--master", "spark://x:1"], "--engine spark"),
        (["features", "account", "pairs.csv", "--at", "2026-01-01"], "leave out --at"),
        (["features", "account", "--memory", "lots"], "refuses lots"),
        (["features", "account", "bad.csv"], "row 2, column 'cutoff'"),
        (["features", "account", "other.csv"], "subject_id"),
    ],
)
def test_wrong_calls(
    plain: Path, tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_text("subject_id,cutoff\n1,2026-01-01\n1,tomorrow\n")
    Path("other.csv").write_text("account,cutoff\n1,2026-01-01\n")
    assert main([*words, "--lake", str(plain)]) == 2
    assert told in capsys.readouterr().err


def test_the_sql_and_the_list_need_no_data(capsys: Out) -> None:
    assert main(["features", "deal", "--sql", "--step", "breadth", "--at", "2026-03-01"]) == 0
    text = capsys.readouterr().out
    assert 'CREATE TEMP TABLE "breadth" AS SELECT' in text
    assert f"<= {NOW}" in text
    assert main(["features", "person", "--list", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert {"buyer_acts_30d", "person_title"} <= {entry["feature"]["name"] for entry in entries}


def test_the_record_as_it_is_now(store: str, tmp_path: Path, capsys: Out) -> None:
    now = datetime.now(UTC)
    signals = [
        Signal("web", f"{days}", Act.PAGE_VIEWED, now - timedelta(days=days), Actor.BUYER, human=0.9, **whose)  # type: ignore[arg-type]
        for days in (1, 20)
        for whose in [{"person": Ref("email", "anna@ruhr.example"), "account": Ref("domain", "ruhr.example")}]
    ]
    with together():
        ledger.append(signals)
    assert main(["features", "person", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["features"]
    assert (row["pages_7d"], row["pages_30d"]) == (1, 2)
    assert (lake() / "manifest.json").is_file()
    assert main(["export", str(tmp_path / "there"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["signals"], told["written"], set(told["tables"]) >= {"people", "accounts"}) == (2, 2, True)
    assert main(["export", str(tmp_path / "there")]) == 0
    assert "as they were" in capsys.readouterr().out


def test_a_record_without_signals_counts_nothing_and_says_no_error(store: str, capsys: Out) -> None:
    Account.objects.create(name="Ruhr", employees=40)
    assert main(["features", "account", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["features"]
    assert (row["pages_90d"], row["buyer_acts_ever"]) == (0, 0)
