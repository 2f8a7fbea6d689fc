"""Connections: secrets outside the database, consent that can be taken back with all that was read."""

from __future__ import annotations

import stat
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.db import transaction

from leadline.core.errors import CallError, DataError
from leadline.core.ledger import Fact
from leadline.core.settings import home
from leadline.core.signal import Actor, Ref, Signal
from leadline.store import connections, ledger, models
from leadline.store.withdrawal import withdraw

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def make(name: str = "anna", **secrets: str) -> models.Connection:
    with transaction.atomic():
        return connections.make(name, "imap", {"host": "mail.example"}, secrets, "Anna@firm.example")


def test_secrets_stay_outside_the_database(store: str) -> None:
    made = make(password="correct horse")
    make("ben", password="battery")
    assert connections.settings_of(made) == {"host": "mail.example", "password": "correct horse"}
    assert stat.S_IMODE((home() / "secrets.json").stat().st_mode) == 0o600
    with database.cursor() as cursor:
        cursor.execute("SELECT settings FROM store_connection WHERE name = 'anna'")
        assert "correct" not in str(cursor.fetchall())


def test_setting_up_anew_keeps_the_cursor(store: str) -> None:
    make()
    connections.advance("anna", "42")
    make(password="new")
    assert connections.state("anna").cursor == "42"


def test_unknown_names_say_what_there_is(store: str) -> None:
    with pytest.raises(CallError, match="make one"):
        connections.state("bob")
    make()
    with pytest.raises(CallError, match="there are 'anna'"):
        connections.state("bob")


def test_a_broken_file_of_secrets_says_so(store: str) -> None:
    made = make()
    (home() / "secrets.json").write_text("{")
    with pytest.raises(DataError, match="not JSON"):
        connections.settings_of(made)


def test_consent_scopes_and_ends(store: str) -> None:
    made = make(password="x")
    assert connections.scope_of(made) == {}
    with transaction.atomic():
        connections.consent("anna", {"folders": ["INBOX"]}, "I agree", NOW)
        connections.consent("anna", {"folders": ["INBOX", "Sent"]}, "I agree to more", NOW)
    assert connections.scope_of(made) == {"folders": ["INBOX", "Sent"]}
    connections.advance("anna", "42")
    with transaction.atomic():
        assert connections.revoke("anna", NOW) == 1
    after = connections.state("anna")
    assert (connections.scope_of(after), after.cursor, after.enabled) == ({}, "", False)
    assert connections.settings_of(after) == {"host": "mail.example"}


def test_what_was_read_goes_with_the_consent(store: str) -> None:
    ben = Ref("email", "b@y.example")
    mails = [
        Signal("imap:anna", f"<{n}@x>", "mail received", NOW, Actor.BUYER, ben, payload={"text": n}) for n in range(3)
    ]
    other = Signal("imap:ben", "<1@x>", "mail received", NOW, Actor.BUYER, payload={"text": "stays"})
    with transaction.atomic():
        ledger.append([*mails, other])
        row = models.Signal.objects.get(key="<1@x>", source__name="imap:anna")
        ledger.append_facts([Fact("words", "1", "concern", ("person", 1), "price", NOW, row.pk, quote="too dear")])
        assert withdraw("imap:anna") == 3
        assert withdraw("imap:anna") == 0
        assert withdraw("imap:nobody") == 0
    left = models.Signal.objects.exclude(payload="")
    assert [one.key for one in left] == ["<1@x>"]
    assert models.Fact.objects.get().quote == ""
    assert models.Signal.objects.filter(erased_at__isnull=False, person__isnull=True).count() == 3
    with transaction.atomic():
        assert ledger.append(mails).added == 3  # with a new consent it may be read again
