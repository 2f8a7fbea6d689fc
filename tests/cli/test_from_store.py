from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from leadline.testing.world.history import write_history

from .conftest import Run  # noqa: TID252  tests are imported by path


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("qualify", "x.csv", "--from-store"), ("from the record, not from x.csv",)),
        (("qualify", "--from-store", "--outcome", "A=1"), ("the record says what is won", "--subject")),
        (("qualify", "--from-store", "--at", "soon"), ("--at", "'soon'")),
        (("qualify", "--from-store", "--save", "m", "--publish"), ("give one of the two",)),
        (("qualify", "--from-store", "--in-use", "--publish"), ("--in-use only scores",)),
        (("qualify", "--from-store", "--in-use"), ("No model of deals is in use", "--publish")),
        (("qualify", "x.csv", "--outcome", "A=1", "--publish"), ("add --from-store",)),
        (("qualify", "--from-store", "--subject", "person"), ("person",)),
        (("renew", "--history", "--rollback"), ("give one of them",)),
    ],
)
def test_a_wrong_call_is_one_sentence(run: Run, store: str, call: tuple[str, ...], words: tuple[str, ...]) -> None:
    run(*call).failed(2, *words)


def test_an_empty_record_says_what_to_do(run: Run, store: str) -> None:
    run("qualify", "--from-store").failed(1, "import deals")
    run("renew").failed(1, "import deals")
    run("renew", "--rollback").failed(1, "No version")
    done = run("renew", "--history")
    assert done.status == 0
    assert "No model of the record was ever made" in done.out
    assert "No model of the record is published" in run("renew", "--all").out


@pytest.mark.slow
def test_from_the_record_to_scores_and_renewal(run: Run, store: str, tmp_path: Path) -> None:
    truth = write_history(seed=4, accounts=130, deals_each=2.2, drift_before=0)
    made = run("qualify", "--from-store", "--at", "2025-09-30", "--publish", "--json", "--out", "open.csv")
    assert made.status == 0, made.err
    told = json.loads(made.out)
    assert told["published"] is True
    assert told["validation"]["auc_low"] > 0.5
    assert {one["value"] for one in told["by_product"]} == {"Keel", "Anchor", "Beacon"}
    assert {"early", "Demo"} <= {one["value"] for one in told["by_stage"]}
    with (tmp_path / "open.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["deal_id"]) for row in rows} <= set(truth.deals)
    assert [float(row["score"]) for row in rows] == sorted((float(row["score"]) for row in rows), reverse=True)
    assert all(row["raised_by"] or row["lowered_by"] for row in rows)

    scored = run("qualify", "--from-store", "--in-use", "--at", "2026-06-30", "--out", "today.csv", "--product", "keel")
    assert scored.status == 0, scored.err
    with (tmp_path / "today.csv").open(newline="", encoding="utf-8") as file:
        now = list(csv.DictReader(file))
    assert now
    assert {row["product"] for row in now} == {"Keel"}
    model = tmp_path / "home" / "models" / "deal" / "versions" / "0001" / "model"
    why = run("explain", "today.csv", "--model", str(model), "--row", now[0]["deal"])
    assert why.status == 0, why.err

    renewed = run("renew", "--at", "2026-06-30", "--json")
    assert renewed.status == 0, renewed.err
    (renewal,) = json.loads(renewed.out)["renewals"]
    assert renewal["verdict"] in ("better", "undecided", "worse")
    assert renewal["publishes"] == (renewal["verdict"] == "better")
    assert renewal["changed"]["movers"]
    history = json.loads(run("renew", "--history", "--json").out)
    assert history["present"]["deal"] == (2 if renewal["publishes"] else 1)
    assert history["history"]["deal"][0]["by"] == "command line"
