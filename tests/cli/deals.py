"""A small market of deals as a file."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

WON = "Stage=Closed Won"


def market(rows: int = 700, seed: int = 0) -> list[list[str]]:
    """Deals with a header: what is won depends on source, size and replies; one in six is open."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["Referral", "Website", "Event", "List"], rows)
    size = rng.lognormal(4, 1, rows)
    replies = rng.poisson(2, rows)
    z = -1.6 + 1.5 * (source == "Referral") + 0.7 * (replies - 2) - 0.5 * (np.log(size) - 4)
    won = rng.random(rows) < 1 / (1 + np.exp(-z))
    stage = np.where(rng.random(rows) < 1 / 6, "Proposal", np.where(won, "Closed Won", "Closed Lost"))
    amount = rng.lognormal(9, 1, rows)
    lines = [["Deal", "Created", "Source", "Employees", "Replies", "Amount", "Region", "Stage"]]
    for at in range(rows):
        region = str(rng.choice(["North", "South", ""]))
        day = str(date(2024, 1, 1) + timedelta(days=at // 2))
        facts = [str(source[at]), f"{size[at]:.0f}", str(replies[at]), f"{amount[at]:.2f}", region]
        lines.append([f"D-{at + 1:04}", day, *facts, str(stage[at])])
    return lines


def write(path: Path, lines: list[list[str]]) -> Path:
    """The lines as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
