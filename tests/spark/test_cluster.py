"""The cluster of the tests, the session on it, and what is said where they cannot be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cluster as spark_cluster
from leadline.core.errors import CallError, DataError, UnreadableSource
from leadline.warehouse import spark

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.mark.slow
def test_two_workers_lend_a_core_each(cluster: spark_cluster.Cluster, session: Any) -> None:
    assert len(cluster.pids()) == 3
    hosts = session.sparkContext.parallelize(range(2), 2).map(lambda _: __import__("os").getppid()).collect()
    assert session.sparkContext.master == cluster.url
    assert len(hosts) == 2


@pytest.mark.slow
def test_a_session_is_shared_and_there_is_but_one(cluster: spark_cluster.Cluster, session: Any) -> None:
    with spark.session(cluster.url) as again:
        assert again is session
    assert session.range(3).count() == 3
    with pytest.raises(CallError, match="close it first"), spark.session("local[1]"):
        pass


@pytest.mark.slow
def test_settings_make_values_equal(session: Any) -> None:
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"
    assert session.conf.get("spark.sql.ansi.enabled") == "true"
    assert session.conf.get("spark.ui.enabled") == "false"
    assert session.conf.get("spark.driver.host") == "127.0.0.1"


@pytest.mark.slow
def test_parquet_keeps_columns_that_differ_in_case_and_odd_names(session: Any, tmp_path: Path) -> None:
    place = tmp_path / "odd [1] {a,b} *"
    place.mkdir()
    told = pa.table({"Name": ["Ü", None], "name": ["a", "b"], "a.b `c`": [1, 2], "x,y": [None, 2**62]})
    pq.write_table(told, place / "part.parquet")
    rows = spark.parquet(session, place)
    assert rows.toArrow().to_pydict() == told.to_pydict()
    spark.write(rows, tmp_path / "out [2]")
    assert sorted(pq.read_table(tmp_path / "out [2]").column_names) == sorted(told.column_names)
    with pytest.raises(CallError, match="there already"):
        spark.write(rows, tmp_path / "out [2]")


@pytest.mark.slow
def test_a_column_that_is_not_there_is_named_and_no_file_is_no_row(session: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1]}), tmp_path / "a.parquet")
    wanted = pa.schema([("id", pa.int64()), ("act", pa.string())])
    with pytest.raises(UnreadableSource, match="has no column 'act'"):
        spark.parquet(session, tmp_path / "a.parquet", wanted)
    assert spark.parquet(session, [], wanted).toArrow().schema.names == ["id", "act"]


@pytest.mark.slow
def test_what_spark_cannot_do_is_one_sentence(cluster: spark_cluster.Cluster, session: Any) -> None:
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO") as caught:
        session.sql("SELECT 1 / id FROM range(1)").toArrow()
    line = spark.first_line(caught.value)
    assert "DIVIDE_BY_ZERO" in line
    assert "\n" not in line
    assert issubclass(DataError, Exception)
