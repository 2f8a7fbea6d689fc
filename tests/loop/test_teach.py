from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.clock import FixedClock, micros
from leadline.core.errors import CallError, NotEnoughSignal
from leadline.learn import record, renewal
from leadline.learn.material import DECIDED, GROUP, NAME, OUTCOME, Material
from leadline.learn.registry import Registry
from leadline.loop import teach
from leadline.store.models import AuditEntry, Lesson
from leadline.testing.world.history import ENDS_AT, write_history

pytestmark = pytest.mark.slow
CLOCK = FixedClock(ENDS_AT)
DRIFT_BEFORE = 500.0  # days
DRIFT = micros(ENDS_AT - timedelta(days=DRIFT_BEFORE))
# Few columns, so that a model takes seconds.
COLUMNS = (
    "account",
    "readiness",
    "product",
    "amount",
    "employees",
    "files downloaded in the last 90 days",
    "meetings held in the last 90 days",
    "mails that buyers wrote in the last 90 days",
    "account: files downloaded in the last 90 days",
    "account: meetings held in the last 90 days",
    "account: pages viewed in the last 90 days",
    "different people of the buyer who acted in the last 90 days",
)


@cache
def gathered() -> Material:
    """A history in which downloads lose their meaning; written into whatever record is open, and kept in memory."""
    write_history(seed=8, accounts=400, deals_each=2.2, drift_before=DRIFT_BEFORE)
    found = teach.gather("deal", micros(ENDS_AT))
    return replace(found, table=found.table.select([NAME, GROUP, OUTCOME, DECIDED, *COLUMNS]))


@pytest.fixture
def have(store: str) -> Material:
    return gathered()


def shuffled(given: Material, until: int) -> Material:
    """The outcomes of those decided by a time dealt anew among their deals."""
    early = np.flatnonzero((given.labels >= 0) & (given.decided <= until))
    _, first, place = np.unique(given.subjects[early], return_index=True, return_inverse=True)
    labels = given.labels.copy()
    labels[early] = np.random.default_rng(3).permutation(given.labels[early][first])[place]
    words = pa.array(np.select([labels == 1, labels == 0], ["won", "lost"], "open").tolist(), pa.string())
    at = given.table.schema.get_field_index(OUTCOME)
    return replace(given, labels=labels, table=given.table.set_column(at, OUTCOME, words))


def published(have: Material, until: int) -> int:
    return teach.publish(record.learn(have.until(until)), CLOCK, by="anna").number


def in_use() -> int:
    found = teach.present("deal")
    assert found is not None
    return found.version.number


def test_a_challenger_of_shuffled_outcomes_is_refused(have: Material) -> None:
    at = DRIFT + 150 * 86_400_000_000
    published(have, at)
    to = renewal.boundary(have, at)
    assert to is not None
    found = teach.renew("deal", CLOCK, given=shuffled(have, to))
    assert found.verdict in ("worse", "undecided", "no signal")
    assert not found.publishes
    assert "the present one stays" in found.why
    assert in_use() == 1
    assert Registry("deal").history()[-1].what == "refused"
    assert AuditEntry.objects.order_by("seq").last().act == "model not renewed"


def test_a_better_one_after_a_drift_is_published_and_says_what_changed(have: Material) -> None:
    published(have, DRIFT)
    tried = teach.renew("deal", CLOCK, given=have, dry_run=True)
    assert tried.publishes
    assert in_use() == 1
    found = teach.renew("deal", CLOCK, given=have, by="anna")
    assert (found.verdict, found.version, in_use()) == ("better", 2, 2)
    assert found.comparison is not None
    assert found.comparison.high < 0
    assert found.changed is not None
    lost = [one for one in found.changed.weights if one.after < one.before]
    assert any("downloaded" in one.column for one in lost)
    assert found.changed.movers
    lines = teach.report("deal", 2)
    assert lines == renewal.told(tried)
    assert lines[0].startswith("The new model foretells the latest outcomes better")
    assert any("moves from place" in line for line in lines)
    assert [lesson.subject for lesson in Lesson.objects.all()] == ["model of deals", "model of deals"]
    assert AuditEntry.objects.filter(act="model published").count() == 2
    # what it was judged on it cannot have learned from
    assert Registry("deal").load(2)[0].trained_to == found.trained_to < found.judged_to
    # the very same data again tells nothing new
    again = teach.renew("deal", CLOCK, given=have)
    assert not again.publishes
    assert in_use() == 2
    back = teach.roll_back("deal", CLOCK, by="anna", why="too new")
    assert (back.number, in_use()) == (1, 1)
    assert AuditEntry.objects.order_by("seq").last().act == "model rolled back"


