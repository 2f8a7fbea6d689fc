"""The figures as Markdown: printed, and kept in docs/reference/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.sets import SETS

Figures = dict[str, Any]


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _difference(value: Figures | None) -> str:
    if not value:
        return ""
    mark = " worse" if value["low"] > 0 else " better" if value["high"] < 0 else ""
    return f"{value['mean']:+.4f} ({value['low']:+.4f} to {value['high']:+.4f}){mark}"


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
                    _difference(against.get("auc")).replace(" worse", " +").replace(" better", " -"),
                ]
            )
        unseen = f"unseen vectors ({figures['unseen_rows']:,}): AUC / log loss / ECE"
        head = ["model", "AUC", "log loss", "ECE", "lift 10 %", "fit CPU s", "µs/row", unseen]
        yield from _table([*head, "Leadline less it, log loss", "Leadline less it, AUC"], rows)
    if result["ranks"]:
        yield "### Mean rank by log loss over all sets"
        yield ""
        yield from _table(
            ["model", "mean rank"], [[PEERS[model].title, f"{rank:.2f}"] for model, rank in result["ranks"].items()]
        )
    for name, models in result["resamples"].items():
        if models:
            yield f"### {SETS[name].title}: 20 paired re-splits"
            yield ""
            yield from _table(
                ["model", "AUC", "log loss", "Leadline less it, log loss", "Leadline less it, AUC"],
                [
                    [
                        PEERS[model].title,
                        f"{row['auc']:.4f}",
                        f"{row['log_loss']:.4f}",
                        _difference(row.get("log_loss_difference")),
                        _difference(row.get("auc_difference")).replace(" worse", " +").replace(" better", " -"),
                    ]
                    for model, row in models.items()
                ],
            )
    if result["prequential"]:
        yield "### Bank by time, retrained every 1,500 rows from row 14,000"
        yield ""
        yield from _table(
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
