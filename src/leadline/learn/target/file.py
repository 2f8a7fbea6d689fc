"""Target groups as TOML: written to be read and edited by people, read with one sentence for each mistake."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadline.core.errors import CallError
from leadline.core.target import FIELDS, Rule, Target, Weight
from leadline.learn.target.catalogue import country_of, named_in, names_of, places
from leadline.learn.target.wording import read

LARGEST = 200_000
_KEYS = {"field", "is", "like", "contains", "from", "to", "currency", "kind", "weight", "said"}
_NAMES = {"function": "functions", "seniority": "seniorities"}


def load(text_or_path: str) -> Target:
    """The target that a TOML file holds, or that plain words describe. A file may have `words`, which are read as
    rules, beside `[[rule]]`. Raises CallError with the place and the mend."""
    path = Path(text_or_path)
    if not text_or_path.lower().endswith(".toml"):
        return read(text_or_path)
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise CallError(f"{path.name} is larger than {LARGEST:,} bytes; a target group is a page of rules")
        told = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise CallError(
            f"There is no target group in {path}: {(error.strerror or 'it cannot be read').lower()}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CallError(f"{path.name} is no TOML ({error}); mend it there") from error
    return of_toml(told, path.name)


def of_toml(told: Mapping[str, Any], name: str = "the target") -> Target:
    """The target in a parsed TOML document."""
    listed = told.get("rule", [])
    if not isinstance(listed, list) or set(told) - {"name", "words", "rule"}:
        odd = ", ".join(sorted(set(told) - {"name", "words", "rule"})) or "rule"
        raise CallError(f"{name} has '{odd}'; it may have name, words and [[rule]] tables")
    rules = [_rule(one, place, name) for place, one in enumerate(listed, 1)]
    words = str(told.get("words", ""))
    if words and not rules:
        rules = list(read(words).rules)
    if not rules:
        raise CallError(f"{name} holds no rule; add [[rule]] or words")
    return Target(tuple(rules), words, str(told.get("name", "")))


def dump(target: Target) -> str:
    """A target as TOML; `load` gives the same target back."""
    lines = []
    if target.name:
        lines.append(f"name = {_quoted(target.name)}")
    if target.words:
        lines.append(f"words = {_quoted(target.words)}")
    for rule in target.rules:
        lines += ["", "[[rule]]", f'field = "{rule.field}"']
        if rule.values:
            key = {"industry": "like", "text": "like", "title": "contains", "city": "contains"}.get(rule.field, "is")
            lines.append(f"{key} = [{', '.join(map(_quoted, rule.values))}]")
        lines += [f"from = {rule.low:.15g}"] if rule.low is not None else []
        lines += [f"to = {rule.high:.15g}"] if rule.high is not None else []
        lines += [f'currency = "{rule.currency}"'] if rule.currency else []
        lines.append(f'kind = "{rule.kind.value}"')
        lines += [f"weight = {rule.weight:g}"] if rule.weight != 1.0 else []
        lines += [f"said = {_quoted(rule.said)}"] if rule.said else []
    return "\n".join(lines).lstrip("\n") + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _rule(told: Any, place: int, name: str) -> Rule:
    where = f"Rule {place} of {name}"
    if not isinstance(told, dict) or set(told) - _KEYS:
        odd = ", ".join(sorted(set(told) - _KEYS)) if isinstance(told, dict) else str(told)
        raise CallError(f"{where} has '{odd}'; it may have {', '.join(sorted(_KEYS))}")
    field = told.get("field")
    if field not in FIELDS:
        raise CallError(f"{where} is about '{field}'; the fields are {', '.join(FIELDS)}")
    low, high = _number(told.get("from"), where), _number(told.get("to"), where)
    values = told.get("is", told.get("like", told.get("contains", [])))
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise CallError(f'{where}: write its values as a list of words, as in is = ["AT", "DE"]')
    is_range = field in ("employees", "revenue")
    if is_range == bool(values) or is_range != (low is not None or high is not None):
        raise CallError(f"{where}: {field} takes {'from and to' if is_range else 'a list of values'}")
    if low is not None and high is not None and low > high:
        raise CallError(f"{where} goes from {low:g} to {high:g}; turn them round")
    try:
        kind = Weight(told.get("kind", "must"))
    except ValueError:
        raise CallError(f"{where} is of kind '{told.get('kind')}'; say must, should or must not") from None
    weight = _number(told.get("weight", 1.0), where)
    if weight is None or not 0 < weight <= 100:
        raise CallError(f"{where}: a weight is a number above 0, at most 100")
    shown = tuple(code for value in values for code in _values(field, value, where))
    return Rule(field, shown, low, high, str(told.get("currency", "")).upper(), kind, weight, str(told.get("said", "")))


def _values(field: str, value: str, where: str) -> tuple[str, ...]:
    """Values as rules keep them: countries and regions as codes, functions and seniority by their names."""
    if field == "country":
        codes = (country_of(value),) if country_of(value) else places().get(value.strip().casefold(), ())
        if not codes:
            raise CallError(f"{where} names '{value}', which is no country or region that is known; write its ISO code")
        return codes
    if field in _NAMES:
        names = {name for _, _, name in named_in(_NAMES[field], value)} if value not in _known(field) else {value}
        if not names:
            raise CallError(f"{where} names '{value}'; {field} is one of {', '.join(_known(field))}")
        return tuple(sorted(names))
    return (value.strip(),)


def _known(field: str) -> tuple[str, ...]:
    return names_of(_NAMES[field])


def _number(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise CallError(f"{where}: '{value}' is no number")
    return float(value)
