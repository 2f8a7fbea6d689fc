"""The door to Spark: a session on a cluster, Parquet as tables of Ibis, and expressions run there as on DuckDB.

Ibis only writes the SQL; results come as Arrow or are written as Parquet by the cluster itself. Each column gets the
type that Ibis gives it, which differs from what either engine makes of it (row numbers and lengths are 32 bits wide in
Spark). Two settings make values equal too: the session's time zone is UTC, and ANSI mode makes an overflow, a failed
cast or a division by nought an error instead of a blank.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from leadline.core.errors import CallError, DataError, UnreadableSource

LOOPBACK = "127.0.0.1"
MASTERS = re.compile(r"local(\[[\d*, ]+\])?|spark://\S+|k8s://\S+|yarn")
ANSWER = 5.0  # seconds that a master may take to accept a connection
PARTS = 4  # partitions of a shuffle for each core that the cluster lends
LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = Spark: %m%n
appender.stderr.layout.alwaysWriteExceptions = false
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = error
logger.waiting.name = org.apache.spark.scheduler.TaskSchedulerImpl
logger.waiting.level = warn
logger.task.name = org.apache.spark.scheduler.TaskSetManager
logger.task.level = off
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = off
"""  # of warnings one is kept: that no worker takes the job, for then it waits for ever; what fails is raised here


def missing() -> str:
    """What of Spark is not here, in one sentence with the mend; '' where all is."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed; pip install 'leadline[spark]'"
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        return "Java is not here, and Spark 4 needs Java 17; on Debian: apt-get install openjdk-17-jre-headless"
    return ""


def check(master: str) -> None:
    """Raises CallError where Spark is not installed, `master` is no address, or no master answers there."""
    if why := missing():
        raise CallError(why)
    if not MASTERS.fullmatch(master):
        raise CallError(
            f"A master reads like spark://HOST:7077, k8s://https://HOST:443, yarn or local[2], not '{master}'"
        )
    for host, port in _standalone(master)[:1]:
        try:
            socket.create_connection((host, port), timeout=ANSWER).close()
        except OSError as error:
            because = str(error.strerror or error)
            raise CallError(
                f"No Spark master answers at {master} ({because}); start it, or see its log for its address"
            ) from None


def _standalone(master: str) -> list[tuple[str, int]]:
    """Host and port of each master that spark://HOST:PORT[,HOST:PORT] names; none for other kinds."""
    if not master.startswith("spark://"):
        return []
    found = []
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise CallError(f"A master's address reads like spark://HOST:7077, not '{master}'")
        found.append((host, int(port)))
    return found


def _near(master: str) -> bool:
    """Whether driver and executors run on this machine."""
    return master.startswith("local") or all(
        host in (LOOPBACK, "localhost") for host, _ in _standalone(master) or [("", 0)]
    )


_open: dict[str, Any] = {}  # the session of this process, by its master; Spark allows one


@contextmanager
def session(master: str, *, settings: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A SparkSession on `master`, stopped at the end; inside another on the same master it is that one.

    Further settings come from `settings` or from spark-defaults.conf in SPARK_CONF_DIR. On this machine's own loopback
    nothing listens elsewhere, and executors run this Python; for other masters PYSPARK_PYTHON names theirs. Errors of
    Spark that leave the body are DataErrors of one sentence.
    """
    if master in _open:
        yield _open[master]
        return
    check(master)
    if _open:
        raise CallError(f"This process has a Spark session on {next(iter(_open))}; close it first")
    with (
        tempfile.TemporaryDirectory(prefix="leadline-spark-", ignore_cleanup_errors=True) as scratch,
        _surroundings(master),
        _started(master, {**_settings(master, scratch), **(settings or {})}, scratch) as spark,
    ):
        _open[master] = spark
        try:
            yield spark
        except Exception as error:
            if not type(error).__module__.startswith(("pyspark.", "py4j.")):
                raise
            raise DataError(f"Spark could not do this on {master}: {first_line(error)}") from error
        finally:
            del _open[master]


@contextmanager
def _still() -> Iterator[None]:
    """Without what pyspark and Ibis say of pandas, which both load and which no value here goes through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


@contextmanager
def _started(master: str, settings: Mapping[str, str], scratch: str) -> Iterator[Any]:
    with _still():
        import ibis
        from pyspark.sql import SparkSession

        _ = ibis.pyspark  # Ibis knows the options of an engine once that is named

    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # pyspark's copy of what is raised
    (Path(scratch) / "log4j2.properties").write_text(LOGGING)
    builder = SparkSession.builder.master(master).appName("leadline")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise DataError(f"Spark did not start on {master}: {first_line(error)}") from error
    try:
        context = spark.sparkContext
        if not context.getConf().contains("spark.sql.shuffle.partitions"):
            spark.conf.set("spark.sql.shuffle.partitions", str(max(8, PARTS * context.defaultParallelism)))
        yield spark
    finally:
        spark.stop()


def _settings(master: str, scratch: str) -> dict[str, str]:
    fixed = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.caseSensitive": "true",  # as Arrow and DuckDB's results have it: 'Name' and 'name' are two columns
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.warehouse.dir": scratch,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{scratch}/log4j2.properties",
        "spark.executorEnv.OMP_NUM_THREADS": "1",  # Spark shares the cores out, not OpenMP
        "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
    }
    if _near(master):
        fixed |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
    return fixed