def test_a_model_against_itself_makes_no_difference(have: Material) -> None:
    model = record.learn(have.until(DRIFT)).qualified.model
    verdict, why, found = renewal.judge(model, model, have.decided_in(DRIFT, have.at))
    assert verdict == "undecided"
    assert found.difference == 0
    assert why.startswith("No difference can be told")


def test_too_few_new_outcomes_leave_the_present_model(have: Material) -> None:
    published(have, have.at)
    found = teach.renew("deal", CLOCK, given=have)
    assert found.verdict == "too few"
    assert found.why.startswith("0 deals were decided since")
    assert in_use() == 1


def test_the_first_model_is_published_and_a_broken_one_replaced(have: Material) -> None:
    few = have.until(DRIFT)
    assert teach.renew("deal", CLOCK, given=few).verdict == "first"
    place = Registry("deal").folder / "versions" / "0001" / "model" / "model.json"
    place.write_bytes(place.read_bytes() + b" ")
    assert teach.present("deal") is None
    found = teach.renew("deal", CLOCK, given=few)
    assert (found.verdict, found.version) == ("present broken", 2)
    assert "can be read" in found.why


def test_a_model_without_signal_is_not_published(have: Material) -> None:
    learned = record.learn(shuffled(have.until(DRIFT), have.at))
    assert not learned.qualified.enough
    with pytest.raises(NotEnoughSignal):
        teach.publish(learned, CLOCK, by="anna")
    assert teach.present("deal") is None
    assert teach.history() == {}


def test_a_column_written_after_the_outcome_is_found(have: Material) -> None:
    few = have.until(DRIFT)
    planted = pa.array([float(d) if won else None for d, won in zip(few.decided, few.labels == 1, strict=True)])
    table = few.table.append_column("notes counted", planted)
    learned = record.learn(replace(few, table=table))
    assert "notes counted" in [one.column for one in learned.qualified.result.left_out]
    assert "notes counted" not in learned.qualified.model.columns


def test_quality_is_told_by_stage_and_product(have: Material) -> None:
    learned = record.learn(have.until(DRIFT))
    assert {one.value for one in learned.by_product} == {"Keel", "Anchor", "Beacon"}
    assert {"early", "Demo", "Proposal"} <= {one.value for one in learned.by_stage}
    told = [one for one in learned.by_stage if one.auc is not None]
    assert sum(one.fits for one in told) >= len(told) - 1
    rates = {one.value: one.foretold for one in told}
    assert rates["early"] < rates["Proposal"]


def test_no_account_is_on_both_sides(have: Material) -> None:
    from leadline.learn import splits
    from leadline.learn.task import prepare

    used = have.for_learning()
    task = prepare(used.table, (), used.options())
    turns = splits.turns(task.split, task.closed, task.labels)
    assert len(turns) == 3
    for train, test in turns:
        assert not set(used.accounts[train]) & set(used.accounts[test])
        assert used.decided[train].max() <= used.decided[test].min()
        assert used.decided[train].max() < used.cutoffs[test].min()
        assert (used.cutoffs[train] + used.ripe_days * 86_400_000_000 <= used.decided[test].min()).all()


def test_what_came_later_changes_no_row(store: str) -> None:
    write_history(seed=2, accounts=40, years=2.0)
    then = micros(ENDS_AT - timedelta(days=200))
    early, late = teach.gather("deal", then), teach.gather("deal", micros(ENDS_AT))
    place = {key: n for n, key in enumerate(zip(late.subjects.tolist(), late.cutoffs.tolist(), strict=True))}
    closed = np.flatnonzero(early.labels >= 0)
    assert len(closed) > 50
    rows = [place[key] for key in zip(early.subjects[closed].tolist(), early.cutoffs[closed].tolist(), strict=True)]
    assert early.table.take(pa.array(closed)).equals(late.table.take(pa.array(rows)))


def test_accounts_are_asked_for_each_product(store: str) -> None:
    write_history(seed=2, accounts=60, years=2.0)
    found = teach.gather("account", micros(ENDS_AT))
    assert set(found.products) == {"Keel", "Anchor", "Beacon"}
    assert set(found.readiness) <= {"early", "engaged"}
    assert (found.labels == 1).any()
    waiting = found.open_rows()
    assert len(set(waiting.subjects.tolist())) * 3 == len(waiting.subjects)
    with pytest.raises(CallError, match="deal and account"):
        teach.gather("person", micros(ENDS_AT))
