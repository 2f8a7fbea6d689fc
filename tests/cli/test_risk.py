"""`leadline risk` from the command line, and figures on real data."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import write  # noqa: TID252

HEAD = ["Age", "City", "Newsletter", "Income"]
ROWS = [[str(20 + at % 3), "ab"[at % 2], "yes", str(at)] for at in range(30)]


def test_a_safe_file(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "safe.csv", [HEAD, *ROWS])
    done = run("risk", "safe.csv")
    assert done.status == 0, done.out
    assert "Each row has at least 4 others like it." in done.out
    record = run("risk", "safe.csv", "--json").record
    assert (record["risk"]["k"], record["risk"]["quasi"], record["refused"]) == (5, ["Age", "City"], None)
    assert record["risk"]["sensitive"][0]["l"] == 5


def test_a_file_that_would_tell(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "telling.csv", [HEAD, *ROWS, ["77", "a", "yes", "9"]])
    done = run("risk", "telling.csv")
    assert done.status == 1
    assert done.err == ""
    for said in ("unique       1 row", "What would help", "1 row shares the values of 'Age', 'City'"):
        assert said in done.out
    record = run("risk", "telling.csv", "--k", "5", "--population", "1000", "--json").record
    assert record["steps"][-1]["k"] >= 5
    assert record["population"]["unique"] is None
    assert run("risk", "telling.csv", "--quasi", "City").status == 0


def test_names_are_told_at_once(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "named.csv", [["Email", *HEAD], *([f"p{at}@x.example", *row] for at, row in enumerate(ROWS))])
    done = run("risk", "named.csv")
    assert done.status == 1
    assert "leave out the columns that name a person" in " ".join(done.out.split())
    assert run("risk", "named.csv", "--json").record["direct"] == ["Email"]


def test_wrong_calls(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "safe.csv", [HEAD, *ROWS])
    run("risk", "safe.csv", "--quasi", "Citi").failed(2, "did you mean 'City'?")
    run("risk", "safe.csv", "--k", "1").failed(2, "--k takes a whole number from 2")
    write(tmp_path / "none.csv", [["Income"], *([row[3]] for row in ROWS)])
    run("risk", "none.csv").failed(1, "name those that could with --quasi")


def test_figures_of_the_docs(run: Run, data_dir: Path) -> None:
    bank = next((data_dir / "bank_telemarketing").glob("*.csv.gz"))
    one = run("risk", bank, "--quasi", "age,job,marital,education", "--sensitive", "y,loan", "--json").record["risk"]
    assert (one["k"], one["unique"], one["below"]) == (1, 1015, 3757)
    people = data_dir / "dedupe_people_febrl" / "febrl1.csv.gz"
    two = run("risk", people, "--json").record
    assert two["risk"]["quasi"] == ["suburb", "postcode", "state", "date_of_birth"]
    assert two["risk"]["unique"] == 480