@contextmanager
def _surroundings(master: str) -> Iterator[None]:
    """The environment that a driver reads when it starts, put back afterwards."""
    wanted = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": LOOPBACK} if _near(master) else {}
    added = [name for name in wanted if name not in os.environ]
    os.environ.update({name: wanted[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def first_line(error: BaseException) -> str:
    """What an error of Spark says, without the trace of the JVM."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("An error occurred while calling", "at "))]
    return (told or lines or [type(error).__name__])[0].removeprefix(": ")[:300]


# ---- tables in -------------------------------------------------------------------------------------------------------


Place: TypeAlias = str | Path | Sequence[Path] | pa.Table


def tables(spark: Any, places: Mapping[str, Place], schemas: Mapping[str, pa.Schema]) -> dict[str, Any]:
    """Ibis tables by name: each of `places` is Parquet that driver and workers see at the same path (a file, a folder,
    partitioned or not, an address like s3a://…, a list of files), or a small Arrow table that is sent along.

    `schemas` are the columns to take, in their types; they also stand where there is no file. UnreadableSource where a
    file lacks one.
    """
    found = {}
    for name, place in places.items():
        rows = spark.createDataFrame(place) if isinstance(place, pa.Table) else parquet(spark, place, schemas.get(name))
        found[name] = _viewed(rows, name)
    return found


def _viewed(rows: Any, name: str) -> Any:
    import ibis

    rows.createOrReplaceTempView(name)
    return ibis.table(ibis.Schema.from_pyarrow(arrow_schema(rows)), name=name)


def parquet(spark: Any, place: str | Path | Sequence[Path], columns: pa.Schema | None = None) -> Any:
    """The Parquet at `place` as a DataFrame; with `columns` it has those, cast, and no file is an empty table."""
    paths = [place] if isinstance(place, str | Path) else list(place)
    if columns is not None and not any(_holds_parquet(path) for path in paths):
        return spark.createDataFrame([], schema(columns))
    rows = spark.read.parquet(*(_address(path) for path in paths))
    if columns is None:
        return rows
    missing = [name for name in columns.names if name not in rows.columns]
    if missing:
        raise UnreadableSource(f"{paths[0]} has no column '{missing[0]}'; write it with leadline export")
    return _cast(rows, columns)


def _holds_parquet(path: str | Path) -> bool:
    return not isinstance(path, Path) or path.is_file() or any(path.rglob("*.parquet"))


def _cast(rows: Any, types: pa.Schema) -> Any:
    from pyspark.sql import functions

    return rows.select(
        *[functions.col(quoted(kind.name)).cast(kind.dataType).alias(kind.name) for kind in schema(types)]
    )


def _address(place: str | Path) -> str:
    """A path as Spark takes it: absolute, and never a pattern."""
    text = str(place)
    if "://" in text:
        return text
    return re.sub(r"([\\*?{}\[\]])", r"\\\1", str(Path(text).absolute()))


def mapped(rows: Any, task: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], to: pa.Schema) -> Any:
    """What `task` makes of the record batches of each partition, on the workers; batches of the schema `to`."""
    with _still():
        return rows.mapInArrow(task, schema(to))


def schema(arrow: pa.Schema) -> Any:
    """Spark's schema of Arrow's."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(arrow)


def arrow_schema(rows: Any) -> pa.Schema:
    """The Arrow schema of a DataFrame."""
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(rows.schema)


# ---- expressions out -------------------------------------------------------------------------------------------------


def frame(spark: Any, expression: Any, types: pa.Schema | None = None) -> Any:
    """An Ibis table expression as a DataFrame, each column of the type that Ibis says, or of `types`."""
    import ibis

    raw = spark.sql(ibis.to_sql(expression, dialect="pyspark"))
    return _cast(raw, types or expression.schema().to_pyarrow())


def quoted(name: str) -> str:
    """A column's name as Spark's SQL takes it, whatever stands in it."""
    return "`" + name.replace("`", "``") + "`"


def arrow(spark: Any, expression: Any, types: pa.Schema | None = None) -> pa.Table:
    """The rows of an Ibis table expression, in its order, each column of the type that Ibis says, or of `types`."""
    wanted = types or expression.schema().to_pyarrow()
    return frame(spark, expression, wanted).toArrow().cast(wanted)


def write(rows: Any, folder: str | Path) -> None:
    """Writes a DataFrame as Parquet files into `folder`; CallError where that is there already."""
    if "://" not in str(folder) and Path(folder).exists():
        raise CallError(f"{folder} is there already; name a new folder for the cluster to write")
    rows.write.mode("error").parquet(_address(folder).replace("\\", ""))
