from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leadline.store.models import Account, Person

pytestmark = pytest.mark.slow

CONTACTS = """\
Record ID;First Name;Last Name;Email;Company Name;Contact owner;Last Modified Date
101;Jürgen;Müller;J.Mueller@acme.de;Acme GmbH;Sam Seller;05.02.2026
102;Anna;Schön;anna@acme.de;Acme GmbH;Sam Seller;14.02.2026
102;Anna;Schön;anna@acme.de;Acme GmbH;Sam Seller;14.02.2026
103;Zoë;Ångström;zoe(at)beta.se;Beta AB;;30.01.2026
"""


def leadline(*words: str, cwd: Path, status: int = 0, text: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "leadline", *words],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_a_stranger_brings_a_hubspot_export(store: str, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="cp1252")
    shown = leadline("import", "contacts.csv", "--out", "refused.csv", cwd=tmp_path)
    assert "read as people from HubSpot contacts" in shown
    assert "a dry run: nothing was written" in shown
    assert "row 4, Email 'zoe(at)beta.se': It is no e-mail address" in shown
    assert not Person.objects.exists()
    (call,) = [line.strip() for line in shown.splitlines() if line.strip().endswith("--apply") and "contacts" in line]
    assert call == "leadline import contacts.csv --out refused.csv --apply"
    done = leadline(*call.split()[1:], cwd=tmp_path)
    assert "created      2 people" in done
    assert "repeated     1 row" in done
    assert "leadline undo import 1" in done
    refused = tmp_path / "refused.csv"
    refused.write_text(refused.read_text(encoding="utf-8").replace("(at)", "@"), encoding="utf-8")
    leadline("import", "refused.csv", "--as", "people", "--source", "hubspot", "--apply", cwd=tmp_path)
    assert Person.objects.get(email="zoe@beta.se").account == Account.objects.get(name="Beta AB")
    undone = leadline("undo", "import", "1", cwd=tmp_path)
    assert "removed" in undone
    assert Person.objects.count() == 1
    again = json.loads(leadline("import", "contacts.csv", "--apply", "--json", cwd=tmp_path))
    assert (again["created"], again["batch"], again["source"]) == (2, 3, "hubspot")
    assert "undone before" in leadline("undo", "import", "1", cwd=tmp_path, status=2)


def test_standard_input_and_wrong_calls(store: str, tmp_path: Path) -> None:
    text = "Email,Name\na@b.com,Anna\n"
    assert json.loads(leadline("import", "-", "--as", "people", "--json", cwd=tmp_path, text=text))["created"] == 1
    assert "There is no file" in leadline("import", "no.csv", cwd=tmp_path, status=2)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    for words, said in (
        (("--map", "Name"), "HEADER=FIELD"),
        (("--map", "Nam=name"), "did you mean 'Name'"),
        (("--as", "people", "--source", "email"), "cannot be the name of a source"),
    ):
        assert said in leadline("import", "a.csv", *words, cwd=tmp_path, status=2)
    (tmp_path / "b.csv").write_text("Email,Name\nnobody,Anna\n", encoding="utf-8")
    assert "refused" in leadline("import", "b.csv", "--as", "people", cwd=tmp_path, status=1)
    assert "There is no import 77" in leadline("undo", "import", "77", cwd=tmp_path, status=2)
