"""Words of the data card: how the file was read, what kinds of finding there are."""

from __future__ import annotations

from leadline.core.formats import ColumnFormat
from leadline.core.qualification import Qualification
from leadline.web.report.figures import clip, plural

KINDS = {
    "after": ("Written after the outcome", "These are filled in or changed once it is known how it ended."),
    "answer": ("Nearly give the answer alone", "One column that knows the answer by itself has usually seen it."),
    "missingness": ("Filled in mainly when the outcome is known", "Whether the cell is blank tells how it ended."),
    "seller": ("A seller’s own judgement", "What somebody claims, not what a buyer did."),
    "order": ("Row order that carries time", "Old rows had time to close; the order only tells how old they are."),
    "identifier": ("Identifiers", "They name a row and say nothing about the next one."),
    "repeat": ("Repeated rows", "A row seen twice would be tested on what it was learned from."),
}
_FORMATS = {"csv": "CSV", "xlsx": "Excel workbook", "parquet": "Parquet", "jsonl": "JSON lines", "sql": "SQL query"}
_SIGNS = {
    "\t": "tab",
    ",": "comma",
    ";": "semicolon",
    "|": "vertical bar",
    " ": "space",
    '"': "double quote",
    "'": "single quote",
    ".": "point",
    "\u00a0": "no-break space",
    "\u202f": "narrow no-break space",
}


ROLE_NAMES = {"email": "e-mail", "url": "web address", "person": "person’s name", "order": "row order"}


def sign(char: str) -> str:
    """The name of a sign that is hard to see: 'tab' for a tabulator."""
    return _SIGNS.get(char, char)


def format_words(f: ColumnFormat) -> str:
    """How one column was read, in words."""
    if f.kind == "number":
        parts = [f"decimal {sign(f.decimal)}"]
        parts += [f"thousands {sign(f.thousands)}"] if f.thousands else []
        parts += [f"unit {clip(f.unit, 20)}"] if f.unit else []
        return ", ".join(parts)
    if f.kind == "date":
        return clip(f.pattern, 60) + (f", time zone {clip(f.time_zone, 40)}" if f.time_zone else "")
    return ""


def money_unit(q: Qualification) -> str:
    """The sign of the money column's currency, such as '€'; '' when its cells had none."""
    units = [f.unit for f in q.source.formats if f.column == q.money_column and f.unit != "%" and len(f.unit) <= 4]
    return units[0] if units else ""


def reading_facts(q: Qualification) -> list[tuple[str, str]]:
    """How the file was read, as names and values; only what applies."""
    s = q.source
    facts = [
        ("File", clip(s.name, 300)),
        ("Format", _FORMATS[s.format]),
        ("Size", f"{plural(s.rows, 'row')}, {plural(s.columns, 'column')}"),
        ("Kept", f"{plural(s.sampled, 'row')}, a sample, since the source was too large to hold" if s.sampled else ""),
        ("Sheet", clip(s.sheet, 120)),
        ("Encoding", clip(s.encoding, 40)),
        ("Delimiter", sign(s.delimiter)),
        ("Quote", sign(s.quote)),
        ("Amounts", clip(q.money_column, 120)),
        ("Too young to call", immature(q)),
    ]
    return [(name, value) for name, value in facts if value]


def immature(q: Qualification) -> str:
    """Rows that could still convert and were therefore not counted as lost."""
    if not q.immature:
        return ""
    after = f"; a row is mature after {plural(round(q.mature_after_days), 'day')}" if q.mature_after_days else ""
    were = "was" if q.immature == 1 else "were"
    return f"{plural(q.immature, 'row')} could still be won and {were} not counted as lost{after}"
