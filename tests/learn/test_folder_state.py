"""Any order of saving, failing, tampering and reading a model folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from leadline.core.errors import CallError, ForeignModel
from leadline.core.qualification import ModelCard, OutcomeReading
from leadline.learn import folder
from leadline.learn.model import Model
from leadline.learn.priors import Prior


def full(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


def questionnaire(number: int) -> Model:
    """A small model that differs by its number."""
    card = ModelCard("2024-01-01T00:00:00+00:00", "0", number, (), 0, 0, "", 0, ())
    outcome = OutcomeReading("Stage", ("Won",), ("Lost",), (), False, "")
    prior = Prior(0.2, 20.0, ())
    return Model(card, outcome, (), (), (), (), "", "", None, None, prior, 1.0, None, 0.2)


class Folder(RuleBasedStateMachine):
    """Whatever happens, the folder holds the last model that was saved whole, or says that it does not."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.place = self.root / "model"
        self.kept: int | None = None
        self.whole = True

    @rule(number=st.integers(0, 9))
    def save(self, number: int) -> None:
        folder.save(questionnaire(number), self.place)
        self.kept, self.whole = number, True

    @rule(number=st.integers(10, 19), broken=st.sampled_from(["mkdir", "open", "rename"]))
    def fail(self, number: int, broken: str) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Path, broken, full)
            with pytest.raises(CallError):
                folder.save(questionnaire(number), self.place)

    @precondition(lambda self: self.kept is not None)
    @rule(name=st.sampled_from(["model.json", "arrays.npz"]))
    def tamper(self, name: str) -> None:
        (self.place / name).write_bytes((self.place / name).read_bytes() + b" ")
        self.whole = False

    @rule()
    def read(self) -> None:
        if self.kept is None or not self.whole:
            with pytest.raises(ForeignModel):
                folder.load(self.place)
        else:
            assert folder.load(self.place).card.seed == self.kept

    @invariant()
    def nothing_lies_about(self) -> None:
        assert [path.name for path in self.root.iterdir()] == ["model"] * (self.kept is not None)

    def teardown(self) -> None:
        shutil.rmtree(self.root)


TestFolder = Folder.TestCase
TestFolder.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
