"""What is said where Spark cannot be had, or not so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cluster as spark_cluster
from leadline.core.errors import CallError
from leadline.warehouse import spark


@pytest.fixture
def here() -> None:
    if why := spark_cluster.missing():
        pytest.skip(why)


@pytest.mark.parametrize("master", ["", "spark:/x", "sc://host:15002", "http://host", "spark://host", "spark://host:0"])
def test_an_address_that_is_none_is_refused(here: None, master: str) -> None:
    with pytest.raises(CallError, match="reads like"):
        spark.check(master)


def test_a_master_that_is_not_there_is_told_at_once(here: None) -> None:
    with pytest.raises(CallError, match=r"No Spark master answers at spark://127\.0\.0\.1:9 "):
        spark.check("spark://127.0.0.1:9")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Java 17" in spark.missing() or "pyspark" in spark.missing()
    assert "Java" in spark_cluster.missing() or "pyspark" in spark_cluster.missing()


def test_the_command_line_asks_for_what_a_cluster_needs(here: None, tmp_path: Path) -> None:
    for words, said in [
        (("score", "x", "--model", "m", "--engine", "spark", "--out", "o"), "--master spark://HOST:7077"),
        (("score", "x", "--model", "m", "--master", "spark://h:1"), "--master goes with --engine spark"),
        (("score", "x", "--model", "m", "--engine", "spark", "--master", "local"), "name a new one with --out"),
        (
            ("score", "x", "--model", "m", "--engine", "spark", "--master", "local", "--out", "o", "--ranked"),
            "--ranked is for one machine",
        ),
    ]:
        done = subprocess.run(
            [sys.executable, "-m", "leadline", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
