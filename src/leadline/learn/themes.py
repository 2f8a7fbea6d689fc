"""What a collection of texts is about, found without a list: themes named by the words that set each apart.

Words and pairs of words weighted by their rarity (tf-idf), split into a few themes by non-negative matrix factorisation
(Lee and Seung 1999), begun from a singular value decomposition, so that equal texts give equal themes.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.core.errors import NotEnoughSignal

FEWEST = 20
"""Texts under which no themes can be told from chance."""
MOST_TEXTS = 50_000
MOST_WORDS = 5_000
_WORD = r"(?u)\b[^\W\d_][\w'’-]+\b"
_GERMAN = """
aber alle allem allen aller alles als also am an andere auch auf aus bei beim bin bis bitte da damit dann das
dass dem den denn der des die dies diese diesem diesen dieser doch dort durch ein eine einem einen einer eines
er es etwas für gegen haben habe hat hatte hatten hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ist ja
jetzt kann kein keine können könnte man mehr mein meine mich mir mit nach nicht noch nun nur ob oder ohne sehr
sein seine sich sie sind so sowie über um und uns unser unsere unserem unseren unserer unter vom von vor war
waren was weil wenn werden wie wieder wir wird wurde würde würden zu zum zur
"""
_LETTERS = """
like make made want need know let get got does did don't can't i'm i'll it's we're good new time day hello hi dear
regards best kind thanks thank sincerely please hallo guten tag freundlichen grüßen gruß danke vielen sent mail email
subject re fw fwd www http https com
"""


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme of a collection: the words that set it apart, the share of texts mostly about it, and the places of
    the texts that show it best."""

    words: tuple[str, ...]
    share: float
    examples: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its first words."""
        return ", ".join(self.words[:3])


def themes_of(texts: Sequence[str], *, number: int | None = None, seed: int = 0) -> list[Topic]:
    """The themes of a collection, the most frequent first; how many is chosen by the number of texts unless given.

    Raises NotEnoughSignal with fewer than 20 texts that hold words."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    kept = [at for at, text in enumerate(texts) if re.search(_WORD, text)][:MOST_TEXTS]
    if len(kept) < FEWEST:
        raise NotEnoughSignal(f"There are {len(kept)} texts with words; themes need {FEWEST} at least")
    empty = sorted({*ENGLISH_STOP_WORDS, *_GERMAN.split(), *_LETTERS.split()})
    counted = TfidfVectorizer(
        token_pattern=_WORD,
        stop_words=empty,
        ngram_range=(1, 2),
        min_df=max(2, len(kept) // 1000),
        max_df=0.5,
        max_features=MOST_WORDS,
        sublinear_tf=True,
    )
    try:
        weights = counted.fit_transform([texts[at][:20_000] for at in kept])
    except ValueError:
        raise NotEnoughSignal("No word stands in more than one of the texts, so that no themes show") from None
    words = counted.get_feature_names_out()
    parts = number or max(2, min(12, round(math.sqrt(len(kept) / 8))))
    parts = min(parts, len(words), len(kept) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        split = NMF(parts, init="nndsvda", random_state=seed, max_iter=300)
        belongs = split.fit_transform(weights)
    told = split.components_
    # A word counts for a theme by what it says there against what it says everywhere.
    apart = told * (told / (told.sum(axis=0, keepdims=True) + 1e-9))
    mostly = np.where(belongs.max(axis=1) > 0, belongs.argmax(axis=1), -1)
    topics = []
    for part in range(parts):
        members = np.flatnonzero(mostly == part)
        if members.size:
            best = members[np.argsort(-belongs[members, part], kind="stable")][:3]
            named = _distinct(
                [str(words[at]) for at in np.argsort(-apart[part], kind="stable")[:12] if apart[part, at] > 0]
            )
            topics.append(Topic(named[:6], len(members) / len(kept), tuple(int(kept[at]) for at in best)))
    return sorted(topics, key=lambda one: (-one.share, one.words))


def _distinct(words: Sequence[str]) -> tuple[str, ...]:
    """Words without those that a pair before them holds, or pairs of which both stand before."""
    kept: list[str] = []
    for word in words:
        parts = set(word.split())
        if not any(parts <= set(other.split()) for other in kept) and not parts <= set(kept):
            kept.append(word)
    return tuple(kept)
