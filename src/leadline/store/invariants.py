"""What must hold in the record, each as a query that finds the rows for which it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadline.core.market import RELATIONS, Kind

MERGED = ("account", "person", "deal", "product", "order", "seller")

_LEDGER = ("signal", "fact", "recommendation", "decision", "outcome", "lesson")

INVARIANTS: dict[str, str] = {
    "a signal's likelihood of a human lies between 0 and 1": (
        "SELECT id FROM store_signal WHERE human < 0 OR human > 1"
    ),
    "mail addresses of people are in lower case": "SELECT id FROM store_person WHERE email <> lower(email)",
    "a deal's state is open, won or lost": "SELECT id FROM store_deal WHERE state NOT IN ('open', 'won', 'lost')",
    "a visitor is one standing person": (
        "SELECT v.id FROM store_visitor v JOIN store_person p ON p.id = v.person_id WHERE p.erased_at IS NOT NULL"
    ),
    "an erased person's row is empty": (
        "SELECT id FROM store_person WHERE erased_at IS NOT NULL AND (email <> '' OR name <> '' OR given_name <> '' "
        "OR family_name <> '' OR phone <> '' OR mobile <> '')"
    ),
    "an erased person's signals are empty": (
        "SELECT s.id FROM store_signal s JOIN store_person p ON p.id = s.person_id "
        "WHERE p.erased_at IS NOT NULL AND (s.erased_at IS NULL OR s.payload <> '' OR s.visitor <> '')"
    ),
    "nothing quotes a signal that was erased": (
        "SELECT f.id FROM store_fact f JOIN store_signal s ON s.id = f.signal_id JOIN store_person p "
        "ON p.id = s.person_id WHERE p.erased_at IS NOT NULL AND (f.quote <> '' OR f.span_start IS NOT NULL)"
    ),
    "an erased person has no outside key": (
        "SELECT k.id FROM store_externalkey k JOIN store_person p ON p.id = k.object_id "
        "WHERE k.kind = 'person' AND p.erased_at IS NOT NULL"
    ),
    "an erasure is of a person that was erased": (
        "SELECT e.id FROM store_erasure e LEFT JOIN store_person p ON p.id = e.person_id "
        "WHERE p.erased_at IS NULL AND e.person_id <> 0"
    ),
    "a fact's words lie within its signal": "SELECT id FROM store_fact WHERE span_start > span_end OR span_start < 0",
    "a probability lies within its interval": (
        "SELECT id FROM store_recommendation WHERE probability < low OR probability > high "
        "OR probability < 0 OR probability > 1"
    ),
    "a role is confirmed by someone on some day": (
        "SELECT id FROM store_buyingrole WHERE confirmed_by_id IS NOT NULL AND confirmed_at IS NULL"
    ),
}

# What sources may say although it cannot be: no fault of the record, but somebody should look.
ODD: dict[str, str] = {
    "a deal that is decided has a day on which it closed": (
        "SELECT id FROM store_deal WHERE state <> 'open' AND closed_at IS NULL AND merged_into_id IS NULL"
    ),
    "a deal closes after it was opened": "SELECT id FROM store_deal WHERE closed_at < opened_at",
    "a deal that is open has not closed": "SELECT id FROM store_deal WHERE state = 'open' AND closed_at IS NOT NULL",
}


def _more() -> Iterator[tuple[str, str]]:
    for kind in MERGED:
        table = f"store_{kind}"
        yield (
            f"the {kind} that stands for merged ones stands itself",
            f"SELECT x.id FROM {table} x LEFT JOIN {table} r ON r.id = x.root_id WHERE (x.merged_into_id IS NULL) <> "
            "(x.root_id IS NULL) OR (x.root_id IS NOT NULL AND (r.id IS NULL OR r.root_id IS NOT NULL))",
        )
        yield (
            f"merged {kind}s lead to their root and in no circle",
            f"WITH RECURSIVE up (id, at, steps) AS (SELECT id, merged_into_id, 1 FROM {table} "
            "WHERE merged_into_id IS NOT NULL UNION ALL "
            f"SELECT up.id, p.merged_into_id, up.steps + 1 FROM up JOIN {table} p ON p.id = up.at "
            "WHERE p.merged_into_id IS NOT NULL AND up.steps < 1000), "
            f"top AS (SELECT up.id, up.at, up.steps FROM up JOIN {table} p ON p.id = up.at "
            "WHERE p.merged_into_id IS NULL OR up.steps >= 1000) "
            f"SELECT t.id FROM top t JOIN {table} x ON x.id = t.id WHERE t.steps >= 1000 OR x.root_id <> t.at",
        )
        yield (
            f"outside keys lead to {_a(kind)}",
            f"SELECT k.id FROM store_externalkey k LEFT JOIN {table} x ON x.id = k.object_id "
            f"WHERE k.kind = '{kind}' AND x.id IS NULL",
        )
        yield (
            f"{_a(kind)} that is merged has a merge that stands, and the other way round",
            f"SELECT x.id FROM {table} x WHERE x.merged_into_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
            f"store_merge m WHERE m.kind = '{kind}' AND m.gone_id = x.id AND m.undone_at IS NULL) UNION ALL "
            f"SELECT m.id FROM store_merge m LEFT JOIN {table} x ON x.id = m.gone_id WHERE m.kind = '{kind}' "
            "AND m.undone_at IS NULL AND (x.id IS NULL OR x.merged_into_id IS NULL)",
        )
    for name in _LEDGER:
        yield (
            f"every {name} has a source",
            f"SELECT x.id FROM store_{name} x LEFT JOIN store_source s ON s.id = x.source_id WHERE s.id IS NULL",
        )
    for kind in Kind:
        for relation, other in RELATIONS[kind].items():
            if (kind, relation) != (Kind.ORDER, "product"):  # which its lines have
                yield (
                    f"the {relation} of {_a(kind.value)} is there",
                    f"SELECT x.id FROM store_{kind.value} x LEFT JOIN store_{other.value} r ON r.id = x.{relation}_id "
                    f"WHERE x.{relation}_id IS NOT NULL AND r.id IS NULL",
                )


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


INVARIANTS |= dict(_more())


def broken(cursor: Any, invariants: Mapping[str, str] = INVARIANTS, most: int = 5) -> Iterator[tuple[str, list[int]]]:
    """Each invariant that does not hold, with the numbers of the first rows for which it does not."""
    for words, query in invariants.items():
        cursor.execute(f"{query} LIMIT {most:d}")
        if rows := cursor.fetchall():
            yield words, [row[0] for row in rows]
