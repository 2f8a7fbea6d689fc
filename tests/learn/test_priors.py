"""The questionnaire: read, believed where there is nothing else, and left behind as rows close."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError, ColumnNotFound, DataError
from leadline.learn import priors, reasons, scoring
from leadline.learn.priors import Prior, Rule
from leadline.learn.qualify import qualify
from leadline.learn.task import Options

BASE = "[base]\nwin_rate = 0.2\n"
RULES = (Rule("Source", "is", ("Referral",), 3.0, "referrals know us"), Rule("Size", "at_least", (100.0,), 0.5, ""))


def written(path: Path, text: str) -> Path:
    file = path / "priors.toml"
    file.write_text(text, "utf-8")
    return file


def deals(closed: int, won: float = 0.3, rows: int = 200, seed: int = 0) -> pa.Table:
    """`closed` rows with an outcome, the rest open; Referral is truly better."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["Referral", "Web", "Fair"], rows)
    size = rng.integers(1, 300, rows).astype(np.float64)
    chance = np.where(source == "Referral", min(1.0, 1.8 * won), 0.6 * won)
    stage = np.where(rng.random(rows) < chance, "Won", "Lost").astype(object)
    stage[closed:] = None
    return pa.table({"Source": source, "Size": size, "Stage": pa.array(stage.tolist(), pa.string())})


def say(table: pa.Table, prior: Prior | None) -> np.ndarray:
    return qualify(table, Options("Stage=Won", lost=("Lost",), prior=prior)).scores.score


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_whole_questionnaire(tmp_path: Path) -> None:
    text = BASE + (
        "strength = 40\n"
        '[[rule]]\ncolumn = "Lead Source"\nis = ["Referral", "Partner"]\nodds = 2\nwhy = "they know us"\n'
        '[[rule]]\ncolumn = "Note"\ncontains = "budget"\nodds = 1.5\n'
        '[[rule]]\ncolumn = "Size"\nat_most = 3\nodds = 0.5\n'
        '[[rule]]\ncolumn = "Phone"\nfilled = false\nodds = 0.5\n'
    )
    found = priors.read(written(tmp_path, text))
    assert (found.win_rate, found.strength, len(found.rules)) == (0.2, 40.0, 4)
    assert found.rules[0] == Rule("Lead Source", "is", ("Referral", "Partner"), 2.0, "they know us")
    assert found.rules[3].values == (False,)


RULE = BASE + '[[rule]]\ncolumn = "A"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("win_rate = ", "is not TOML"),
        ("", "needs a part [base]"),
        ("base = 3", "needs a part [base]"),
        ("[base]\n", "win_rate in [base]"),
        ("[base]\nwin_rate = 1.0\n", "from 0.001 to 0.999, not 1.0"),
        ("[base]\nwin_rate = nan\n", "from 0.001 to 0.999, not nan"),
        ("[base]\nwin_rate = true\n", "from 0.001 to 0.999, not True"),
        ('[base]\nwin_rate = "20%"\n', "from 0.001 to 0.999, not '20%'"),
        (BASE + "strength = 0\n", "strength in [base]"),
        (BASE + "winrate = 0.2\n", "'winrate'; it takes win_rate, strength"),
        (BASE + '[[rules]]\ncolumn = "A"\n', "'rules'; it takes base, rule"),
        (BASE + "rule = 3\n", "'rule'; it takes win_rate"),
        ("rule = 3\n" + BASE, "written as [[rule]]"),
        (BASE + "[[rule]]\nis = 3\n", "rule 1"),
        (RULE + "odds = 2\n", "exactly one test of is, at_least, at_most, contains, filled"),
        (RULE + 'is = "x"\nfilled = true\nodds = 2\n', "exactly one test"),
        (RULE + 'is = "x"\n', "odds in the rule 1"),
        (RULE + 'is = "x"\nodds = 1000\n', "from 0.01 to 100, not 1000"),
        (RULE + 'is = "x"\nodds = 2\nsince = 3\n', "'since'; it takes column"),
        (RULE + "is = []\nodds = 2\n", "a text or a list of texts, not []"),
        (RULE + 'is = [""]\nodds = 2\n', "a text or a list of texts"),
        (RULE + 'is = ["x", 2024-01-01]\nodds = 2\n', "a text or a list of texts"),
        (RULE + "contains = []\nodds = 2\n", "a text or a list of texts"),
        (RULE + "at_least = []\nodds = 2\n", "at_least in the rule 1"),
        (RULE + 'at_least = "many"\nodds = 2\n', "must be a number"),
        (RULE + "at_most = [1, 2]\nodds = 2\n", "must be a number"),
        (RULE + 'filled = "yes"\nodds = 2\n', "must be true or false, not 'yes'"),
        (RULE + 'is = "x"\nodds = 2\nwhy = 3\n', "why in the rule 1"),
    ],
)
def test_every_mistake_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CallError) as caught:
        priors.read(written(tmp_path, text))
    said = str(caught.value)
    assert says in said
    assert "priors.toml" in said
    assert "\n" not in said


