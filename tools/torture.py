"""A thousand kills on each database and five thousand power cuts. `python tools/torture.py`.

`make torture` runs it beside a private PostgreSQL. Every seed is told, so that what fails can be run again:
`--kills N`, `--cuts N`, `--seed N`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import kills
import power_cut
from leadline.store.opening import open_store
from record import Template

AT_ONCE = 50  # kills of one trial; each has a record of its own


def cut(count: int, seed: int, template: Path) -> int:
    """Power cuts, one after the other; gives how many left anything but all that was acknowledged."""
    began, bad, acknowledged = time.monotonic(), 0, 0
    for number in range(seed, seed + count):
        with tempfile.TemporaryDirectory(prefix="leadline-cut-") as folder:
            one = power_cut.trial(template, Path(folder), number)
        acknowledged += one.acknowledged
        if one.lost or one.halves or one.strange or one.corrupt:
            bad += 1
            print(f"FAILED {one}", flush=True)
        if (number - seed + 1) % 500 == 0:
            print(f"{number - seed + 1:,} cuts, {bad} bad, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{count:,} power cuts from seed {seed}: {acknowledged:,} bodies acknowledged, {bad} cuts lost or broke any")
    return bad


def kill(database: str, template: Template, count: int, seed: int) -> int:
    """Kills on one database; gives how many trials lost, doubled or invented anything."""
    from leadline.store import write_keys

    began, bad, done, acknowledged = time.monotonic(), 0, 0, 0
    while done < count:
        now, number = min(AT_ONCE, count - done), seed + done
        with tempfile.TemporaryDirectory(prefix="leadline-kills-") as folder, template.copy(Path(folder)) as url:
            template.use(url)
            told = asyncio.run(kills.trial(write_keys.make("torture"), now, number))
            verdict = told.verdict(kills.in_ledger())
            template.close()
        done += told.kills
        acknowledged += len(told.acknowledged)
        if any(verdict.values()) or told.sent != told.acknowledged:
            bad += 1
            print(f"FAILED on {database}, seed {number}, {now} kills: {verdict}", flush=True)
        print(f"{database}: {done:,} kills, {bad} bad trials, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{database}: {done:,} kills from seed {seed}: {acknowledged:,} events acknowledged, {bad} trials bad")
    return bad


def main(arguments: list[str]) -> int:
    """Cuts, then kills on SQLite, then, where there is a server, on PostgreSQL. Gives 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="tools/torture.py", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="on each database; 1,000")
    parser.add_argument("--cuts", type=int, default=5_000, help="5,000")
    parser.add_argument("--seed", type=int, default=1)
    call = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="leadline-torture-"))
    server = os.environ.pop("LEADLINE_TEST_POSTGRES", "")
    os.environ["LEADLINE_HOME"] = str(folder)
    try:
        open_store()
        template = Template(folder)
        bad = cut(call.cuts, call.seed, Path(template.url.removeprefix("sqlite:///")))
        bad += kill("SQLite", template, call.kills, call.seed)
        if server:
            os.environ["LEADLINE_TEST_POSTGRES"] = server
            bad += kill("PostgreSQL", Template(folder), call.kills, call.seed)
        return int(bad > 0)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
