"""Features, training and scoring on a real cluster equal those of one machine. One file, so one cluster."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cluster as spark_cluster
from leadline.cli.main import main
from leadline.core.errors import CallError, ColumnNotFound, DataError, ForeignModel, UnreadableSource
from leadline.learn import folder
from leadline.learn.model import Model
from leadline.learn.spark import scoring
from leadline.learn.spark.training import train
from leadline.learn.task import Options
from leadline.warehouse import spark
from leadline.warehouse.features import Subject, features

pytestmark = pytest.mark.slow
CLOSE = 1e-9  # of max(1, |x|)
DAY = 86_400_000_000
ROWS = 6_000
OPTIONS = Options(outcome="won=1", lost=("0",))


# ---- features --------------------------------------------------------------------------------------------------------


def assert_same(one: pa.Table, other: pa.Table) -> None:
    """Columns, types, rows and their order; whole numbers and texts equal, floats within CLOSE."""
    assert [(f.name, str(f.type)) for f in one.schema] == [(f.name, str(f.type)) for f in other.schema]
    assert one.num_rows == other.num_rows
    wrong = []
    for name in one.column_names:
        a, b = one[name].to_pylist(), other[name].to_pylist()
        if not pa.types.is_floating(one.schema.field(name).type):
            same = [x == y for x, y in zip(a, b, strict=True)]
        else:
            same = [
                x is y is None
                or (x is not None and y is not None and bool(np.isfinite(x)) and abs(x - y) <= CLOSE * max(1.0, abs(x)))
                for x, y in zip(a, b, strict=True)
            ]
        if not all(same):
            at = same.index(False)
            wrong.append(f"{name}: {same.count(False)} of {len(same)}, first row {at}: {a[at]!r} and {b[at]!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("lake", "subject", "as_recorded"),
    [
        ("hard", "account", False),
        ("hard", "person", True),
        ("hard", "deal", False),
        ("bare", "account", True),
    ],
)
def test_every_step_counts_alike(
    lake: str,
    subject: Subject,
    as_recorded: bool,
    cutoffs: pa.Table,
    session: Any,
    cluster: spark_cluster.Cluster,
    request: pytest.FixtureRequest,
) -> None:
    place: Path = request.getfixturevalue(lake)
    counted = [
        features(place, subject, cutoffs, engine=engine, master=master, as_recorded=as_recorded)
        for engine, master in (("duckdb", ""), ("spark", cluster.url))
    ]
    assert counted[0].num_rows == cutoffs.num_rows
    told = [name for name in counted[0].column_names[2:] if counted[0][name].null_count < counted[0].num_rows]
    if lake == "hard":
        silent = set(counted[0].column_names[2:]) - set(told)
        assert not silent, f"nothing is compared in {silent}"
        assert len(told) >= 35
    assert_same(*counted)


# ---- learning and scoring -----------------------------------------------------------------------------------------


def deals(rows: int = ROWS, seed: int = 0, shift: float = 0.0) -> pa.Table:
    """Features with an outcome that hangs on them, blanks and a category, in the order of their cutoffs."""
    rng = np.random.default_rng(seed)
    acts, silence, trend = rng.poisson(3, rows), rng.exponential(20, rows), rng.normal(size=rows)
    trade = rng.integers(0, 4, rows)
    z = -1.0 + 0.35 * acts - 0.04 * silence + 0.5 * np.sin(3 * trend) + 0.3 * trend * (acts > 3) + 0.4 * (trade == 2)
    won = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(np.int64)
    return pa.table(
        {
            "deal": pa.array([f"D{n:06d}" for n in rng.permutation(rows)]),
            "cutoff": np.sort(1_700_000_000_000_000 + rng.integers(0, 500, rows) * DAY),
            "buyer_acts_30d": pa.array(acts),
            "silence": pa.array(silence, mask=rng.random(rows) < 0.2),
            "trend": pa.array(trend + shift, mask=rng.random(rows) < 0.1),
            "industry": pa.array(np.array(["IT", "Bau – Ü", "製造", "x"])[trade], mask=rng.random(rows) < 0.05),
            "won": pa.array(won, mask=rng.random(rows) < 0.05),
        }
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deals as two files."""
    found = tmp_path_factory.mktemp("deals") / "deals"
    found.mkdir()
    made = deals()
    for number in range(2):
        pq.write_table(made.slice(number * ROWS // 2, ROWS // 2), found / f"part-{number}.parquet")
    return found


@pytest.fixture(scope="module")
def followed(
    cluster: spark_cluster.Cluster,
    session: Any,
    hard: Path,
    place: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, str]:
    """The folder in which the marked commands of docs/how-to/grow.md have run, word for word but for the master's port,
    and what they printed."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "grow.md").read_text(encoding="utf-8")
    blocks = re.findall(r"<!-- on a cluster -->\n```console\n(.*?)```", page, re.DOTALL)
    commands = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert [command.split()[1] for command in commands] == ["features", "train", "score", "score"]
    here = tmp_path_factory.mktemp("followed")
    (here / "lake").symlink_to(hard)
    (here / "deals").symlink_to(place)
    pq.write_table(deals().take(np.arange(0, ROWS, 3)), here / "newest.parquet")
    (here / "cutoffs.csv").write_text("subject_id,cutoff\n1,2024-03-01\n2,2024-05-01T12:00:00Z\n7,1710000000000000\n")
    printed = io.StringIO()
    with contextlib.chdir(here), contextlib.redirect_stdout(printed):
        for command in commands:
            words = shlex.split(command.replace("spark://127.0.0.1:7077", cluster.url))
            assert words[0] == "leadline"
            assert main(words[1:]) == 0, command
    return here, printed.getvalue()


@pytest.fixture(scope="module")
def grown(followed: tuple[Path, str]) -> Model:
    """The model that the how-to trains; its sample is smaller than what it learns from."""
    return folder.load(followed[0] / "model")


def by_deal(place: Path) -> pa.Table:
    return pq.read_table(place).sort_by("deal")


def assert_same_scores(local: Path, cluster: Path) -> None:
    """Every column of the list; numbers within 1e-9."""
    one, other = by_deal(local), by_deal(cluster)
    assert one.schema.names == other.schema.names
    assert one.num_rows == other.num_rows > 0
    for name in one.column_names:
        if pa.types.is_floating(one.schema.field(name).type):
            a, b = (np.nan_to_num(np.asarray(table[name], dtype=float), nan=-1.0) for table in (one, other))
            assert float(np.abs(a - b).max()) <= 1e-9, name
        else:
            assert one[name].to_pylist() == other[name].to_pylist(), name


def test_the_cluster_learns_from_all_rows_and_is_judged_on_later_ones(grown: Model, followed: tuple[Path, str]) -> None:
    closed = ROWS - deals()["won"].null_count
    assert grown.card.trained_rows == closed
    assert grown.card.trees == 40
    assert grown.ensemble is not None
    assert grown.ensemble.forest is not None
    assert grown.ensemble.forest.trees == 40
    judged = grown.validation
    assert judged is not None
    assert 700 < judged.held_out < 1_000
    assert judged.auc > 0.68
    assert judged.brier_skill > 0.05
    assert judged.ece < 0.06
    alone = re.search(r"one machine\s+(0?\.\d+) on the same rows", followed[1])
    assert alone, followed[1]
    assert judged.auc > float(alone[1]) - 0.02


def test_a_model_of_the_cluster_scores_alike_on_one_machine(
    grown: Model, place: Path, session: Any, tmp_path: Path
) -> None:
    folder.save(grown, tmp_path / "model")
    whole = tmp_path / "whole.parquet"
    pq.write_table(pq.read_table(place), whole)
    local = ["score", str(whole), "--model", str(tmp_path / "model"), "--out", str(tmp_path / "a.parquet"), "--quiet"]
    assert main(local) == 0
    listing = scoring.score(session, str(place), tmp_path / "model", tmp_path / "b", reasons=3)
    assert_same_scores(tmp_path / "a.parquet", tmp_path / "b")
    assert listing.rows == ROWS
    assert sum(many for _, many in listing.grade_counts) == deals()["won"].null_count
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {"MANIFEST.json", "model.json", "arrays.npz", "trees-0.txt"}


def test_a_model_of_one_machine_scores_alike_on_the_cluster(
    place: Path, session: Any, cluster: spark_cluster.Cluster, tmp_path: Path
) -> None:
    whole, model = tmp_path / "whole.parquet", str(tmp_path / "model")
    pq.write_table(pq.read_table(place), whole)
    learn = ["qualify", str(whole), "--outcome", "won=1", "--lost", "0", "--save", model, "--quiet"]
    assert main(learn) == 0
    assert main(["score", str(whole), "--model", model, "--out", str(tmp_path / "a.parquet"), "--quiet"]) == 0
    there = ["--engine", "spark", "--master", cluster.url, "--out", str(tmp_path / "b"), "--reasons", "3"]
    assert main(["score", str(place), "--model", model, *there]) == 0
    assert_same_scores(tmp_path / "a.parquet", tmp_path / "b")
    a, b = (by_deal(tmp_path / name)["score"].to_numpy() for name in ("a.parquet", "b"))
    assert float(np.abs(a - b).max()) == 0.0


def test_rows_unlike_the_learned_ones_stop_the_job_and_nothing_is_left(
    grown: Model, session: Any, tmp_path: Path
) -> None:
    folder.save(grown, tmp_path / "model")
    pq.write_table(deals(1_000, seed=1, shift=5.0), tmp_path / "strange.parquet")
    with pytest.raises(DataError, match=r"'trend' is .* train again"):
        scoring.score(session, tmp_path / "strange.parquet", tmp_path / "model", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    found = scoring.score(session, tmp_path / "strange.parquet", tmp_path / "model", tmp_path / "out", force=True)
    assert any(drift.severe for drift in found.drift)


def test_a_changed_model_is_refused_before_any_job(grown: Model, session: Any, place: Path, tmp_path: Path) -> None:
    model = folder.save(grown, tmp_path / "model")
    trees = model / "trees-0.txt"
    trees.write_text(trees.read_text().replace("leaf_value=-0", "leaf_value=-9", 1))
    with pytest.raises(ForeignModel, match="was changed"):
        scoring.score(session, place, model, tmp_path / "out")


def test_what_is_not_there_is_named(grown: Model, session: Any, place: Path, tmp_path: Path) -> None:
    folder.save(grown, tmp_path / "model")
    with pytest.raises(ColumnNotFound, match=r"'cutof'.*did you mean 'cutoff'"):
        train(session, str(place), OPTIONS, "cutof")
    pq.write_table(deals(10).drop(["trend"]), tmp_path / "less.parquet")
    with pytest.raises(ColumnNotFound, match="'trend'"):
        scoring.score(session, tmp_path / "less.parquet", tmp_path / "model", tmp_path / "out")
    (tmp_path / "taken").mkdir()
    with pytest.raises(CallError, match="there already"):
        scoring.score(session, place, tmp_path / "model", tmp_path / "taken")
    pq.write_table(deals(300), tmp_path / "few.parquet")
    with pytest.raises(DataError, match="use leadline qualify"):
        train(session, str(tmp_path / "few.parquet"), OPTIONS, "cutoff")


def test_the_how_to_runs_as_written(followed: tuple[Path, str]) -> None:
    here, printed = followed
    assert pq.read_table(here / "features.parquet")["subject_id"].to_pylist() == [1, 2, 7]
    assert pq.read_table(here / "scored.parquet").num_rows == ROWS // 3
    assert pq.read_table(here / "scored").num_rows == ROWS
    assert "later rows" in printed


# ---- the cluster and the session on it -------------------------------------------------------------------------------


def test_two_workers_lend_a_core_each(cluster: spark_cluster.Cluster, session: Any) -> None:
    assert len(cluster.pids()) == 3
    hosts = session.sparkContext.parallelize(range(2), 2).map(lambda _: __import__("os").getppid()).collect()
    assert session.sparkContext.master == cluster.url
    assert len(hosts) == 2


def test_a_session_is_shared_and_there_is_but_one(cluster: spark_cluster.Cluster, session: Any) -> None:
    with spark.session(cluster.url) as again:
        assert again is session
    assert session.range(3).count() == 3
    with pytest.raises(CallError, match="close it first"), spark.session("local[1]"):
        pass


def test_settings_make_values_equal(session: Any) -> None:
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"
    assert session.conf.get("spark.sql.ansi.enabled") == "true"
    assert session.conf.get("spark.ui.enabled") == "false"
    assert session.conf.get("spark.driver.host") == "127.0.0.1"


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


def test_a_column_that_is_not_there_is_named_and_no_file_is_no_row(session: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1]}), tmp_path / "a.parquet")
    wanted = pa.schema([("id", pa.int64()), ("act", pa.string())])
    with pytest.raises(UnreadableSource, match="has no column 'act'"):
        spark.parquet(session, tmp_path / "a.parquet", wanted)
    assert spark.parquet(session, [], wanted).toArrow().schema.names == ["id", "act"]


def test_what_spark_cannot_do_is_one_sentence(cluster: spark_cluster.Cluster, session: Any) -> None:
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO") as caught:
        session.sql("SELECT 1 / id FROM range(1)").toArrow()
    line = spark.first_line(caught.value)
    assert "DIVIDE_BY_ZERO" in line
    assert "\n" not in line
    assert issubclass(DataError, Exception)