def test_no_file_a_folder_and_bytes(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="There is no questionnaire"):
        priors.read(tmp_path / "none.toml")
    with pytest.raises(CallError, match="cannot be read"):
        priors.read(tmp_path)
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CallError, match="is not TOML"):
        priors.read(tmp_path / "x.toml")


def test_a_rule_on_no_column_of_the_file() -> None:
    rule = Rule("Sorce", "is", ("Web",), 2.0, "")
    with pytest.raises(ColumnNotFound, match="did you mean 'Source'"):
        say(deals(50), Prior(0.2, 20.0, (rule,)))


# -- which rows --------------------------------------------------------------------------------------------------------

CELLS = pa.table(
    {
        "text": pa.array(["Referral", "referral", "STRASSE", "Straße", "x budget y", None]),
        "number": pa.array([1.0, 2.5, 3.0, -1.0, None, 10.0]),
    }
)


@pytest.mark.parametrize(
    ("column", "test", "values", "rows"),
    [
        ("text", "is", ("REFERRAL",), [0, 1]),
        ("text", "is", ("straße",), [3]),
        ("text", "contains", ("BUDGET", "stra"), [2, 3, 4]),
        ("text", "filled", (True,), [0, 1, 2, 3, 4]),
        ("text", "filled", (False,), [5]),
        ("number", "at_least", (2.5,), [1, 2, 5]),
        ("number", "at_most", (1,), [0, 3]),
        ("number", "is", (2.5, 3), [1, 2]),
    ],
)
def test_which_rows_a_rule_holds_for(column: str, test: str, values: tuple[str | float, ...], rows: list[int]) -> None:
    rule = Rule(column, test, values, 2.0, "")
    assert np.flatnonzero(Prior(0.2, 20.0, (rule,)).holds(CELLS)[:, 0]).tolist() == rows


def test_codes_are_compared_as_people_see_them() -> None:
    rule = Rule("code", "is", (3, 10.0), 2.0, "")
    table = pa.table({"code": [1.0, 3.0, 10.0]})
    assert Prior(0.2, 20.0, (rule,)).holds(table)[:, 0].tolist() == [False, True, True]


def test_numbers_are_asked_of_numbers() -> None:
    with pytest.raises(CallError, match="needs numbers, and column 'text' holds text"):
        Prior(0.2, 20.0, (Rule("text", "at_least", (2,), 2.0, ""),)).holds(CELLS)


@settings(deadline=None)
@given(st.floats(0.001, 0.999), st.floats(1, 1e5), st.lists(st.floats(0.01, 100), max_size=4))
def test_belief_is_the_rate_times_the_odds(rate: float, strength: float, odds: list[float]) -> None:
    prior = Prior(rate, strength, tuple(Rule("a", "filled", (True,), o, "") for o in odds))
    z, doubt = prior.log_odds(np.array([[True] * len(odds), [False] * len(odds)]))
    assert np.exp(z[1]) == pytest.approx(rate / (1 - rate))
    assert np.exp(z[0] - z[1]) == pytest.approx(np.prod(odds))
    assert doubt[0] >= doubt[1] > 0


# -- the rung ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [[None], ["Open", "New"], ["Open", None]])
def test_no_row_is_closed_and_the_questionnaire_speaks(stages: list[str | None]) -> None:
    table = deals(0).set_column(2, "Stage", pa.array([stages[n % len(stages)] for n in range(200)], pa.string()))
    with pytest.raises((CallError, DataError)):
        say(table, None)
    found = qualify(table, Options("Stage=Won", lost=("Lost",), prior=Prior(0.2, 20.0, RULES)))
    assert (found.result.rung, found.result.closed, found.result.open) == ("prior", 0, 200)
    assert len(found.result.ranking) == 200
    assert found.result.ranking[0].score == pytest.approx(0.75 / 1.75)
    assert any(said.startswith("No row says 'Won' yet") for said in found.result.warnings)


