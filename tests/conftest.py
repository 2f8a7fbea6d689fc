"""Fixtures that every test may use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from leadline.store.opening import open_store
from record import Template

# Every run tries the same examples; LEADLINE_FUZZ=1 tries others each time.
settings.register_profile("same", derandomize=True)
if not os.environ.get("LEADLINE_FUZZ"):
    settings.load_profile("same")

# Models can only be imported once Django is set up, and test files import them at their top.
_HOME = tempfile.TemporaryDirectory(prefix="leadline-tests-")
os.environ["LEADLINE_HOME"] = _HOME.name
open_store()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data sets; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("LEADLINE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip("shared/data is not here")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the user's own data folder."""
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path_factory.getbasetemp() / "leadline-home"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the record runs on both databases."""
    for item in items:
        if "store" in getattr(item, "fixturenames", ()):
            item.add_marker("record")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A record that is set up and empty, from which each test gets a copy of its own."""
    return Template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def store(template: Template, own_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh, empty record for this process and for commands that it starts; gives its URL.

    SQLite; or PostgreSQL where LEADLINE_TEST_POSTGRES holds the URL of a server on which databases may be made.
    """
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "home"))
    with template.copy(tmp_path) as url:
        monkeypatch.setenv("LEADLINE_DATABASE", url)
        template.use(url)
        yield url
        template.close()
