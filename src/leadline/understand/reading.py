"""All that is understood of texts, as findings with the span and words that each rests on.

`read_many` is the fast path: sentences of all texts are compared in one go. Whatever a text says, it is data: nothing
in it is followed, and time and memory are bounded for any text.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from leadline.core.errors import CallError
from leadline.core.understanding import FactKind, Finding
from leadline.understand import entities, intents, personal, themes
from leadline.understand.embedding import DIMENSIONS, Size
from leadline.understand.entities import NOBODY, Entity, Known
from leadline.understand.language import Spoken, language_of
from leadline.understand.lexicon import words_of
from leadline.understand.sentences import sentences
from leadline.understand.sentiment import MADE_BY, UNKNOWN, sentiment_of

VERSION = 1
"""Raised whenever equal texts could give other findings: what was read before is then read again."""
LOOKED_AT = 20_000
"""Characters of a text that are understood."""
QUOTED = 300
MOST_INTENTS, MOST_PERSONAL = 20, 100
AT_ONCE = 256
_UNFIT = re.compile("[\ud800-\udfff\0]")


def read(text: str, *, size: Size = "bulk", known: Known = NOBODY, theirs: bool = True) -> tuple[Finding, ...]:
    """What is understood of one text; see `read_many`."""
    return read_many([text], size, known=known, theirs=[theirs])[0]


def read_many(
    texts: Sequence[str], size: Size = "bulk", *, known: Known = NOBODY, theirs: Sequence[bool] | None = None
) -> list[tuple[Finding, ...]]:
    """What is understood of each text: its language first, then by where it stands.

    `size` 'bulk' uses rules and vectors of words, 'best' also a model of English names and a transformer. `theirs` says
    for each text whether buyers wrote it (all, unless given): of what a firm's own people write no intent and no
    sentiment is told. Raises CallError for a size that there is not.
    """
    if size not in DIMENSIONS:
        raise CallError(f"There is no size '{size}'; say bulk or best")
    found: list[tuple[Finding, ...]] = []
    for start in range(0, len(texts), AT_ONCE):
        part = [_UNFIT.sub("\ufffd", text[:LOOKED_AT]) for text in texts[start : start + AT_ONCE]]
        mine = [True] * len(part) if theirs is None else theirs[start : start + AT_ONCE]
        found += _read(part, size, known, mine)
    return found


def read_apart(
    texts: Sequence[str], size: Size = "bulk", *, known: Known = NOBODY, theirs: Sequence[bool] | None = None
) -> list[tuple[Finding, ...]]:
    """As `read_many`, in a child process of low priority that gives the models' memory back when it ends."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _be_modest) as child:
        return child.submit(read_many, list(texts), size, known=known, theirs=theirs).result()


def _be_modest() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    os.nice(10)


def _read(texts: Sequence[str], size: Size, known: Known, theirs: Sequence[bool]) -> Iterable[tuple[Finding, ...]]:
    spoken = [language_of(text) for text in texts]
    words = [words_of(text) for text in texts]
    named = [entities.entities_in(text, known, found) for text, found in zip(texts, words, strict=True)]
    if size == "best":
        english = [at for at, told in enumerate(spoken) if told.language == "en"]
        for at, more in zip(english, entities.by_model([texts[at] for at in english]) if english else (), strict=True):
            named[at] = entities.chosen([*named[at], *more])
    private = personal.find_many(texts, size, named)
    spans = [sentences(text) for text in texts]
    asked = [(at, span) for at, own in enumerate(theirs) if own for span in spans[at]]
    wanted = intents.intents_in([texts[at][start:end] for at, (start, end) in asked], size)
    by_text: dict[int, list[Finding]] = {}
    for (at, (start, end)), one in zip(asked, wanted, strict=True):
        if one is not None:
            told = {"intent": one.intent.value}
            by_text.setdefault(at, []).append(
                _finding(texts[at], FactKind.INTENT, told, start, end, one.confidence, one.made_by)
            )
    for at, text in enumerate(texts):
        findings = [
            *_themes(text, themes.themes_in(text, words[at])),
            *(_entity(text, one) for one in named[at] if one.entity != "person" or not _in_mail(one, private[at])),
            *sorted(by_text.get(at, ()), key=_weight)[:MOST_INTENTS],
            *(_personal(one) for one in private[at][:MOST_PERSONAL] if not _own(text[one.start : one.end], known)),
        ]
        if theirs[at]:
            findings += _sentiment(text, spoken[at].language, spans[at])
        findings.sort(key=lambda one: (one.span or (0, 0), one.kind))
        yield (_language(spoken[at]), *findings)


def _finding(
    text: str, kind: FactKind, value: Mapping[str, object], start: int, end: int, sure: float, by: str
) -> Finding:
    return Finding(kind, value, (start, end), text[start:end][:QUOTED], sure, by)


def _language(spoken: Spoken) -> Finding:
    return Finding(FactKind.LANGUAGE, {"language": spoken.language}, None, "", spoken.confidence, "lingua")


def _themes(text: str, found: Iterable[themes.Theme]) -> Iterable[Finding]:
    for one in found:
        told: dict[str, object] = {"theme": one.theme, "words": list(one.words)}
        yield _finding(text, FactKind.THEME, told, one.start, one.end, one.confidence, "words of themes")


def _entity(text: str, one: Entity) -> Finding:
    told = {"entity": one.entity, "text": one.text, **one.value}
    return _finding(text, FactKind.ENTITY, told, one.start, one.end, one.confidence, one.made_by)


def _personal(one: personal.Personal) -> Finding:
    """The kind alone, and where it stands: the data itself is not written a second time."""
    return Finding(
        FactKind.PERSONAL, {"personal": one.kind}, (one.start, one.end), "", None, "patterns of personal data"
    )


def _sentiment(text: str, language: str, spans: list[tuple[int, int]]) -> Iterable[Finding]:
    one = sentiment_of(text, language, spans)
    if one.sentiment == UNKNOWN:
        return
    told: dict[str, object] = {"sentiment": one.sentiment, "score": one.score, "words": list(one.words)}
    if one.end:
        yield _finding(text, FactKind.SENTIMENT, told, one.start, one.end, round(abs(one.score), 2), MADE_BY)
    else:
        yield Finding(FactKind.SENTIMENT, told, None, "", None, MADE_BY)


def _weight(one: Finding) -> tuple[float, int]:
    return -(one.confidence or 0.0), one.span[0] if one.span else 0


def _in_mail(one: Entity, private: Iterable[personal.Personal]) -> bool:
    """Whether a name is a part of other personal data, as of a mail address."""
    return any(other.start <= one.start and one.end <= other.end and other.kind != "name" for other in private)


def _own(data: str, known: Known) -> bool:
    """Whether it is a mail address of the company itself."""
    return "@" in data and data.rpartition("@")[2].casefold() in known.own
