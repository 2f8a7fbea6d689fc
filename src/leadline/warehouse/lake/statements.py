"""Statements: what is read from the record, and how it becomes the lake's columns in DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadline.core.signal import Act
from leadline.core.views import HUMAN_FROM, MACHINES_DO
from leadline.warehouse.lake.tables import DEAL_FIELDS, DUCKDB, LABELS, NO_NUMBER, TABLES, VIEWS

_SECONDS = ("$.reader.seconds", "$.seconds", "$.properties.seconds", "$.properties.duration")
_PAGES = ("$.page.path", "$.page.url", "$.properties.path", "$.properties.url", "$.screen", "$.path", "$.url")
_FILES = (
    "$.properties.file",
    "$.properties.url",
    "$.properties.href",
    "$.file",
    "$.page.path",
)  # the page that it lay on
_TEXTS = ("$.words", "$.text", "$.body", "$.description", "$.note", "$.properties.text", "$.properties.message")
_LONGEST_STAY = 86_400


def whole_table(name: str) -> str:
    """The SELECT that reads a table whole from its view."""
    columns = TABLES[name]
    if name == "deal_changes":
        fields = ", ".join(f"'{field}'" for field in DEAL_FIELDS)
        return f"SELECT {_read(columns)} FROM {VIEWS[name]} WHERE field IN ({fields})"
    if name == "facts":
        own = {column: kind for column, kind in columns.items() if column not in ("label", "score", "actor", "at")}
        return (
            f"SELECT {_read(own, 'f.')}, COALESCE(f.value, '') AS value, COALESCE(s.actor, '') AS actor, "
            f"COALESCE(s.at, f.at) AS at FROM {VIEWS[name]} f LEFT JOIN {VIEWS['signals']} s ON s.id = f.signal_id"
        )
    return f"SELECT {_read(columns)} FROM {VIEWS[name]}"


def fingerprints(vendor: str, high: int) -> str:
    """The SELECT that tells of each month: rows, the highest id, and two sums over all that may change of a signal
    (its times and act are those of another one where an older backup was restored).

    First of the rows up to `high`, then of all. Two numbers below 2^31 that hang on id and values together: what
    changes without changing either is one in 2^62.
    """
    old = f"CASE WHEN id <= {high:d} THEN"
    return f"""SELECT month, COUNT(*) AS all_rows, MAX(id) AS highest, SUM({old} 1 ELSE 0 END) AS old_rows,
  CAST(SUM({old} a ELSE 0 END) AS BIGINT) AS old_a, CAST(SUM({old} b ELSE 0 END) AS BIGINT) AS old_b,
  CAST(SUM(a) AS BIGINT) AS all_a, CAST(SUM(b) AS BIGINT) AS all_b
FROM (SELECT id, month, ((id % 2147483629) * (v % 2147483587)) % 2147483647 AS a,
    ((id % 2147483579) * ((v * 3 + id) % 2147483563)) % 2147483549 AS b
  FROM (SELECT id, {_month(vendor)} AS month,
      COALESCE(account_id, 0) * 1000003 + COALESCE(person_id, 0) * 7919 + COALESCE(deal_id, 0) * 104729
      + CAST(ROUND(COALESCE(human, 2) * 1000000000) AS BIGINT) * 31 + LENGTH(COALESCE(payload, '')) * 611953
      + (at % 2147483629) * 17 + (recorded_at % 2147483629) * 23 + LENGTH(act) AS v
    FROM {VIEWS["signals"]}) AS valued) AS mixed
GROUP BY month ORDER BY month"""


def signals(vendor: str, after: int, to: int, months: Iterable[str]) -> str:
    """The SELECT that reads signals with ids above `after` and up to `to`, and those of `months` whole."""
    whole = ", ".join(f"'{month}'" for month in months)
    month = _month(vendor)
    wanted = f"id > {after:d}" + (f" OR {month} IN ({whole})" if whole else "")
    plain = {name: kind for name, kind in TABLES["signals"].items() if name not in ("counts", "depth", "words", "page")}
    return (
        f"SELECT {month} AS month, {_read(plain)}, COALESCE(payload, '') AS payload FROM {VIEWS['signals']} "
        f"WHERE id <= {to:d} AND ({wanted})"
    )


def as_lake(name: str, given: Mapping[str, bool], relation: str) -> str:
    """The SELECT that makes rows as they were read into the lake's; `given` says of each column whether it is text."""
    if name == "signals":
        return _signals(given, relation)
    made = []
    for column, kind in TABLES[name].items():
        if name == "facts" and column == "label":
            labels = ", ".join(f"json_extract_string(told, '$.{label}')" for label in LABELS)
            made.append(f"NULLIF(COALESCE({labels}), '') AS label")
        elif name == "facts" and column == "score":
            made.append("TRY_CAST(json_extract_string(told, '$.score') AS DOUBLE) AS score")
        elif name == "deal_changes" and column in ("before", "after"):
            plain = f"json_extract_string(\"{column}\", '$')"
            made.append(f'CASE WHEN json_valid("{column}") THEN NULLIF({plain}, \'\') END AS "{column}"')
        else:
            made.append(f'{_typed(column, kind, given)} AS "{column}"')
    if name == "facts":
        relation = f"(SELECT *, CASE WHEN json_valid(value) THEN value ELSE '{{}}' END AS told FROM {relation})"
    return f"SELECT {', '.join(made)} FROM {relation} ORDER BY ALL"


