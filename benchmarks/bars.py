"""What quality was promised, held against what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.sets import SETS
from benchmarks.worlds import WANTED

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise, the figure beside it, and whether it is kept (None where nothing was measured)."""

    what: str
    figure: str
    met: bool | None


def _answered(figures: Figures) -> dict[str, Figures]:
    return {model: row for model, row in figures["models"].items() if "failed" not in row}


def rank_bar(quality: Figures) -> Bar:
    """First in mean rank by log loss."""
    ranks: dict[str, float] = quality["ranks"]
    what = "first in mean rank by log loss over all sets"
    if "leadline" not in ranks:
        return Bar(what, "not measured", None)
    ours = ranks["leadline"]
    rival, best = min(((m, r) for m, r in ranks.items() if m != "leadline"), key=lambda pair: pair[1])
    return Bar(what, f"{ours:.2f}, {PEERS[rival].title} {best:.2f}", ours < best)


def auc_bars(quality: Figures) -> Iterator[Bar]:
    """Where 5,000 rows or more are held out: at most .003 AUC under the best peer. IBM: .015 above LightGBM."""
    for name, figures in quality["sets"].items():
        if not SETS[name].large:
            continue
        rows = _answered(figures)
        what = f"{SETS[name].title}: AUC at most .003 under the best peer"
        if "leadline" not in rows:
            yield Bar(what, "not measured", None)
            continue
        ours = rows["leadline"]["auc"]
        rival = max((m for m in rows if m != "leadline"), key=lambda m: rows[m]["auc"])
        gap = ours - rows[rival]["auc"]
        yield Bar(what, f"{ours:.4f}, {PEERS[rival].title} {rows[rival]['auc']:.4f} ({gap:+.4f})", gap >= -0.003)
        if name == "ibm_ordered" and "lightgbm" in rows:
            gap = ours - rows["lightgbm"]["auc"]
            yield Bar(f"{SETS[name].title}: AUC .015 above LightGBM", f"{gap:+.4f}", gap >= 0.015)


def resample_bars(quality: Figures) -> Iterator[Bar]:
    """Where fewer are held out: not significantly worse than any peer over the re-splits, in log loss and in AUC."""
    for name, models in quality["resamples"].items():
        what = f"{SETS[name].title}: not significantly worse than any peer over 20 re-splits"
        if "leadline" not in models:
            yield Bar(what, "not measured", None)
            continue
        lost = [
            f"{PEERS[model].title} ({key})"
            for model, row in models.items()
            for key, worse in (("log loss", "log_loss_difference"), ("AUC", "auc_difference"))
            if model != "leadline" and (row[worse]["low"] > 0 if key == "log loss" else row[worse]["high"] < 0)
        ]
        yield Bar(what, "worse than " + ", ".join(lost) if lost else "not worse than any", not lost)


def calibration_bars(quality: Figures) -> Iterator[Bar]:
    """ECE at most .015 where 5,000 rows or more are held out at random or by group."""
    for name, figures in quality["sets"].items():
        if SETS[name].large and SETS[name].kind != "time":
            row = _answered(figures).get("leadline")
            yield Bar(
                f"{SETS[name].title}: ECE at most .015",
                f"{row['ece']:.4f}" if row else "not measured",
                row["ece"] <= 0.015 if row else None,
            )


def prequential_bar(quality: Figures) -> Bar:
    """Bank by time, retrained: pooled log loss at most .425 and below every peer."""
    rows = {m: r for m, r in quality["prequential"].items() if "failed" not in r}
    what = "Bank by time, retrained: pooled log loss at most .425 and below every peer"
    if "leadline" not in rows or len(rows) == 1:
        return Bar(what, "not measured", None)
    ours = rows["leadline"]["log_loss"]
    rival = min((m for m in rows if m != "leadline"), key=lambda m: rows[m]["log_loss"])
    best = rows[rival]["log_loss"]
    return Bar(what, f"{ours:.4f}, {PEERS[rival].title} {best:.4f}", ours <= 0.425 and ours < best)


def world_bars(found: list[Figures]) -> Iterator[Bar]:
    """80 % intervals hold the true probability in 78 to 82 % of rows over the simulated markets."""
    for way in dict.fromkeys(held["way"] for held in found):
        shares = [held["coverage"] for held in found if held["way"] == way]
        mean = sum(shares) / len(shares)
        what = f"Simulated markets ({way}): 80 % intervals hold the truth in 78 to 82 % of rows"
        yield Bar(what, f"{mean:.1%} over {len(shares)}", WANTED[0] <= mean <= WANTED[1])


def all_bars(quality: Figures | None, worlds: list[Figures] | None, speed: Figures | None) -> Iterator[Bar]:
    """Every bar of which something was measured."""
    if quality:
        yield rank_bar(quality)
        yield from auc_bars(quality)
        yield from resample_bars(quality)
        yield from calibration_bars(quality)
        yield prequential_bar(quality)
    yield from world_bars(worlds or [])
    for line in speed["figures"] if speed else ():
        if line["bar"]:
            yield Bar(f"{line['what']}: {line['bar']} {line['unit']}", f"{line['figure']:,.3g}", line["met"])
