"""What a terminal shows: plain lines in a few calm styles. Text from files is never markup and never steers it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

WIDEST = 100
LABEL = 15

# For terminals that know no more: every typographic sign that results use.
ASCII = str.maketrans({"×": "x", "÷": "/", "–": "-", "−": "-", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})

DEEP = "cyan"
SOFT = "dim"


def clean(text: object, most: int = 0) -> str:
    """Any text on one line, without signs that could steer a terminal; cut to `most` cells where that is given."""
    line = " ".join("".join(s if s.isprintable() else " " for s in str(text)).split())
    if most and cell_len(line) > most:
        return set_cell_size(line, most - 1).rstrip() + "…"
    return line


class Paper:
    """Lines are collected and shown at once, so that a result is never cut in two by an error."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        self.width = max(50, min(self._console.width, WIDEST))
        self.signs = "utf" in (getattr(sys.stdout, "encoding", "") or "").lower()
        self._lines: list[Text] = []

    def blank(self) -> None:
        """An empty line."""
        self._lines.append(Text())

    def title(self, words: str, note: str = "") -> None:
        """A heading, with an empty line before it and a soft note beside it."""
        self.blank()
        line = Text(clean(words), style="bold")
        if note:
            line.append(f"  {clean(note)}", style=f"not bold {SOFT}")
        self._fold(line, 0)

    def item(self, label: str, words: str | Text, soft: bool = False) -> None:
        """A line with a label before it, folded under itself."""
        line = Text(f"  {set_cell_size(clean(label, LABEL - 3), LABEL - 2)}", style=SOFT)
        line.append_text(_text(words, SOFT if soft else ""))
        self._fold(line, LABEL)

    def line(self, words: str | Text, indent: int = 2, soft: bool = False) -> None:
        """A line, folded under itself."""
        self._fold(Text(" " * indent).append_text(_text(words, SOFT if soft else "")), indent)

    def command(self, words: str) -> None:
        """A call to copy: never folded."""
        self._lines.append(Text(f"    {clean(words)}"))

    def points(self, lines: Iterable[str], most: int, rest: str) -> None:
        """At most `most` lines, then `rest` with the number of those left out in place of {}."""
        every = list(lines)
        for one in every[:most]:
            self.line(one)
        if len(every) > most:
            self.line(rest.format(len(every) - most), soft=True)

    def show(self) -> None:
        """Write all to standard output."""
        with self._console.capture() as captured:
            for line in self._lines:
                self._console.print(line, soft_wrap=True)
        text = captured.get()
        sys.stdout.write(text if self.signs else text.translate(ASCII))
        sys.stdout.flush()

    def _fold(self, line: Text, indent: int) -> None:
        first = line.wrap(self._console, self.width)
        if len(first) <= 1:
            self._lines.append(line)
            return
        rest = line[len(first[0].plain) :]
        first[0].rstrip()
        self._lines.append(first[0])
        rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
        for part in rest.wrap(self._console, self.width - indent):
            part.rstrip()
            self._lines.append(Text(" " * indent).append_text(part))


def _text(words: str | Text, style: str) -> Text:
    if isinstance(words, Text):
        return words
    # "not dim" where a label before it is soft
    return Text(clean(words), style=style or f"not {SOFT}")
