"""The figures of quality, worlds and speed as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.sets import SETS

Figures = dict[str, Any]


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _difference(value: Figures | None, rising: bool = False) -> str:
    """Mean and interval, with a word where the interval is clear of zero; `rising`: more is better."""
    if not value:
        return ""
    above, below = value["low"] > 0, value["high"] < 0
    word = " better" if (above if rising else below) else " worse" if (below if rising else above) else ""
    return f"{value['mean']:+.4f} ({value['low']:+.4f} to {value['high']:+.4f}){word}"


def quality_tables(result: Figures) -> Iterator[str]:
    """Main splits, unseen vectors, ranks, re-splits and the bank by time, retrained."""
    yield "### Main splits"
    yield ""
    for name, figures in result["sets"].items():
        part = SETS[name]
        yield (
            f"**{part.title}**: {figures['train_rows']:,} rows in training, {figures['held_out']:,} held out, "
            f"{figures['base_rate']:.1%} won there. Left out: {part.dropped}."
        )
        yield ""
        rows = []
        for model, row in figures["models"].items():
            if "failed" in row:
                rows.append([PEERS[model].title, row["failed"].replace("|", "/"), *[""] * 8])
                continue
            new = row.get("unseen")
            against = row.get("against", {})
            rows.append(
                [
                    PEERS[model].title,
                    f"{row['auc']:.4f}",
                    f"{row['log_loss']:.4f}",
                    f"{row['ece']:.3f}",
                    f"{row['lift']:.2f}",
                    f"{row['fit_cpu']:.2f}",
                    f"{row['row_us']:.1f}",
                    f"{new['auc']:.4f} / {new['log_loss']:.4f} / {new['ece']:.3f}" if new else "",
                    _difference(against.get("log_loss")),
                    _difference(against.get("auc"), rising=True),
                ]
            )
        unseen = f"unseen vectors ({figures['unseen_rows']:,}): AUC / log loss / ECE"
        head = ["model", "AUC", "log loss", "ECE", "lift 10 %", "fit CPU s", "µs/row", unseen]
        yield from table([*head, "Leadline less it, log loss", "Leadline less it, AUC"], rows)
    if result["ranks"]:
        yield "### Mean rank by log loss over all sets"
        yield ""
        yield from table(
            ["model", "mean rank"], [[PEERS[model].title, f"{rank:.2f}"] for model, rank in result["ranks"].items()]
        )
    for name, models in result["resamples"].items():
        if models:
            yield f"### {SETS[name].title}: 20 paired re-splits"
            yield ""
            yield from table(
                ["model", "AUC", "log loss", "Leadline less it, log loss", "Leadline less it, AUC"],
                [
                    [
                        PEERS[model].title,
                        f"{row['auc']:.4f}",
                        f"{row['log_loss']:.4f}",
                        _difference(row.get("log_loss_difference")),
                        _difference(row.get("auc_difference"), rising=True),
                    ]
                    for model, row in models.items()
                ],
            )
    if result["prequential"]:
        yield "### Bank by time, retrained every 1,500 rows from row 15,000"
        yield ""
        yield from table(
            ["model", "pooled AUC", "pooled log loss", "ECE", "mean AUC within a block", "fit CPU s"],
            [
                [PEERS[model].title]
                + (
                    [row["failed"].replace("|", "/"), "", "", "", ""]
                    if "failed" in row
                    else [
                        f"{row['auc']:.4f}",
                        f"{row['log_loss']:.4f}",
                        f"{row['ece']:.3f}",
                        f"{row['auc_within']:.4f}",
                        f"{row['fit_cpu']:.1f}",
                    ]
                )
                for model, row in result["prequential"].items()
            ],
        )


def world_tables(found: list[Figures]) -> Iterator[str]:
    """Means over the simulated markets, one line a way."""
    rows = []
    for way in dict.fromkeys(held["way"] for held in found):
        part = [held for held in found if held["way"] == way]

        def mean(key: str, part: list[Figures] = part) -> float:
            return float(sum(held[key] for held in part) / len(part))

        shares = [held["coverage"] for held in part]
        rows.append(
            [
                way,
                str(len(part)),
                f"{mean('coverage'):.1%} ({min(shares):.1%} to {max(shares):.1%})",
                f"{mean('coverage_new_account'):.1%}",
                f"{mean('width'):.3f}",
                f"{mean('calibration'):.3f}",
                f"{mean('bias'):+.3f}",
                f"{mean('auc'):.4f} / {mean('auc_truth'):.4f}",
                f"{mean('log_loss'):.4f} / {mean('log_loss_truth'):.4f}",
            ]
        )
    head = ["deals judged", "markets", "80 % intervals hold the truth (lowest to highest)", "the same, account unknown"]
    head += ["mean width", "calibration error", "bias", "AUC, ours / the truth's", "log loss, ours / the truth's"]
    yield from table(head, rows)


def speed_tables(lines: list[Figures]) -> Iterator[str]:
    """Every figure with its bar."""
    words = {True: "met", False: "**missed**", None: ""}
    rows = [[line["what"], f"{line['figure']:,.3g} {line['unit']}", line["bar"], words[line["met"]]] for line in lines]
    yield from table(["what", "figure", "bar", ""], rows)


def import_table(found: Figures) -> Iterator[str]:
    """Leadline's import beside the peers: times, memory, and its wall time by theirs."""
    units = {"wall": "s", "cpu": "s", "peak_mb": "MB"}
    rows = [
        [peer, *(f"{cost[name]:,.0f} {unit}" for name, unit in units.items()), str(found["ratios"][peer])]
        for peer, cost in found["figures"].items()
    ]
    yield from table(["what", "wall", "CPU", "peak memory", "Leadline's wall time by it"], rows)


def feature_table(found: Figures) -> Iterator[str]:
    """Features of signals beside hand-written SQL, by size."""
    head = [
        "signals",
        "seconds",
        "CPU",
        "peak MB",
        "by hand: seconds",
        "CPU",
        "peak MB",
        "CPU ratio",
        "rows that differ",
    ]
    rows = []
    for size, one in sorted(found.items(), key=lambda item: int(item[0])):
        cells = []
        for what in ("ours", "by_hand"):
            run = one[what]
            keys = ("wall", "cpu", "peak_mb")
            cells += ["failed", "", ""] if "failed" in run else [f"{run[key]:,}" for key in keys]
        ratio, unlike = one.get("ratio", ""), one.get("different_rows", "")
        rows.append([f"{int(size):,}", *cells, str(ratio), str(unlike)])
    yield from table(head, rows)
