"""Won, lost and open: how the values of the outcome column are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

import numpy as np
import pyarrow as pa

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.qualification import OutcomeReading
from leadline.learn.headers import plain

WON, LOST, OPEN = 1, 0, -1

# Whole words in ten languages, without accents. Lost is looked for first: 'not won' is lost.
_LOST = frozenset(
    """
    lost loss lose dead disqualified unqualified rejected reject declined refused cancelled canceled churned churn
    abandoned junk no failed failure false unsuccessful dropped drop withdrawn nogo unconverted unsold verloren
    verlust abgelehnt abgesagt abgebrochen storniert nein disqualifiziert gescheitert absage perdu perdue refuse
    refusee rejete rejetee annule annulee non echoue perdido perdida rechazado rechazada descartado descartada
    cancelado cancelada perso persa rifiutato rifiutata annullato annullata scartato nao rejeitado rejeitada
    recusado recusada afgewezen geannuleerd nee verlies forlorad forlorat forlust avvisad nej tapt havitty hylatty
    menetetty ei peruttu przegrana przegrane przegrany utracony utracona odrzucony odrzucona nie""".split()
)
_WON = frozenset(
    """
    won win wins converted convert yes accepted accept sold signed success successful true customer awarded booked
    purchased bought closedwon ordered gewonnen erfolg erfolgreich angenommen ja abgeschlossen unterschrieben
    verkauft kunde konvertiert zugesagt gewinn gagne gagnee oui accepte acceptee signe signee converti vendu ganado
    ganada si aceptado aceptada convertido vendido exito vinto vinta accettato accettata convertito venduto ganho
    ganha sim aceito aceita fechado geaccepteerd verkocht vunnen vunnet accepterad sald vundet voitettu kylla
    hyvaksytty myyty wygrana wygrane wygrany tak zaakceptowany sprzedany zdobyty""".split()
)
_OPEN = frozenset(
    """
    open new pending prospecting engaging qualification qualified qualifying proposal negotiation negotiating review
    working contacted nurturing nurture active progress discovery demo evaluation quoted waiting hold identified
    validated validation analysis perception scheduled assigned attempted stalled committed commit onhold wip
    ongoing unknown offen neu bearbeitung laufend angebot verhandlung qualifiziert ausstehend aktiv kontaktiert
    wartend ouvert ouverte nouveau cours attente negociation proposition qualifie abierto abierta nuevo curso
    pendiente negociacion propuesta calificado cualificado aperto aperta nuovo corso attesa trattativa proposta
    aberto aberta andamento pendente negociacao openstaand nieuw onderhandeling lopend behandeling oppen oppet
    pagaende forhandling ny offert avoin uusi kesken neuvottelu tarjous otwarta otwarte otwarty nowa nowy toku
    negocjacje oferta""".split()
)
_STILL = frozenset(
    "open pending ongoing offen ouvert ouverte abierto abierta aperto aperta aberto aberta avoin otwarta".split()
)
_NEGATION = re.compile(r"\b(?:not|non|un|nicht|kein|keine|no|nie|ej|inte|ei|niet|nao|pas) (?:\w+ )?$")


def _words(value: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(value)).lower()
    return re.findall(r"[a-z0-9]+", spaced)


def meaning(value: str) -> str:
    """'won', 'lost', 'open' or '' for one value: `Closed Won - Paid` is won, `nicht gewonnen` lost."""
    words = _words(value)
    if not words:
        return "open"
    joined = " ".join(words)
    if joined in ("1", "1 0", "y", "t"):
        return "won"
    if joined in ("0", "0 0", "n", "f", "no bid", "no go", "closed no decision", "no decision"):
        return "lost"
    won, lost = _WON.intersection(words), _LOST.intersection(words)
    if "closed" in words and not won and not lost:
        return ""
    if won and not lost - {"no", "non", "ei", "nie", "ej", "nao"}:
        first = re.search(rf"\b(?:{'|'.join(won)})\b", joined)
        negated = first is not None and _NEGATION.search(joined[: first.start()])
        return "lost" if negated else "won"
    if lost:
        return "lost"
    return "open" if _OPEN.intersection(words) else ""


def _as_text(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """Codes per row (-1 for blank) and the values as shown to a reader: 1.0 is '1'."""
    coded = column.combine_chunks().dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    shown: list[str] = []
    blank: list[int] = []
    for at, value in enumerate(coded.dictionary.to_pylist()):
        if value is None or (isinstance(value, float) and value != value) or not str(value).strip():
            blank.append(at)
            shown.append("")
        else:
            shown.append(f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value))
    if blank:
        codes[np.isin(codes, blank)] = -1
    return codes, shown


def _match(wanted: str, values: Sequence[str], column: str) -> set[str]:
    """Values meant by one that was named: exactly, by case, as a number or truth value, or `Won*`."""
    wanted = wanted.strip()
    folded = wanted.casefold()
    exact = {value for value in values if value == wanted}
    if exact:
        return exact
    if "*" in wanted:
        pattern = re.compile(".*".join(re.escape(part) for part in folded.split("*")) + "$", re.DOTALL)
        found = {value for value in values if value and pattern.match(value.casefold().strip())}
    else:
        found = {value for value in values if value and value.strip().casefold() == folded}
    if not found:
        alike = {"1": ("true", "yes"), "0": ("false", "no"), "true": ("1", "yes"), "false": ("0", "no"),
                 "yes": ("1", "true"), "no": ("0", "false")}  # fmt: skip
        number = re.fullmatch(r"([+-]?\d+)\.0*", folded)
        also = (number.group(1),) if number else alike.get(folded, ())
        found = {value for value in values if value.strip().casefold() in also}
    if found:
        return found
    near = get_close_matches(folded, {value.casefold(): value for value in values if value}, n=1, cutoff=0.6)
    shown = ", ".join(f"'{value}'" for value in [value for value in values if value][:8])
    more = " …" if len([value for value in values if value]) > 8 else ""
    by_fold = {value.casefold(): value for value in values}
    hint = f"did you mean '{by_fold[near[0]]}'? It has {shown}{more}" if near else f"it has {shown}{more}"
    raise CallError(f"The value '{wanted}' never occurs in the column '{column}'; {hint}")


def split_spec(spec: str, columns: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The column and the won values of `Stage=A|B`; the column's own name may hold '='. Raises ColumnNotFound."""
    names = list(columns)
    if spec in names:
        return spec, ()
    cuts = [at for at, sign in enumerate(spec) if sign == "="]
    by_fold = {name.strip().casefold(): name for name in names}
    for at in reversed(cuts):
        head, tail = spec[:at], spec[at + 1 :]
        name = head if head in names else by_fold.get(head.strip().casefold())
        if name is not None:
            return name, tuple(
                part.strip() for part in ([tail] if not tail.strip() else tail.split("|")) if part.strip()
            )
    if not cuts and spec.strip().casefold() in by_fold:
        return by_fold[spec.strip().casefold()], ()
    raise ColumnNotFound(spec[: cuts[0]] if cuts else spec, names)


