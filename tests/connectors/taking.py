"""A stand-in for the record: takes pages in order, keeps what a real one would, and can die between two of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from leadline.core.market import Record
from leadline.core.ports import Connection, Connector
from leadline.core.signal import Ref, Signal


@dataclass
class Taken:
    """Objects by their first key, signals by theirs, the cursor, and every record in the order of its coming."""

    objects: dict[tuple[str, Ref], dict[str, Any]] = field(default_factory=dict)
    signals: dict[tuple[str, str], Signal] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cursor: str = ""

    def pull(self, connector: Connector, connection: Connection, dies_after: int | None = None) -> int:
        """Reads to the end, or until so many pages are taken; gives how many were."""
        taken = 0
        pages = connector.read(connection, self.cursor)
        while dies_after is None or taken < dies_after:
            page = next(pages, None)
            if page is None:
                break
            taken += 1
            self.cursor = page.cursor
            self.notes += page.notes
            for signal in page.signals:
                self.signals.setdefault((signal.source, signal.key), signal)
            for record in page.records:
                self.records.append(record)
                seen = self.objects.setdefault((record.kind.value, record.keys[0]), {})
                seen |= {**record.values, **record.relations, "extra": dict(record.extra)}
        return taken

    def of(self, kind: str, key: str) -> dict[str, Any]:
        """What is known of one object, by its id in the system."""
        (found,) = [values for (k, ref), values in self.objects.items() if k == kind and ref.key == key]
        return found

    @property
    def state(self) -> tuple[Any, Any]:
        return self.objects, self.signals
