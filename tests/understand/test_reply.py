"""What the writer of a mail said, against mails whose truth is known and against real sentences."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from leadline.understand.html_text import text_of
from leadline.understand.mail import read_letter
from leadline.understand.reply import own_words

from . import letters, letters_abroad  # noqa: TID252  tests are imported by path
from .letters import Case  # noqa: TID252


def plain(text: str) -> str:
    return " ".join(text.split())


def wrong(cases: Iterable[Case]) -> list[str]:
    return [
        f"{case.name}: {read_letter(case.raw).words!r}"
        for case in cases
        if plain(read_letter(case.raw).words) != plain(case.words)
    ]


def test_replies_of_common_programs() -> None:
    found = wrong(letters.letters(390, 1))
    assert len(found) <= 0.01 * 390, found


def test_replies_in_further_languages() -> None:
    found = wrong(letters_abroad.letters_abroad(400, 1))
    assert len(found) <= 0.02 * 400, found


@pytest.mark.slow
def test_real_sentences_are_not_cut(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with gzip.open(data_dir / "email_request_intent" / "sentences_train.csv.gz", "rt", encoding="utf-8") as file:
        sentences = [row[1].strip() for row in csv.reader(file)][1:]
    sentences = [sentence for sentence in sentences if not sentence.startswith(">")]
    assert sum(plain(own_words(one).words) != plain(one) for one in sentences) <= 3
    rng = np.random.default_rng(3)
    picks = [rng.integers(0, len(sentences), int(rng.integers(1, 6))) for _ in range(2_000)]
    bodies = tuple("\n\n".join(sentences[at] for at in pick) for pick in picks)
    for module, make in ((letters, letters.letters), (letters_abroad, letters_abroad.letters_abroad)):
        monkeypatch.setattr(module, "BODIES", dict.fromkeys(module.BODIES, bodies))
        found = wrong(make(700, 5))
        assert len(found) <= 0.015 * 700, found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("Thanks", "Thanks"),
        ("Danke!\n\nBob", "Danke!"),
        ("> old\n> older", ""),
        ("Best regards\nBob", "Best regards"),
        ("Fine.\n\n\n\n\nGood.", "Fine.\n\nGood."),
        ("a\u200bb\u00a0c", "ab c"),
        (
            "Yes\n\nOn Mon, Feb 2, 2026 at 9:00 AM Anna <a@x.example> wrote:\n> Price?\n\n12\n\n> Date?\n\nMay\n",
            "Yes\n\n12\n\nMay",
        ),
        ("On Monday at 10:30 we wrote: nothing new.", "On Monday at 10:30 we wrote: nothing new."),
        (
            "See below.\n\n---------- Forwarded message ---------\nFrom: Eve\nDate: x\nSubject: y\nTo: z\n\nHi",
            "See below.",
        ),
    ],
)
def test_small_cases(text: str, words: str) -> None:
    assert own_words(text, signer="Bob Müller").words == words


def test_a_forward_says_so() -> None:
    assert own_words("See.\n\n---------- Forwarded message ---------\nFrom: Eve\n\nHi").forwarded
    assert not own_words("See.\n\nOn 2 Feb 2026 at 9:00 Anna wrote:\n> Hi").forwarded


def test_long_texts_are_capped_and_take_no_time() -> None:
    """Patterns that try again from every sign would take minutes here."""
    for text in (
        "On " * 300_000,
        "x " * 500_000 + ":",
        "From: " * 100_000,
        ">" * 1_000_000,
        "a\n" * 500_000,
        "On a:\n" * 5_000,
        "_" * 500_000,
        "\n" * 900_000,
        "Best " * 200_000,
        "<" * 300_000,
    ):
        assert len(own_words(text).words) <= 20_000


def test_html_as_lines() -> None:
    assert text_of("<p>a<br>b</p><div>c</div><script>d</script><!-- e --><style>f</style>") == "a\nb\n\nc"
    assert text_of("<blockquote>x<blockquote>y</blockquote></blockquote>z").split("\n")[0] == "> x"
    assert text_of("a &amp; &lt;b&gt; &#228;") == "a & <b> ä"
    for broken in (
        "<" * 50_000,
        "<div" * 50_000,
        "<!--" * 50_000,
        "<![if" * 30_000,
        "</" * 50_000,
        "<div>" * 20_000,
        "&" * 100_000,
        "<a b='" * 30_000,
        "<!" * 50_000,
        "<?" * 50_000,
        "<script>" * 20_000,
    ):
        text_of(broken)
