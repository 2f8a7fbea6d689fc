"""Intents learned from messages: right on unseen ones, honest about itself, the same on every run and after loading."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.errors import CallError, DataError, ForeignModel
from leadline.learn.intents import train
from leadline.learn.intents.judgement import judge_training, wilson
from leadline.learn.intents.kernel import solve
from leadline.learn.intents.scope import choose, trades
from leadline.learn.intents.training import train_and_judge
from leadline.understand.intent_model import MANIFEST, IntentModel
from leadline.understand.ngrams import Ngrams, learn, terms_of

OPENERS = ("Hello, ", "Hi, ", "Dear team, ", "", "Good morning, ", "Thanks for the call. ")
ASKS = {
    "price": ("what does the plan cost", "how much is a licence", "please send your price list", "is there a discount"),
    "meeting": (
        "can we meet on Tuesday",
        "are you free for a call",
        "let us set up a demo",
        "book a meeting next week",
    ),
    "unsubscribe": ("please remove me from the list", "stop sending mails", "unsubscribe me", "take me off this list"),
    "other": ("the weather is fine today", "my cat sleeps a lot", "the match ended in a draw", "I had soup for lunch"),
}


def messages() -> tuple[list[str], list[str]]:
    made = [(opener + ask, label) for label, asks in ASKS.items() for ask in asks for opener in OPENERS]
    return [text for text, _ in made], [label for _, label in made]


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return train(*messages(), size="bulk", none_label="other")


NEW = [
    "could you tell me what it costs per month",
    "would a short meeting on Friday work",
    "I want to be removed from your mails",
    "the weather in the match was fine",
]


def test_new_words_are_understood(model: IntentModel) -> None:
    found = model.predict(NEW)
    assert found.labels == ("price", "meeting", "unsubscribe", "other")
    assert found.in_scope.tolist() == [True, True, True, False]
    assert np.allclose(found.each.sum(axis=1), 1, atol=1e-5)
    assert ((found.probabilities > 0) & (found.probabilities <= 1)).all()


def test_reasons_are_words_of_the_message_and_the_nearest_example_is_one(model: IntentModel) -> None:
    words = model.reasons("please unsubscribe me from the list", "unsubscribe")
    assert words
    assert all(word in "please unsubscribe me from the list" for word in words)
    ((example, label, likeness),) = model.nearest(["Hello, how much is a licence"])
    assert (example, label) == ("Hello, how much is a licence", "price")
    assert likeness == pytest.approx(1, abs=1e-2)


def test_a_name_of_a_label_is_never_shown_as_a_message(model: IntentModel) -> None:
    assert all(example in messages()[0] for example, _, _ in model.nearest([*NEW, "unsubscribe", "price"]))


def test_saved_and_loaded_it_says_the_same(model: IntentModel, tmp_path: Path) -> None:
    again = IntentModel.load(model.save(tmp_path / "kept"))
    one, other = model.predict(NEW), again.predict(NEW)
    assert one.labels == other.labels
    assert np.array_equal(one.each, other.each)
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {MANIFEST, "model.json", "arrays.npz"}
    model.save(tmp_path / "kept")  # one of ours is replaced


def test_the_same_messages_make_the_same_model(model: IntentModel) -> None:
    again = train(*messages(), size="bulk", none_label="other")
    assert np.array_equal(model.alpha, again.alpha)
    assert model.scope == again.scope


@pytest.mark.parametrize("name", ["model.json", "arrays.npz", MANIFEST])
def test_a_changed_file_is_refused(model: IntentModel, tmp_path: Path, name: str) -> None:
    folder = model.save(tmp_path / "kept")
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(ForeignModel):
        IntentModel.load(folder)


def test_parts_that_do_not_fit_are_refused(model: IntentModel, tmp_path: Path) -> None:
    import hashlib

    folder = model.save(tmp_path / "kept")
    body = json.loads((folder / "model.json").read_bytes())
    body["labels"] = body["labels"][:-1]
    (folder / "model.json").write_text(json.dumps(body))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"]["model.json"] = hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ForeignModel, match="save the model again"):
        IntentModel.load(folder)


def test_a_folder_of_others_is_not_written(model: IntentModel, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("kept")
    with pytest.raises(CallError, match="name a new folder"):
        model.save(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "kept"


def test_no_messages_and_strange_messages(model: IntentModel) -> None:
    assert model.predict([]).labels == ()
    found = model.predict(["", " ", "\x00", "😀" * 50, "a" * 30_000, "ß ﬁ İ"])
    assert len(found.labels) == 6
    assert np.isfinite(found.each).all()


@pytest.mark.parametrize(
    ("texts", "labels", "none", "words"),
    [
        (["a", "b"], ["x"], "", "one for each"),
        (["a", "b"], ["x", "x"], "", "at least two labels"),
        (["a", "b"], ["x", "y"], "z", "No message has the label"),
        (["a", "b"], ["x", "y"], "y", "at least two are needed"),
    ],
)
def test_what_cannot_be_learned_from(texts: list[str], labels: list[str], none: str, words: str) -> None:
    with pytest.raises((CallError, DataError), match=words):
        train(texts, labels, size="bulk", none_label=none)


def test_leaving_one_out_in_closed_form_is_leaving_one_out() -> None:
    random = np.random.default_rng(3)
    points = random.normal(size=(40, 6))
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(axis=2) / 8).astype(np.float32)
    target = random.normal(size=(40, 3)).astype(np.float32)
    ridges = random.uniform(0.1, 1, size=40)
    _, out = solve(kernel, target, ridges)
    for left in (0, 17, 39):
        others = np.delete(np.arange(40), left)
        alpha, _ = solve(kernel[np.ix_(others, others)], target[others], ridges[others])
        assert np.allclose(kernel[left, others] @ alpha, out[left], atol=1e-4)


def test_labels_put_wrong_are_suspected_and_copies_do_not_flatter() -> None:
    texts, labels = messages()
    wrong = texts.index("Hi, how much is a licence")
    labels[wrong] = "unsubscribe"
    random = np.random.default_rng(1)
    noise = [" ".join(random.permutation(["red", "box", "tree", "sun", "pen", "sea"])) for _ in range(30)] * 4
    made = train_and_judge(texts, labels, size="bulk")
    found = judge_training(made, texts, labels)
    assert wrong in [suspect.row for suspect in found.suspects]
    assert found.low < found.accuracy < found.high
    assert found.beats_guessing
    # Labels drawn by lot: copies of a message must not teach its own label.
    lots = {text: str(random.integers(2)) for text in sorted(set(noise))}
    made = train_and_judge(noise, [f"lot {lots[text]}" for text in noise], size="bulk")
    assert judge_training(made, noise, [f"lot {lots[text]}" for text in noise]).accuracy < 0.8


def test_the_line_out_of_scope_trades_one_for_the_other() -> None:
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.1], [0.4, 0.3, 0.6], [0.3, 0.2, 0.7]])
    truth, copies = np.array([0, 1, 2, 2]), np.ones(4)
    table = trades(np.array([-2.0, -1.0, 1.0, 2.0]), scores, truth, copies, none=2)
    best = choose(table, 0.99)
    assert (best.accuracy, best.recall) == (1.0, 1.0)
    assert all(one.recall <= two.recall for one, two in pairwise(table))


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_ngrams_have_unit_length_and_know_their_terms(texts: list[str]) -> None:
    known = learn(texts)
    rows = known.rows(texts)
    for row, text in enumerate(texts):
        values = rows.values[rows.starts[row] : rows.starts[row + 1]]
        assert len(values) == len(terms_of(text))
        if len(values):
            # a text of signs alone may have one of the two parts
            assert 0.7 <= float(np.linalg.norm(values)) <= 1.001
    dense = rows.times(np.eye(max(1, len(known.terms)), dtype=np.float32)[: len(known.terms)])
    assert dense.shape[0] == len(texts)
    assert Ngrams(known.terms, known.rarity).rows(texts).values.tolist() == rows.values.tolist()


def test_the_interval_of_a_share() -> None:
    low, high = wilson(0.9, 100)
    assert (round(low, 3), round(high, 3)) == (0.826, 0.945)
    assert wilson(0.0, 5)[0] == 0.0


@pytest.mark.slow
def test_real_messages(data_dir: Path) -> None:
    from benchmarks.intents import few, part

    learned, asked = part("banking77", "train"), part("banking77", "test")
    model = train(*few(learned, 1), size="bulk")
    right = [one == true for one, true in zip(model.predict(asked[0][::4]).labels, asked[1][::4], strict=True)]
    assert np.mean(right) > 0.76
