"""Reads the words of new signals: what is understood of them becomes facts, each with the words that it rests on.

A signal is read once by each reader (a version of the rules and models, and their size); a new version reads all again
and the newest facts of a signal count. Facts are dated when the words were said: nothing but those words made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.core.clock import from_micros
from leadline.core.ledger import Fact
from leadline.core.signal import Act, Actor
from leadline.core.understanding import FactKind, Finding, Intent
from leadline.store import ledger, texts
from leadline.store.transactions import together
from leadline.understand import reading
from leadline.understand.embedding import Size
from leadline.understand.entities import Known
from leadline.understand.signal_text import SILENT, text_of

SOURCE = "reading"
LOOK_BACK = 10_000
"""Signals before the last one read that are looked at again: what was written at the same time may be seen later."""
LIMIT = 2_000
TOGETHER = 250  # texts whose facts are written in one transaction
_SILENT = sorted(map(str, SILENT))
# What sellers write down of a buyer's act is in their words.
_TOLD_BY_SELLERS = frozenset(
    (Act.CALL_HELD, Act.MEETING_INVITED, Act.MEETING_HELD, Act.MEETING_ACCEPTED, Act.MEETING_DECLINED)
) | {Act.MEETING_CANCELLED, Act.NOTE_WRITTEN, Act.TASK_DONE, Act.NEWS_PUBLISHED}


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading did: signals looked at, texts among them, facts written, and the last signal looked at."""

    signals: int
    texts: int
    facts: int
    last: int


def read_new(*, limit: int = LIMIT, size: Size = "bulk", after: int | None = None, apart: bool = False) -> Read:
    """Reads at most `limit` signals that were not read and writes what is understood.

    `after` is the last signal that an earlier call looked at (found in the record unless given). With `apart` the
    models run in a child process, at low priority, which gives their memory back when it ends.
    """
    reader = f"reading {reading.VERSION} {size}"
    last = texts.reached(reader) if after is None else after
    rows = list(texts.unread(reader, max(0, last - LOOK_BACK), last, _SILENT, None)) if last else []
    rows += texts.unread(reader, last, None, _SILENT, limit)
    told = [(row, text) for row in rows if (text := text_of(row.act, row.payload)).strip()][:limit]
    written = 0
    if told:
        names = texts.names()
        known = Known(names.companies, names.products, names.own)
        theirs = [row.actor == Actor.BUYER and row.act not in _TOLD_BY_SELLERS for row, _ in told]
        reads = reading.read_apart if apart else reading.read_many
        found = reads([text for _, text in told], size, known=known, theirs=theirs)
        for start in range(0, len(told), TOGETHER):
            facts = [
                fact
                for (row, _), findings in zip(
                    told[start : start + TOGETHER], found[start : start + TOGETHER], strict=True
                )
                for fact in _facts(row, findings, reader)
            ]
            with together():
                written += ledger.append_facts(facts).added
    # Where not all was read, the next call goes on after the last text that was.
    stop = told[-1][0].signal if len(told) == limit else rows[-1].signal if rows else last
    return Read(len(rows), len(told), written, max(last, stop))


def _facts(row: texts.TextRow, findings: Sequence[Finding], reader: str) -> list[Fact]:
    if row.act == Act.OUT_OF_OFFICE:
        told = {"intent": Intent.OUT_OF_OFFICE.value}
        findings = [*findings, Finding(FactKind.INTENT, told, None, "", 1.0, "headers of the mail")]
    counts: dict[FactKind, int] = {}
    facts = []
    for one in findings:
        number = counts[one.kind] = counts.get(one.kind, 0) + 1
        facts.append(
            Fact(
                SOURCE,
                f"{row.signal}:{one.kind.value}:{number}:{reader.removeprefix('reading ')}",
                one.kind.value,
                ("signal", row.signal),
                dict(one.value),
                from_micros(row.at),
                signal=row.signal,
                span=one.span,
                quote=one.quote,
                confidence=one.confidence,
                made_by=f"{reader}; {one.made_by}",
            )
        )
    return facts
