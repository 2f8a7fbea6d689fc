"""The files of a new plug-in package. Each is whole and works; a plug-in's author replaces what it does."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_CONNECTOR = '''"""$title: its tickets, as signals.

A connector reads pages from where its cursor stands and keeps nothing else: reading on from the cursor of any page
gives the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from leadline.core.errors import CallError
from leadline.core.ports import Connection, Example, Page, Reply, Setting
from leadline.core.signal import Actor, Ref, Signal
from leadline.warehouse.api_values import moment, text
from leadline.warehouse.rest import Rest


class $class_:
    """Reads $title with a token."""

    name = "$name"
    title = "$title"
    personal = False
    settings = (
        Setting("token", "an access token that may read tickets", secret=True),
        Setting("address", "where its API is", required=False, default="https://api.$name.example"),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """All tickets in the order of their number, from behind the last one that was read."""
        token = connection.settings.get("token", "")
        if not token:
            raise CallError("$title needs a token; set it with leadline connect $name")
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise CallError("The cursor of this $title connection cannot be read; reset it to read all")
        rest = Rest(
            self.title,
            connection.settings.get("address") or "https://api.$name.example",
            connection.egress,
            connection.clock,
            headers={"authorization": f"Bearer {token}"},
            secrets=[token],
            mend="set a new token",
        )
        while True:
            rows = rest.rows(rest.get("/v1/tickets", {"after": cursor or "0"}), "tickets")
            if not rows:
                return
            signals = []
            for row in rows:
                number, at, mail = text(row.get("id"), 18), moment(row.get("created_at")), text(row.get("email"), 320)
                if not number.isdigit() or at is None or int(number) <= int(cursor or 0):
                    raise rest.nonsense("a ticket without its number or its time, or out of order")
                cursor = number
                signals.append(
                    Signal(
                        f"{self.name}:{connection.name}",
                        f"ticket:{number}",
                        "ticket opened",
                        at,
                        Actor.BUYER,
                        person=Ref("email", mail.lower()) if "@" in mail else None,
                        payload={"subject": text(row.get("subject"))},
                    )
                )
            yield Page(cursor, tuple(signals))


connector = $class_()

# What leadline check reads in place of the network. Record real replies here, without anybody's data.
example = Example(
    settings={"token": "none"},
    replies={
        "GET /v1/tickets?after=0": Reply(
            200,
            {"content-type": "application/json"},
            b\'{"tickets": [{"id": 1, "created_at": "2026-03-02T08:00:00Z", "email": "a@b.example"}]}\',
        ),
        "GET /v1/tickets?after=1": Reply(
            200,
            {"content-type": "application/json"},
            b\'{"tickets": [{"id": 2, "created_at": "2026-03-02T09:00:00Z", "subject": "Again"}]}\',
        ),
        "GET /v1/tickets?after=2": Reply(200, {"content-type": "application/json"}, b\'{"tickets": []}\'),
    },
)
'''

_RECOMMENDER = '''"""$title: proposes to call back whoever asked and was not answered.

A recommender turns what is known of one subject into proposals. It never writes and never acts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.core.ports import Example
from leadline.core.recommendation import Recommendation


class $class_:
    """Proposes a call where a question is a day old."""

    name = "$name"
    title = "$title"
    kind = "call back"

    def recommend(self, facts: Mapping[str, Any]) -> Iterator[Recommendation]:
        """One call for each question in `facts` that waits for longer than a day."""
        now: datetime = facts["now"]
        for question in facts.get("questions", ()):
            asked: datetime = question["at"]
            if now - asked > timedelta(days=1):
                yield Recommendation(
                    key=f"{self.name}:{question['id']}",
                    kind=self.kind,
                    subject=facts["subject"],
                    action={"do": "call", "person": question["person"]},
                    evidence=({"words": "asked and was not answered", "signal": question["id"]},),
                    provenance={"rule": self.name, "version": 1, "data_until": now.isoformat()},
                    human_task="Hear what lies behind the question.",
                    expires_at=asked + timedelta(days=14),
                )


recommender = $class_()

# What leadline check calls it with.
example = Example(
    facts={
        "subject": ("account", 12),
        "now": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "questions": [{"id": 7, "at": datetime(2026, 3, 2, 8, tzinfo=UTC), "person": 3}],
    }
)
'''

_PAGE = '''"""$title: a page of the workspace.

A page shows what others found out; it never predicts, and never reaches for tables.
"""

from __future__ import annotations


class $class_:
    """Shown at /$path to those who sell and those who lead them."""

    name = "$name"
    title = "$title"
    roles = ("seller", "manager")
    path = "/$path"


page = $class_()
'''

_TEST = '''"""It keeps what every plug-in promises."""

from __future__ import annotations

from leadline.testing.checks import judge
from leadline_$name import $name as module


def test_it_keeps_its_promises() -> None:
    found = judge(module.$kind, getattr(module, "example", None))
    assert [verdict for verdict in found if verdict.why] == []
'''

_PYPROJECT = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "leadline-$path"
version = "0.1.0"
description = "$title for Leadline"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["leadline"]

[project.entry-points."leadline.${kind}s"]
$name = "leadline_$name.$name"

[tool.setuptools.packages.find]
where = ["src"]
"""

_README = """# leadline-$path

A $kind for Leadline: $title.

- `src/leadline_$name/$name.py` is the plug-in; it exposes `$kind`$and_example.
- `pip install .` beside Leadline makes it known by the name `$name`.
- `leadline check .` runs the compliance kit, `pytest` the same as a test.
"""

_FILES = {"connector": _CONNECTOR, "recommender": _RECOMMENDER, "page": _PAGE}


def files(kind: str, name: str) -> Mapping[str, str]:
    """The texts of a package by their paths in it. `kind` is connector, recommender or page, `name` a small word."""
    words = {
        "kind": kind,
        "name": name,
        "path": name.replace("_", "-"),
        "title": name.replace("_", " ").capitalize(),
        "class_": "".join(part.capitalize() for part in name.split("_")),
        "and_example": "" if kind == "page" else ", and `example` to try it with",
    }
    own = f"src/leadline_{name}"
    texts = {
        "pyproject.toml": _PYPROJECT,
        "README.md": _README,
        f"{own}/__init__.py": '"""$title for Leadline."""\n',
        f"{own}/{name}.py": _FILES[kind],
        f"tests/test_{name}.py": _TEST,
    }
    return {path: Template(text).substitute(words) for path, text in texts.items()}
