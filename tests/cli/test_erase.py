"""`leadline erase`: shows first, does it with --apply, and says whom it means."""

from __future__ import annotations

import json

import pytest

from leadline.cli.main import main
from leadline.core.settings import home
from leadline.store import rewriting
from leadline.store.models import Account, Person


def words(text: str) -> str:
    return " ".join(text.split())


def test_shown_then_done(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    anna = Person.objects.create(given_name="Anna", family_name="Berger", email="anna@x.example")
    Account.objects.create(name="Pumps", extra={"contact": "anna@x.example", "size": "7"})
    home().mkdir(exist_ok=True)
    (home() / "refused.csv").write_text("email,why\nanna@x.example,no\nb@x.example,no\n")
    assert main(["erase", "anna@x.example"]) == 0
    said = words(capsys.readouterr().out)
    assert f"Person {anna.pk} would be erased account 1 row person 1 row file refused.csv" in said
    assert f"Nothing was changed. To do it: leadline erase {anna.pk} --apply" in said
    assert Person.objects.get().email == "anna@x.example"
    assert main(["erase", "Anna Berger", "--apply"]) == 0
    assert f"Person {anna.pk} erased" in words(capsys.readouterr().out)
    assert Account.objects.get().extra == {"contact": "[erased]", "size": "7"}
    assert (home() / "refused.csv").read_text() == "email,why\nb@x.example,no\n"
    assert rewriting.remains(("anna@x.example",)) == []
    assert main(["doctor"]) == 0


def test_later_and_finish(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    one = Person.objects.create(email="anna@x.example")
    assert main(["erase", str(one.pk), "--apply", "--later", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["applied"], told["people"], told["left"]) == (True, [one.pk], [])
    assert "run leadline erase --finish" in told["notes"][-1]
    assert main(["erase", "--finish"]) == 0
    assert "Old bytes are overwritten" in capsys.readouterr().out
    assert rewriting.remains(("anna@x.example",)) == []


def test_one_sentence_for_each_mistake(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        Person.objects.create(name="Jo Doe")
    for call, sentence in (
        (["erase"], "Say who: leadline erase PERSON"),
        (["erase", "Jo Doe", "--finish"], "or give --finish alone"),
        (["erase", "nobody@x.example"], "There is no person 'nobody@x.example'"),
        (["erase", "Jo Doe", "--apply"], "'Jo Doe' may be 2 people; say which by number"),
        (["erase", "1", "--later"], "--later belongs to --apply"),
    ):
        assert main(call) == 2
        assert sentence in capsys.readouterr().err
