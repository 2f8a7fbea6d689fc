"""What a good call gives: the list, the page, the model, the object for machines, and that they agree."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import TypeAdapter

from leadline.core.qualification import Qualification
from leadline.warehouse.source import open_source

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import WON, market, read, write  # noqa: TID252

KEYS = {"rows", "closed", "won", "base_rate", "rung", "validation", "left_out", "drivers", "seconds"}
FIGURES = {"scheme", "held_out", "auc", "auc_low", "auc_high", "log_loss", "brier", "brier_skill", "ece"}


def test_every_row_is_in_the_list_in_its_order(made: Path) -> None:
    deals, scored = read(made / "deals.csv"), read(made / "scored.csv")
    assert [row["Deal"] for row in scored] == [row["Deal"] for row in deals]
    assert all(0 <= float(row["low"]) <= float(row["score"]) <= float(row["high"]) <= 1 for row in scored)
    best = [row for row in scored if row["grade"] == "A"]
    assert len(best) == 20
    assert {row["state"] for row in best} == {"open"}
    assert min(float(row["score"]) for row in best) >= max(
        float(row["score"]) for row in scored if row["grade"] in ("B", "C", "D")
    )


def test_the_page_is_whole(made: Path) -> None:
    page = (made / "report.html").read_text(encoding="utf-8")
    assert page.lstrip().startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")


def test_the_object_is_the_record(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "deals.csv", market(400))
    done = run("qualify", "deals.csv", "--outcome", WON, "--json", "--id", "Deal", "--amount", "Amount")
    assert done.status == 0, done.err
    assert done.err == ""
    found = done.record
    assert found.keys() >= KEYS
    assert found["validation"].keys() >= FIGURES | {"lift_top_decile"}
    assert found["rows"] == 400
    assert found["seconds"] > 0
    assert found["money_column"] == "Amount"
    assert found["ranking"][0]["name"].startswith("D-")
    # The schema of docs/reference is made from this type, so what it reads back is what the schema promises.
    record = TypeAdapter(Qualification).validate_python(found)
    assert json.loads(TypeAdapter(Qualification).dump_json(record)) == found


def test_ranked_is_best_first(run: Run, made: Path, tmp_path: Path) -> None:
    done = run("score", made / "deals.csv", "--model", made / "model", "--ranked", "--out", "ranked.csv", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")
    scores = [float(row["score"]) for row in read(tmp_path / "ranked.csv")]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len(read(made / "deals.csv"))


def test_a_saved_model_scores_as_it_did(run: Run, made: Path, tmp_path: Path) -> None:
    """Bit for bit, in whatever file and order rows come; closed rows were scored by a model that had not seen them."""
    done = run("score", made / "deals.csv", "--model", made / "model", "--out", "scored.parquet", "--reasons", "0")
    assert done.status == 0, done.err
    table = pq.read_table(tmp_path / "scored.parquet")
    again = dict(zip(table["Deal"].to_pylist(), table["score"].to_pylist(), strict=True))
    first = {row["Deal"]: float(row["score"]) for row in read(made / "scored.csv") if row["state"] == "open"}
    assert len(first) > 50
    assert {name: again[name] for name in first} == first


def test_a_workbook_goes_in_and_out(run: Run, made: Path, tmp_path: Path) -> None:
    assert run("score", made / "deals.csv", "--model", made / "model", "--out", "a.xlsx", "--quiet").status == 0
    with open_source(tmp_path / "a.xlsx") as source:
        assert source.rows == 700
        assert source.columns[:2] == ["Deal", "Created"]
    done = run("score", "a.xlsx", "--model", made / "model", "--out", "b.csv", "--sheet", "Rows", "--quiet")
    assert done.status == 0, done.err
    first = {row["Deal"]: float(row["score"]) for row in read(made / "scored.csv") if row["state"] == "open"}
    rows = {row["Deal"]: float(row["score"]) for row in read(tmp_path / "b.csv")}
    assert {name: rows[name] for name in first} == pytest.approx(first, abs=1e-12)


def test_standard_input_and_gzip(made: Path, tmp_path: Path) -> None:
    """Through the real command: packed rows are piped into '-'."""
    packed = gzip.compress((made / "deals.csv").read_bytes())
    command = [sys.executable, "-m", "leadline", "score", "-", "--model", str(made / "model"), "--out", "scored.csv"]
    done = subprocess.run(command, input=packed, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "standard input" in done.stdout.decode()
    assert len(read(tmp_path / "scored.csv")) == 700
    assert [path.name for path in tmp_path.iterdir()] == ["scored.csv"]


def test_a_database_goes_in(run: Run, made: Path, tmp_path: Path) -> None:
    with (made / "deals.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    with sqlite3.connect(tmp_path / "crm.db") as base:
        base.execute(f"create table deals ({', '.join(head)})")
        base.executemany("insert into deals values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    base.close()
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    query = "select * from deals where Stage = 'Proposal'"
    done = run("score", url, "--query", query, "--model", made / "model", "--out", "open.csv", "--quiet")
    assert done.status == 0, done.err
    first = {row["Deal"]: row["score"] for row in read(made / "scored.csv") if row["state"] == "open"}
    assert {row["Deal"]: row["score"] for row in read(tmp_path / "open.csv")} == first


def test_a_row_is_explained_by_its_name_or_number(run: Run, made: Path) -> None:
    asked: list[dict[str, Any]] = []
    for row in ("D-0043", "43", "row 43"):
        done = run("explain", made / "deals.csv", "--model", made / "model", "--row", row, "--json")
        assert done.status == 0, done.err
        asked.append({key: value for key, value in done.record.items() if key != "seconds"})
    assert asked[0] == asked[1] == asked[2]
    assert asked[0]["name"] == "D-0043"
    said = {row["Deal"]: row["score"] for row in read(made / "scored.csv")}
    if asked[0]["state"] == "open":
        assert asked[0]["score"] == float(said["D-0043"])
    columns = [reason["column"] for reason in (*asked[0]["up"], *asked[0]["down"])]
    assert len(columns) == len(set(columns))
    assert "Replies" in columns
    shown = run("explain", made / "deals.csv", "--model", made / "model", "--row", "D-0043")
    assert "D-0043  row 43 of deals.csv" in shown.out


def test_a_row_that_is_not_there(run: Run, made: Path) -> None:
    call = ("explain", made / "deals.csv", "--model", made / "model", "--row")
    run(*call, "D-00431").failed(2, "'D-00431'", "did you mean 'D-0")
    run(*call, "9999").failed(2, "'9999'")


def test_a_model_against_itself(run: Run, made: Path) -> None:
    done = run("compare", made / "model", made / "model", made / "deals.csv", "--json")
    assert done.status == 0, done.err
    found = done.record
    assert (found["difference"], found["low"], found["high"], found["auc_difference"]) == (0, 0, 0, 0)
    assert found["rows"] == sum(row["Stage"] != "Proposal" for row in read(made / "deals.csv"))
    shown = run("compare", made / "model", made / "model", made / "deals.csv", "--outcome", WON)
    assert "cannot tell which" in shown.out


def test_options_reach_the_engine(run: Run, tmp_path: Path) -> None:
    """Roles, split, kept columns, capacity and the seed, in one call."""
    lines = market(400)
    for line in lines:
        line.append("Close Date" if line[0] == "Deal" else line[1])
    write(tmp_path / "deals.csv", lines)
    done = run(
        *("qualify", "deals.csv", "--outcome", WON, "--lost", "Closed Lost", "--seed", "3", "--json"),
        *("--role", "Region=ignored", "--role", "Source=account", "--split", "group:Source"),
        *("--keep", "Close Date", "--capacity", "10/day", "--mature-after", "0"),
    )
    assert done.status in (0, 1), done.err
    found = done.record
    roles = {role["column"]: role for role in found["roles"]}
    assert (roles["Region"]["role"], roles["Region"]["given"]) == ("ignored", True)
    assert roles["Source"]["role"] == "account"
    assert found["scheme"]["kind"] == "group"
    assert found["scheme"]["given"]
    kept = {item["column"]: item["kept"] for item in found["left_out"]}
    assert kept["Close Date"]
    assert dict(found["grade_counts"])["A"] == 10
    assert found["model"]["seed"] == 3


def test_without_signal(run: Run, tmp_path: Path) -> None:
    """The summary and the page are given, the list and the model are not; exit 1 and one sentence."""
    lines = market(400)
    closed = [line for line in lines[1:] if line[-1] != "Proposal"]
    for line, other in zip(closed, [closed[(7 * k + 5) % len(closed)][-1] for k in range(len(closed))], strict=True):
        line[-1] = other
    write(tmp_path / "deals.csv", [[line[0], *line[2:3], line[6], line[-1]] for line in lines])
    done = run("qualify", "deals.csv", "--outcome", WON, "--out", "a.csv", "--save", "m", "--report", "r.html")
    done.failed(1, "Not enough signal", "a.csv and m were not written")
    assert "How far to trust it" in done.out
    assert {path.name for path in tmp_path.iterdir()} == {"deals.csv", "r.html"}


def test_drift_is_named_before_any_score(run: Run, made: Path, tmp_path: Path) -> None:
    lines = market(300, seed=5)
    for line in lines[1:]:
        line[2], line[4] = "Partner", "40"
    write(tmp_path / "new.csv", lines)
    call = ("score", "new.csv", "--model", made / "model", "--out", "scored.csv")
    done = run(*call)
    done.failed(1, "'Source'", "--force")
    assert done.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]
    forced = run(*call, "--force")
    assert forced.status == 0
    assert 0 < forced.out.index("'Source'") < forced.out.index("The best rows")
    assert len(read(tmp_path / "scored.csv")) == 300


def test_one_class_with_a_questionnaire(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "deals.csv", [line for line in market(200) if line[-1] != "Closed Lost"])
    (tmp_path / "priors.toml").write_text(
        '[base]\nwin_rate = 0.2\n[[rule]]\ncolumn = "Source"\nis = "Referral"\nodds = 2.0\nwhy = "they know us"\n'
    )
    call = ("qualify", "deals.csv", "--outcome", WON, "--open", "Proposal", "--out", "a.csv")
    run(*call).failed(1, "All", "won", "--prior")
    assert not (tmp_path / "a.csv").exists()
    done = run(*call, "--prior", "priors.toml", "--save", "m")
    assert done.status == 0, done.err
    assert "questionnaire" in done.out
    assert len({row["score"] for row in read(tmp_path / "a.csv")}) == 2
    assert run("explain", "deals.csv", "--model", "m", "--row", "D-0001").status == 0


def test_a_sample_is_never_written_over_a_file_of_the_user(run: Run, tmp_path: Path) -> None:
    assert run("sample", "deals.csv", "--rows", "20").status == 0
    assert run("sample", "deals.csv", "--rows", "30").status == 0
    assert len(read(tmp_path / "deals.csv")) == 30
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    run("sample", "mine.csv").failed(2, "mine.csv", "is no sample")
    run("sample", "deals.xlsx").failed(2, "'deals.csv'")
    assert (tmp_path / "mine.csv").read_text() == "a,b\n1,2\n"