def read_outcome(
    table: pa.Table, spec: str, lost: Sequence[str] = (), open_: Sequence[str] = ()
) -> tuple[OutcomeReading, np.ndarray]:
    """Read won, lost and open from the outcome column.

    `spec` is 'Stage=Closed Won', 'Stage=A|B', 'Stage=Closed Won*' or just 'Stage', where the won values are proposed
    too. Gives the reading and labels, int8 per row: 1 won, 0 lost, -1 open. Raises ColumnNotFound for a column and
    CallError for a value that does not occur.
    """
    column, named = split_spec(spec, table.column_names)
    codes, values = _as_text(table[column])
    known = [value for value in values if value]
    if not known:
        raise CallError(f"The outcome column '{column}' is blank in every row; name another with --outcome")
    if not named and len(known) > 200:
        raise CallError(
            f"The outcome column '{column}' has {len(known)} values; say which is won: --outcome '{column}=VALUE'"
        )
    won = set().union(*(_match(one, known, column) for one in named)) if named else set()
    given_lost = set().union(*(_match(one, known, column) for one in lost)) if lost else set()
    given_open = set().union(*(_match(one, known, column) for one in open_)) if open_ else set()
    twice = (won & given_lost) | (won & given_open) | (given_lost & given_open)
    if twice:
        raise CallError(f"The value '{min(twice)}' of '{column}' was named twice; name it as won, lost or open only")
    proposed = not (named and (lost or len(known) <= 2))
    means = {value: meaning(value) for value in known}
    if not named:
        won = _proposed_won(column, known, means, given_lost, given_open)
    rest = [value for value in known if value not in won and value not in given_lost and value not in given_open]
    if lost and not open_:
        opened, lost_all = given_open | set(rest), given_lost
        why = "the rest is open, as the lost values were named"
    elif len(known) <= 2 or (open_ and not lost):
        still = set() if open_ or lost else {value for value in rest if _STILL.issuperset(_words(value))}
        opened, lost_all = given_open | still, given_lost | set(rest) - still
        why = "there are two values, so the other is lost" if len(known) <= 2 else "the rest is lost"
        if still:
            why = f"'{min(still)}' is still open and no value is lost; if it means lost, name it with --lost"
    else:
        reads_lost = {value for value in rest if means[value] == "lost"}
        reads_open = {value for value in rest if means[value] == "open"}
        unsure = set(rest) - reads_lost - reads_open
        lost_all = given_lost | reads_lost
        opened = given_open | reads_open
        if unsure and not opened:
            lost_all |= unsure
            why = "no value reads as open, so all others are lost"
        else:
            opened |= unsure
            why = "read from their words" + ("; values that say neither are open" if unsure else "")
            if not lost_all:
                lost_all, opened = opened - given_open, given_open
                why = "no value reads as lost, so all others are lost"
    labels = np.full(len(values) + 1, OPEN, dtype=np.int8)
    for at, value in enumerate(values):
        labels[at] = WON if value in won else LOST if value in lost_all else OPEN
    if (codes < 0).any():
        why += "; blank is open"
    reading = OutcomeReading(
        column,
        _in_order(won, known),
        _in_order(lost_all, known),
        _in_order(opened, known),
        proposed=proposed,
        reason=why[0].upper() + why[1:],
    )
    return reading, labels[codes]


def _in_order(chosen: AbstractSet[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value in known if value in chosen)


def _proposed_won(
    column: str, known: Sequence[str], means: dict[str, str], lost: set[str], opened: set[str]
) -> set[str]:
    """The values that read as won, when none was named."""
    left = [value for value in known if value not in lost and value not in opened]
    won = {value for value in left if means[value] == "won"}
    if not won and len(left) == 1 and lost:
        return set(left)
    if not won and len(known) == 2 and any(means[value] == "lost" for value in left):
        return {value for value in left if means[value] != "lost"}
    if not won:
        shown = ", ".join(f"'{value}'" for value in known[:8])
        raise CallError(
            f"No value of '{column}' reads as won; say which is: --outcome '{column}=VALUE' (it has {shown})"
        )
    return won
