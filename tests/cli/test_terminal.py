"""What people see: lines that fit, marks that are true, nothing that steers a terminal."""

from __future__ import annotations

import io
import json
import math
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

from leadline.cli import machine, rows
from leadline.cli.paper import Paper, clean
from leadline.core.qualification import Reason, ScoredRow

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import WON, market, write  # noqa: TID252

SHARE = st.floats(0, 1)


@given(st.lists(SHARE, min_size=3, max_size=3), SHARE, st.sampled_from([0.1, 0.5, 1.0]), st.booleans())
def test_a_mark_says_what_the_numbers_say(three: list[float], base: float, top: float, signs: bool) -> None:
    low, score, high = sorted(three)
    assume(high <= top)
    drawn = rows.mark(score, low, high, top, base, signs).plain
    band, dot = ("━", "●") if signs else ("-", "o")
    assert len(drawn) == rows.TRACK
    assert drawn.count(dot) == 1
    assert drawn.index(dot) == round(score / top * (rows.TRACK - 1))
    places = [at for at, sign in enumerate(drawn) if sign in (band, dot)]
    assert places == list(range(round(low / top * (rows.TRACK - 1)), round(high / top * (rows.TRACK - 1)) + 1))


@given(st.text(), st.integers(1, 60))
def test_clean_text_is_one_line_that_fits(text: str, most: int) -> None:
    line = clean(text, most)
    assert cell_len(line) <= most
    assert all(sign.isprintable() for sign in line)
    assert clean(clean(text)) == clean(text)


@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=40), max_size=30))
def test_folding_loses_no_word_and_fits(words: list[str]) -> None:
    said = clean(" ".join(words))
    assume(max((cell_len(word) for word in said.split()), default=0) < 30)
    out, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        paper = Paper()
        paper.item("label", said)
        paper.show()
        sys.stdout.flush()
        shown = sys.stdout.buffer.getvalue().decode()
    finally:
        sys.stdout = out
    assert shown.split() == ["label", *said.split()]
    assert max(cell_len(line) for line in shown.splitlines()) <= paper.width


def test_a_row_with_long_and_wide_names_fits(capsys: pytest.CaptureFixture[str]) -> None:
    long = Reason("c", "v", 0.5, "Notes say “" + "reliability " * 30 + "”")
    row = ScoredRow(1, "漢字カナ" * 20, 0.5, 0.2, 0.9, "A", 1e12, (long,), (long,), "", True, "open")
    bare = ScoredRow(2, "", 0.0, 0.0, 1.0, "", None, (), (), "", False, "open")
    paper = Paper()
    rows.draw(paper, [row, bare], 0.3)
    paper.show()
    shown = capsys.readouterr().out
    assert max(cell_len(line) for line in shown.splitlines()) <= paper.width
    assert "nothing in this row stands out" in shown
    assert "unusual" in shown


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.integers(), st.lists, max_leaves=20))
def test_the_object_is_always_json(value: object) -> None:
    text = json.dumps(machine.plain(value), allow_nan=False)

    def without(x: object) -> object:
        if isinstance(x, list):
            return [without(item) for item in x]
        return None if isinstance(x, float) and not math.isfinite(x) else x

    assert json.loads(text) == without(value)


def test_a_summary_tells_what_was_read_and_what_is_next(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    lines = market(400)
    lines[0].append("Lost Reason")
    for line in lines[1:]:
        line.append("Price" if line[-1] == "Closed Lost" else "")
    path = write(Path("deals.csv"), lines)
    done = run("qualify", path, "--outcome", WON)
    assert (done.status, done.err) == (0, "")
    parts = ["deals.csv  400 rows, 9 columns", "Outcome: Stage", "Left out", "How far to trust it", "AUC"]
    places = [done.out.index(part) for part in [*parts, "What moves the score", "The best open deals", "Next"]]
    assert places == sorted(places)
    assert "'Lost Reason'" in done.out
    assert "add --out scored.csv" in done.out
    assert max(cell_len(line) for line in done.out.splitlines()) <= 72
    assert not set(done.out) & {"\x1b", "!", "\t"}
    quiet = run("qualify", path, "--outcome", WON, "--quiet")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")


def test_signs_that_steer_become_spaces() -> None:
    assert clean("a\x1b[31m\nb\u202e c") == "a [31m b c"