def counting(actor: str = "actor", human: str = "human", act: str = "act") -> str:
    """The condition by which an act counts, as SQL of DuckDB: core.views.HUMAN_ACTS for buyers, sellers' always."""
    doubtful = ", ".join(f"'{one}'" for one in MACHINES_DO)
    return (
        f"COALESCE({actor} = 'seller' OR ({actor} = 'buyer' AND ({human} >= {HUMAN_FROM} "
        f"OR ({human} IS NULL AND {act} NOT IN ({doubtful})))), FALSE)"
    )


def _signals(given: Mapping[str, bool], relation: str) -> str:
    plain = [
        f'{_typed(column, kind, given)} AS "{column}"'
        for column, kind in TABLES["signals"].items()
        if column not in ("counts", "depth", "words", "page")
    ]
    seconds = ", ".join(f"TRY_CAST(json_extract_string(told, '{path}') AS DOUBLE)" for path in _SECONDS)
    texts = ", ".join(f"json_extract_string(told, '{path}')" for path in _TEXTS)
    pages, things = (
        ", ".join(f"NULLIF(json_extract_string(told, '{path}'), '')" for path in paths) for paths in (_PAGES, _FILES)
    )
    thing = f"CASE WHEN act = '{Act.FILE_DOWNLOADED}' THEN COALESCE({things}) ELSE COALESCE({pages}) END"
    inner = (
        f"SELECT month, {', '.join(plain)}, COALESCE({seconds}) AS stay, "
        f"trim(regexp_replace(concat_ws(' ', {texts}), '\\s+', ' ', 'g')) AS said, {thing} AS thing "
        f"FROM (SELECT *, CASE WHEN payload <> '' AND json_valid(payload) THEN payload END AS told FROM {relation})"
    )
    kept = [f'"{name}"' for name in TABLES["signals"] if name not in _MADE]
    return (
        f"SELECT month, {', '.join(kept)}, {counting()} AS counts, "
        f"CASE WHEN stay >= 0 AND stay <= {_LONGEST_STAY} THEN stay END AS depth, "
        "CASE WHEN said = '' OR said IS NULL THEN 0 ELSE len(said) - len(replace(said, ' ', '')) + 1 END AS words, "
        f"CAST('0x' || md5(thing)[:15] AS BIGINT) AS page FROM ({inner}) ORDER BY month, id"
    )


_MADE = ("counts", "depth", "words", "page")


def _read(columns: Mapping[str, str], of: str = "") -> str:
    blanks = {"string": "''", "float64": repr(NO_NUMBER)}
    return ", ".join(
        f"COALESCE({of}{name}, {blanks[kind]}) AS {name}" if kind in blanks else f"{of}{name}"
        for name, kind in columns.items()
    )


def _typed(column: str, kind: str, given: Mapping[str, bool]) -> str:
    own = f'"{column}"'
    if kind == "string":
        return f"NULLIF(CAST({own} AS VARCHAR), '')"
    text = f"TRY_CAST(NULLIF({own}, '') AS {DUCKDB[kind]})" if given[column] else f"CAST({own} AS {DUCKDB[kind]})"
    return f"NULLIF({text}, {NO_NUMBER!r})" if kind == "float64" else text


def _month(vendor: str) -> str:
    """The month of `at` in UTC ('2026-03'), on SQLite and PostgreSQL."""
    seconds = "((at - CASE WHEN at < 0 THEN 999999 ELSE 0 END) / 1000000)"
    if vendor == "sqlite":
        return f"strftime('%Y-%m', {seconds}, 'unixepoch')"
    return f"to_char(to_timestamp({seconds}) AT TIME ZONE 'UTC', 'YYYY-MM')"
