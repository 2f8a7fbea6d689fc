"""What `leadline intents` tells a person."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size
from rich.text import Text

from leadline.cli.paper import SOFT, Paper, clean
from leadline.web.report.figures import between, count, decimal, percent, plural

if TYPE_CHECKING:
    from leadline.learn.intents.judgement import Judgement

LABELS, CONFUSIONS, SUSPECTS, MESSAGES, TRADES = 12, 5, 5, 6, 5


def show_learned(name: str, found: Judgement, rows: Sequence[int], seconds: float, given: argparse.Namespace) -> None:
    """Print how good the model is, where it errs, and which labels to look at."""
    paper = Paper()
    paper.title(name, f"{plural(found.messages, 'message')}, {count(found.distinct)} different")
    paper.item(
        "right", f"{percent(found.accuracy)} of messages that it was not given ({between(found.low, found.high)})"
    )
    paper.item(
        "guessing", f"always '{clean(found.most_frequent, 40)}' is right in {percent(found.most_frequent_share)}"
    )
    for note in found.notes:
        paper.item("note", note)
    weakest = sorted(found.labels, key=lambda one: (one.recall, one.label))
    paper.title("Labels", "least well found first" if len(weakest) > LABELS else "")
    paper.line(Text(f"{'':<34}{'messages':>9}{'found':>9}{'right':>9}", style=SOFT))
    for one in weakest[:LABELS]:
        right = "–" if one.precision is None else percent(one.precision)
        figures = f"{count(one.messages):>9}{percent(one.recall):>9}{right:>9}"
        paper.line(Text(set_cell_size(clean(one.label, 33), 34)).append(figures))
    if len(weakest) > LABELS:
        paper.line(f"and {len(weakest) - LABELS} more labels; --json has all", soft=True)
    if found.confusions:
        paper.title("Mixed up")
        for pair in found.confusions[:CONFUSIONS]:
            times = plural(pair.messages, "message")
            paper.line(f"{times} of '{clean(pair.label, 40)}' taken for '{clean(pair.taken_for, 40)}'")
            paper.line(f"“{clean(pair.example, 80)}”", indent=4, soft=True)
    if found.scope:
        paper.title("Out of scope", f"messages labelled '{clean(given.oos, 30)}'")
        for trade in found.scope[:TRADES]:
            paper.line(f"{percent(trade.recall)} of them told, with {percent(trade.accuracy)} right in scope")
    if found.suspects:
        paper.title("Probably labelled wrongly", plural(len(found.suspects), "row"))
        for one_row in found.suspects[:SUSPECTS]:
            paper.line(
                f"row {rows[one_row.row] + 1:,}: '{clean(one_row.label, 36)}', rather '{clean(one_row.better, 36)}'"
            )
            paper.line(f"“{clean(one_row.text, 80)}”", indent=4, soft=True)
    paper.title("Next", f"{decimal(seconds, 1)} s")
    paper.line(f"The model: {given.save}" if given.save else "To keep the model, add --save intents")
    paper.line(f"Every row, judged: {given.out}" if given.out else "For every row, judged, add --out judged.csv")
    paper.show()


def show_labelled(
    name: str, texts: Sequence[str], columns: dict[str, list[Any]], seconds: float, given: argparse.Namespace
) -> None:
    """Print how many messages have which label, and the surest few with their reasons."""
    paper = Paper()
    outside = sum(1 for one in columns["in scope"] if one is False)
    paper.title(name, f"{plural(len(texts), 'message')}, {count(outside)} out of scope")
    for label, times in Counter(one for one in columns["intent"] if one is not None).most_common(LABELS):
        paper.line(Text(f"{count(times):>7}  {clean(label, 60)}"))
    paper.title("The first messages")
    for row in range(min(MESSAGES, len(texts))):
        if columns["intent"][row] is None:
            continue
        line = Text(f"{clean(columns['intent'][row], 40)} ")
        line.append(percent(columns["probability"][row]), style=SOFT)
        if not columns["in scope"][row]:
            line.append("  out of scope", style=SOFT)
        paper.line(line)
        paper.line(f"“{clean(texts[row], 80)}”", indent=4)
        why = f"words: {columns['words'][row]}; " if columns["words"][row] else ""
        paper.line(f"{why}most like “{clean(columns['most like'][row], 60)}”", indent=4, soft=True)
    paper.title("Next", f"{decimal(seconds, 1)} s")
    paper.line(f"Every message: {given.out}" if given.out else "For every message, add --out labelled.csv")
    paper.show()
