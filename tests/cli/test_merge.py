"""Duplicates in the record from the command line: shown, joined, judged, parted."""

from __future__ import annotations

import json

import pytest

from leadline.cli.main import main
from leadline.store.models import Account, MatchReview, Merge, Person, User


@pytest.fixture
def market(store: str) -> None:
    for n in range(40):
        firm = Account.objects.create(name=f"Firm {n}", domain=f"firm{n}.example")
        name = dict(given_name=f"Given{chr(97 + n % 26)}{n}", family_name=f"Family{chr(97 + n % 7)}{n}")
        fields = dict(account=firm, city="Berlin" if n % 2 else "Wien", title="Buyer" if n % 3 else "CFO")
        Person.objects.create(email=f"p{n}@firm{n}.example", phone=f"+49 30 5550{n:03}", **name, **fields)
        if n % 8 == 0:
            Person.objects.create(email=f"p{n}@firm{n}.example", **name, **fields)


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(list(words))
    said = capsys.readouterr()
    return status, " ".join(said.out.split()), said.err


def test_shown_first_then_joined(market: None, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "merge", "people")
    assert status == 0
    assert "5 pairs" in out
    assert "leadline merge people --apply" in out
    assert "p0@firm0.example" in out
    assert not Person.objects.filter(merged_into__isnull=False).exists()
    status, out, _ = call(capsys, "merge", "people", "--apply", "--json")
    assert json.loads(out)["joined"] == 5
    status, out, _ = call(capsys, "merge", "people")
    assert "There is nothing to join" in out


def test_one_merge_or_a_whole_run_is_undone(market: None, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, "merge", "people", "--apply", "--json")
    run = json.loads(out)["batch"]
    one = Merge.objects.order_by("pk")[0]
    assert "1 merge undone" in call(capsys, "undo", "merge", str(one.pk))[1]
    assert Person.objects.get(pk=one.gone_id).merged_into_id is None
    status, out, _ = call(capsys, "undo", "merges", str(run), "--json")
    assert (status, json.loads(out)["parted"]) == (0, 4)
    assert not Person.objects.filter(merged_into__isnull=False).exists()
    assert call(capsys, "undo", "merge", str(one.pk))[0] == 2
    assert call(capsys, "undo", "merges", str(run))[0] == 2


def test_a_person_judges_the_queue(market: None, capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.create_user("sam@us.example")
    a, b, c = Person.objects.order_by("pk").values_list("pk", flat=True)[:3]
    first = MatchReview.objects.create(kind="person", left_id=a, right_id=b, probability=0.7, reasons=["same phone"])
    second = MatchReview.objects.create(kind="person", left_id=a, right_id=c, probability=0.6)
    _, out, _ = call(capsys, "merge", "--queue")
    assert "2 pairs to judge" in out
    assert "same phone" in out
    call(capsys, "merge", "--same", str(first.pk), "--different", str(second.pk), "--by", "sam@us.example")
    assert Person.objects.get(pk=b).root_id == a
    first.refresh_from_db()
    assert first.by is not None
    assert "No pair waits" in call(capsys, "merge", "--queue")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["merge"], "Say which"),
        (["merge", "deals"], "not 'deals'"),
        (["merge", "--same", "7"], "no pair 7"),
        (["merge", "--same", "x"], "whole number"),
        (["merge", "--different", "7", "--by", "a@b.c"], "no user 'a@b.c'"),
    ],
)
def test_wrong_calls_get_one_sentence(
    store: str, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = call(capsys, *words)
    assert status == 2
    assert sentence in err
