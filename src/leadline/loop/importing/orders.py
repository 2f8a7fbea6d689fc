"""Rows of orders: one order a row, or one line of an order a row, those after the first perhaps without its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from leadline.core.market import FIELDS, Kind, Record, Refusal
from leadline.core.signal import Ref
from leadline.loop.importing.records import Taken
from leadline.loop.importing.relations import Relation, Said
from leadline.loop.importing.sheet import Sheet

LINE = ("quantity", "price")
PART = 5_000


@dataclass(slots=True)
class _Order:
    rows: list[int] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[Said, Decimal | None, Decimal | None]] = field(default_factory=list)
    why: tuple[str, str, str] | None = None


def has_lines(sheet: Sheet) -> bool:
    """Whether rows are lines of orders."""
    return sheet.kind == "orders" and sheet.has("product.code", "product.name", "product.id")


class Orders:
    """Gathers the rows of each order; all orders of a file are held at once."""

    def __init__(self, sheet: Sheet, relations: Sequence[Relation]) -> None:
        self._sheet = sheet
        self._relations = [one for one in relations if one.name != "product"]
        self._product = next(one for one in relations if one.name == "product")
        self._own = [name for name in (*FIELDS[Kind.ORDER], "id", "modified") if sheet.has(name)]

    def taken(self) -> Iterator[Taken]:
        """The records of all orders, in pieces."""
        part = Taken([], [])
        for order in self._gathered():
            record = None if order.why else self._record(order)
            if record is not None:
                part.records.append(record)
            else:
                column, value, reason = order.why or ("", "", "")
                part.refused += [Refusal(row, column, value, reason) for row in order.rows]
            if len(part.records) + len(part.refused) >= PART:
                yield part
                part = Taken([], [])
        yield part

    def _gathered(self) -> Iterator[_Order]:
        found: dict[str, _Order] = {}
        nameless: list[_Order] = []
        last = ""
        for rows in self._sheet.rows():
            values = rows.values
            said = {one.name: one.said(values, rows.count, None) for one in (*self._relations, self._product)}
            for place in range(rows.count):
                key = next((str(values[n][place]) for n in ("id", "number") if n in values and values[n][place]), "")
                key = key or (last if said["product"][place] else "")
                if not key:
                    nameless.append(
                        _Order([rows.start + place + 1], why=("", "", "Nothing names this order; give it a number"))
                    )
                    continue
                last = key
                order = found.setdefault(key, _Order())
                order.rows.append(rows.start + place + 1)
                if bad := rows.bad.get(place):
                    order.why = order.why or (
                        bad[0],
                        bad[1],
                        f"{bad[2]} (row {rows.start + place + 1:,} of this order)",
                    )
                for name in self._own:
                    self._add(order, name, values[name][place])
                for one in self._relations:
                    if said[one.name][place]:
                        order.said.setdefault(one.name, said[one.name][place])
                order.extra = {**rows.extra[place], **order.extra}
                if said["product"][place]:
                    cells = [values[name][place] if name in values else None for name in LINE]
                    order.lines.append((said["product"][place], cells[0], cells[1]))
        yield from found.values()
        yield from nameless

    def _add(self, order: _Order, name: str, value: Any) -> None:
        if value is None:
            return
        held = order.values.setdefault(name, value)
        if held != value and name not in ("modified", "amount"):
            header = self._sheet.headers[name][0]
            order.why = order.why or (
                header,
                str(value),
                f"Rows {order.rows[0]:,} and {order.rows[-1]:,} of one order differ here; keep one",
            )

    def _record(self, order: _Order) -> Record | None:
        relations: dict[str, Ref] = {}
        for one in self._relations:
            words = order.said.get(one.name)
            if words and (ref := self._ref(order, one, words)):
                relations[one.name] = ref
        lines = []
        for words, quantity, price in order.lines:
            ref = self._ref(order, self._product, words)
            if ref is not None:
                lines.append({"product": ref, "quantity": quantity, "price": price})
        if order.why:
            return None
        values = dict(order.values)
        number, at = values.pop("id", None), values.pop("modified", None)
        keys = [Ref(self._sheet.source, number)] if number else []
        if values.get("number"):
            keys.append(Ref("number", values["number"]))
        return Record(Kind.ORDER, tuple(keys), values, relations, order.extra, at, order.rows[0], lines=tuple(lines))

    def _ref(self, order: _Order, relation: Relation, words: Said) -> Ref | None:
        met = relation.met[words]
        if met.reason:
            header = next((self._sheet.headers[name][0] for name in relation.fields), "")
            order.why = order.why or (header, next(word for word in words if word), met.reason)
        return relation.ref(words)
