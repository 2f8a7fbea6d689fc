"""Texts without personal data, that whoever holds the map can turn back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from leadline.core.errors import CallError
from leadline.understand import personal
from leadline.understand.embedding import Size

Style = Literal["label", "pseudonym"]
_GIVEN = "Alex Robin Kim Sascha Toni Jona Charlie Mika Noa Luca Sam Jamie Kai Rene Andrea Dominique".split()
_FAMILY = "Muster Sample Exempel Ejemplo Esempio Voorbeeld Exemple Przykład Vzor Malli Eksempel Exemplar".split()
_SHAPES = {
    "e-mail": "person{n}@masked.example",
    "phone": "+00 000 {n:06d}",
    "IBAN": "XX00 0000 {n:08d}",
    "credit card": "0000 0000 {n:08d}",
    "IP address": "192.0.2.{n}",
    "date of birth": "01.01.1900 ({n})",
    "address": "{n} Example Street",
}


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data. `kept` maps what stands there now to what stood there: keep it apart, or not."""

    text: str
    kept: Mapping[str, str]
    kinds: Mapping[str, int]

    def restored(self) -> str:
        """The text as it was."""
        return restore(self.text, self.kept)


class Masker:
    """Masks many texts with one map: equal data has an equal mark in all of them.

    'label' writes '[phone 2]', 'pseudonym' something of the same kind that is nobody's ('+00 000 000002').
    """

    def __init__(self, style: Style = "label", size: Size = "bulk") -> None:
        if style not in ("label", "pseudonym"):
            raise CallError(f"There is no style '{style}'; say label or pseudonym")
        self._style, self._size = style, size
        self._marks: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}
        self.kept: dict[str, str] = {}
        self.kinds: dict[str, int] = {}

    def mask(self, text: str) -> str:
        """One text without personal data."""
        return self.mask_all([text])[0]

    def mask_all(self, texts: Sequence[str]) -> list[str]:
        """Texts without personal data; what follows the first 50,000 characters of one is cut off."""
        texts = [text[: personal.LOOKED_AT] for text in texts]
        everything = "\n".join(texts)
        masked = []
        for text, found in zip(texts, personal.find_many(texts, self._size), strict=True):
            parts, at = [], 0
            for one in found:
                parts += [text[at : one.start], self._mark(one.kind, text[one.start : one.end], everything)]
                self.kinds[one.kind] = self.kinds.get(one.kind, 0) + 1
                at = one.end
            masked.append("".join([*parts, text[at:]]))
        return masked

    def _mark(self, kind: str, data: str, texts: str) -> str:
        """The mark for some data; one that no text holds already, so that turning back is exact."""
        mark = self._marks.get((kind, data))
        while mark is None or mark in texts:
            number = self._numbers[kind] = self._numbers.get(kind, 0) + 1
            mark = self._made(kind, number)
        self._marks[kind, data] = mark
        self.kept[mark] = data
        return mark

    def _made(self, kind: str, number: int) -> str:
        if self._style == "label":
            return f"[{kind} {number}]"
        if kind == "name":
            turn, place = divmod(number - 1, len(_GIVEN) * len(_FAMILY))
            name = f"{_GIVEN[place % len(_GIVEN)]} {_FAMILY[place // len(_GIVEN)]}"
            return name if not turn else f"{name} {turn + 1}"
        return _SHAPES.get(kind, f"{kind} 0000{{n:04d}}").format(n=number)


def mask(text: str, style: Style = "label", size: Size = "bulk") -> Masked:
    """One text without personal data, and the map by which it can be turned back."""
    masker = Masker(style, size)
    masked = masker.mask(text)
    if restore(masked, masker.kept) != text[: personal.LOOKED_AT]:
        # Beside other words a pseudonym can read as another one; a label, in brackets, cannot.
        masker = Masker("label", size)
        masked = masker.mask(text)
    return Masked(masked, MappingProxyType(masker.kept), MappingProxyType(masker.kinds))


def restore(text: str, kept: Mapping[str, str]) -> str:
    """A masked text as it was. `kept` is the map that masking made."""
    if not kept:
        return text
    # The longest first: '1 Example Street' also stands in '11 Example Street'.
    marks = "|".join(re.escape(mark) for mark in sorted(kept, key=len, reverse=True))
    return re.sub(marks, lambda found: kept[found[0]], text)
