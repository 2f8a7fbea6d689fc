"""Import of people with their companies, beside pandas with SQLAlchemy and Django's bulk_create, in one run.

`python -m benchmarks.imports [--rows N]`. Each is a process of its own that reads one CSV of 12 columns into a new
SQLite file; wall and CPU seconds, and the peak of the resident sizes of the process and its children, added up. The
peers load as one does without further care: they compare nothing, refuse nothing and cannot be taken back. Writes
benchmarks/out/imports.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.speed import Cost, tree_mb

OUT = Path(__file__).resolve().parent / "out" / "imports.json"
OURS = Path(sys.executable)
PEERS = Path(__file__).resolve().parents[1] / ".venv-bench" / "bin" / "python"
ROWS, WALL, MEMORY = 1_000_000, 180.0, 1_000.0
HEADER = (
    "Record ID,First Name,Last Name,Email,Phone Number,Job Title,City,Country/Region,Lifecycle Stage,Company Name,"
    "Contact owner,Last Modified Date"
)

PANDAS = """
import sys, pandas, sqlalchemy
path, database = sys.argv[1:]
engine = sqlalchemy.create_engine(f"sqlite:///{database}")
people = pandas.read_csv(path)
companies = people[["Company Name"]].drop_duplicates().reset_index(drop=True)
companies.to_sql("company", engine, index_label="id")
ids = {name: number for number, name in companies["Company Name"].items()}
people["company_id"] = people["Company Name"].map(ids)
people.to_sql("person", engine, index=False, if_exists="replace")
with engine.begin() as connection:
    connection.execute(sqlalchemy.text('CREATE UNIQUE INDEX email ON person ("Email")'))
"""

DJANGO = """
import csv, sys
from leadline.store.opening import migrate
migrate()
from leadline.store.models import Account, ExternalKey, Person
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
names = sorted({row["Company Name"] for row in rows})
made = Account.objects.bulk_create([Account(name=name) for name in names], batch_size=1000)
accounts = {account.name: account for account in made}
people = Person.objects.bulk_create(
    [
        Person(given_name=row["First Name"], family_name=row["Last Name"], email=row["Email"],
               phone=row["Phone Number"], title=row["Job Title"], city=row["City"], country=row["Country/Region"],
               lifecycle=row["Lifecycle Stage"], account=accounts[row["Company Name"]])
        for row in rows
    ],
    batch_size=1000,
)
ExternalKey.objects.bulk_create(
    [ExternalKey(kind="person", space="hubspot", key=row["Record ID"], object_id=one.pk)
     for row, one in zip(rows, people)],
    batch_size=1000,
)
"""


def measured(call: list[str]) -> Cost:
    """Runs a call to its end, which must be good."""
    start = time.perf_counter()
    child = subprocess.Popen(call, stdout=subprocess.DEVNULL)
    peak, ended = 0.0, threading.Event()

    def look() -> None:
        nonlocal peak
        while not ended.wait(0.1):
            peak = max(peak, tree_mb(child.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    assert child.returncode == 0, call
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - start, peak)


def made(path: Path, rows: int) -> None:
    """A HubSpot export of people, eight to a company, with umlauts and days before months."""
    draw = np.random.default_rng(7)
    company, given, family = (draw.integers(most, size=rows).tolist() for most in (rows // 8, 2_000, 5_000))
    titles, cities = ("CFO", "CTO", "Buyer", "Head of IT", ""), ("Berlin", "München", "Köln")
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER.split(","))
        for at, (c, g, f) in enumerate(zip(company, given, family, strict=True)):
            day = f"{1 + at % 28:02d}.{1 + at % 12:02d}.2025 10:{at % 60:02d}"
            mail, firm = f"j{g}.n{f}.{at}@company{c}.com", f"Company {c} GmbH"
            person = (1_000 + at, f"Jürgen{g}", f"Name{f}", mail, f"+49 30 {at:08d}", titles[at % 5], cities[at % 3])
            out.writerow([*person, "Germany", "lead", firm, f"Seller {at % 20}", day])


def main() -> None:
    """Measures all and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="leadline-bench-") as name:
        folder = Path(name)
        path = folder / "people.csv"
        made(path, rows)
        calls = {
            "leadline": [str(OURS), "-m", "leadline", *f"import {path} --as people --apply --quiet --json".split()],
            "pandas and SQLAlchemy": [str(PEERS), "-c", PANDAS, str(path), str(folder / "pandas.sqlite3")],
            "Django bulk_create": [str(OURS), "-c", DJANGO, str(path)],
        }
        for peer, call in calls.items():
            os.environ["LEADLINE_HOME"] = str(folder / peer.split()[0])
            cost = measured(call)
            found[peer] = {"wall": cost.wall, "cpu": cost.cpu, "peak_mb": cost.peak_mb}
            print(f"{peer:24} {cost.wall:8.1f} s wall {cost.cpu:8.1f} s CPU {cost.peak_mb:8.0f} MB", flush=True)
    ours = found["leadline"]
    ratios = {peer: round(ours["wall"] / cost["wall"], 2) for peer, cost in found.items()}
    met = {"wall": ours["wall"] <= WALL, "memory": ours["peak_mb"] <= MEMORY} if rows == ROWS else {}
    print("wall against each:", ratios, met)
    OUT.parent.mkdir(exist_ok=True)
    kept = {"rows": rows, "load": os.getloadavg()[1], "figures": found, "ratios": ratios, "met": met}
    OUT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
