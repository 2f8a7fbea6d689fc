"""The index of the record: what was said is found and opens to its signal; what is gone there is gone here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from leadline.core.clock import FixedClock, micros
from leadline.core.errors import CallError
from leadline.core.settings import home, index
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.loop import indexing
from leadline.store import erasure, home_files, ledger, merging, models, profile, rewriting, standing, withdrawal
from leadline.store.keeping import backup
from leadline.store.transactions import together

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(key: str, words: str, who: str = "anna@acme.example", source: str = "imap:s", day: int = 0) -> Signal:
    return Signal(
        source,
        key,
        Act.MAIL_RECEIVED,
        AT + timedelta(days=day),
        Actor.BUYER,
        person=Ref("email", who),
        account=Ref("domain", who.partition("@")[2]),
        payload={"subject": f"About {key}", "words": words},
    )


@pytest.fixture
def told(store: str) -> str:
    with together():
        ledger.append(
            [
                said("m1", "Your delivery times are far too long for our plant in Graz."),
                said("m2", "The price of the pumps is above our budget.", day=3),
                said("m3", "When can you deliver spare valves?", "bert@beta.example", day=5),
                Signal("web", "v1", Act.PAGE_VIEWED, AT, Actor.BUYER, payload={"title": "Delivery times"}),
            ]
        )
    return store


def keys(query: str, **filters: object) -> list[str]:
    hits = indexing.search(query, **filters)  # type: ignore[arg-type]
    return [profile_key(hit.key) for hit in hits]


def profile_key(key: str) -> str:
    number = indexing.signal_of(key)
    return models.Signal.objects.get(pk=number).key if number else key


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def test_what_was_said_is_found_and_opens_to_its_signal(told: str) -> None:
    done = indexing.refresh()
    assert (done.changed, done.removed, done.passages) == (3, 0, 3)
    hit = indexing.search("delivery times")[0]
    signal = models.Signal.objects.get(pk=indexing.signal_of(hit.key))
    assert signal.key == "m1"
    assert (hit.kind, hit.at, hit.words_rank) == ("mail received", micros(AT), 1)
    assert hit.text in "About m1\n\nYour delivery times are far too long for our plant in Graz."
    assert "delivery" in [hit.text[start:end] for start, end in hit.marks]
    account = profile.find_account("acme.example")
    assert hit.account == account
    assert keys("delivery", account="acme.example")[0] == "m1"
    assert "m3" not in keys("deliver", account="acme.example")
    assert set(keys("deliver", since=micros(AT + timedelta(days=4)))) == {"m3"}
    assert set(keys("price", person="anna@acme.example")) <= {"m1", "m2"}
    with pytest.raises(CallError, match="no account"):
        indexing.search("x", account="nobody.example")


def test_what_comes_later_is_added_and_nothing_is_read_twice(told: str) -> None:
    indexing.refresh()
    assert indexing.refresh().changed == 0
    with together():
        ledger.append([said("m4", "We want a prolonged warranty.", day=9)])
    assert indexing.refresh().changed == 1
    assert keys("warranty")[0] == "m4"


def test_a_signal_that_was_written_late_under_a_low_number_is_not_missed(told: str) -> None:
    with together():
        ledger.append([said("m9", "Nothing yet.", day=9)])
    late = models.Signal.objects.get(key="m2")
    row = {field.attname: getattr(late, field.attname) for field in late._meta.concrete_fields}
    with erasing():
        models.Signal.objects.filter(pk=late.pk).delete()
    indexing.refresh()
    assert "m2" not in keys("price of the pumps")
    models.Signal.objects.create(**row)  # another transaction's number, committed after higher ones were read
    indexing.refresh()
    assert keys("price of the pumps")[0] == "m2"


class erasing:  # noqa: N801
    """The ledger's guard is taken off for a test that plays a transaction that has not committed yet."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'store_signal'"
                )
                self.kept = cursor.fetchall()
                for name, _ in self.kept:
                    cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute("ALTER TABLE store_signal DISABLE TRIGGER USER")

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for _, sql in self.kept:
                    cursor.execute(sql)
            else:
                cursor.execute("ALTER TABLE store_signal ENABLE TRIGGER USER")


