"""Realistic records of a qualification, whole and bare, for the report's tests. Seeded: the same each time."""

from __future__ import annotations

from dataclasses import replace

from leadline.core.formats import ColumnFormat, SourceFacts
from leadline.core.qualification import (
    Drift,
    LeftOut,
    ModelCard,
    OutcomeReading,
    Qualification,
    Reason,
    Scheme,
)
from leadline.core.roles import ColumnRole, Role

from .pieces import drivers, scored, validation  # noqa: TID252  tests are imported by path

HOSTILE = '<script>alert(\'x\')</script>{{7*7}}{% raw %}=HYPERLINK("http://evil.example")</style></table>" onload="x'
LONG = ("Aktiengesellschaft für Schiffselektronik " + "Donaudampfschifffahrtsgesellschaftskapitänsmützen" * 4)[:200]


def full() -> Qualification:
    """All fields filled, as from a healthy CRM export."""
    ranking = scored(412)
    return Qualification(
        source=SourceFacts(
            "deals-2025.csv",
            "csv",
            2841,
            19,
            "cp1252",
            ";",
            '"',
            formats=(
                ColumnFormat("Amount", "number", ",", ".", "€", odd=3, example_odd="tbd", odd_row=118),
                ColumnFormat("Created", "date", pattern="%d.%m.%Y"),
                ColumnFormat("Seats", "number"),
                ColumnFormat("Industry", "text"),
            ),
            notes=("Two blank lines at the end were passed over.",),
        ),
        rows=2841,
        closed=2392,
        won=746,
        open=412,
        immature=37,
        mature_after_days=90.0,
        base_rate=746 / 2392,
        rung="ensemble",
        rung_words="2,392 closed deals: enough for a scorecard and boosted trees together.",
        outcome=OutcomeReading(
            "Stage",
            ("Closed Won",),
            ("Closed Lost", "Rejected"),
            ("Qualify", "Propose", ""),
            True,
            "‘Won’ and ‘Lost’ are in the names of the values, and the others change over time.",
        ),
        scheme=Scheme("time", "Created", "By time on ‘Created’: learned before 14 March 2025, tested after."),
        roles=(
            ColumnRole("Deal ID", Role.IDENTIFIER, "Every value is different.", 0.0, 2841),
            ColumnRole("Account", Role.ACCOUNT, "1,904 companies, some with several deals.", 0.0, 1904),
            ColumnRole("Stage", Role.OUTCOME, "You named it.", 0.0, 6, True),
            ColumnRole("Created", Role.DATE, "All cells are dates.", 0.0, 611),
            ColumnRole("Amount", Role.MONEY, "Numbers with a euro sign.", 0.04, 1500),
            ColumnRole("Employees", Role.NUMBER, "Numbers.", 0.22, 480),
            ColumnRole("Lead source", Role.CATEGORY, "Six values that repeat.", 0.003, 6),
            ColumnRole("Notes", Role.TEXT, "Sentences.", 0.41, 2100),
            ColumnRole("E-mail", Role.EMAIL, "Addresses; only the kind of domain is used.", 0.08, 2600),
            ColumnRole("Owner", Role.PERSON, "Names of people.", 0.0, 14),
        ),
        left_out=(
            LeftOut("Close Date", "after", "A close date is known when the deal has closed.", 0.93),
            LeftOut("Days in pipeline", "after", "The length of the whole cycle is known at its end."),
            LeftOut("Lost reason", "missingness", "Filled in 98 % of lost and 1 % of won deals.", 0.99),
            LeftOut(
                "Probability", "seller", "Entered by the seller, and 100 or 0 once the deal has closed.", 0.98, True
            ),
            LeftOut("Deal ID", "identifier", "Every value is different."),
            LeftOut("", "repeat", "12 rows appear twice and were counted once."),
        ),
        validation=validation(),
        drivers=drivers(),
        drift=(
            Drift("Lead source", 0.31, "‘Trade fair’ rose from 9 to 27 % of rows.", True),
            Drift("Amount", 0.12, "The middle amount rose from 21,000 to 26,500.", False),
        ),
        ranking=ranking,
        capacity="50/week",
        grade_counts=(("A", 50), ("B", 100), ("C", 150), ("D", 112)),
        money_column="Amount",
        model=ModelCard(
            "2025-11-22 09:14 UTC",
            "0.1.0",
            7,
            (("scorecard", 0.38), ("boosted trees", 0.62)),
            400,
            2392,
            "2025-11-21",
            64,
            (
                "Learned from deals that this team chose to work on; others may differ.",
                "Deals in new regions are marked unusual.",
            ),
        ),
        warnings=("37 young deals were not counted as lost.",),
        seconds=11.4,
    )


