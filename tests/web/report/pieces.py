"""The pieces of a realistic record: rows, validation, drivers. Seeded: the same each time."""

from __future__ import annotations

from math import exp
from random import Random

from leadline.core.qualification import (
    Decile,
    Driver,
    PartialPoint,
    Reason,
    ReliabilityBin,
    ScoredRow,
    TopK,
    Validation,
)

NAMES = (
    "Halden Marine",
    "Vestra Foods",
    "Orrin Logistics",
    "Brandt & Söhne Maschinenbau",
    "Kestrel Packaging",
    "Nordlys Energi",
    "Tallis Instruments",
    "Maas Chemie",
    "Fjord Robotics",
    "Aurelia Pharma",
)
UP = (
    ("Lead source", "Referral", "Came by a customer’s referral"),
    ("Employees", "240", "200 to 500 employees"),
    ("Demo attended", "3 people", "Three or more people saw the demo"),
    ("Region", "Nordics", "In the Nordics"),
    ("Notes", "security annex", "Speaks of ‘security annex’"),
)
DOWN = (
    ("Lead source", "Bought list", "Came from a bought list"),
    ("Amount", "1,240,000", "Amount over 1 m"),
    ("Industry", "Public sector", "In the public sector"),
    ("Age at cut-off", "212 days", "Open for more than 200 days"),
)


def scored(n: int, seed: int = 7) -> tuple[ScoredRow, ...]:
    """`n` rows, best first."""
    draw = Random(seed)
    rows = []
    for i in range(n):
        score = 0.74 * exp(-2.4 * i / max(n, 1)) + 0.01
        width = 0.05 + 0.08 * draw.random()
        up = sorted(draw.sample(UP, draw.randint(0 if i > n / 2 else 1, 4)))
        down = sorted(draw.sample(DOWN, draw.randint(0, 3)))
        rows.append(
            ScoredRow(
                row=1 + (i * 7919) % max(n, 1) + i,
                name=f"{NAMES[i % len(NAMES)]}{'' if i < len(NAMES) else f' {i}'}",
                score=score,
                low=max(0.0, score - width),
                high=min(1.0, score + width * 0.9),
                grade="ABCD"[min(3, 4 * i // max(n, 1))],
                value=score * draw.choice((18_000, 84_200, 240_000, 1_840_000)),
                up=tuple(Reason(c, v, 1.1 * 0.7**k, w) for k, (c, v, w) in enumerate(up)),
                down=tuple(Reason(c, v, -0.9 * 0.7**k, w) for k, (c, v, w) in enumerate(down)),
                missing=draw.choice(("", "Budget holder", "Employees")),
                unusual=draw.random() < 0.08,
                state="open",
            )
        )
    return tuple(rows)


def validation() -> Validation:
    """Held-out measures that beat the base rate clearly."""
    rates = (0.79, 0.61, 0.48, 0.36, 0.28, 0.21, 0.15, 0.11, 0.08, 0.04)
    won = [round(120 * r) for r in rates]
    total = sum(won)
    deciles = tuple(
        Decile(i + 1, 120, w, w / 120, w / 120 / (total / 1200), sum(won[: i + 1]) / total) for i, w in enumerate(won)
    )
    said = (0.05, 0.09, 0.13, 0.17, 0.22, 0.29, 0.35, 0.44, 0.58, 0.72)
    came = (0.04, 0.08, 0.11, 0.15, 0.21, 0.28, 0.36, 0.48, 0.61, 0.79)
    bins = tuple(ReliabilityBin(120, s, c, max(0, c - 0.05), c + 0.055) for s, c in zip(said, came, strict=True))
    return Validation(
        scheme="Trained on deals created before 14 March 2025 and tested on those after, no account on both sides.",
        held_out=1200,
        held_out_won=total,
        auc=0.812,
        auc_low=0.781,
        auc_high=0.843,
        log_loss=0.482,
        log_loss_base=0.619,
        brier=0.158,
        brier_base=0.2144,
        brier_skill=0.263,
        skill_low=0.221,
        skill_high=0.302,
        ece=0.014,
        ece_uncalibrated=0.037,
        lift_top_decile=2.54,
        interval_coverage=0.9,
        deciles=deciles,
        reliability=bins,
        top=(TopK(50, 42, 15.6), TopK(100, 78, 31.1)),
        unseen_rows=412,
        unseen_auc=0.794,
        unseen_log_loss=0.498,
    )


def drivers() -> tuple[Driver, ...]:
    """Seven drivers with partial dependence, two without."""

    def points(*rows: tuple[str, int, float, float | None]) -> tuple[PartialPoint, ...]:
        return tuple(PartialPoint(*row) for row in rows)

    return (
        Driver(
            "Lead source",
            0.61,
            0.24,
            "Referrals are won twice as often as bought lists.",
            points(
                ("Referral", 412, 0.58, 0.61),
                ("Partner", 310, 0.44, 0.42),
                ("Web form", 1204, 0.29, 0.30),
                ("Trade fair", 220, 0.24, 0.19),
                ("Bought list", 640, 0.12, 0.11),
                ("(blank)", 8, 0.26, None),
            ),
        ),
        Driver(
            "Employees",
            0.44,
            0.18,
            "Best between 200 and 500 employees.",
            points(
                ("under 20", 511, 0.16, 0.15),
                ("20–49", 480, 0.24, 0.26),
                ("50–199", 620, 0.33, 0.31),
                ("200–499", 390, 0.49, 0.52),
                ("500–1,999", 260, 0.38, 0.37),
                ("2,000 and more", 90, 0.22, 0.18),
            ),
        ),
        Driver(
            "Amount",
            0.40,
            0.16,
            "Falls as the amount rises; round amounts are won less.",
            points(
                ("under 5,000", 400, 0.46, 0.48),
                ("5,000–20,000", 800, 0.36, 0.35),
                ("20,000–100,000", 700, 0.28, 0.29),
                ("100,000–1 m", 300, 0.19, 0.17),
                ("over 1 m", 44, 0.12, 0.14),
            ),
        ),
        Driver(
            "Region",
            0.22,
            0.09,
            "Nordics above, southern Europe below.",
            points(
                ("Nordics", 900, 0.41, 0.42),
                ("DACH", 800, 0.30, 0.30),
                ("Benelux", 320, 0.28, 0.25),
                ("Southern Europe", 280, 0.18, 0.2),
            ),
        ),
        Driver("Notes", 0.20, 0.08, "Terms such as ‘security annex’ and ‘pilot’ raise it."),
        Driver(
            "Created",
            0.17,
            0.07,
            "Higher in the first quarter.",
            points(
                ("Jan–Mar", 700, 0.36, 0.38),
                ("Apr–Jun", 610, 0.31, 0.30),
                ("Jul–Sep", 480, 0.26, 0.24),
                ("Oct–Dec", 590, 0.30, 0.30),
            ),
        ),
        Driver(
            "E-mail domain kind",
            0.12,
            0.05,
            "Company addresses above free ones.",
            points(("company", 2100, 0.33, 0.33), ("free", 260, 0.17, 0.15), ("education", 70, 0.22, 0.25)),
        ),
        Driver("Industry", 0.09, 0.04, "Public sector is slower."),
        Driver("Seats", 0.08, 0.03, "More seats, slightly higher."),
        Driver("Campaign", 0.05, 0.02, "Hardly moves it."),
        Driver("Language", 0.04, 0.02, "Hardly moves it."),
    )
