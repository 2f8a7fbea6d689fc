"""Takes what names a person out of texts, JSON and request bodies, and leaves the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

MARK = "[erased]"
SHORTEST = 5  # a shorter text is found in too much that has nothing to do with the person

# A word begins where no other goes on: jo.anna@x.org is not anna@x.org. What escapes a sign may stand before it.
_ESCAPED = r"(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrtbf])"
_AFTER_ADDRESS = rf"(?:(?<![\w.+-])|{_ESCAPED})"
# anna@x.co is not anna@x.co.uk, but anna@x.co.csv is a file about her.
_BEFORE_END = r"(?![\w-]|\.(?!(?:csv|tsv|xlsx?|txt|jsonl?|vcf|eml|msg|pdf|ics)\b)\w)"
_AFTER_WORD = rf"(?:(?<![^\W_])|{_ESCAPED})"


@dataclass(frozen=True, slots=False)
class Traces:
    """What names a person: `words` wherever they stand between other words, `signals` by their number."""

    words: tuple[str, ...]
    signals: frozenset[int] = frozenset()

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Any of the words, in any case, plainly or as a URL or JSON writes them; None where there are none."""
        forms = sorted({form for word in self.words for form in _forms(word)}, key=len, reverse=True)
        if not forms:
            return None
        addresses = "|".join(re.escape(form) for form in forms if "@" in form or "%40" in form)
        others = "|".join(re.escape(form) for form in forms if "@" not in form and "%40" not in form)
        parts = [rf"{_AFTER_ADDRESS}(?:{addresses}){_BEFORE_END}"] if addresses else []
        parts += [rf"{_AFTER_WORD}(?:{others})(?![^\W_])"] if others else []
        return re.compile("|".join(parts), re.IGNORECASE)

    @cached_property
    def likes(self) -> tuple[str, ...]:
        """Patterns for LIKE that let every text pass in which a word may stand."""
        found = {_like(form) for word in self.words for form in _forms(word)}
        return tuple(sorted(found))

    def among(self, text: str) -> bool:
        """Whether `text` names the person."""
        return self.pattern is not None and self.pattern.search(text) is not None

    def is_one(self, value: object) -> bool:
        """Whether `value` is one of the words and nothing else."""
        return isinstance(value, str) and self.pattern is not None and bool(self.pattern.fullmatch(value.strip()))

    def out_of(self, text: str) -> str:
        """The text with a mark in place of each word; JSON objects and arrays are read as such."""
        if text[:1] in ("{", "["):
            try:
                read = json.loads(text)
            except (ValueError, RecursionError):
                return self._plain(text)
            kept = self.out_of_json(read)
            return text if kept == read else json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        return self._plain(text)

    def out_of_json(self, value: Any, top: bool = True) -> Any:
        """The value without the person. An object below the top that is about the person (one of its values is a word
        and nothing else, or its 'signal' is one of the person's) is emptied as a whole."""
        if isinstance(value, str):
            return self.out_of(value)
        if isinstance(value, Mapping):
            if not top and self._is_about(value):
                return {}
            return {self._plain(str(key)): self.out_of_json(item, top=False) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.out_of_json(item, top=False) for item in value]
        return value

    def out_of_body(self, body: bytes) -> bytes:
        """A request body without the events that name the person; b'' where none is left or it cannot be told."""
        text = body.decode("utf-8", "replace")
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            return b"" if self.among(text) else body
        if not self._within(read):
            return body
        if isinstance(read, list):
            kept: Any = [event for event in read if not self._within(event)]
            return _bytes(kept) if kept else b""
        for name in ("batch", "events"):
            if isinstance(read, dict) and isinstance(read.get(name), list):
                kept = read | {name: [event for event in read[name] if not self._within(event)]}
                return _bytes(kept) if kept[name] and not self._within(kept) else b""
        return b""

    def _plain(self, text: str) -> str:
        return text if self.pattern is None else self.pattern.sub(MARK, text)

    def _within(self, value: Any) -> bool:
        return self.among(json.dumps(value, ensure_ascii=False))

    def _is_about(self, value: Mapping[str, Any]) -> bool:
        told = (value.get("signal"), value.get("signal_id"))
        return any(isinstance(one, int) and one in self.signals for one in told) or any(
            self.is_one(item) for item in value.values()
        )


def usable(words: Collection[str]) -> tuple[str, ...]:
    """The words that are long enough to be looked for, without blanks around them, each once."""
    return tuple(sorted({word.strip() for word in words if len(word.strip()) >= SHORTEST}, key=str.casefold))


def _forms(word: str) -> set[str]:
    return {word, quote(word, safe=""), quote(word, safe="@"), json.dumps(word)[1:-1]}


def _like(form: str) -> str:
    """LIKE knows no case for ASCII only, so other letters pass as any sign."""
    safe = form.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return "%" + "".join(sign if sign.isascii() else "_" for sign in safe) + "%"


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