def prior() -> Qualification:
    """No outcome has been seen: rules and priors only."""
    base = full()
    bare = tuple(replace(r, up=r.up[:1], down=()) for r in scored(60))
    return replace(
        base,
        rows=74,
        closed=14,
        won=3,
        open=60,
        immature=0,
        mature_after_days=None,
        base_rate=0.2,
        rung="prior",
        rung_words="14 closed deals, 40 needed before anything can be learned from them.",
        scheme=None,
        left_out=(),
        validation=None,
        drivers=(),
        drift=(),
        ranking=bare,
        capacity="5/day",
        grade_counts=(),
        money_column="",
        warnings=(),
        model=ModelCard("", "0.1.0", 7, (), 0, 0, "", 0, ()),
    )


def nothing_open() -> Qualification:
    """A file of closed deals only."""
    return replace(
        full(), rows=2392, open=0, immature=0, ranking=(), grade_counts=(), drift=(), drivers=(), capacity=""
    )


def weak() -> Qualification:
    """A model that does not beat the base rate."""
    v = replace(
        validation(),
        auc=0.512,
        auc_low=0.47,
        auc_high=0.554,
        brier_skill=-0.004,
        skill_low=-0.03,
        skill_high=0.02,
        lift_top_decile=1.04,
        unseen_auc=None,
        unseen_log_loss=None,
        unseen_rows=41,
        top=(),
    )
    return replace(full(), validation=v)


def one_row() -> Qualification:
    """One open row, one of everything."""
    base = full()
    return replace(
        base,
        rows=121,
        closed=120,
        won=30,
        open=1,
        immature=1,
        base_rate=0.25,
        rung="scorecard",
        ranking=scored(1),
        capacity="1/day",
        grade_counts=(("A", 1),),
        drivers=base.drivers[:1],
        drift=base.drift[:1],
        left_out=base.left_out[:1],
        roles=base.roles[:1],
    )


def ten_thousand() -> Qualification:
    """A long list and a wide file."""
    base = full()
    wide = tuple(ColumnRole(f"column {i} {LONG[:120]}", Role.NUMBER, LONG, 0.5, 10) for i in range(5000))
    gone = tuple(LeftOut(f"column {i}", "missingness", LONG, 0.9) for i in range(2000))
    many = tuple(replace(base.drivers[i % 7], column=f"{base.drivers[i % 7].column} {i}") for i in range(300))
    shifted = tuple(Drift(f"column {i}", 0.4, LONG, True) for i in range(900))
    formats = tuple(ColumnFormat(f"column {i}", "number", odd=3, example_odd=LONG, odd_row=4) for i in range(5000))
    return replace(
        base,
        open=10_000,
        rows=12_392,
        roles=wide,
        left_out=gone,
        drivers=many,
        drift=shifted,
        ranking=scored(10_000),
        source=replace(base.source, formats=formats, columns=5000),
        grade_counts=(("A", 50), ("B", 1000), ("C", 3000), ("D", 5950)),
    )


def _told(words: str) -> Qualification:
    """`full()` with `words` in every field that text from a file can reach."""
    base = full()
    reasons = tuple(Reason(words, words, e, words) for e in (0.9, 0.4))
    v = replace(validation(), scheme=words)
    return replace(
        base,
        source=replace(
            base.source,
            name=words,
            sheet=words,
            encoding=words,
            notes=(words,),
            formats=(
                ColumnFormat(words, "number", unit=words, odd=1, example_odd=words, odd_row=1),
                ColumnFormat(words, "date", pattern=words, time_zone=words),
            ),
        ),
        rung_words=words,
        outcome=OutcomeReading(words, (words,), (words,), (words,), True, words),
        scheme=Scheme("group", words, words, True),
        roles=(ColumnRole(words, Role.TEXT, words, 0.1, 3, True),),
        left_out=tuple(replace(f, column=words, reason=words) for f in base.left_out),
        validation=v,
        drivers=tuple(
            replace(d, column=words, words=words, partial=tuple(replace(p, label=words) for p in d.partial))
            for d in base.drivers
        ),
        drift=tuple(replace(d, column=words, words=words) for d in base.drift),
        ranking=tuple(
            replace(r, name=words, grade=words[:12], up=reasons, down=reasons, missing=words, unusual=True)
            for r in base.ranking[:60]
        ),
        capacity=words,
        grade_counts=((words, 3),),
        money_column=words,
        model=ModelCard(words, words, 1, ((words, 1.0),), 4, 5, words, 3, (words,)),
        warnings=(words,),
        products=(words, words),
    )


def hostile() -> Qualification:
    """Text that tries to be markup, a template, a formula."""
    return _told(HOSTILE)


def longest() -> Qualification:
    """Names of 200 characters without a place to break."""
    return _told(LONG)


CASES = {f.__name__: f for f in (full, prior, nothing_open, weak, one_row, ten_thousand, hostile, longest)}
