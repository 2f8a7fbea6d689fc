"""The grammar of a call: one sentence for each mistake in it, with 'did you mean'."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from leadline.core.errors import CallError

if TYPE_CHECKING:
    from leadline.core.roles import Role

MANY = ("--lost", "--open", "--columns")  # options that take all words up to the next option


class Parser(argparse.ArgumentParser):
    """Argparse that raises CallError, takes no shortened options and keeps the lines of descriptions."""

    def __init__(self, **kinds: Any) -> None:
        super().__init__(
            **{"formatter_class": _Help, "allow_abbrev": False, "argument_default": argparse.SUPPRESS, **kinds}
        )
        self._words: list[str] = []

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, with the words kept for what `error` says."""
        self._words = list(args or [])
        found, left = super().parse_known_args(args, namespace)
        if left:
            self.error(f"unrecognized arguments: {left[0]}")
        return found, left

    def error(self, message: str) -> NoReturn:
        """Raises CallError with one sentence."""
        raise CallError(self._unknown() or self._mended(message))

    def _options(self) -> list[str]:
        return re.findall(r"(?<![\w-])--[a-z-]+", self.format_usage())

    def _unknown(self) -> str:
        """The sentence for the first option that is none; '' where all are known."""
        known = [*self._options(), "--help", "-h"]
        for word in self._words:
            if word == "--" or (self._subparsers is not None and not word.startswith("-")):
                break
            name = word.partition("=")[0]
            if re.match(r"--?[a-zA-Z]", name) and name not in known:
                near = _near(name.replace("_", "-"), known)
                mend = f"did you mean {near}?" if near else f"{self.prog} --help lists them"
                return f"There is no option {name}; {mend}"
        return ""

    def _mended(self, message: str) -> str:
        if found := re.match(r"the following arguments are required: (.*)", message):
            needed = [name.strip() for name in found[1].split(",")]
            if "command" in needed:
                return f"Name a command; {self.prog} --help lists them"
            hint = f"{self.prog} --help shows examples"
            swallowed = next((word for word in self._words if word in MANY), "")
            if "FILE" in needed and swallowed:
                hint = f"put it before {swallowed}, which takes every word up to the next option"
            return f"{self.prog} needs {' and '.join(needed)}; {hint}"
        if found := re.match(r"argument (-[\w/, -]*): expected (?:one|at least one) argument", message):
            return f"{found[1]} needs a value; {self.prog} --help says which"
        if found := re.match(r"argument command: invalid choice: '(.*?)' ", message):
            choices = re.findall(r"[a-z-]+", self.format_usage().partition("{")[2].partition("}")[0])
            near = _near(found[1], choices)
            mend = f"did you mean '{near}'?" if near else f"there are {', '.join(choices)}"
            return f"There is no command '{found[1]}'; {mend}"
        if found := re.match(r"unrecognized arguments: (.*)", message):
            return (
                f"'{found[1]}' is one word too many; put quotes around a value with blanks, as in "
                "--outcome 'Stage=Closed Won'"
            )
        return message[:1].upper() + message[1:]


def _near(word: str, words: Sequence[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, words, n=1, cutoff=0.55)), "")


class _Help(argparse.HelpFormatter):
    """Help with room for the longest option; paragraphs are folded, examples stay as they are."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return text
        return super()._fill_text(text, width, indent)


class Once(argparse.Action):
    """An option that may be given one time: of two, one would be ignored silently."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        seen: frozenset[str] = getattr(namespace, "seen", frozenset())
        if self.dest in seen:
            raise CallError(f"{option_string} is given twice; give it once")
        namespace.seen = seen | {self.dest}
        setattr(namespace, self.dest, values)


def whole(option: str, low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise CallError(f"{option} takes a whole number from {low:,} to {high:,}, not '{text}'")
        return number

    return read


def days(text: str) -> float:
    """A number of days, 0 or more."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 36_500:
        raise CallError(f"--mature-after takes a number of days, not '{text}'")
    return number


def reading(parser: argparse._ActionsContainer) -> None:
    """The options for where rows come from."""
    parser.add_argument("--sheet", action=Once, default="", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument("--query", action=Once, default="", metavar="SQL", help="the query to a database: one SELECT")


def roles(said: Sequence[str]) -> dict[str, Role]:
    """The roles of `--role COLUMN=ROLE`; a column's name may hold '='."""
    from difflib import get_close_matches

    from leadline.core.roles import Role

    found: dict[str, Role] = {}
    for item in said:
        column, sign, word = item.rpartition("=")
        name = word.strip().lower()
        known = [role.value for role in Role]
        if not sign or not column:
            raise CallError(f"--role reads COLUMN=ROLE, as in 'Account Name=account', not '{item}'")
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            raise CallError(
                f"There is no role '{word}'; "
                + (f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}")
            )
        if found.get(column, Role(name)) is not Role(name):
            raise CallError(f"--role gives '{column}' two roles, {found[column].value} and {name}; give it one")
        found[column] = Role(name)
    return found
