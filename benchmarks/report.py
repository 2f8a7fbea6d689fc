"""Everything that was measured as one page. `python -m benchmarks.report --date YYYY-MM-DD [--write FILE]`.

Reads benchmarks/out/{quality,worlds,speed,collect,imports,features}.json and benchmarks/attempts.md (what was tried at
the bars that are missed, written by hand).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.bars import all_bars
from benchmarks.intents_page import intent_tables, tone_table
from benchmarks.tables import feature_table, import_table, quality_tables, speed_tables, table, world_tables

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "out"
PREAMBLE = """
- Every model has one default for all sets and one thread, gets the same columns with known leaks dropped, and runs in
  a process of its own. Times are CPU seconds, user and system, children included, without the start of the process.
- FLAML and AutoGluon have budgets of wall time (30 and 120 s), so a busy machine costs them; they are fitted on the
  main splits only, not on the re-splits and not on the bank by time retrained.
- Log loss is clipped at 1e-4 (this helps Odoo's formula, which gives 0.01 and 99.99 %). ECE is over ten bins of equal
  count. Differences on the main splits: 95 % paired bootstrap of held-out accounts, training not repeated; over
  re-splits: corrected t interval (Nadeau and Bengio 2003).
- Re-splits: 70/30 by account where the set is split by account; where it is split by time the boundary stays and 80 %
  of the rows are drawn on either side, since a random re-split would flatter.
- Odoo's formula is re-implemented from its published source; Odoo itself was not run. HistGB takes 255 categories at
  most: rarer ones are missing to it. AutoGluon runs without torch.
- The sets are samples (70 %) of public data; what they are and their licences: the data folder's README.
"""


def kept(name: str) -> Any:
    """The figures of one part, or None when it was not run."""
    path = FIGURES / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def machine() -> str:
    """Processor, cores, memory and system in one line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}"


def page(date: str) -> Iterator[str]:
    """The whole page, line by line."""
    quality, worlds, speed = kept("quality"), kept("worlds"), kept("speed")
    yield "# Benchmarks"
    yield ""
    yield "Made by `make bench`; do not edit. Quality and speed beside the peers, all measured in one run."
    yield ""
    yield f"- Date: {date}. Machine: {machine()}."
    if quality:
        yield "- Versions: " + ", ".join(f"{name} {version}" for name, version in quality["versions"].items()) + "."
    yield from PREAMBLE.strip().splitlines()
    yield ""
    yield "## Bars"
    yield ""
    words = {True: "met", False: "**missed**", None: ""}
    yield from table(
        ["bar", "figure", ""], [[b.what, b.figure, words[b.met]] for b in all_bars(quality, worlds, speed)]
    )
    attempts = HERE / "attempts.md"
    if attempts.exists():
        yield "## What was tried at the bars that are missed"
        yield ""
        yield attempts.read_text().strip()
        yield ""
    if quality:
        yield "## Quality"
        yield ""
        yield from quality_tables(quality)
    if worlds:
        yield "## Simulated markets with known truth"
        yield ""
        yield from world_tables(worlds)
    if speed:
        yield f"## Speed of the command line (load average {speed['load']:.1f} while measured)"
        yield ""
        yield from speed_tables(speed["figures"])
    for database, one in (kept("collect") or {}).items():
        yield f"## The collect API on {database}, beside itself without a disk (load average {one['load']:.1f})"
        yield ""
        yield from speed_tables(one["figures"])
    if found := kept("imports"):
        yield f"## Import of {found['rows']:,} people with their companies (load average {found['load']:.1f})"
        yield ""
        yield from import_table(found)
    if found := kept("features"):
        yield "## Features beside hand-written SQL on DuckDB"
        yield ""
        yield from feature_table(found)
    if found := kept("intents"):
        yield "## Intents on official splits"
        yield ""
        yield from intent_tables(found)
    if found := kept("tone"):
        yield "## Tone of Financial PhraseBank, cross-validated"
        yield ""
        yield from tone_table(found)


def main(arguments: list[str]) -> None:
    """Print the page, and keep it where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--date", required=True)
    parser.add_argument("--write", type=Path)
    call = parser.parse_args(arguments)
    text = "\n".join(page(call.date)).rstrip() + "\n"
    print(text)
    if call.write:
        call.write.parent.mkdir(parents=True, exist_ok=True)
        beside = call.write.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(call.write)


if __name__ == "__main__":
    main(sys.argv[1:])