def test_of_an_erased_person_no_byte_is_left_and_the_others_come_back(told: str) -> None:
    with together():
        ledger.append([said("q", "My number is qwyjibo and my dog is Xanthippe.", "carl@acme.example")])
    indexing.refresh()
    assert b"qwyjibo" in bytes_of(home())
    person = profile.find_person("carl@acme.example")
    done = erasure.erase(person, apply=False)
    assert b"qwyjibo" in bytes_of(index())
    done = erasure.erase(person, apply=True, clock=FixedClock(AT))
    assert not index().exists()
    rewriting.rewrite(done.tables)
    assert rewriting.remains(("qwyjibo", "xanthippe")) == []
    indexing.refresh()
    left = bytes_of(home())
    assert b"qwyj" not in left
    assert b"xanthipp" not in left
    assert keys("delivery times")[0] == "m1"


def test_an_erasure_while_the_index_is_made_leaves_nothing(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with together():
        ledger.append([said("q", "The word is qwyjibo.", "carl@acme.example")])
    person = profile.find_person("carl@acme.example")
    read = indexing._signals

    def slow(after: int, until: int) -> Iterator[object]:
        found = list(read(after, until))
        monkeypatch.setattr(indexing, "_signals", read)
        erasure.erase(person, apply=True, clock=FixedClock(AT))
        yield from found

    monkeypatch.setattr(indexing, "_signals", slow)
    indexing.refresh()
    assert b"qwyj" not in bytes_of(index())
    assert keys("delivery times")[0] == "m1"


def test_what_a_withdrawn_connection_brought_is_gone(told: str) -> None:
    with together():
        ledger.append([said("w", "The password is qwyjibo.", source="imap:other")])
    indexing.refresh()
    with together():
        withdrawal.withdraw("imap:other")
    assert not index().exists()
    indexing.refresh()
    assert b"qwyj" not in bytes_of(index())
    assert keys("delivery times")[0] == "m1"


def test_what_does_not_stand_any_more_is_not_shown_even_before_a_refresh(told: str) -> None:
    batch = models.Batch.objects.create(source="crm", kind="import")
    with together():
        ledger.append([said("u", "An undone note about warranty.")], batch=batch)
    indexing.refresh()
    assert keys("undone warranty")[0] == "u"
    models.Batch.objects.filter(pk=batch.pk).update(undone_at=AT)
    assert "u" not in keys("undone warranty")
    done = indexing.refresh()
    assert done.removed == 1
    assert b"undone note" not in bytes_of(index())


def test_a_merge_moves_what_was_said(told: str) -> None:
    indexing.refresh()
    acme, beta = profile.find_account("acme.example"), profile.find_account("beta.example")
    with together():
        merging.merge("account", acme, beta, probability=1.0, reasons=["a test"])
    indexing.refresh()
    assert "m3" in keys("deliver spare valves", account=str(acme))


def test_deals_and_products_are_found_too(told: str) -> None:
    models.Product.objects.create(name="Pump X", description="A quiet pump for hospitals.")
    deal = models.Deal.objects.create(name="Graz plant", lost_reason="A rival offered a shorter warranty.")
    indexing.refresh()
    assert indexing.search("quiet hospital pump")[0].kind == "product"
    hit = indexing.search("rival warranty")[0]
    assert (hit.key, hit.deal) == (f"deal:{deal.pk}", deal.pk)
    models.Deal.objects.filter(pk=deal.pk).update(lost_reason="")
    assert indexing.refresh().removed == 1


def test_no_backup_holds_the_index(told: str, tmp_path: Path) -> None:
    indexing.refresh()
    made = backup(tmp_path / "b.leadline")
    assert made.manifest
    assert not [path for path in home_files.files() if "index" in path.parts]


def test_marks_change_with_what_may_read_otherwise(told: str) -> None:
    before = standing.marks()
    models.Merge.objects.create(kind="person", kept_id=1, gone_id=2)
    assert standing.marks() != before