def test_none_is_won_yet_and_the_questionnaire_speaks() -> None:
    table = deals(0).set_column(2, "Stage", pa.array(["Lost", "Open", "New", None] * 50))
    with pytest.raises(CallError, match="never occurs"):
        say(table, None)
    for lost in ((), ("lost",)):
        found = qualify(table, Options("Stage=Won", lost=lost, prior=Prior(0.2, 20.0, RULES)))
        assert (found.result.rung, found.result.closed, found.result.won) == ("prior", 50, 0)
    with pytest.raises(CallError, match="named twice"):
        qualify(table, Options("Stage=Lost", lost=("Lost",), prior=Prior(0.2, 20.0, RULES)))


def test_one_class_and_the_questionnaire_speaks() -> None:
    table = deals(0).set_column(2, "Stage", pa.array(["Won"] * 30 + [None] * 170))
    options = Options("Stage=Won")
    with pytest.raises(DataError, match=r"All 30 closed rows are won, and a model needs both; .*--prior"):
        qualify(table, options)
    found = qualify(table, replace(options, prior=Prior(0.2, 20.0, RULES)))
    result = found.result
    assert (result.rung, result.closed, result.open, result.validation, found.enough) == ("prior", 30, 170, None, True)
    assert "nothing learned" in result.rung_words
    assert any("questionnaire alone" in limit for limit in result.model.limits)
    source, size = np.array(table["Source"].to_pylist()), table["Size"].to_numpy()
    odds = 0.25 * np.where(source == "Referral", 3.0, 1.0) * np.where(size >= 100, 0.5, 1.0)
    assert found.scores.score == pytest.approx(odds / (1 + odds))
    assert ((found.scores.low < found.scores.score) & (found.scores.score < found.scores.high)).all()
    best = result.ranking[0]
    assert best.up[0].words == "Source is Referral: referrals know us"
    assert best.up[0].effect == pytest.approx(np.log(3))
    worst = reasons.explain(found.model, table, found.scores, np.flatnonzero((source == "Web") & (size >= 100))[:1])[0]
    assert worst.down[0].words.endswith(": as the questionnaire says")


def test_its_weight_falls_as_rows_close() -> None:
    prior = Prior(0.5, 20.0, RULES)
    shares, gaps = [], []
    for closed in (12, 40, 150):
        table = deals(closed, won=0.3)
        found = qualify(table, Options("Stage=Won", lost=("Lost",), prior=prior))
        without = replace(found.model, prior=None, prior_weight=0.0)
        gaps.append(np.abs(found.scores.log_odds - scoring.score(without, table).log_odds)[150:].mean())
        shares.append(found.model.prior_weight)
        assert shares[-1] == 20 / (20 + len(found.task.closed))
    assert shares[0] > 0.6 > 0.4 > shares[1] > 0.2 > shares[2]
    assert gaps[0] > gaps[1] > gaps[2] > 0


def test_what_is_judged_is_what_is_said() -> None:
    """A questionnaire that is right lifts what is measured, one that is wrong lowers it; both are in the figures."""
    table = deals(120, won=0.35, seed=3)
    right = Prior(0.3, 60.0, (Rule("Source", "is", ("Referral",), 4.0, ""),))
    wrong = Prior(0.3, 60.0, (Rule("Source", "is", ("Referral",), 0.05, ""),))
    losses = []
    for prior in (right, None, wrong):
        validation = qualify(table, Options("Stage=Won", lost=("Lost",), prior=prior)).result.validation
        assert validation is not None
        losses.append(validation.log_loss)
    assert losses[0] < losses[2] - 0.02
    assert losses[1] < losses[2] - 0.02


def test_a_questionnaire_does_not_make_noise_enough() -> None:
    rng = np.random.default_rng(1)
    table = deals(140, won=0.38, rows=150)
    stage = np.array(table["Stage"].to_pylist(), dtype=object)
    stage[:140] = rng.permutation(stage[:140])
    table = table.set_column(2, "Stage", pa.array(stage.tolist(), pa.string()))
    few = Prior(0.4, 5.0, (Rule("Size", "at_least", (290.0,), 1.01, ""),))
    found = qualify(table, Options("Stage=Won", lost=("Lost",), prior=few))
    assert not found.enough
    much = replace(few, strength=1_000.0)
    rested = qualify(table, Options("Stage=Won", lost=("Lost",), prior=much))
    assert rested.enough
    assert any("rest on what the questionnaire believes" in said for said in rested.result.warnings)
